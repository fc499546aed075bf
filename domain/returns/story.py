"""From decided events to recorded facts: numbered, dated, folded, and the clocks looked at on the way."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from domain.policy.pinned import PinnedPolicy
from domain.records import Recorded
from domain.returns.events import ClockChanged, Delivered, Received, ReturnEvent
from domain.returns.evolve import evolve
from domain.returns.messages import OpenReturn
from domain.returns.state import ReturnState
from domain.sla import ClockBook, changes


class Fact(NamedTuple):
    """What goes into the stream, and the payload it was made from."""

    record: Recorded
    event: ReturnEvent


def blank(start: OpenReturn, terms: PinnedPolicy) -> ReturnState:
    """A return before its first event."""
    return ReturnState(
        case_id=start.case_id,
        merchant=start.merchant,
        number=start.number,
        terms=terms,
        clocks=ClockBook(),
    )


def record(
    state: ReturnState, events: Sequence[ReturnEvent], now: datetime, actor: str
) -> tuple[ReturnState, list[Fact]]:
    """The state after the events, and the facts: the events and every clock change until now.

    Clock changes are facts of their own, dated by event time: a timer that runs late changes no verdict.
    """
    facts: list[Fact] = []
    for event in events:
        state = _append(state, facts, event, _happened_at(state, event, now), actor)
    for change in changes(state.clocks, state.terms.clocks, now):
        told = ClockChanged(
            metric=change.metric,
            instance=change.instance,
            change=change.change,
            rung=change.rung,
            due_at=change.due_at,
            tell=list(change.tell),
        )
        state = _append(state, facts, told, change.at, "clock")
    return state, facts


def _append(
    state: ReturnState, facts: list[Fact], event: ReturnEvent, at: datetime, actor: str
) -> ReturnState:
    fact = Recorded(
        seq=state.seq + 1,
        type=event.name,
        version=event.version,
        at=at,
        actor=actor,
        data=event.model_dump(mode="json", exclude_defaults=True),
    )
    facts.append(Fact(fact, event))
    return evolve(state, fact, event)


def _happened_at(state: ReturnState, event: ReturnEvent, now: datetime) -> datetime:
    """When it happened, by the word of who saw it; never before the case, never after now."""
    match event:
        case Received():
            said = event.received_at
        case Delivered():
            said = event.scanned_at
        case _:
            return now
    return min(max(said, state.opened_at or said), now)
