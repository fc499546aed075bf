"""What a case's clocks say."""

from datetime import datetime

from domain.cases.state import AnyState
from domain.records import SlaState
from domain.sla import ClockRow, rows


def clock_rows(state: AnyState, as_of: datetime) -> tuple[ClockRow, ...]:
    """The case's clocks, one row per metric and instance."""
    return rows(state.clocks, state.clock_spec, as_of)


def sla_state(clocks: tuple[ClockRow, ...]) -> SlaState:
    """The worst of the clocks; a cured breach stays a breach."""
    if not clocks:
        return "none"
    if any(row.verdict == "breached" for row in clocks):
        return "breached"
    running = [row for row in clocks if row.state in ("running", "paused")]
    if any(row.rungs for row in running):
        return "warned"
    return "paused" if running and all(row.state == "paused" for row in running) else "ok"


def known_at(state: AnyState) -> datetime:
    """The moment that the facts so far speak of: the last one, or the last clock change that was told."""
    assert state.last_event_at is not None
    return max(state.last_event_at, state.clocks.told_at or state.last_event_at)


def nearest_clock(clocks: tuple[ClockRow, ...]) -> ClockRow | None:
    """The clock that is due first of those that run."""
    pending = [row for row in clocks if row.state == "running" and row.verdict == "pending"]
    return min(pending, key=lambda row: row.due_at) if pending else None
