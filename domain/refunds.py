"""A refund: its key, its states, and what the ledger knows of it (design §5)."""

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, model_validator

from domain.base import Currency, Model, Quantity, Slug, SomeMinor, Text, UtcInstant
from domain.goodwill import GoodwillBounds, Purpose
from domain.message import Message
from domain.policy.work_rules import RefundRules
from domain.records import Batch, Recorded
from domain.refund_ways import ByWay

RefundState = Literal["intent", "sent", "unknown", "pending", "settled", "failed", "returned"]

ApprovalState = Literal["asked", "approved", "declined"]
"""Of a refund that needs a second person's word; one that needs none has none of these."""

# What a provider or a person may still change; the others are final for the order's budget.
OPEN_STATES: tuple[RefundState, ...] = ("intent", "sent", "unknown", "pending")

NEXT_STATES: dict[RefundState, tuple[RefundState, ...]] = {
    "intent": ("sent", "failed"),
    "sent": ("unknown", "pending", "settled", "failed"),
    "unknown": ("sent", "pending", "settled", "failed"),
    "pending": ("unknown", "settled", "failed"),
    "settled": ("returned",),
    "failed": (),
    "returned": (),
}

DECLINED = "declined"
"""Why a refund failed that a second person said no to."""

# An underscore stands only before a digest, so that a plain name never looks like one that has it.
_PLAIN_CASE = re.compile(r"[A-Za-z0-9-]+")

REFUND_PREFIX = "refund:"

PLAIN_KIND = "return"
"""The kind whose refunds are named by merchant and number alone; they were there first."""

KEY_LENGTH_MAX = 40  # the shortest limit among the rails (facts: WeChat, Razorpay)


def refund_key(merchant: str, number: str, seq: int, kind: str = PLAIN_KIND, part: int = 1) -> str:
    """The provider's idempotency key: `rf-<case>-<seq>` in `[A-Za-z0-9_-]`, at most 40 characters.

    A further part of a refund over several payments adds `p<part>`.

    A case whose name is too long, has other characters or could be read as another case's is named with a
    digest of the whole, so that two cases never share a key; so is every case that is no return.
    """
    case = f"{merchant}-{number}"
    end = f"{seq}" if part == 1 else f"{seq}p{part}"
    room = KEY_LENGTH_MAX - len(f"rf--{end}")
    is_plain = kind == PLAIN_KIND and _PLAIN_CASE.fullmatch(case) and "-" not in merchant
    if len(case) > room or not is_plain:
        whole = f"{merchant}:{number}" if kind == PLAIN_KIND else f"{kind}:{merchant}:{number}"
        digest = hashlib.sha256(whole.encode()).hexdigest()[:12]
        plain = re.sub(r"[^A-Za-z0-9-]", "-", case)
        case = f"{plain[: room - 13]}_{digest}"
    return f"rf-{case}-{end}"


class RefundIntent(Model):
    """What is to be paid back, fixed before any provider hears of it."""

    refund_id: str
    key: str
    case_id: str
    seq: int
    merchant: str
    order_id: str
    amount_minor: SomeMinor
    currency: Currency
    provider: str
    purpose: Purpose = "refund"
    customer_id: str | None = None
    """Who is given it, where the policy counts that."""
    from_captured: bool = True
    """Whether it is taken from what was captured; what is not is bounded by its purpose's budget alone."""
    payment_id: str | None = None
    """The payment that it is taken from; None: the one that is named as the order."""
    part: int = 1
    customer_says: str | None = None
    """Where the customer agreed to a voucher in place of what did not arrive."""


class RefundRow(RefundIntent):
    """A row of the ledger."""

    state: RefundState
    provider_ref: str | None = None
    reason: str | None = None
    first_sent_at: UtcInstant | None = None
    state_since: UtcInstant
    reserved_at: UtcInstant | None = None
    attempts: int = 0
    last_error: str | None = None
    requested_by: str | None = None
    """Whose word let it be paid; None where the policy did alone."""
    requested_on: date | None = None
    """The day of that person, by the merchant's time zone, on which it counts."""
    approval: ApprovalState | None = None

    @property
    def end_seq(self) -> int:
        """The place of its end in its stream: after the request, and a question and its answer."""
        return 2 if self.approval is None else 4


class PayRefund(ByWay, Message):
    """The only argument of the workflow `Refund`: what a case asks to have paid."""

    case_id: str
    merchant: Slug
    number: Slug
    seq: Quantity
    order_id: Slug
    amount_minor: SomeMinor
    currency: Currency
    rules: RefundRules
    purpose: Purpose = "refund"
    goodwill: GoodwillBounds | None = None
    """The policy's bounds for what the merchant gives; without them it is taken from what was captured."""
    requested_by: Slug | None = None
    """The member of the staff whose word let it be paid; None where the policy did alone."""
    edited_by: Slug | None = None
    """Who fixed the amount last, where that was somebody of the staff."""

    @model_validator(mode="after")
    def _another_way_has_a_word(self) -> Self:
        if self.way != "original" and not self.customer_says:
            raise ValueError("a refund that goes another way has the customer's word, `customer_says`")
        return self

    @property
    def is_voucher(self) -> bool:
        """Whether the shop gives it: a voucher by its purpose, or one in place of money."""
        return self.purpose == "voucher" or self.way == "voucher"

    @property
    def kind(self) -> str:
        """The kind of the case that asks."""
        return self.case_id.partition(":")[0]

    @property
    def refund_id(self) -> str:
        """The refund's workflow id and stream."""
        kind = "" if self.kind == PLAIN_KIND else f"{self.kind}:"
        return f"{REFUND_PREFIX}{kind}{self.merchant}:{self.number}:{self.seq}"

    @property
    def key(self) -> str:
        """The provider's idempotency key."""
        return self.key_of(1)

    def key_of(self, part: int) -> str:
        """The key of a part of it."""
        return refund_key(self.merchant, self.number, self.seq, self.kind, part)

    @property
    def agreed(self) -> Self:
        """The same, for who pays it: who asked, who must look and what may be given is settled by then."""
        settled = {"requested_by": None, "edited_by": None, "goodwill": None}
        rules = self.rules.model_copy(update={"approval": None})
        return self.model_copy(update={"rules": rules, **settled})

    def intent(self, provider: str, *, from_captured: bool = True) -> RefundIntent:
        """What the ledger fixes before any provider hears of it."""
        content = {"order_id", "amount_minor", "currency", "purpose", "customer_says"}
        shared = self.model_dump(include={"case_id", "seq", "merchant"} | content)
        return RefundIntent(
            refund_id=self.refund_id,
            key=self.key,
            provider=provider,
            customer_id=self.goodwill and self.goodwill.customer_id,
            from_captured=from_captured,
            **shared,
        )


