"""What a policy says about a second person's word on refunds: above which sums, and whose it is."""

from collections.abc import Mapping

from pydantic import Field, field_validator

from domain.base import AmountMinor, Currency, Model
from domain.sla.spec import TimeZoneName
from domain.staff.roles import LadderRole, may_as

Limits = dict[Currency, AmountMinor]
"""Up to what nobody else need look. A currency that is not named: everything needs a second person."""


class ApprovalRules(Model):
    """Three limits, so that a large refund cannot be split into small ones. A sum that is equal is within."""

    per_refund_minor: Limits
    per_order_minor: Limits
    """All refunds of an order together."""
    per_day_minor: Limits
    """What one member of the staff lets be paid in a day without a second person."""
    timezone: TimeZoneName
    """The merchant's: their days are those of the third limit."""
    by: tuple[LadderRole, ...] = Field(default=("lead", "head"), min_length=1)

    @field_validator("by")
    @classmethod
    def _may_approve(cls, roles: tuple[LadderRole, ...]) -> tuple[LadderRole, ...]:
        for role in roles:
            if not may_as(role, "approve"):
                raise ValueError(f"approve is not for {role}")
        return roles


def limit_of(limits: Mapping[str, int], currency: str) -> int:
    """The limit in a currency."""
    return limits.get(currency, 0)
