"""Cuts text into what can be searched: Chinese, Japanese and Korean by signs, everything else by words.

Chinese is written without spaces, so no dictionary is asked where a word ends: two signs that stand side by
side (a bigram) are the unit. What somebody looks for is cut in the same way as what was written.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from unicodedata import normalize

CUTTING_RULES = 1
"""Goes up with every change of how texts are cut; `casework library recut` then cuts what is stored anew."""
LONGEST_WORD = 64
"""Of a longer word only so much counts; the store cannot take words of any length."""

_SIGNS = (
    "\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = rf"[^\W_{_SIGNS}]+"
_RUN = re.compile(rf"(?P<signs>[{_SIGNS}]+)|{_WORD}(?:[-_.]{_WORD})*")
_PART = re.compile(r"[^\W_]+")
# A character with the marks that follow it becomes one: accents, the voicing of kana, the jamo of Hangul.
_MARKS = "\u0300-\u036f\u1160-\u11ff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\uff9e\uff9f"
_CHARACTER = re.compile(rf".[{_MARKS}]*", re.DOTALL)


class Folded(NamedTuple):
    """Text without the differences that nobody searches by, and where each of its characters came from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


class Atom(NamedTuple):
    """A sign or a word, as it is compared, and where it stands in the text as it was written."""

    text: str
    start: int
    end: int


class Run(NamedTuple):
    """What is written in one go: signs without a gap, or words joined as in `CUP-01`."""

    whole: str
    atoms: tuple[Atom, ...]
    is_signs: bool


class Lexeme(NamedTuple):
    """A unit of the index and its place, counted in atoms from 0."""

    text: str
    position: int


def fold(text: str) -> Folded:
    """Full width as half width, capitals as small letters, compatible forms as one; traditional stays."""
    if text.isascii():
        return Folded(text.lower(), range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _CHARACTER.finditer(text):
        piece = _fold_character(match[0])
        pieces.append(piece)
        starts += [match.start()] * len(piece)
        ends += [match.end()] * len(piece)
    return Folded("".join(pieces), starts, ends)


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    return normalize("NFKC", normalize("NFKC", character).casefold())


def cut(text: str) -> list[Run]:
    """The runs of a text in order; what is neither sign nor word (punctuation, emoji) parts them."""
    folded = fold(text)
    return [_run(folded, match) for match in _RUN.finditer(folded.text)]


def _run(folded: Folded, match: re.Match[str]) -> Run:
    begin, whole = match.start(), match[0]
    is_signs = match["signs"] is not None
    if is_signs:
        spans = [(begin + at, begin + at + 1) for at in range(len(whole))]
    else:
        spans = [(begin + part.start(), begin + part.end()) for part in _PART.finditer(whole)]
    atoms = (
        Atom(folded.text[first:end][:LONGEST_WORD], folded.starts[first], folded.ends[end - 1])
        for first, end in spans
    )
    return Run(whole if is_signs else whole[:LONGEST_WORD], tuple(atoms), is_signs)


def lexemes(runs: Iterable[Run]) -> Iterator[Lexeme]:
    """What stands in the index for these runs.

    Signs by twos, and the last of a run by itself: so each sign is the beginning of some lexeme. Words by
    themselves, and joined ones as a whole too.
    """
    position = 0
    for run in runs:
        texts = [atom.text for atom in run.atoms]
        units = [*map("".join, pairwise(texts)), texts[-1]] if run.is_signs else texts
        if not run.is_signs and len(units) > 1:
            yield Lexeme(run.whole, position)
        yield from (Lexeme(unit, position + at) for at, unit in enumerate(units))
        position += len(units)


def spaced(runs: Iterable[Run]) -> str:
    """The atoms between spaces: what stands in a text in this order is a substring of its spaced form."""
    return f" {' '.join(atom.text for run in runs for atom in run.atoms)} "
