"""Unit ranges between the domain's form (first…last) and PostgreSQL's multiranges."""

from collections.abc import Iterable, Sequence

import asyncpg

from domain.records import UnitRange


def to_multirange_text(units: Iterable[UnitRange]) -> str:
    """The literal of an `int4multirange`; PostgreSQL sorts and merges."""
    return "{" + ",".join(f"[{part.first},{part.last}]" for part in units) + "}"


def from_multirange(ranges: Sequence["asyncpg.Range[int]"]) -> list[UnitRange]:
    """What asyncpg reads: integer ranges come back as first included, last excluded."""
    bounds = ((part.lower, part.upper) for part in ranges)
    return [
        UnitRange(first=lower, last=upper - 1)
        for lower, upper in bounds
        if lower is not None and upper is not None
    ]
