"""A policy file: YAML without its surprises, and the line on which something is wrong."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml

from domain.errors import InvalidRequest

Loc = Sequence[str | int]
"""Where something is in a document, as pydantic tells it."""


class _PlainLoader(yaml.SafeLoader):
    """YAML 1.2's plain values: `22:00`, `no` and `2026-10-01` stay what they look like, text."""


_PlainLoader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"true|false", "tf"),
    ("int", r"-?(0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?(0|[1-9][0-9]*)\.[0-9]+", "-0123456789"),
    ("null", r"null|~|", ["n", "~", ""]),
):
    _PlainLoader.add_implicit_resolver(  # pyright: ignore[reportUnknownMemberType]
        f"tag:yaml.org,2002:{_tag}", re.compile(rf"^(?:{_pattern})$"), list(_first)
    )


class PolicyFile:
    """What a file says, and on which line."""

    def __init__(self, path: Path, node: yaml.MappingNode, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content
        self._node = node

    @classmethod
    def read(cls, path: Path) -> "PolicyFile":
        """Read and parse. Raises `InvalidRequest` with file, line and why."""
        try:
            return cls._parse(path, path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidRequest(f"{path}: {error}") from error
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise InvalidRequest(f"{path}:{line}: {error.problem}") from error
        except yaml.YAMLError as error:
            raise InvalidRequest(f"{path}: {error}") from error

    @classmethod
    def _parse(cls, path: Path, text: str) -> "PolicyFile":
        loader = _PlainLoader(text)
        try:
            node = loader.get_single_node()
            if not isinstance(node, yaml.MappingNode):
                raise InvalidRequest(f"{path}:1: the file must be a mapping of names to values")
            for key in _repeated_keys(node):
                raise InvalidRequest(f"{path}:{key.start_mark.line + 1}: {key.value} is there twice")
            content = loader.construct_document(node)  # pyright: ignore[reportUnknownMemberType]
            return cls(path, node, cast("dict[str, Any]", content))
        finally:
            loader.dispose()

    def find(self, loc: Loc) -> tuple[int, int]:
        """How many parts of the place the file has, and the line (from 1) of the last of them."""
        node: yaml.Node = self._node
        line = 1
        for depth, part in enumerate(loc):
            step = _step(node, part)
            if step is None:
                return depth, line
            line, node = step
        return len(loc), line


def _step(node: yaml.Node, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int):
        items = cast("list[yaml.Node]", node.value)
        return (items[part].start_mark.line + 1, items[part]) if part < len(items) else None
    if isinstance(node, yaml.MappingNode):
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if key.value == str(part):
                return key.start_mark.line + 1, value
    return None


def _repeated_keys(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.SequenceNode):
        for item in cast("list[yaml.Node]", node.value):
            yield from _repeated_keys(item)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    yield key
                seen.add(key.value)
            yield from _repeated_keys(value)
