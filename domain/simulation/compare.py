"""The comparison itself: case after case, each judged under its own terms and under the candidate's."""

from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from domain.errors import EndlessCalendar, InvalidRequest
from domain.policy.profiles import profile_of
from domain.simulation.answer import LeftOut, SimulationAnswer, TermsOfCases, Under
from domain.simulation.answer import VerdictChange as Change
from domain.simulation.candidates import Candidate, ChosenBy, PastTerms
from domain.simulation.tally import ChangeLog, ClockTally, Pair, moved_seconds, pairs
from domain.sla.running import Heard
from domain.sla.spec import ClockSpec
from domain.sla.verdicts import Judge, judge_of, judged


class PastCase(NamedTuple):
    """A stored case as it was at a moment: what its clocks depend on, its terms, and what happened when.

    `category` and `source` are a complaint's, `carrier` a claim's. `pinned_at` is the moment for which the
    terms were made.
    """

    case_id: str
    kind: str
    priority: str
    tier: str
    channel: str
    category: str | None
    source: str | None
    carrier: str | None
    opened_at: datetime
    pinned_at: datetime | None
    terms_hash: str | None
    events: tuple[Heard, ...]

    @property
    def chosen_by(self) -> ChosenBy:
        """By what its clocks are chosen. Raises `InvalidRequest` for words from another version."""
        facts = (self.kind, self.priority, self.tier, self.channel, self.category, self.source)
        return ChosenBy(profile_of(*facts), self.carrier, self.pinned_at or self.opened_at)


class Simulation:
    """Adds up case after case; holds figures and the changes, never the cases."""

    def __init__(self, candidate: Candidate, as_of: datetime, keep_changes: int | None = None) -> None:
        self._candidate = candidate
        self._as_of = as_of
        self._cases = 0
        self._terms: dict[tuple[str, str, str], int] = {}
        self._clocks: dict[tuple[str, str], ClockTally] = {}
        self._changes = ChangeLog(keep_changes)
        self._left_out: dict[str, tuple[int, str]] = {}

    def add(self, case: PastCase, terms: PastTerms) -> None:
        """Judge a case under both; one whose profile this program cannot read is left out.

        Raises `EndlessCalendar` for a candidate whose deadline never comes, `UnknownCalendar` for one whose
        holidays are not there.
        """
        try:
            chosen_by = case.chosen_by
        except InvalidRequest as error:
            self.leave_out(case.case_id, error.message)
            return
        after = self._candidate(chosen_by, terms)
        try:
            self._compare(case, terms.clocks_of(chosen_by), after)
        except EndlessCalendar as error:
            raise EndlessCalendar(f"{case.case_id}: {error.message}") from None
        self._cases += 1
        named = (terms.policy, terms.policy_hash, terms.calendar_revision)
        self._terms[named] = self._terms.get(named, 0) + 1

    def leave_out(self, case_id: str, reason: str) -> None:
        """Count a case that cannot be judged."""
        count, example = self._left_out.get(reason, (0, case_id))
        self._left_out[reason] = count + 1, example

    def answer(self, under: Under) -> SimulationAnswer:
        """What it came to; the clocks by kind, in the order of the candidate's."""
        clocks = sorted(self._clocks.items(), key=lambda item: item[0][0])
        return SimulationAnswer(
            under=under,
            as_of=self._as_of,
            cases=self._cases,
            before=[
                TermsOfCases(policy=policy, policy_hash=policy_hash, calendar_revision=revision, cases=cases)
                for (policy, policy_hash, revision), cases in self._terms.items()
            ],
            clocks=[tally.comparison(kind, metric) for (kind, metric), tally in clocks],
            changed_cases=self._changes.cases,
            changed_clocks=self._changes.count,
            changes=self._changes.worst_first(),
            left_out=[
                LeftOut(reason=reason, cases=cases, example=example)
                for reason, (cases, example) in self._left_out.items()
            ],
        )

    def _compare(self, case: PastCase, before: ClockSpec, after: ClockSpec) -> None:
        known = _known(case.events, self._as_of)
        old, new = judge_of(before), judge_of(after)
        for metric in dict.fromkeys((*new.promises, *old.promises)):
            promise, promised = new.promises.get(metric), old.promises.get(metric)
            verdicts = judged(promised, known, self._as_of) if promised else None
            # Most of a policy is the same as before: what is promised alike is judged alike.
            simulated = verdicts if promise is promised else promise and judged(promise, known, self._as_of)
            tally = self._clocks.setdefault((case.kind, metric), ClockTally())
            tally.add(verdicts, simulated)
            if simulated is not verdicts:
                for pair in pairs(verdicts or [], simulated or []):
                    self._note(case, metric, pair, tally, (old, new))

    def _note(
        self, case: PastCase, metric: str, pair: Pair, tally: ClockTally, judges: tuple[Judge, Judge]
    ) -> None:
        if not pair.changes:
            return
        tally.turned(pair.turn)
        if self._changes.wants(case.case_id, pair.turn):
            self._changes.remember(_change(case, metric, pair, judges))


def _known(events: Iterable[Heard], as_of: datetime) -> list[Heard]:
    return sorted((event for event in events if event.at <= as_of), key=attrgetter("at"))


def _change(case: PastCase, metric: str, pair: Pair, judges: tuple[Judge, Judge]) -> Change:
    """The change, each deadline in the zone of the calendar that it was counted in."""
    due_before, due_after = (
        found and found.due_at.astimezone(judge.zones[metric])
        for found, judge in zip(pair, judges, strict=True)
    )
    return Change(
        case_id=case.case_id,
        kind=case.kind,
        metric=metric,
        instance=next(found.instance for found in pair if found),
        before=pair.turn[0],
        after=pair.turn[1],
        due_before=due_before,
        due_after=due_after,
        moved_seconds=moved_seconds(due_before, due_after),
    )
