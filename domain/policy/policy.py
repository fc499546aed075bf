"""A policy: every figure of the desk in one validated, content-hashed document (design §4)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.base import Instant, Model, Slug
from domain.calendars import NO_HOLIDAYS, CalendarRules, Snapshot, calendar_of
from domain.errors import InvalidRequest, UnknownCalendar
from domain.notice_rules import NoticeRules
from domain.orders import Language
from domain.policy.claim_rules import CarrierClaimRules
from domain.policy.clock_rules import CaseProfile, ClockRules
from domain.policy.complaint_rules import ComplaintRules
from domain.policy.delivery_rules import DeliveryRules
from domain.policy.goodwill_rules import GoodwillRules
from domain.policy.improvement_rules import ImprovementRules
from domain.policy.parcel_rules import ParcelRules
from domain.policy.pinned import GradedTerms, PinnedPolicy, carried, carried_days
from domain.policy.return_rules import ReturnRules
from domain.policy.weather_rules import WeatherRules
from domain.policy.work_rules import LookupRules, RefundRules
from domain.records import CaseKind
from domain.sla import Calendar, ClockSpec, Metric

SHORT_HASH_LENGTH = 12
WindowState = Literal["not_yet", "now", "over"]
T = TypeVar("T", bound=PinnedPolicy)


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

    def state(self, at: datetime) -> WindowState:
        """Where that moment lies."""
        if self.holds(at):
            return "now"
        return "not_yet" if at < self.since else "over"

    def overlaps(self, other: Self) -> bool:
        """Whether both are in force at some moment."""
        return self.since < other.until and other.since < self.until


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
    complaints: ComplaintRules | None = None
    notices: NoticeRules
    lookups: LookupRules
    refunds: RefundRules
    teams: tuple[Slug, ...] = ()
    """To whom work may be given; deploy/staff.yaml says who is in each."""
    deliveries: DeliveryRules | None = None
    carrier_claims: CarrierClaimRules | None = None
    weather: WeatherRules | None = None
    parcels: ParcelRules | None = None
    improvements: ImprovementRules | None = None
    goodwill: GoodwillRules | None = None

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

    @model_validator(mode="after")
    def _has_the_teams_it_names(self) -> Self:
        known = ", ".join(self.teams)
        named = self.complaints.dispatch.teams if self.complaints and self.teams else {}
        problems = [
            InitErrorDetails(
                type=PydanticCustomError(
                    "unknown_team",
                    'there is no team "{name}" (there is: {known})',
                    {"name": name, "known": known},
                ),
                loc=("complaints", "dispatch", "teams", category),
                input=name,
            )
            for category, name in named.items()
            if name not in self.teams
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

    def clashes_with(self, other: Self) -> bool:
        """Whether both stand in for the same policy at some moment."""
        if self.extends != other.extends or self.in_force is None or other.in_force is None:
            return False
        return self.in_force.overlaps(other.in_force)

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
        return ClockSpec(calendars=self._named(metrics, named, snapshots), metrics=tuple(metrics))

    def pin(self, terms: type[T], case: CaseProfile, at: datetime, snapshots: Mapping[str, Snapshot]) -> T:
        """The excerpt that a case opened at `at` carries for its whole life.

        Raises `UnknownCalendar`, and `InvalidRequest` where the policy says nothing about such cases.
        """
        sections = {name: getattr(self, name) for name in terms.sections}
        if missing := [name for name, rules in sections.items() if rules is None]:
            raise InvalidRequest(f"policy {self.name} has no section {missing[0]}; such cases need it")
        clocks = self.clocks(case, snapshots)
        if issubclass(terms, GradedTerms):
            metrics = self.metrics.get(case.kind, {})
            sections["metrics"] = tuple(metrics.items())
            calendars = self._named(metrics.values(), set(), snapshots)
            clocks = ClockSpec(calendars=calendars, metrics=clocks.metrics)
        return terms(
            policy=self.name,
            policy_hash=self.hash,
            calendar_revision=self._calendar_revision(clocks.calendars, snapshots),
            clocks=carried(clocks, *carried_days(at)),
            notices=self.notices,
            refunds=self.refunds,
            teams=self.teams,
            goodwill=self.goodwill if terms.gives else None,
            **sections,
        )

    def _named(
        self, metrics: Iterable[Metric | ClockRules], also: set[str], snapshots: Mapping[str, Snapshot]
    ) -> dict[str, Calendar]:
        """The calendars that these go by."""
        named = also.union(*({each.calendar, each.legal_calendar or each.calendar} for each in metrics))
        return {name: self.calendar(name, snapshots) for name in self.calendars if name in named}

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
