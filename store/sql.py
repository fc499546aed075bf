"""Loads the named queries of `store/queries/`: one file per topic, `-- @name: purpose` above each query."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
_HEADER = re.compile(r"^-- @(\w+): (.+)$", re.MULTILINE)


def load(topic: str) -> dict[str, str]:
    """The queries of one file, by name."""
    _, *parts = _HEADER.split((FOLDER / f"{topic}.sql").read_text(encoding="utf-8"))
    return {name: sql.strip() for name, sql in zip(parts[::3], parts[2::3], strict=True)}