class Reservation(Model):
    """A refund that is to be taken from its order's budget. `at`: the refund's own time."""

    order: PayRefund
    at: UtcInstant


class RefundOutcome(Model):
    """What became of a refund: settled and failed are certain; held waits for a person.

    On the way there one above a limit is `asked` about, and `approved` by a second person. `returned`: it had
    settled, and the money came back.
    """

    state: Literal["asked", "approved", "settled", "failed", "held", "returned"]
    at: UtcInstant
    provider_ref: str | None = None
    reason: str | None = None
    paid_minor: int = 0
    """Of one over several payments that did not settle, or stay, as a whole: what is paid nevertheless."""
    part: int = 1
    """Which part of it this tells of, or is held for."""
    hash: str | None = None
    """Of `asked`: what an approval is bound to."""
    why: tuple[str, ...] = ()
    """Of `asked`: the limits that it goes beyond."""
    by: str | None = None
    """Who approved or declined it."""
    words: str | None = None
    """What they said."""


class ResolveRefund(Message):
    """Update `resolve` of a held refund: a person asked the provider and knows what became of it."""

    by: Slug
    paid: bool
    provider_ref: str | None = None
    reason: str

    @model_validator(mode="after")
    def _payment_has_a_reference(self) -> Self:
        if self.paid and not self.provider_ref:
            raise ValueError("a refund that was paid has a `provider_ref`")
        return self


class DecideRefund(Message):
    """Update `decide` of a refund that waits: the second person's yes or no.

    `hash` is that of what they saw: another case, number, amount, currency or destination has another one.
    Whoever asked for the money, or fixed its amount, may take it back so, but not say yes to it.
    """

    by: Slug
    approve: bool
    hash: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    reason: Annotated[Text, Field(min_length=1, max_length=2000)] | None = None

    @model_validator(mode="after")
    def _a_no_has_a_reason(self) -> Self:
        if not self.approve and self.reason is None:
            raise ValueError("a refund that is declined needs a `reason`")
        return self


def requested(order: PayRefund, at: datetime) -> Batch:
    """The first fact of a refund's stream."""
    data = order.model_dump(mode="json", include={"case_id", "order_id", "seq", "amount_minor", "currency"})
    if order.purpose != "refund":
        data["purpose"] = order.purpose
    if order.way != "original":
        data |= {"way": order.way, "customer_says": order.customer_says}
    return _batch(order, 1, "refund.requested", at, {**data, "key": order.key})


def ended(
    order: PayRefund,
    seq: int,
    outcome: RefundOutcome,
    actor: str = "system",
    row: RefundRow | None = None,
) -> Batch:
    """The fact that a refund settled or failed; `row` tells which part, where its payment has a name."""
    data = outcome.model_dump(mode="json", include={"provider_ref", "reason"}, exclude_none=True)
    if row is not None and row.payment_id is not None:
        data |= row.model_dump(mode="json", include={"part", "payment_id", "amount_minor"})
    return _batch(order, seq, f"refund.{outcome.state}", outcome.at, data, actor)


def approval_asked(order: PayRefund, at: datetime, hash: str, why: Sequence[str]) -> Batch:
    """The fact that a refund waits for a second person."""
    people = {"requested_by": order.requested_by, "edited_by": order.edited_by}
    known = {name: who for name, who in people.items() if who is not None}
    return _batch(order, 2, "refund.approval_asked", at, {"hash": hash, "why": [*why], **known})


def decided(order: PayRefund, word: DecideRefund, at: datetime, parts: Sequence[RefundRow]) -> Batch:
    """The second person's word; a no ends the refund, each part of it."""
    said: dict[str, JsonValue] = {"by": word.by, "hash": word.hash}
    if word.reason is not None:
        said["reason"] = word.reason
    actor = f"staff:{word.by}"
    batch = _batch(order, 3, "refund.approved" if word.approve else "refund.declined", at, said, actor)
    if word.approve:
        return batch
    no = RefundOutcome(state="failed", at=at, reason=DECLINED)
    ends = [ended(order, 4 + index, no, row=part).events[0] for index, part in enumerate(parts)]
    return batch.model_copy(update={"events": [*batch.events, *ends]})


def _batch(
    order: PayRefund, seq: int, name: str, at: datetime, data: dict[str, JsonValue], actor: str = "system"
) -> Batch:
    fact = Recorded(seq=seq, type=name, at=at, actor=actor, data=data)
    return Batch(case_id=order.refund_id, first_seq=seq, events=[fact])
