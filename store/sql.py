"""Loads the named queries of `store/queries/`: one file per topic, `-- @name: purpose` above each query."""

import re
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
_HEADER = re.compile(r"^-- @(\w+): (.+)$", re.MULTILINE)
_PLACE = re.compile(r"(?<!:):([a-z_]+)")
_PART = re.compile(r"/\*(\w+)\*/")


@cache
def load(topic: str) -> dict[str, str]:
    """The queries of one file, by name."""
    _, *parts = _HEADER.split((FOLDER / f"{topic}.sql").read_text(encoding="utf-8"))
    return {name: sql.strip() for name, sql in zip(parts[::3], parts[2::3], strict=True)}


@lru_cache(maxsize=1024)
def narrowed(topic: str, query: str, conditions: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A query of `narrowed/` with these conditions alone, and the order of its values.

    Only what is narrowed by stands in the query: its plan can then be made once and for all. `/*part*/` is
    another query of the file, written once for all that need it.
    """
    queries = load(f"narrowed/{topic}")
    parts = queries | {"narrowed": "\n    ".join(queries[name] for name in conditions)}
    text = queries[query].rstrip(";")
    while _PART.search(text):
        text = _PART.sub(lambda part: parts[part[1]].rstrip(";"), text)
    names = tuple(dict.fromkeys(_PLACE.findall(text)))
    return _PLACE.sub(lambda place: f"${names.index(place[1]) + 1}", text), names
