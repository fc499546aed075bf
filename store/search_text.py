"""PostgreSQL's text forms of what is indexed and looked for: parameters of queries, never parts of them."""

from collections import defaultdict
from collections.abc import Iterable

from domain.library.entry import Placed
from domain.library.query import Phrase, Wanted

# What a tsvector takes; the rest of a very long entry is found by nothing, but is kept and shown.
POSITION_MAX = 16_383
POSITIONS_PER_LEXEME_MAX = 256
VECTOR_BYTES_MAX = 1_000_000
_LEXEME_OVERHEAD_BYTES = 4
_POSITION_BYTES = 2


def vector_text(placed: Iterable[Placed]) -> str:
    """The tsvector with these lexemes, the first of them as far as there is room."""
    places: defaultdict[str, list[str]] = defaultdict(list)
    room = VECTOR_BYTES_MAX
    for unit in placed:
        if len(places.get(unit.text, ())) >= POSITIONS_PER_LEXEME_MAX:
            continue
        room -= _POSITION_BYTES
        if unit.text not in places:
            room -= len(unit.text.encode()) + _LEXEME_OVERHEAD_BYTES
        if room < 0:
            break
        places[unit.text].append(f"{min(unit.position, POSITION_MAX)}{unit.weight}")
    return " ".join(f"{quoted(text)}:{','.join(at)}" for text, at in places.items())


def query_text(phrases: Iterable[Phrase]) -> str:
    """The tsquery for entries that have all lexemes of the phrases, in whatever order."""
    wanted = dict.fromkeys(lexeme for phrase in phrases for lexeme in phrase.lexemes)
    return " & ".join(_wanted(lexeme) for lexeme in wanted)


def orders(phrases: Iterable[Phrase]) -> list[str]:
    """What must stand side by side and is more than one lexeme, as parts of the spaced text."""
    return [phrase.spaced for phrase in phrases if len(phrase.lexemes) > 1]


def quoted(lexeme: str) -> str:
    """A lexeme as a tsvector or tsquery takes it, whatever is in it."""
    text = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{text}'"


def _wanted(lexeme: Wanted) -> str:
    return f"{quoted(lexeme.text)}{':*' if lexeme.is_prefix else ''}"
