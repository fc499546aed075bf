"""What a policy says about clocks: targets by priority, tier and channel, and who is told (design §4)."""

from typing import Literal, cast, get_args

from pydantic import Field, ValidationError, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from domain.base import Model
from domain.grading import ComplaintCategory, Source
from domain.orders import IntakeChannel, Priority, Tier
from domain.policy.events import EventName
from domain.policy.selection import meets
from domain.records import CaseKind
from domain.sla import Metric, Rung
from domain.sla.quantities import TargetText
from domain.sla.spec import SAME_RUNG, Reopen, Roll

Role = Literal["agent", "lead", "head"]
ROLES: tuple[Role, ...] = get_args(Role)
TOLD: tuple[str, ...] = (*ROLES, "on_call")
"""Whom a ladder can tell: a role, or whoever is on call for the case's team."""
REASSIGN: tuple[str, ...] = ("team", "lead", "head", "on_call")
"""Who can get the case: somebody else of its team, by skill and load, or who is told for that role."""


class CaseProfile(Model):
    """What a case's targets depend on."""

    kind: CaseKind
    priority: Priority = "P3"
    tier: Tier = "ordinary"
    channel: IntakeChannel = "app"
    category: ComplaintCategory | None = None
    source: Source = "customer"


class TargetRule(Model):
    """A target for some cases; a list that is left out matches everything, `target: null` means no clock."""

    priority: list[Priority] | None = None
    tier: list[Tier] | None = None
    channel: list[IntakeChannel] | None = None
    category: list[ComplaintCategory] | None = None
    """A case that is not classified yet is in none of them."""
    source: list[Source] | None = None
    target: TargetText | None

    def covers(self, case: CaseProfile) -> bool:
        """Whether the target is meant for such a case."""
        return (
            meets(self.priority, case.priority)
            and meets(self.tier, case.tier)
            and meets(self.channel, case.channel)
            and meets(self.category, case.category)
            and meets(self.source, case.source)
        )


class StaffRung(Rung):
    """A step of the escalation that says who is told, and who gets the case where it says that, too."""

    @field_validator("tell")
    @classmethod
    def _known_roles(cls, tell: tuple[str, ...]) -> tuple[str, ...]:
        if not tell or set(tell) - set(TOLD):
            raise ValueError(f"say who is told: one or more of {', '.join(TOLD)}")
        return tell

    @field_validator("reassign")
    @classmethod
    def _known_owner(cls, reassign: str | None) -> str | None:
        if reassign is not None and reassign not in REASSIGN:
            raise ValueError(f"say who gets the case: one of {', '.join(REASSIGN)}")
        return reassign


class ClockRules(Model):
    """A metric of the policy before a case's target is chosen; the rest is as in contracts §1."""

    calendar: str
    targets: list[TargetRule] = Field(min_length=1)
    """The first that covers the case counts; none: the case has no such clock (sop K1)."""
    roll: Roll | None = None
    legal: TargetText | None = None
    legal_calendar: str | None = None
    legal_roll: Roll | None = None
    start: tuple[EventName, ...] = Field(min_length=1)
    stop: tuple[EventName, ...] = Field(min_length=1)
    pause: tuple[EventName, ...] = ()
    resume: tuple[EventName, ...] = ()
    cancel: tuple[EventName, ...] = ()
    reopen: Reopen = "continue"
    ladder: tuple[StaffRung, ...] = ()

    @field_validator("ladder")
    @classmethod
    def _rungs_differ(cls, ladder: tuple[StaffRung, ...]) -> tuple[StaffRung, ...]:
        problems = [
            InitErrorDetails(
                type=PydanticCustomError("same_rung", SAME_RUNG, {"rung": rung.text}),
                loc=(index,),
                input=rung,
            )
            for index, rung in enumerate(ladder)
            if rung.text in {earlier.text for earlier in ladder[:index]}
        ]
        if problems:
            raise ValidationError.from_exception_data(cls.__name__, problems)
        return ladder

    def metric(self, name: str, case: CaseProfile) -> Metric | None:
        """The contract's metric for a case; None where the policy gives it no target."""
        target = next((rule.target for rule in self.targets if rule.covers(case)), None)
        if target is None:
            return None
        same = cast("dict[str, object]", self.model_dump(exclude={"targets"}, exclude_defaults=True))
        return Metric.model_validate({"name": name, "target": target, **same})
