"""How often the desk kept its promises: by clock, by channel, by team (sop Q3, A1)."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from domain.base import Model

FULL, HUNDREDTHS = 10_000, 100


class Verdicts(Model):
    """Instances of clocks that have kind, clock, channel and team in common, by what became of them."""

    kind: str
    metric: str
    channel: str
    team: str | None = None
    met: int = 0
    breached: int = 0
    pending: int = 0
    cancelled: int = 0


class Attained(Model):
    """What became of some clocks. `attainment_percent` is null before any verdict."""

    met: int
    breached: int
    pending: int
    cancelled: int
    attainment_percent: float | None


A = TypeVar("A", bound=Attained)


class ClockAttained(Attained):
    """Of one clock of one kind of case."""

    kind: str
    metric: str


class ChannelAttained(Attained):
    """Of the cases that came by one channel."""

    channel: str


class TeamAttained(Attained):
    """Of the cases of one team; null: of those that no team has."""

    team: str | None


class AttainmentFigures(Model):
    """The whole, and its parts; of each list the worst first, then what nobody has judged yet.

    `metrics` are the clocks that there are, also those that are not counted.
    """

    metrics: list[str]
    total: Attained
    clocks: list[ClockAttained]
    channels: list[ChannelAttained]
    teams: list[TeamAttained]


def attainment_percent(met: int, breached: int) -> float | None:
    """Kept among all that were judged, rounded down to hundredths: only what was always met is at 100."""
    judged = met + breached
    return met * FULL // judged / HUNDREDTHS if judged else None


def attainment_figures(found: Sequence[Verdicts], metric: str | None = None) -> AttainmentFigures:
    """Every clock, or each of one name, counts once in each list. One cancelled unbroken is no verdict."""
    rows = [row for row in found if metric in (None, row.metric)]
    return AttainmentFigures(
        metrics=sorted({row.metric for row in found}),
        total=Attained.model_validate(_added(rows)),
        clocks=_ranked(ClockAttained, rows, "kind", "metric"),
        channels=_ranked(ChannelAttained, rows, "channel"),
        teams=_ranked(TeamAttained, rows, "team"),
    )


def _ranked(part: type[A], rows: Sequence[Verdicts], *names: str) -> list[A]:
    found: dict[tuple[str | None, ...], list[Verdicts]] = {}
    for row in rows:
        found.setdefault(tuple(getattr(row, name) for name in names), []).append(row)
    by_name = sorted(found.items(), key=lambda item: [(value is None, value or "") for value in item[0]])
    parts = [
        part.model_validate(dict(zip(names, values, strict=True)) | _added(group))
        for values, group in by_name
    ]
    return sorted(parts, key=_worst_first)


def _added(rows: Iterable[Verdicts]) -> dict[str, int | float | None]:
    counts = dict.fromkeys(("met", "breached", "pending", "cancelled"), 0)
    for row in rows:
        for name in counts:
            counts[name] += getattr(row, name)
    return {**counts, "attainment_percent": attainment_percent(counts["met"], counts["breached"])}


def _worst_first(attained: Attained) -> tuple[bool, float, int]:
    percent = attained.attainment_percent
    return percent is None, percent or 0.0, -attained.breached
