"""A case's clocks as a file for `casework sla replay`, with which anybody can work them out again."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.cases.events import ClockChanged
from domain.cases.readings import clock_rows
from domain.cases.state import AnyState
from domain.records import Recorded
from domain.sla import Replay, ReplayAnswer
from domain.sla.replays import ReplayEvent, in_zone


def clock_replay(state: AnyState, records: Iterable[Recorded], as_of: datetime) -> Replay:
    """The case's own events under its last terms (contracts §1); what its clocks made of them is left out."""
    spec = state.clock_spec
    heard = (record for record in records if record.type != ClockChanged.name)
    return Replay(
        calendars=spec.calendars,
        metrics=spec.metrics,
        events=tuple(ReplayEvent(at=record.at, type=record.type) for record in heard),
        as_of=as_of,
    )


def told_clocks(state: AnyState, as_of: datetime) -> ReplayAnswer:
    """The clocks as the case tells them, in the form of a replay's answer."""
    spec = state.clock_spec
    zones = {metric.name: ZoneInfo(spec.calendars[metric.calendar].timezone) for metric in spec.metrics}
    return ReplayAnswer(metrics=tuple(in_zone(row, zones[row.name]) for row in clock_rows(state, as_of)))
