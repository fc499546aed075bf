"""What kinds of notices there are, to customers and to the staff, and what each says (sop R4, R6, R7, L3)."""

from typing import Literal, get_args

from domain.base import AmountMinor, Currency, Instant, Model, Quantity
from domain.grading import Severity

Channel = Literal["email", "sms", "push"]
CustomerNotice = Literal[
    "application_received",
    "review_approved",
    "review_refused",
    "info_requested",
    "ship_back_reminder",
    "return_expired",
    "goods_received",
    "inspection_passed",
    "inspection_failed",
    "goods_sent_back",
    "exchange_out_of_stock",
    "exchange_placed",
    "refund_settled",
    "refund_failed_hold",
    "refund_returned",
    "parcel_missing",
    "parcel_lost",
    "parcel_refused",
    "case_closed",
    "cancelled",
    "complaint_received",
    "complaint_question",
    "complaint_update",
    "complaint_answer",
    "complaint_reminder",
    "complaint_reopened",
    "complaint_paid",
    "complaint_payment_held",
    "complaint_closed",
    "delivery_exception",
    "delivery_choice",
    "delivery_resolved",
    "delivery_declined",
    "delivery_cleared",
    "extreme_weather",
    "parcel_picked_up",
    "parcel_out_for_delivery",
    "parcel_arrived",
    "parcel_delivered",
    "advice_given",
    "goods_waived",
    "goods_repaired",
    "repair_failed",
    "refund_advanced",
    "clawback_due",
    "clawback_asked",
]
StaffNotice = Literal["clock_warned", "clock_breached", "improvement_proposed", "improvement_round"]
NoticeKind = CustomerNotice | StaffNotice
CUSTOMER_NOTICES: tuple[CustomerNotice, ...] = get_args(CustomerNotice)
STAFF_NOTICES: tuple[StaffNotice, ...] = get_args(StaffNotice)


class NoticeFacts(Model):
    """What a notice says beyond its kind; which of these a kind needs and may have stands in `FACTS`.

    It stays in workflow histories: no names, addresses of people, phone numbers or goods.
    """

    order_id: str | None = None
    until: Instant | None = None
    """Until when the customer should act, or when they hear from us: an instant that is already too late."""
    amount_minor: AmountMinor | None = None
    currency: Currency | None = None
    code: str | None = None
    """Why, as a code of the rules; the template says it in the customer's language."""
    reason: str | None = None
    """Why, in the desk's own words, in the customer's language."""
    question: str | None = None
    text: str | None = None
    """A letter of ours in full, in the customer's language (sop C13)."""
    freight_payer: Literal["customer", "platform"] | None = None
    return_address: str | None = None
    """The warehouse's address, when there is no label."""
    carrier: str | None = None
    tracking_no: str | None = None
    label_url: str | None = None
    disposition: Literal["send_back", "keep"] | None = None
    no_answer_means: Literal["refund", "wait"] | None = None
    exchange_order_id: str | None = None
    exchange_units: Quantity | None = None
    rejected_units: Quantity | None = None
    short_units: Quantity | None = None
    refused_units: Quantity | None = None
    """Units of the application that cannot go back; `code` says why."""
    recommend: str | None = None
    """The kind of request that the desk recommends."""
    refunded: bool | None = None
    """Whether a lost parcel is paid all the same."""
    outcome: str | None = None
    metric: str | None = None
    rung: str | None = None
    stage: str | None = None
    reported_by: Literal["watch", "customer", "agent"] | None = None
    """By whose word a parcel went wrong."""
    remedies: list[Literal["redeliver", "refund", "compensate"]] | None = None
    """What the customer may choose of."""
    remedy: Literal["redeliver", "refund", "compensate"] | None = None
    """What the customer gets, or gets unless they choose."""
    severity: Severity | None = None
    recurs: str | None = None
    """What the cases have in common, as in `category logistics, carrier swift`."""
    arrived: bool | None = None
    """Whether the parcel was delivered after all; it only moves again otherwise."""
    as_voucher: bool | None = None
    """Whether money goes as a voucher, by the customer's word; the way it was paid otherwise."""


