"""`evolve(state, event)` of a kind, and the way from decided events to recorded facts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, NamedTuple, TypeVar

from domain.cases import events as facts
from domain.cases.events import SHARED, CaseEvent
from domain.cases.state import AnyState, S
from domain.cases.steps import SHARED_STEPS, Change, Step
from domain.errors import UnknownPolicy
from domain.policy.events import KNOWN_EVENTS
from domain.policy.pinned import PinnedPolicy
from domain.records import Recorded
from domain.sla import ClockBook, ClockChange, changes, hear, retargets, told, under_other_terms

E = TypeVar("E", bound=CaseEvent)
HappenedAt = Callable[[Any, CaseEvent, datetime], datetime]
TermsByHash = Mapping[str, PinnedPolicy]


class Fact(NamedTuple):
    """What goes into the stream, and the payload it was made from."""

    record: Recorded
    event: CaseEvent


def _now(state: AnyState, event: CaseEvent, now: datetime) -> datetime:
    del state, event
    return now


NOBODY_OF_THE_STAFF = ("customer", "policy", "system", "clock", "payment", "watch", "weather")


def staff_of(actor: str) -> str | None:
    """The member of the staff in an envelope's `role:id`; None for anybody and anything else."""
    role, _, who = actor.partition(":")
    return who if who and role not in NOBODY_OF_THE_STAFF else None


class Fold(Generic[S]):
    """How a kind's facts change its state: the only place where it changes.

    `happened_at` says when a fact happened where somebody else saw it first; without it, when it is decided.
    Whoever's word is one of `money_asked` lets money be paid, one of `money_fixed` says how much.
    """

    def __init__(
        self,
        own: Iterable[type[CaseEvent]],
        happened_at: HappenedAt = _now,
        money_asked: Collection[type[CaseEvent]] = (),
        money_fixed: Collection[type[CaseEvent]] = (),
    ) -> None:
        self.payloads: dict[str, type[CaseEvent]] = {event.name: event for event in (*SHARED, *own)}
        self._steps: dict[type[CaseEvent], Step] = dict(SHARED_STEPS)
        self._happened_at = happened_at
        self._hands = {"money_asked_by": money_asked, "money_fixed_by": money_fixed}

    def on(self, event: type[E]) -> Callable[[Callable[[S, E, datetime], Change]], Step]:
        """Decorates the step of an event: the fields of the state that it changes."""

        def register(step: Callable[[S, E, datetime], Change]) -> Step:
            self._steps[event] = step
            return step

        return register

    def decode(self, record: Recorded) -> CaseEvent:
        """The payload of a stored fact, after upcasting."""
        return self.payloads[record.type].model_validate(record.data)

    def evolve(
        self, state: S, record: Recorded, event: CaseEvent | None = None, terms: TermsByHash | None = None
    ) -> S:
        """The state after one recorded fact. `event` spares decoding where the payload is still at hand.

        `terms` are needed for a case that was retargeted; raises `UnknownPolicy` without them.
        """
        event, promised = event or self.decode(record), state.clock_spec
        if isinstance(event, facts.Retargeted):
            state = state.model_copy(update=_retargeted(event, terms or {}))
        step = self._steps.get(type(event))
        change = step(state, event, record.at) if step else {}
        change = {**change, **self._whose(record, event)}
        if "stage" in change and change["stage"] != state.stage:
            change["stage_since"] = record.at
        after = state.model_copy(
            update={
                **change,
                "seq": record.seq,
                "last_event_at": max(record.at, state.last_event_at or record.at),
                "clocks": _heard(state, record, event),
            }
        )
        if after.clock_spec is promised or after.clock_spec == promised:
            return after
        clocks = under_other_terms(after.clocks, promised, record.at)
        return after.model_copy(update={"clocks": clocks})

    def _whose(self, record: Recorded, event: CaseEvent) -> Change:
        """Whose hands are in the money from now on, by the envelope of a fact."""
        return {field: staff_of(record.actor) for field, by in self._hands.items() if type(event) in by}

    def fold(self, state: S, records: Iterable[Recorded], terms: TermsByHash | None = None) -> S:
        """The state after all these facts."""
        for record in records:
            state = self.evolve(state, record, terms=terms)
        return state

    def record(
        self,
        state: S,
        events: Sequence[CaseEvent],
        now: datetime,
        actor: str,
        terms: TermsByHash | None = None,
    ) -> tuple[S, list[Fact]]:
        """The state after the events, and the facts: the events and every clock change until now.

        Clock changes are facts of their own, dated by event time: a timer that runs late changes no verdict.
        """
        recorded: list[Fact] = []
        for event in events:
            fact = _fact(state, event, self._happened_at(state, event, now), actor)
            after = self.evolve(state, fact.record, event, terms)
            if after.clock_spec != state.clock_spec:
                # What time had brought about until now is told by the promise that held until now.
                held = self._tell(state, recorded, changes(state.clocks, state.clock_spec, now))
                fact = _fact(held, event, self._happened_at(held, event, now), actor)
                after = self.evolve(held, fact.record, event, terms)
                recorded.append(fact)
                state = self._tell(
                    after, recorded, retargets(after.clocks, held.clock_spec, after.clock_spec, now)
                )
            else:
                recorded.append(fact)
                state = after
        return self._tell(state, recorded, changes(state.clocks, state.clock_spec, now)), recorded

    def _tell(self, state: S, recorded: list[Fact], told_now: Iterable[ClockChange]) -> S:
        for change in told_now:
            changed = facts.ClockChanged(
                metric=change.metric,
                instance=change.instance,
                change=change.change,
                rung=change.rung,
                due_at=change.due_at,
                tell=list(change.tell),
                reassign=change.reassign,
            )
            fact = _fact(state, changed, change.at, "clock")
            recorded.append(fact)
            state = self.evolve(state, fact.record, changed)
        return state


def _fact(state: AnyState, event: CaseEvent, at: datetime, actor: str) -> Fact:
    record = Recorded(
        seq=state.seq + 1,
        type=event.name,
        version=event.version,
        at=at,
        actor=actor,
        data=event.model_dump(mode="json", exclude_defaults=True),
    )
    return Fact(record, event)


def _heard(state: AnyState, record: Recorded, event: CaseEvent) -> ClockBook:
    if isinstance(event, facts.ClockChanged):
        return told(state.clocks, _change(event, record.at))
    return hear(state.clocks, record.type, record.at) if record.type in KNOWN_EVENTS else state.clocks


def _change(event: facts.ClockChanged, at: datetime) -> ClockChange:
    return ClockChange(
        metric=event.metric,
        instance=event.instance,
        change=event.change,
        at=at,
        due_at=event.due_at or at,
        rung=event.rung,
    )


def _retargeted(event: facts.Retargeted, terms: TermsByHash) -> Change:
    if event.terms_hash not in terms:
        raise UnknownPolicy(f"there are no terms {event.terms_hash}, to which the case was retargeted")
    return {
        "terms": terms[event.terms_hash],
        "terms_hash": event.terms_hash,
        "policy": event.policy,
        "policy_hash": event.policy_hash,
        "calendar_revision": event.calendar_revision,
    }
