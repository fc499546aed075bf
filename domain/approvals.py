"""A second person's word on a refund: when it is needed, what it is bound to, whose it may be (design §5)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from domain.base import Model, UtcInstant
from domain.digests import digest
from domain.errors import AlreadyDecided, ApprovalStale, Forbidden, SelfApproval
from domain.policy.approval_rules import ApprovalRules, limit_of
from domain.refunds import ApprovalState, DecideRefund, PayRefund, RefundIntent
from domain.staff.roles import StaffRole, check_may, ladder_role

Threshold = Literal["refund", "order", "requester_day"]


class Subject(Model):
    """What is approved. Another of any of these is another hash."""

    case_id: str
    seq: int
    amount_minor: int
    currency: str
    destination: str


class Committed(Model):
    """What is paid or on its way in the refund's currency, this one included."""

    order_minor: int
    day_minor: int
    """Of its requester's day, without what a second person has looked at; 0 where nobody asked."""


class Asking(Model):
    """Who asks for a refund and when, and by which rules it is judged. `at`: the refund's own time."""

    order: PayRefund
    at: UtcInstant

    @property
    def rules(self) -> ApprovalRules | None:
        """Those of the case's policy; None where it asks nobody."""
        return self.order.rules.approval

    @property
    def day(self) -> date | None:
        """The requester's day; None where nobody asked, or nothing is counted by days."""
        if self.rules is None or self.order.requested_by is None:
            return None
        return business_day(self.at, self.rules.timezone)


class Approval(Model):
    """A refund that a second person was asked about, and what they said."""

    key: str
    refund_id: str
    case_id: str
    seq: int
    merchant: str
    order_id: str
    amount_minor: int
    currency: str
    destination: str
    hash: str
    why: tuple[Threshold, ...]
    requested_by: str | None = None
    edited_by: str | None = None
    customer_says: str | None = None
    """Where the customer agreed to a voucher in place of money."""
    asked_at: UtcInstant
    state: ApprovalState
    decided_by: str | None = None
    decided_at: UtcInstant | None = None
    words: str | None = None
    decision_key: str | None = None
    """Under which the word was sent: the same again is the same word."""

    @property
    def hands(self) -> frozenset[str | None]:
        """Who has had a hand in it."""
        return frozenset({self.requested_by, self.edited_by})

    def is_answered_by(self, word: DecideRefund, key: str) -> bool:
        """Whether this very word was taken before."""
        said = (self.decision_key, self.decided_by, self.state == "approved", self.hash, self.words)
        return said == (key, word.by, word.approve, word.hash, word.reason)


def destination(intent: RefundIntent) -> str:
    """Where the money goes: back along the payment by which it came."""
    return f"{intent.provider}:{intent.merchant}:{intent.order_id}"


def subject_hash(intent: RefundIntent) -> str:
    """What an approval of this refund is bound to."""
    return digest(
        Subject(
            case_id=intent.case_id,
            seq=intent.seq,
            amount_minor=intent.amount_minor,
            currency=intent.currency,
            destination=destination(intent),
        )
    )


def business_day(at: datetime, timezone: str) -> date:
    """The day of a moment in the merchant's time zone."""
    return at.astimezone(ZoneInfo(timezone)).date()


def exceeded(rules: ApprovalRules, intent: RefundIntent, committed: Committed) -> tuple[Threshold, ...]:
    """The limits that a refund goes beyond; none: nobody need look."""
    sums: dict[Threshold, tuple[int, int]] = {
        "refund": (intent.amount_minor, limit_of(rules.per_refund_minor, intent.currency)),
        "order": (committed.order_minor, limit_of(rules.per_order_minor, intent.currency)),
        "requester_day": (
            committed.day_minor,
            limit_of(rules.per_day_minor, intent.currency),
        ),
    }
    return tuple(name for name, (total, limit) in sums.items() if total > limit)


def check_decision(asked: Approval, word: DecideRefund) -> None:
    """Raise `AlreadyDecided`, `ApprovalStale` or `SelfApproval`, unless the word can be taken."""
    if asked.state != "asked":
        raise AlreadyDecided(
            f"{asked.decided_by} has {asked.state} it already",
            state=asked.state,
            by=asked.decided_by,
        )
    if word.hash != asked.hash:
        raise ApprovalStale(
            f"what was seen ({word.hash}) is not what would be paid ({asked.hash}); look again",
            hash=asked.hash,
        )
    if word.approve and word.by in asked.hands:
        raise SelfApproval(f"{word.by} asked for this refund or fixed its amount; somebody else must look")


def check_role(
    asked: Approval, word: DecideRefund, roles: Collection[StaffRole], rules: ApprovalRules | None
) -> None:
    """Raise `Forbidden` for somebody whose word it is not; one's own refund one may take back."""
    if not word.approve and word.by in asked.hands:
        return
    check_may(roles, "approve")
    role = ladder_role(roles)
    if rules is not None and role not in rules.by:
        raise Forbidden(
            f"this refund is approved by {' or '.join(rules.by)}, not by {role}", action="approve"
        )
