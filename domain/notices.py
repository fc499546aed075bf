"""What a customer or the staff is told: kinds of notices, their facts and their ids (sop R4, R6, R7, L3)."""

from typing import Literal, Self, get_args

from pydantic import model_validator

from domain.base import AmountMinor, Currency, Instant, Model, Quantity, Slug, UtcInstant
from domain.grading import Severity
from domain.orders import Language

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


class Notice(Model):
    """One thing to tell one reader, once: either a customer, or a role of the staff."""

    notice_id: str
    case_id: str
    merchant: Slug
    customer_id: Slug | None = None
    role: Slug | None = None
    member: Slug | None = None
    """Whom of the staff, by id; without one, or without an address of theirs, the role's address has it."""
    team: Slug | None = None
    """Whose lead it is for: the first with an address who is there; without one the role's address has it."""
    kind: NoticeKind
    language: Language
    facts: NoticeFacts
    channels: tuple[Channel, ...]
    """In the order in which they are tried."""
    attempts_per_channel: Quantity = 3
    """How often a channel that does not answer is tried before the next one."""
    not_before: UtcInstant | None = None
    """The end of the quiet hours that it is held for."""

    @property
    def number(self) -> str:
        """The case's number, as the customer knows it."""
        return self.case_id.rpartition(":")[2]

    @model_validator(mode="after")
    def _has_one_reader(self) -> Self:
        is_staff = self.kind in STAFF_NOTICES
        if (self.role is not None) != is_staff or (self.customer_id is None) != is_staff:
            raise ValueError(
                f"{self.kind} goes to a {'`role`' if is_staff else '`customer_id`'} and nobody else"
            )
        for name in ("member", "team"):
            if getattr(self, name) is not None and not is_staff:
                raise ValueError(f"{self.kind} goes to the customer, not to a `{name}` of the staff")
        return self

    @model_validator(mode="after")
    def _has_its_facts(self) -> Self:
        names = FACTS[self.kind]
        given = {name for name, value in self.facts if value is not None}
        if missing := names.needs - given:
            raise ValueError(f"{self.kind} needs the facts {', '.join(sorted(missing))}")
        if surplus := given - names.needs - names.may_have:
            raise ValueError(f"{self.kind} says nothing about {', '.join(sorted(surplus))}")
        if ("amount_minor" in given) != ("currency" in given):
            raise ValueError("an amount needs its currency, and a currency its amount")
        return self


class Attempt(Model):
    """How one channel answered, and how often it answered so."""

    channel: Channel
    outcome: Literal["sent", "refused", "unavailable"]
    times: Quantity = 1


class NoticeResult(Model):
    """What became of a notice. `undeliverable`: no channel of the policy reaches this reader."""

    channel: Channel | None = None
    state: Literal["sent", "undeliverable"]
    tried: list[Attempt] = []


class NoticeRecord(Model):
    """A row of the notice log: what was done so far, so that nothing is sent again (no personal data)."""

    notice_id: str
    case_id: str
    kind: NoticeKind
    state: Literal["pending", "sent", "undeliverable"] = "pending"
    channel: Channel | None = None
    provider_ref: str | None = None
    attempts: list[Attempt] = []

    @property
    def result(self) -> NoticeResult | None:
        """What became of it; None while that is open."""
        if self.state == "pending":
            return None
        return NoticeResult(channel=self.channel, state=self.state, tried=self.attempts)

    def times(self, channel: Channel, outcome: str) -> int:
        """How often a channel answered so."""
        return sum(a.times for a in self.attempts if (a.channel, a.outcome) == (channel, outcome))

    def with_attempt(
        self,
        channel: Channel,
        outcome: Literal["sent", "refused", "unavailable"],
        provider_ref: str | None = None,
    ) -> Self:
        """The record after one more answer; one `sent` settles it."""
        attempt = Attempt(channel=channel, outcome=outcome, times=self.times(channel, outcome) + 1)
        others = [a for a in self.attempts if (a.channel, a.outcome) != (channel, outcome)]
        changes: dict[str, object] = {"attempts": [*others, attempt]}
        if outcome == "sent":
            changes |= {"state": "sent", "channel": channel, "provider_ref": provider_ref}
        return self.model_copy(update=changes)


def notice_id(
    case_id: str, kind: NoticeKind, seq: int, role: str | None = None, member: str | None = None
) -> str:
    """The notice's name for ever: the same event of a case always gives the same one. No personal data."""
    return ":".join([case_id, kind, str(seq), *(part for part in (role, member) if part)])
