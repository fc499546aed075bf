"""What the events of a refund's stream say, for who reads them; `domain/refunds.py` makes them."""

from domain.approvals import Threshold
from domain.base import Currency, SomeMinor
from domain.cases.events import CaseEvent
from domain.goodwill import Purpose
from domain.refund_ways import Way


class RefundRequested(CaseEvent):
    """The ledger took it from the order's budget."""

    name = "refund.requested"
    case_id: str
    order_id: str
    seq: int
    amount_minor: SomeMinor
    currency: Currency
    key: str
    purpose: Purpose = "refund"
    way: Way = "original"
    customer_says: str | None = None


class RefundApprovalAsked(CaseEvent):
    """It is above a limit, so that a second person must look."""

    name = "refund.approval_asked"
    hash: str
    why: tuple[Threshold, ...]
    requested_by: str | None = None
    edited_by: str | None = None


class RefundApproved(CaseEvent):
    """The second person said yes to what has this hash; it is sent from now on."""

    name = "refund.approved"
    by: str
    hash: str
    reason: str | None = None


class RefundDeclined(CaseEvent):
    """They said no; the refund fails, and the money is free."""

    name = "refund.declined"
    by: str
    hash: str
    reason: str


class RefundEnd(CaseEvent):
    """What became of it, by the word of its provider or of a person; of several payments, of which part."""

    provider_ref: str | None = None
    reason: str | None = None
    part: int | None = None
    payment_id: str | None = None
    amount_minor: SomeMinor | None = None


class RefundSettled(RefundEnd):
    """It was paid."""

    name = "refund.settled"


class RefundFailed(RefundEnd):
    """It was not paid, and will not be."""

    name = "refund.failed"


class RefundReturned(RefundEnd):
    """What had settled came back."""

    name = "refund.returned"


REFUND_EVENTS: tuple[type[CaseEvent], ...] = (
    RefundRequested,
    RefundApprovalAsked,
    RefundApproved,
    RefundDeclined,
    RefundSettled,
    RefundFailed,
    RefundReturned,
)
