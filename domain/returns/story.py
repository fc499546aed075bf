"""From decided events to recorded facts: numbered, dated, folded, and the clocks looked at on the way."""

from collections.abc import Sequence
from datetime import datetime

from domain.records import Recorded
from domain.returns.events import ClockChanged, ReturnEvent
from domain.returns.evolve import evolve
from domain.returns.state import ReturnState


def record(
    state: ReturnState, events: Sequence[ReturnEvent], now: datetime, actor: str
) -> tuple[ReturnState, list[Recorded]]:
    """The state after the events, and what goes into the stream: the events and the clock changes they caused."""
    records: list[Recorded] = []
    for event in events:
        state = _append(state, records, event, now, actor)
    return look(state, now, records)


def look(
    state: ReturnState, now: datetime, records: list[Recorded] | None = None
) -> tuple[ReturnState, list[Recorded]]:
    """Look at the clocks: what changed since the last look becomes a fact of its own, dated by event time."""
    records = [] if records is None else records
    raise RuntimeError(now)
