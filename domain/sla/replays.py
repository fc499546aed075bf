"""Replay of clocks over a list of events, with which anybody can reproduce a figure (contracts §1)."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, model_validator

from domain.base import Instant, Model
from domain.errors import InvalidRequest
from domain.sla.book import ClockBook, ClockRow, FiredRung, observe, rows
from domain.sla.spec import Calendar, ClockSpec, Metric, check_metrics

YEARS = range(1970, 2400)


def _in_range(at: datetime) -> datetime:
    if at.year not in YEARS:
        raise ValueError(f"{at.isoformat()} is not between the years {YEARS[0]} and {YEARS[-1]}")
    return at


ReplayInstant = Annotated[Instant, AfterValidator(_in_range)]


class ReplayEvent(Model):
    """Something that happened, when."""

    at: ReplayInstant
    type: str


class ReplayCase(Model):
    """What a policy's targets depend on."""

    kind: str
    priority: str | None = None
    tier: str | None = None
    channel: str | None = None
    category: str | None = None
    source: str | None = None


class Replay(Model):
    """Events, and the clocks to run over them: given in full, or a shipped policy's for such a case."""

    calendars: dict[str, Calendar] | None = None
    metrics: tuple[Metric, ...] | None = None
    policy: str | None = None
    case: ReplayCase | None = None
    events: tuple[ReplayEvent, ...]
    as_of: ReplayInstant

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        own = (self.calendars is not None, self.metrics is not None)
        shipped = (self.policy is not None, self.case is not None)
        if (own, shipped) not in (((True, True), (False, False)), ((False, False), (True, True))):
            raise ValueError('give either "calendars" and "metrics", or "policy" and "case"')
        check_metrics(self.calendars, self.metrics or ())
        return self


class ReplayAnswer(Model):
    """One row per metric and instance that ever started. Printed without the fields that are not set."""

    metrics: tuple[ClockRow, ...]


PolicySource = Callable[[str, ReplayCase, datetime], ClockSpec]
"""Finds the clocks of a shipped policy (by its file) for a case that opens at an instant."""


def replay(asked: Replay, policy_source: PolicySource | None = None) -> ReplayAnswer:
    """Run the clocks over the events until `as_of`; times are in the zone of each metric's calendar.

    A policy is taken as of the first event. Raises EndlessCalendar and what the policy's source raises.
    """
    spec = _spec(asked, policy_source)
    book = ClockBook()
    for event in asked.events:
        book = observe(book, spec, event.type, event.at)
    zones = {metric.name: ZoneInfo(spec.calendars[metric.calendar].timezone) for metric in spec.metrics}
    found = rows(book, spec, asked.as_of)
    return ReplayAnswer(metrics=tuple(in_zone(row, zones[row.name]) for row in found))


def in_zone(row: ClockRow, zone: ZoneInfo) -> ClockRow:
    """The same row with its times in another zone."""
    moved: dict[str, Any] = {
        name: value.astimezone(zone)
        for name in row.model_fields_set
        if isinstance(value := getattr(row, name), datetime)
    }
    moved["rungs"] = tuple(FiredRung(rung=fired.rung, at=fired.at.astimezone(zone)) for fired in row.rungs)
    return row.model_copy(update=moved)


def _spec(asked: Replay, policy_source: PolicySource | None) -> ClockSpec:
    if asked.calendars is not None and asked.metrics is not None:
        return ClockSpec(calendars=asked.calendars, metrics=asked.metrics)
    if policy_source is None or asked.policy is None or asked.case is None:
        raise InvalidRequest("policy: this replay takes no policies; give calendars and metrics")
    opened_at = min((event.at for event in asked.events), default=asked.as_of)
    return policy_source(asked.policy, asked.case, opened_at)
