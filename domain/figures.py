"""What the desk learns from its cases: frequent types, responsible parties, root causes (sop C15, L6).

Everything is made from counts, so that each figure can be added up by hand. Shares are of the cases of the
period; a case that does not know a thing yet counts under the value null, never left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from domain.base import Model, Slug, UtcInstant

REPEAT_WITHIN = timedelta(days=30)
"""A complaint so soon after another one of the same customer about the same order is a repeat (ours)."""
NO_TEAM = "?"
ANSWERED_FOR = ("complaint", "delivery")
"""Kinds of cases that somebody is responsible for."""
BROUGHT = ("return", "complaint", "delivery")
"""Kinds of cases that come in from outside; others follow from them."""
VITAL_SHARE = 0.8
"""Pareto's: the few values that make up so much."""
_DIGITS = 4


class Facets(Model):
    """Cases that have these values in common: how many, how many of them open, how many repeats."""

    category: str | None = None
    severity: str | None = None
    party: str | None = None
    carrier: str | None = None
    lane: str | None = None
    reason: str | None = None
    cases: int
    open: int = 0
    repeats: int = 0


class Share(Model):
    """A value's cases, its part of all, and the part of all up to it when the largest come first."""

    value: str | None
    cases: int
    share: float
    cumulative: float


class TypeShare(Model):
    """How often a category comes with a reason, and how many of these are repeats."""

    category: str | None
    reason: str | None
    cases: int
    share: float
    repeats: int


class CauseShare(Model):
    """How often something goes wrong with a carrier on a lane for a reason."""

    carrier: str | None
    lane: str | None
    reason: str | None
    cases: int
    share: float
    cumulative: float


class ComplaintFigures(Model):
    """Volume, frequent types and repeats. `repeat_rate` is null where there is no case."""

    cases: int
    open: int
    repeats: int
    repeat_rate: float | None
    categories: list[Share]
    severities: list[Share]
    reasons: list[Share]
    types: list[TypeShare]


class DeliveryFigures(Model):
    """What goes wrong on the way. Counts of exceptions: how many parcels went well is not in them."""

    cases: int
    open: int
    carriers: list[Share]
    lanes: list[Share]
    reasons: list[Share]
    causes: list[CauseShare]


class PartyFigures(Model):
    """Who answers for the cases; the first `vital` of them make up four fifths."""

    cases: int
    vital: int
    parties: list[Share]


class FigureFilter(Model):
    """Which cases; they were opened in the period, its end left out. What is None does not matter."""

    merchant: Slug | None = None
    kinds: list[Slug] | None = None
    since: UtcInstant | None = None
    until: UtcInstant | None = None
    channel: Slug | None = None
    team: Slug | Literal["?"] | None = None
    """`NO_TEAM`: those that no team has."""


def complaint_figures(rows: Sequence[Facets]) -> ComplaintFigures:
    """Frequent types and the repeat rate."""
    cases, repeats = _total(rows), sum(row.repeats for row in rows)
    pairs = _counted(rows, lambda row: (row.category, row.reason))
    repeated = Counter[tuple[str | None, ...]]()
    for row in rows:
        repeated[row.category, row.reason] += row.repeats
    return ComplaintFigures(
        cases=cases,
        open=sum(row.open for row in rows),
        repeats=repeats,
        repeat_rate=_part(repeats, cases) if cases else None,
        categories=pareto(_by(rows, "category")),
        severities=pareto(_by(rows, "severity")),
        reasons=pareto(_by(rows, "reason")),
        types=[
            TypeShare(
                category=pair[0],
                reason=pair[1],
                cases=count,
                share=_part(count, cases),
                repeats=repeated[pair],
            )
            for pair, count in _ranked(pairs)
        ],
    )


def delivery_figures(rows: Sequence[Facets]) -> DeliveryFigures:
    """Root causes by carrier, lane and reason, each by itself and together."""
    cases = _total(rows)
    causes: list[CauseShare] = []
    so_far = 0
    for cause, count in _ranked(_counted(rows, lambda row: (row.carrier, row.lane, row.reason))):
        so_far += count
        carrier, lane, reason = cause
        causes.append(
            CauseShare(
                carrier=carrier,
                lane=lane,
                reason=reason,
                cases=count,
                share=_part(count, cases),
                cumulative=_part(so_far, cases),
            )
        )
    return DeliveryFigures(
        cases=cases,
        open=sum(row.open for row in rows),
        carriers=pareto(_by(rows, "carrier")),
        lanes=pareto(_by(rows, "lane")),
        reasons=pareto(_by(rows, "reason")),
        causes=causes,
    )


def party_figures(rows: Sequence[Facets]) -> PartyFigures:
    """Responsible parties, after Pareto."""
    parties = pareto(_by(rows, "party"))
    vital = sum(1 for party in parties if party.cumulative - party.share < VITAL_SHARE)
    return PartyFigures(cases=_total(rows), vital=vital, parties=parties)


def pareto(counts: Mapping[str | None, int]) -> list[Share]:
    """The values with the largest first, equals by name."""
    whole = sum(counts.values())
    shares: list[Share] = []
    so_far = 0
    for (value,), count in _ranked({(value,): count for value, count in counts.items()}):
        so_far += count
        shares.append(
            Share(value=value, cases=count, share=_part(count, whole), cumulative=_part(so_far, whole))
        )
    return shares


def _counted(
    rows: Iterable[Facets], key: Callable[[Facets], tuple[str | None, ...]]
) -> Counter[tuple[str | None, ...]]:
    counts = Counter[tuple[str | None, ...]]()
    for row in rows:
        counts[key(row)] += row.cases
    return counts


def _by(rows: Iterable[Facets], facet: str) -> dict[str | None, int]:
    return {key[0]: count for key, count in _counted(rows, lambda row: (getattr(row, facet),)).items()}


def _ranked(counts: Mapping[tuple[str | None, ...], int]) -> list[tuple[tuple[str | None, ...], int]]:
    """The largest first; equals by their values, what is not known last."""
    return sorted(
        counts.items(), key=lambda item: (-item[1], [(value is None, value or "") for value in item[0]])
    )


def _total(rows: Iterable[Facets]) -> int:
    return sum(row.cases for row in rows)


def _part(count: int, whole: int) -> float:
    return round(count / whole, _DIGITS)
