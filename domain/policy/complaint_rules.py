"""What a policy says about complaints: grade, team, limits, ceilings, rounds and silence (sop C3–C12)."""

from collections.abc import Sequence
from typing import Self

from pydantic import Field, field_validator, model_validator

from domain.base import AmountMinor, Currency, Model, Quantity, Slug
from domain.grading import CATEGORIES, SEVERITIES, URGENCIES, ComplaintCategory, Severity, Urgency
from domain.orders import Priority
from domain.policy.clock_rules import Role
from domain.policy.periods import Period
from domain.policy.selection import meets
from domain.sla.quantities import Duration
from domain.staff.roles import Action, may_as


class GradingRules(Model):
    """Severity and urgency give the priority (sop C4)."""

    matrix: dict[Severity, dict[Urgency, Priority]]
    ungraded: Priority
    """The priority until somebody has graded the complaint."""

    @model_validator(mode="after")
    def _has_every_field(self) -> Self:
        missing = [
            f"{severity}.{urgency}"
            for severity in SEVERITIES
            for urgency in URGENCIES
            if urgency not in self.matrix.get(severity, {})
        ]
        if missing:
            raise ValueError(f"matrix: {missing[0]} is missing; every severity needs every urgency")
        return self

    def priority(self, severity: Severity | None, urgency: Urgency | None) -> Priority:
        """The priority of a grade, or of none."""
        if severity is None or urgency is None:
            return self.ungraded
        return self.matrix[severity][urgency]


class DispatchRules(Model):
    """Which team a category goes to, and how often a complaint may be passed on (sop C5)."""

    teams: dict[ComplaintCategory, Slug]
    transfers_at_most: int = Field(ge=0)
    skills: dict[ComplaintCategory, tuple[Slug, ...]] = {}
    """What whoever of the team gets it must know; a category that is not named asks for nothing."""

    @model_validator(mode="after")
    def _has_every_category(self) -> Self:
        if missing := [category for category in CATEGORIES if category not in self.teams]:
            raise ValueError(f"teams: {missing[0]} is missing; every category needs a team")
        return self


class Ceiling(Model):
    """Up to what a measure may be worth without a word from above, for some grades."""

    priority: list[Priority] | None = None
    up_to_minor: dict[Currency, AmountMinor]
    """A currency that is not named: nothing without a word from above."""


class MoneyRules(Model):
    """What the desk may promise by itself (sop C10). Of each list the first that covers the grade counts."""

    refund: list[Ceiling]
    """Money back for goods that stay with the customer."""
    compensation: list[Ceiling]
    voucher: list[Ceiling] = []
    above_needs: tuple[Role, ...] = Field(min_length=1)

    @field_validator("above_needs")
    @classmethod
    def _may_approve(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        return _allowed(roles, "approve")

    def ceiling_minor(self, ceilings: Sequence[Ceiling], priority: Priority, currency: str) -> int:
        """The most of a list that needs no approval."""
        found = next((ceiling for ceiling in ceilings if meets(ceiling.priority, priority)), None)
        return found.up_to_minor.get(currency, 0) if found else 0


class ConfirmRules(Model):
    """How the customer is asked, and what becomes of silence and of a second no (sop C12)."""

    remind_every: Period
    reminders: int = Field(ge=0)
    """After so many reminders without an answer a lead decides."""
    rounds_at_most: Quantity
    """How often a complaint is looked into before a lead decides."""
    final_by: tuple[Role, ...] = Field(min_length=1)

    @field_validator("final_by")
    @classmethod
    def _may_decide(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        return _allowed(roles, "decide_final")


def _allowed(roles: tuple[Role, ...], action: Action) -> tuple[Role, ...]:
    """A policy narrows who may do what (domain/staff/roles.py); it cannot give it to others."""
    for role in roles:
        if not may_as(role, action):
            raise ValueError(f"{action.replace('_', ' ')} is not for {role}")
    return roles


class ReopenRule(Model):
    """Closed cases with such an outcome go on because of a complaint about them, for a while."""

    outcomes: list[Slug] = Field(min_length=1)
    within: Duration


class ComplaintRules(Model):
    """All of it."""

    received_within: Duration
    """How far back a receipt may lie that is written down late."""
    grading: GradingRules
    dispatch: DispatchRules
    money: MoneyRules
    confirm: ConfirmRules
    repeats_within: Duration
    """Complaints of one customer about the same order and category within this time belong together."""
    reopens: list[ReopenRule] = []
    """A closed case that none of these covers stays closed; the complaint follows it."""
    improve_within: Period
    """When an improvement is due that nobody gave a time for."""
