"""What a case carries of its policy: as it was at the opening, small enough for a workflow's history."""

from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Literal, cast

from pydantic import SerializationInfo, model_serializer

from domain.base import Model, Slug
from domain.calendars import trim
from domain.notice_rules import NoticeRules
from domain.policy.clock_rules import CaseProfile, ClockRules
from domain.policy.complaint_rules import ComplaintRules
from domain.policy.goodwill_rules import GoodwillRules
from domain.policy.return_rules import ReturnRules
from domain.policy.work_rules import LookupRules, RefundRules
from domain.records import CaseKind
from domain.sla import ClockSpec

# A case's calendars are cut to what it can live through; a deadline beyond is shown as provisional.
# The days before are for the window to apply in, which began at receipt.
CARRIED_BEFORE = timedelta(days=30)
CARRIED_AFTER = timedelta(days=200)


GradedMetrics = tuple[tuple[Slug, ClockRules], ...]


class PinnedPolicy(Model):
    """A policy's excerpt for one case: its clocks with their targets, calendars cut to a window, rules.

    The whole policy is stored under `policy_hash`. `calendar_revision` names the published holidays that the
    calendars were made from. JSON leaves out whatever is at its default. Each kind adds the `sections` of the
    policy that its cases need.
    """

    kind: ClassVar[CaseKind]
    sections: ClassVar[tuple[str, ...]]
    gives: ClassVar[bool] = False
    """Whether such cases give more than the price, and carry the budgets of that."""

    policy: str
    policy_hash: str
    calendar_revision: str
    clocks: ClockSpec
    notices: NoticeRules
    refunds: RefundRules
    teams: tuple[Slug, ...] = ()
    goodwill: GoodwillRules | None = None
    """Without it a compensation is taken from what was captured, and there are no vouchers."""

    @model_serializer
    def _compact(self, info: SerializationInfo) -> dict[str, Any]:
        mode = cast("Literal['json', 'python']", info.mode)
        kept = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: _plain(value, mode) for name, value in kept.items() if value is not None}


def _plain(value: Any, mode: Literal["json", "python"]) -> Any:
    if isinstance(value, Model):
        return value.model_dump(mode=mode, exclude_defaults=True)
    if isinstance(value, tuple):
        return tuple(_plain(each, mode) for each in cast("tuple[Any, ...]", value))
    return value


class ReturnTerms(PinnedPolicy):
    """What a return carries."""

    kind = "return"
    sections = ("returns", "lookups")

    returns: ReturnRules
    lookups: LookupRules


class GradedTerms(PinnedPolicy):
    """Terms of a kind whose targets depend on what is decided after the opening, as a grade is.

    `clocks` has the targets of the case as it was opened, and the calendars of all targets that it may get.
    """

    metrics: GradedMetrics
    """In the policy's order, which a mapping would lose in the store."""

    def clocks_of(self, case: CaseProfile) -> ClockSpec:
        """The clocks that such a case is held to."""
        if case not in self.chosen:
            self.chosen[case] = graded_clocks(self.metrics, self.clocks, case)
        return self.chosen[case]

    @cached_property
    def chosen(self) -> dict[CaseProfile, ClockSpec]:
        """Asked for with every fact, so each choice is made once."""
        return {}


class ComplaintTerms(GradedTerms):
    """What a complaint carries."""

    kind = "complaint"
    sections = ("complaints",)
    gives = True

    complaints: ComplaintRules


def graded_clocks(metrics: GradedMetrics, pinned: ClockSpec, case: CaseProfile) -> ClockSpec:
    """The clocks of a case as it is graded now, with the calendars that were pinned."""
    chosen = (clock.metric(name, case) for name, clock in metrics)
    return ClockSpec(calendars=pinned.calendars, metrics=tuple(metric for metric in chosen if metric))


def carried_days(at: datetime) -> tuple[date, date]:
    """The days that a case opened at `at` knows the calendars of."""
    return (at - CARRIED_BEFORE).date(), (at + CARRIED_AFTER).date()


def carried(clocks: ClockSpec, first: date, last: date) -> ClockSpec:
    """The clocks with their calendars cut to these days."""
    calendars = {name: trim(calendar, first, last) for name, calendar in clocks.calendars.items()}
    return ClockSpec(calendars=calendars, metrics=clocks.metrics)
