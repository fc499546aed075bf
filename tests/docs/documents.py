"""The documents as tests read them: their fenced blocks, their tables, their links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])

_FENCE = re.compile(r"^```(\w*)[ ]?([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the file name that may follow it, its text, its first line."""

    path: Path
    language: str
    name: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{name_of(self.path)}:{self.line}"


def name_of(path: Path) -> str:
    """The path as a person writes it."""
    return str(path.relative_to(ROOT))


def read(name: str) -> str:
    """A document's text."""
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(path: Path, language: str | None = None) -> list[Block]:
    """The fenced blocks of a document, of one language or all."""
    text = path.read_text(encoding="utf-8")
    found = [
        Block(path, match[1], match[2].strip(), match[3], text.count("\n", 0, match.start()) + 2)
        for match in _FENCE.finditer(text)
    ]
    return [block for block in found if language in (None, block.language)]


def all_blocks(language: str) -> list[Block]:
    """The fenced blocks of a language in every document."""
    return [block for path in DOCUMENTS for block in blocks(path, language)]


def rows(text: str, columns: int) -> Iterator[list[str]]:
    """The cells of every table row with so many columns; heads and rules too."""
    for line in text.splitlines():
        if line.startswith("|") and len(cells := [cell.strip() for cell in line.split("|")[1:-1]]) == columns:
            yield cells


def prose(text: str) -> str:
    """The text without its code."""
    return _CODE.sub("", text)
