"""The words of all pages in both languages: `words/<language>/<topic>.yaml`, a key is `topic.name.name`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from domain.orders import Language

FOLDER = Path(__file__).parent / "words"

Entry = str | dict[str, str]
"""A text with `{places}`, or one per number of things: `one` and `other`."""
PLURALS = frozenset({"one", "other"})


class Words:
    """The words of one language; `words("cases.title")` is a text."""

    def __init__(self, language: Language, entries: Mapping[str, Entry]) -> None:
        self.language: Language = language
        self.entries = entries

    def __call__(self, key: str, /, **values: object) -> str:
        """The text with its places filled; `n` chooses between one and several. Raises `KeyError`."""
        entry = self.entries[key]
        if isinstance(entry, dict):
            entry = entry.get("one", entry["other"]) if values["n"] == 1 else entry["other"]
        return entry.format(**values) if values else entry

    def name(self, topic: str, value: str | None) -> str:
        """The word for a value that a policy or a case may have made up: without one, the value as it is."""
        if not value:
            return "—"
        return self.name_or(f"{topic}.{value}", value.replace("_", " "))

    def name_or(self, key: str, otherwise: str) -> str:
        """The word under a key; without one, what is given: text that people wrote stays as it is."""
        entry = self.entries.get(key)
        return entry if isinstance(entry, str) else otherwise


@cache
def words_of(language: Language) -> Words:
    """The words of a language, read once."""
    entries: dict[str, Entry] = {}
    for path in sorted((FOLDER / language).glob("*.yaml")):
        entries.update(_flat(path.stem, yaml.safe_load(path.read_text(encoding="utf-8"))))
    return Words(language, entries)


def _flat(prefix: str, tree: Mapping[str, Any]) -> Iterator[tuple[str, Entry]]:
    for name, value in tree.items():
        if isinstance(value, str) or value.keys() <= PLURALS:
            yield f"{prefix}.{name}", value
        else:
            yield from _flat(f"{prefix}.{name}", value)
