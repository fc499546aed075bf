"""Which code a worker runs, as its histories say it."""

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from starters.settings import CHECKOUT

ROOMS = ("domain", "store", "providers", "activities", "workflows", "workers")
LENGTH = 8


@cache
def code_id() -> str:
    """A short digest of our own sources.

    Temporal writes it into two events of every workflow task. Left to itself the SDK hashes every module that
    is loaded: nearly a second of a worker's start, and 32 characters each time.
    """
    return digest_of((str(path.relative_to(CHECKOUT)), path.read_bytes()) for path in _sources())


def digest_of(files: Iterable[tuple[str, bytes]]) -> str:
    """Of names and contents, whatever their order."""
    found = hashlib.sha256()
    for name, content in sorted(files):
        found.update(f"{name}\0{len(content)}\0".encode())
        found.update(content)
    return found.hexdigest()[:LENGTH]


def _sources() -> Iterable[Path]:
    return (path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py"))
