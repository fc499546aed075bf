"""What is looked for in the case library: words, `"exact phrases"`, and `-words` that must not be there."""

import re
from itertools import pairwise
from typing import NamedTuple

from domain.errors import InvalidQuery
from domain.library.cutting import Run, cut, spaced

LONGEST_QUERY = 400

_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂「」『』", '"') | dict.fromkeys("－−﹣", "-"))
_PART = re.compile(r'(?P<minus>-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|(?P<unclosed>")')


class Wanted(NamedTuple):
    """A lexeme that an entry must have; `is_prefix`: one that begins so."""

    text: str
    is_prefix: bool


class Phrase(NamedTuple):
    """Signs or words that must stand in this order."""

    runs: tuple[Run, ...]

    @property
    def lexemes(self) -> list[Wanted]:
        """What the index must have where the phrase stands; more than one of them may stand apart, too."""
        return [wanted for run in self.runs for wanted in _wanted(run)]

    @property
    def spaced(self) -> str:
        """What the entry's spaced text must have as a substring."""
        return spaced(self.runs)

    @property
    def atoms(self) -> list[str]:
        """Signs and words in order."""
        return [atom.text for run in self.runs for atom in run.atoms]


class SearchQuery(NamedTuple):
    """All that must be there, in any order, and what must not."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...]


def parse_query(text: str) -> SearchQuery:
    """The query in a person's words; raises `InvalidQuery`.

    Without quotes every word and every run of signs is looked for by itself: `破损CUP-01` are two of them.
    """
    if len(text) > LONGEST_QUERY:
        raise InvalidQuery(f"the query is longer than {LONGEST_QUERY} characters; leave some words out")
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for part in _PART.finditer(text.translate(_QUOTES)):
        if part["unclosed"]:
            raise InvalidQuery("a quote is opened and not closed; close it, or leave it out")
        runs = cut(part["phrase"] or part["word"] or "")
        if part["minus"] and runs:
            unwanted.append(Phrase(tuple(runs)))
        elif part["phrase"] and runs:
            wanted.append(Phrase(tuple(runs)))
        else:
            wanted += [Phrase((run,)) for run in runs]
    if not wanted:
        raise InvalidQuery("the query names nothing to look for; write at least one word, number or sign")
    return SearchQuery(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(unwanted)))


def _wanted(run: Run) -> list[Wanted]:
    texts = [atom.text for atom in run.atoms]
    if run.is_signs and len(texts) > 1:
        texts = [*map("".join, pairwise(texts))]
    return [Wanted(text, is_prefix=run.is_signs and len(text) == 1) for text in texts]
