"""The lines in which an entry was found: a piece of the text as it was written, with the hits marked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from domain.base import Model
from domain.library.cutting import cut
from domain.library.query import Phrase

WIDTH = 72
LEAD = 20
"""So much is shown before the first hit."""
HITS_MAX = 200
"""So many hits of one text are looked at."""
CUT = "…"


class Snippet(Model):
    """A piece of one field. `marks` are the hits in it: first character, and the one after the last."""

    field: str
    text: str
    marks: list[tuple[int, int]]

    def marked(self, before: str, after: str) -> str:
        """The text with something around each hit."""
        pieces: list[str] = []
        done = 0
        for start, end in self.marks:
            pieces += [self.text[done:start], before, self.text[start:end], after]
            done = end
        return "".join([*pieces, self.text[done:]])


class _Hit(NamedTuple):
    start: int
    end: int
    phrase: int


def make_snippet(texts: Mapping[str, str], phrases: Sequence[Phrase]) -> Snippet | None:
    """The piece that shows the most of what was looked for; without a hit, how the first text begins."""
    best: tuple[int, str, list[_Hit]] | None = None
    for field, text in texts.items():
        found = _hits(text, phrases)
        for at, hit in enumerate(found):
            seen = [each for each in found[at:] if each.end <= hit.start + WIDTH - LEAD or each is hit]
            told = len({each.phrase for each in seen})
            if best is None or told > best[0]:
                best = told, field, seen
    if best is not None:
        return _piece(best[1], texts[best[1]], best[2])
    return next((_piece(field, text, []) for field, text in texts.items()), None)


def _hits(text: str, phrases: Sequence[Phrase]) -> list[_Hit]:
    """Where the phrases stand, in order."""
    atoms = [atom for run in cut(text) for atom in run.atoms]
    signs = [atom.text for atom in atoms]
    found: list[_Hit] = []
    for number, phrase in enumerate(phrases):
        wanted = phrase.atoms
        places = (at for at, sign in enumerate(signs) if sign == wanted[0])
        found += [
            _Hit(atoms[at].start, atoms[at + len(wanted) - 1].end, number)
            for at in places
            if signs[at : at + len(wanted)] == wanted
        ]
    return sorted(found)[:HITS_MAX]


def _piece(field: str, text: str, hits: Sequence[_Hit]) -> Snippet:
    first = hits[0].start if hits else 0
    begin = max(first - LEAD, 0)
    end = max([begin + WIDTH, *(hit.end for hit in hits)])
    before = CUT if begin else ""
    shown = "".join(" " if sign.isspace() else sign for sign in text[begin:end])
    return Snippet(
        field=field,
        text=f"{before}{shown}{CUT if end < len(text) else ''}",
        marks=_joined([(hit.start - begin + len(before), hit.end - begin + len(before)) for hit in hits]),
    )


def _joined(marks: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Marks that overlap or touch become one."""
    joined: list[tuple[int, int]] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
