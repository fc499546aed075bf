"""What a policy says about clocks: targets by priority, tier and channel, and who is told (design §4)."""

from typing import Literal, cast, get_args

from pydantic import Field, field_validator

from domain.base import Model
from domain.orders import IntakeChannel, Priority, Tier
from domain.policy.events import EventName
from domain.policy.selection import meets
from domain.records import CaseKind
from domain.sla import Metric, Rung
from domain.sla.quantities import TargetText
from domain.sla.spec import Reopen, Roll

Role = Literal["agent", "lead", "head"]
ROLES: tuple[Role, ...] = get_args(Role)


class CaseProfile(Model):
    """What a case's targets depend on."""

    kind: CaseKind
    priority: Priority = "P3"
    tier: Tier = "ordinary"
    channel: IntakeChannel = "app"


class TargetRule(Model):
    """A target for some cases; a list that is left out matches everything, `target: null` means no clock."""

    priority: list[Priority] | None = None
    tier: list[Tier] | None = None
    channel: list[IntakeChannel] | None = None
    target: TargetText | None

    def covers(self, case: CaseProfile) -> bool:
        """Whether the target is meant for such a case."""
        return (
            meets(self.priority, case.priority)
            and meets(self.tier, case.tier)
            and meets(self.channel, case.channel)
        )


class StaffRung(Rung):
    """A step of the escalation that says who is told."""

    @field_validator("tell")
    @classmethod
    def _known_roles(cls, tell: tuple[str, ...]) -> tuple[str, ...]:
        if not tell or set(tell) - set(ROLES):
            raise ValueError(f"say who is told: one or more of {', '.join(ROLES)}")
        return tell


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

    def metric(self, name: str, case: CaseProfile) -> Metric | None:
        """The contract's metric for a case; None where the policy gives it no target."""
        target = next((rule.target for rule in self.targets if rule.covers(case)), None)
        if target is None:
            return None
        same = cast("dict[str, object]", self.model_dump(exclude={"targets"}, exclude_defaults=True))
        return Metric.model_validate({"name": name, "target": target, **same})