class FactNames(Model):
    """The facts that a kind cannot do without, and those that it can use."""

    needs: frozenset[str]
    may_have: frozenset[str]


def _facts(needs: str, may_have: str = "") -> FactNames:
    return FactNames(needs=frozenset(needs.split()), may_have=frozenset(may_have.split()))


FACTS: dict[NoticeKind, FactNames] = {
    "application_received": _facts("order_id", "until"),
    "review_approved": _facts(
        "order_id until freight_payer",
        "amount_minor currency return_address carrier tracking_no label_url refused_units code",
    ),
    "review_refused": _facts("order_id code", "reason"),
    "info_requested": _facts("order_id question", "until"),
    "ship_back_reminder": _facts("order_id until"),
    "return_expired": _facts("order_id"),
    "goods_received": _facts("order_id", "until"),
    "inspection_passed": _facts(
        "order_id", "amount_minor currency exchange_units rejected_units short_units code reason until"
    ),
    "inspection_failed": _facts("order_id disposition", "rejected_units short_units code reason"),
    "goods_sent_back": _facts("order_id carrier tracking_no"),
    "exchange_out_of_stock": _facts("order_id until", "amount_minor currency no_answer_means"),
    "exchange_placed": _facts("order_id exchange_order_id"),
    "refund_settled": _facts("order_id amount_minor currency", "until as_voucher"),
    "refund_failed_hold": _facts("order_id amount_minor currency", "until"),
    "refund_returned": _facts("order_id amount_minor currency"),
    "parcel_missing": _facts("order_id", "carrier tracking_no until"),
    "parcel_lost": _facts("order_id refunded", "carrier tracking_no amount_minor currency reason"),
    "parcel_refused": _facts("order_id until", "reason"),
    "case_closed": _facts("order_id outcome"),
    "cancelled": _facts("order_id"),
    "complaint_received": _facts("", "order_id until"),
    "complaint_question": _facts("question", "order_id until"),
    "complaint_update": _facts("reason", "order_id"),
    "complaint_answer": _facts("text", "order_id until"),
    "complaint_reminder": _facts("", "order_id until"),
    "complaint_reopened": _facts("", "order_id"),
    "complaint_paid": _facts("amount_minor currency", "order_id as_voucher"),
    "complaint_payment_held": _facts("amount_minor currency", "order_id"),
    "complaint_closed": _facts("outcome", "order_id"),
    "delivery_exception": _facts("order_id code carrier tracking_no reported_by", "until remedies remedy"),
    "delivery_choice": _facts("order_id remedies remedy until", "code"),
    "delivery_resolved": _facts(
        "order_id code remedy until", "amount_minor currency exchange_order_id reason as_voucher"
    ),
    "delivery_declined": _facts("order_id code reason until"),
    "delivery_cleared": _facts("order_id code carrier tracking_no arrived", "remedy"),
    "extreme_weather": _facts("order_id code carrier tracking_no until"),
    "parcel_picked_up": _facts("order_id carrier tracking_no", "until"),
    "parcel_out_for_delivery": _facts("order_id carrier tracking_no"),
    "parcel_arrived": _facts("order_id carrier tracking_no"),
    "parcel_delivered": _facts("order_id carrier tracking_no"),
    "advice_given": _facts("order_id reason", "recommend"),
    "goods_waived": _facts("order_id"),
    "goods_repaired": _facts("order_id carrier tracking_no"),
    "repair_failed": _facts("order_id until"),
    "refund_advanced": _facts("order_id amount_minor currency until"),
    "clawback_due": _facts("order_id amount_minor currency until"),
    "clawback_asked": _facts("order_id amount_minor currency"),
    "clock_warned": _facts("metric until", "order_id stage rung"),
    "clock_breached": _facts("metric until", "order_id stage rung"),
    "improvement_proposed": _facts("severity recurs", "until"),
    "improvement_round": _facts("severity recurs", "until"),
}
"""A kind may get more facts later but never need more: an older program's notices are still on their way."""
