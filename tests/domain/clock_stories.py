"""Random stories of any kind of case, whose clocks are what anybody works out from the stored events.

A kind joins with a `Driver`: how one of its cases begins, and what may happen to it next.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Generic, NamedTuple, TypeVar

from domain.cases.events import CaseEvent, ClockChanged, Retargeted
from domain.cases.folding import Fact
from domain.cases.kind import Kind
from domain.cases.readings import clock_rows
from domain.cases.replaying import clock_replay, told_clocks
from domain.cases.state import S
from domain.cases.views import next_due
from domain.digests import digest
from domain.errors import Refused
from domain.policy.clock_rules import ClockRules, TargetRule
from domain.policy.pinned import GradedTerms, PinnedPolicy
from domain.records import Recorded
from domain.sla import ClockSpec, Metric, Replay, changes, replay
from domain.sla.book import Fired

C = TypeVar("C", Metric, ClockRules)

SPANS = (
    timedelta(seconds=1),
    timedelta(minutes=17),
    timedelta(hours=1),
    timedelta(hours=5, minutes=30),
    timedelta(days=1),
    timedelta(days=4),
    timedelta(days=11),
)
TARGETS = ("30m", "2h", "5h", "9h", "40h", "1 workdays", "3 workdays", "7 days")
STEPS = 14
RETARGETS_OUT_OF_TEN = 1.5


class Opening(NamedTuple):
    """How a case begins: when, under which terms, with what."""

    at: datetime
    terms: PinnedPolicy
    events: Sequence[CaseEvent]


@dataclass(frozen=True)
class Driver(Generic[S]):
    """A kind's random cases: how one begins, and what may follow in a state."""

    kind: Kind[S]
    case_id: str
    begin: Callable[[Random], Opening]
    next: Callable[[S, Random, datetime], Sequence[CaseEvent]]
    """May raise a `Refused`: then nothing happened."""


@dataclass
class Played(Generic[S]):
    """A case that was played: its state, its facts, and the terms that it was ever held to."""

    driver: Driver[S]
    state: S
    now: datetime
    opened_with: int = 0
    """How many facts the opening had."""
    terms: dict[str, PinnedPolicy] = field(default_factory=dict[str, PinnedPolicy])
    facts: list[Fact] = field(default_factory=list[Fact])

    @property
    def records(self) -> list[Recorded]:
        """What the store has of it, as it has it: read from JSON."""
        return [Recorded.model_validate_json(fact.record.model_dump_json()) for fact in self.facts]

    def happens(self, events: Sequence[CaseEvent], terms: Mapping[str, PinnedPolicy] | None = None) -> None:
        """Record as a case does."""
        fold = self.driver.kind.fold
        self.state, facts = fold.record(self.state, events, self.now, "somebody", terms)
        self.facts += facts

    def wait(self, span: timedelta, *, attentive: bool) -> None:
        """Let time pass; who is attentive looks at each moment that the case must not miss."""
        until, kind = self.now + span, self.driver.kind
        while attentive and (due := next_due(kind, self.state)) and due[0] <= until:
            self.now = max(due[0], self.now)
            before = self.state.seq
            self.happens(list(kind.decide_due(self.state, self.now)))
            if self.state.seq == before:
                break
        self.now = until


def play(driver: Driver[S], seed: int, steps: int = STEPS) -> Played[S]:
    """The story of a seed: requests, news that comes late, silence, other terms, in any order."""
    dice = Random(seed)
    opening = driver.begin(dice)
    first = digest(opening.terms)
    state = driver.kind.blank(driver.case_id, opening.terms)
    story = Played(driver, state, opening.at, terms={first: opening.terms})
    events = [
        event.model_copy(update={"terms_hash": first}) if "terms_hash" in type(event).model_fields else event
        for event in opening.events
    ]
    story.happens(events)
    story.opened_with = len(story.facts)
    for _ in range(steps):
        story.wait(dice.choice(SPANS) * dice.random(), attentive=dice.random() < 0.7)
        if dice.random() * 10 < RETARGETS_OUT_OF_TEN and story.state.open:
            _retarget(story, dice)
        try:
            story.happens(driver.next(story.state, dice, story.now))
        except Refused:
            story.happens([])
    return story


def _retarget(story: Played[Any], dice: Random) -> None:
    terms = other_terms(story.state.terms, dice)
    terms_hash = digest(terms)
    story.terms[terms_hash] = terms
    fact = Retargeted(
        policy="other",
        policy_hash="h",
        calendar_revision=terms.calendar_revision,
        terms_hash=terms_hash,
        reason="by the dice",
    )
    story.happens([fact], story.terms)


