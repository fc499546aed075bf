"""Adding up verdicts: the figures of a clock on one side and on both, and the cases that change."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from domain.attainment import attainment_percent
from domain.simulation.answer import ClockComparison, SideFigures, VerdictChange
from domain.sla.verdicts import Judged, Outcome

Turn = tuple[Outcome | None, Outcome | None]
"""A verdict before and after; None: there is no such instance on that side."""


class Pair(NamedTuple):
    """One instance of a clock on both sides."""

    before: Judged | None
    after: Judged | None

    @property
    def turn(self) -> Turn:
        """Its verdicts."""
        return self.before and self.before.outcome, self.after and self.after.outcome

    @property
    def changes(self) -> bool:
        """Whether it is judged otherwise; a promise that was not made is as good as one that was kept."""
        before, after = self.turn
        if before is None or after is None:
            return "breached" in (before, after)
        return before != after


def pairs(before: list[Judged], after: list[Judged]) -> list[Pair]:
    """The instances of a clock side by side, by number."""
    old = {each.instance: each for each in before}
    new = {each.instance: each for each in after}
    return [Pair(old.get(number), new.get(number)) for number in sorted(old.keys() | new.keys())]


class SideTally:
    """A clock on one side."""

    def __init__(self) -> None:
        self._outcomes: Counter[Outcome] = Counter()
        self._provisional = 0

    def add(self, found: list[Judged]) -> None:
        """The instances of one case."""
        for each in found:
            self._outcomes[each.outcome] += 1
            self._provisional += each.provisional

    def figures(self) -> SideFigures:
        """What it came to."""
        met, breached = self._outcomes["met"], self._outcomes["breached"]
        return SideFigures(
            clocks=self._outcomes.total(),
            met=met,
            breached=breached,
            pending=self._outcomes["pending"],
            cancelled=self._outcomes["cancelled"],
            provisional=self._provisional,
            attainment_percent=attainment_percent(met, breached),
        )


@dataclass
class ClockTally:
    """A clock on both sides; a side is None until some case's terms have the clock."""

    cases: int = 0
    before: SideTally | None = None
    after: SideTally | None = None
    worse: int = 0
    better: int = 0

    def add(self, before: list[Judged] | None, after: list[Judged] | None) -> None:
        """One case; None: its terms on that side have no such clock."""
        self.cases += bool(before or after)
        if before is not None:
            self.before = self.before or SideTally()
            self.before.add(before)
        if after is not None:
            self.after = self.after or SideTally()
            self.after.add(after)

    def turned(self, turn: Turn) -> None:
        """An instance that is judged otherwise."""
        before, after = turn
        self.worse += after == "breached"
        self.better += before == "breached"

    def comparison(self, kind: str, metric: str) -> ClockComparison:
        """Both sides."""
        before = self.before.figures() if self.before else None
        after = self.after.figures() if self.after else None
        shares = [side and side.attainment_percent for side in (before, after)]
        return ClockComparison(
            kind=kind,
            metric=metric,
            cases=self.cases,
            before=before,
            after=after,
            difference_points=None
            if shares[0] is None or shares[1] is None
            else round(shares[1] - shares[0], 2),
            worse=self.worse,
            better=self.better,
        )


@dataclass
class ChangeLog:
    """The changes: all are counted, of each turn only the first `keep` are remembered (None: all)."""

    keep: int | None
    count: int = 0
    cases: int = 0
    _kept: dict[Turn, list[VerdictChange]] = field(default_factory=dict[Turn, list[VerdictChange]])
    _last_case: str = ""

    def wants(self, case_id: str, turn: Turn) -> bool:
        """Count one; whether it is to be remembered. Those of one case come together."""
        self.count += 1
        if case_id != self._last_case:
            self._last_case = case_id
            self.cases += 1
        return self.keep is None or len(self._kept.get(turn, ())) < self.keep

    def remember(self, change: VerdictChange) -> None:
        """Keep one that is wanted."""
        self._kept.setdefault((change.before, change.after), []).append(change)

    def worst_first(self) -> list[VerdictChange]:
        """At most `keep`: new breaches, then those that are none any more, then the rest."""
        turns = sorted(self._kept, key=_gravity)
        return [change for turn in turns for change in self._kept[turn]][: self.keep]


def moved_seconds(before: datetime | None, after: datetime | None) -> int | None:
    """How much later a deadline is than it was."""
    if before is None or after is None:
        return None
    return int((after - before).total_seconds())


def _gravity(turn: Turn) -> tuple[int, str, str]:
    before, after = turn
    weight = 0 if after == "breached" else 1 if before == "breached" else 2
    return weight, before or "", after or ""
