"""A policy: every figure of the desk in one validated, content-hashed document (design §4)."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.base import Instant, Model, Slug
from domain.calendars import NO_HOLIDAYS, CalendarRules, Snapshot, calendar_of, trim
from domain.errors import UnknownCalendar
from domain.notice_rules import NoticeRules
from domain.orders import Language
from domain.policy.clock_rules import CaseProfile, ClockRules
from domain.policy.pinned import CARRIED_AFTER, CARRIED_BEFORE, PinnedPolicy
from domain.policy.return_rules import ReturnRules
from domain.policy.work_rules import LookupRules, RefundRules
from domain.records import CaseKind
from domain.sla import Calendar, ClockSpec

SHORT_HASH_LENGTH = 12


class InForce(Model):
    """When an overlay stands in for the policy that it extends: from `since`, before `until`."""

    since: Instant
    until: Instant

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.since >= self.until:
            raise ValueError("`until` must be later than `since`")
        return self

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.since <= at < self.until


class Policy(Model):
    """What the desk promises and allows. Hours, days and money are here and nowhere in code.

    A default must never change its meaning: what is left at its default is not part of the hash.
    """

    name: Slug
    title: dict[Language, str]
    extends: Slug | None = None
    in_force: InForce | None = None
    calendars: dict[Slug, CalendarRules] = Field(min_length=1)
    metrics: dict[CaseKind, dict[Slug, ClockRules]]
    returns: ReturnRules
    notices: NoticeRules
    lookups: LookupRules
    refunds: RefundRules

    @model_validator(mode="after")
    def _has_the_calendars_it_names(self) -> Self:
        known = ", ".join(self.calendars)
        problems = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "unknown_calendar",
                    'there is no calendar "{name}" (there is: {known})',
                    {"name": name, "known": known},
                ),
                loc=loc,
                input=name,
            )
            for loc, name in self._named_calendars()
            if name not in self.calendars
        ]
        if problems:
            raise ValidationError.from_exception_data(type(self).__name__, problems)
        return self

    @property
    def hash(self) -> str:
        """The version: SHA-256 of the content, the same for all that say the same."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def short_hash(self) -> str:
        """The version as people read it."""
        return self.hash[:SHORT_HASH_LENGTH]

    def calendar(self, name: str, snapshots: Mapping[str, Snapshot]) -> Calendar:
        """One of the policy's calendars with its holidays. Raises `UnknownCalendar`."""
        if name not in self.calendars:
            raise UnknownCalendar(
                f"policy {self.name} has no calendar {name}; it has {', '.join(self.calendars)}"
            )
        return calendar_of(self.calendars[name], snapshots)

    def clocks(self, case: CaseProfile, snapshots: Mapping[str, Snapshot]) -> ClockSpec:
        """The clocks of such a case, and the calendars that it needs. Raises `UnknownCalendar`."""
        clocks = self.metrics.get(case.kind, {}).items()
        metrics = [metric for name, clock in clocks if (metric := clock.metric(name, case))]
        named = {self.returns.window.calendar} if case.kind == "return" else set[str]()
        for metric in metrics:
            named |= {metric.calendar, metric.legal_calendar or metric.calendar}
        calendars = {name: self.calendar(name, snapshots) for name in self.calendars if name in named}
        return ClockSpec(calendars=calendars, metrics=tuple(metrics))

    def pin(self, case: CaseProfile, at: datetime, snapshots: Mapping[str, Snapshot]) -> PinnedPolicy:
        """The excerpt that a case opened at `at` carries for its whole life. Raises `UnknownCalendar`."""
        clocks = self.clocks(case, snapshots)
        first, last = (at - CARRIED_BEFORE).date(), (at + CARRIED_AFTER).date()
        return PinnedPolicy(
            policy=self.name,
            policy_hash=self.hash,
            calendar_revision=self._calendar_revision(clocks.calendars, snapshots),
            clocks=ClockSpec(
                calendars={name: trim(calendar, first, last) for name, calendar in clocks.calendars.items()},
                metrics=clocks.metrics,
            ),
            returns=self.returns,
            notices=self.notices,
            lookups=self.lookups,
            refunds=self.refunds,
        )

    def _calendar_revision(self, names: Mapping[str, Calendar], snapshots: Mapping[str, Snapshot]) -> str:
        """The holidays in use and their revisions, as in `cn@0123456789ab`."""
        holidays = {self.calendars[name].holidays for name in names} - {NO_HOLIDAYS}
        return "+".join(f"{name}@{snapshots[name].revision}" for name in sorted(holidays)) or NO_HOLIDAYS

    def _named_calendars(self) -> Iterator[tuple[tuple[str, ...], str]]:
        yield ("returns", "window", "calendar"), self.returns.window.calendar
        for kind, metrics in self.metrics.items():
            for name, clock in metrics.items():
                yield ("metrics", kind, name, "calendar"), clock.calendar
                if clock.legal_calendar is not None:
                    yield ("metrics", kind, name, "legal_calendar"), clock.legal_calendar