def other_terms(terms: PinnedPolicy, dice: Random) -> PinnedPolicy:
    """The same rules with other promises: other stops and pauses, now and then a clock less."""
    calendars = sorted(terms.clocks.calendars)
    if not isinstance(terms, GradedTerms):
        heard = sorted(terms.clocks.event_types)
        kept = [metric for metric in terms.clocks.metrics if dice.random() < 0.9]
        metrics = tuple(_other(metric, _changed(dice, calendars, heard)) for metric in kept)
        clocks = ClockSpec(calendars=terms.clocks.calendars, metrics=metrics)
        return terms.model_copy(update={"clocks": clocks})
    heard = sorted({name for _, clock in terms.metrics for name in (*clock.start, *clock.stop)})
    rules = [(name, clock) for name, clock in terms.metrics if dice.random() < 0.9]
    graded = tuple((name, _other(clock, _changed(dice, calendars, heard))) for name, clock in rules)
    # Not a copy, which would take along the clocks that were chosen already.
    whole = {name: getattr(terms, name) for name in type(terms).model_fields}
    return type(terms).model_validate({**whole, "metrics": graded})


def _changed(dice: Random, calendars: Sequence[str], heard: Sequence[str]) -> dict[str, Any]:
    if dice.random() < 0.4:
        return {}
    events = [name for names in (("stop",), ("pause", "resume")) if dice.random() < 0.25 for name in names]
    return {
        "target": dice.choice(TARGETS),
        "calendar": dice.choice(calendars),
        "reopen": dice.choice(("continue", "restart", "new")),
        **{name: dice.sample(heard, 2) for name in events},
    }


def _other(clock: C, changed: dict[str, Any]) -> C:
    """The clock with these changes; a graded one has the same target for all from then on."""
    if not changed:
        return clock
    if isinstance(clock, ClockRules):
        target = TargetRule(target=changed["target"])
        changed = {name: value for name, value in changed.items() if name != "target"} | {"targets": [target]}
    return type(clock).model_validate({**clock.model_dump(exclude_none=True, exclude={"targets"}), **changed})


def check_clocks(story: Played[Any]) -> None:
    """From the stored events alone the clocks are the same to the second; nothing is forgotten or told twice.

    Only news that comes late may tell a rung once more: it then says when the rung was really reached.
    """
    kind, records = story.driver.kind, story.records
    first = str(records[0].data["terms_hash"])
    folded = kind.fold.fold(kind.blank(story.driver.case_id, story.terms[first]), records, story.terms)
    assert folded == story.state
    for as_of in (story.now, story.now + SPANS[-1]):
        asked = clock_replay(folded, records, as_of).model_dump_json(exclude_defaults=True)
        assert replay(Replay.model_validate_json(asked)) == told_clocks(folded, as_of)
    assert changes(folded.clocks, folded.clock_spec, story.now) == ()
    if came_in_order(story):
        assert _fired_twice(story) == []
        _check_what_was_told_last(story)


def came_in_order(story: Played[Any]) -> bool:
    """Whether, after the opening, nothing was heard of later than what happened after it."""
    later = story.records[story.opened_with :]
    happened = [record.at for record in later if record.type != ClockChanged.name]
    return happened == sorted(happened)


def _fired_twice(story: Played[Any]) -> list[Fired]:
    """Rungs and breaches that were told twice; only a clock that restarts may be missed anew."""
    terms = next(iter(story.terms.values()))
    fired: set[Fired] = set()
    twice: list[Fired] = []
    for event in (fact.event for fact in story.facts):
        if isinstance(event, Retargeted):
            terms = story.terms[event.terms_hash]
        if not isinstance(event, ClockChanged) or event.change not in ("warned", "breached"):
            continue
        what = Fired(event.metric, event.instance, event.rung)
        may_come_again = event.change == "breached" and _reopens(terms)[event.metric] == "restart"
        twice += [what] if what in fired and not may_come_again else []
        fired.add(what)
    return twice


def _reopens(terms: PinnedPolicy) -> dict[str, str]:
    """What a further start makes of each clock."""
    if isinstance(terms, GradedTerms):
        return {name: clock.reopen for name, clock in terms.metrics}
    return {metric.name: metric.reopen for metric in terms.clocks.metrics}


def _check_what_was_told_last(story: Played[Any]) -> None:
    """The stream alone says of each clock whether it goes on, how it ended, and whether it was missed."""
    last: dict[tuple[str, int], str] = {}
    missed: set[tuple[str, int]] = set()
    for event in (fact.event for fact in story.facts):
        if isinstance(event, ClockChanged) and event.change == "breached":
            missed.add((event.metric, event.instance))
        elif isinstance(event, ClockChanged) and event.change != "warned":
            last[event.metric, event.instance] = event.change
    ends = {"met": "met", "breached": "cured", "pending": "cancelled"}
    for row in clock_rows(story.state, story.now):
        clock = (row.name, row.instance)
        if row.state in ("running", "paused"):
            assert last[clock] not in ends.values(), clock
        else:
            assert last[clock] in (ends[row.verdict], "cancelled"), clock
        assert clock in missed or row.verdict != "breached", clock
