"""What a return is at a moment: folded from its events, changed in no other way."""

from typing import Literal

from domain.base import Model, UtcInstant
from domain.orders import Language, Order, Reason
from domain.policy.pinned import PinnedPolicy
from domain.records import UnitRange
from domain.returns.events import Outcome
from domain.sla import ClockBook

Stage = Literal["opening", "review", "ship_back", "inspection", "settlement", "confirmation", "closed"]


class LineState(Model):
    """A line of the return: what was asked, what is claimed, what came and what it was worth."""

    line: str
    quantity: int
    reason: Reason
    units: list[UnitRange] = []
    received: int = 0
    passed: int = 0
    failed: int = 0
    short: int = 0
    wrong_item: int = 0
    rejection: str | None = None
    disposition: Literal["send_back", "keep"] = "send_back"
    exchange_order_id: str | None = None

    @property
    def rejected(self) -> int:
        """Units that are here but did not pass."""
        return self.failed + self.wrong_item


class ParcelState(Model):
    """The parcel on its way back."""

    carrier: str
    tracking_no: str
    label_url: str | None = None
    shipped_at: UtcInstant | None = None
    delivered_at: UtcInstant | None = None
    missing_since: UtcInstant | None = None


class RefundPart(Model):
    """A refund of this case, as far as the case knows."""

    seq: int
    amount_minor: int
    state: Literal["started", "settled", "failed", "held"] = "started"
    since: UtcInstant
    reason: str | None = None


class ReturnState(Model):
    """A return. `terms` is the policy that was pinned at opening; everything else comes from events."""

    case_id: str
    merchant: str
    number: str
    terms: PinnedPolicy
    terms_hash: str = ""
    clocks: ClockBook
    seq: int = 0
    stage: Stage = "opening"
    kind: Literal["return", "exchange"] = "return"
    order: Order | None = None
    channel: str = ""
    language: Language = "zh-CN"
    priority: str = "P3"
    policy: str = ""
    policy_hash: str = ""
    calendar_revision: str = ""
    request_hash: str = ""
    decision: str = ""
    code: str = "ok"
    lines: dict[str, LineState] = {}
    refused_units: int = 0
    refused_code: str | None = None
    return_freight_payer: Literal["customer", "platform"] = "customer"
    return_freight_minor: int = 0
    preview_minor: int = 0
    opened_at: UtcInstant | None = None
    stage_since: UtcInstant | None = None
    last_event_at: UtcInstant | None = None
    info_requested_at: UtcInstant | None = None
    ship_back_by: UtcInstant | None = None
    last_reminded_at: UtcInstant | None = None
    reminders: int = 0
    parcel: ParcelState | None = None
    label_refused: bool = False
    parcels_refused: int = 0
    received_at: UtcInstant | None = None
    sent_back_tracking_no: str | None = None
    choose_by: UtcInstant | None = None
    wait_until: UtcInstant | None = None
    refund_instead: bool = False
    parcel_lost: bool = False
    refunds: list[RefundPart] = []
    settled_at: UtcInstant | None = None
    breaches: int = 0
    outcome: Outcome | None = None
    closed_at: UtcInstant | None = None
    closed_in: Stage | None = None

    @property
    def open(self) -> bool:
        """Whether the case still goes on."""
        return self.stage != "closed"

    @property
    def bought(self) -> Order:
        """The order; only asked for after the opening."""
        assert self.order is not None
        return self.order

    @property
    def breached(self) -> bool:
        """Whether some clock was breached, cured or not."""
        return self.breaches > 0

    @property
    def held(self) -> dict[str, list[UnitRange]]:
        """The units that the case claims of its order, by line."""
        return {line.line: line.units for line in self.lines.values() if line.units}

    @property
    def needs_label(self) -> bool:
        """Whether the way back is the platform's to pay and the customer has no label for it yet."""
        wanted = self.return_freight_payer in self.terms.returns.ship_back.label_for
        return self.stage == "ship_back" and wanted and self.parcel is None and not self.label_refused

    @property
    def passed(self) -> int:
        """Units that passed inspection."""
        return sum(line.passed for line in self.lines.values())

    @property
    def open_refund(self) -> RefundPart | None:
        """The latest refund while it is on its way, failed or held; None without one, or when it settled."""
        return self.refunds[-1] if self.refunds and self.refunds[-1].state != "settled" else None

    @property
    def refunded_minor(self) -> int:
        """What was paid back."""
        return sum(part.amount_minor for part in self.refunds if part.state == "settled")

    @property
    def settled_outcome(self) -> Outcome:
        """What a settled case came to."""
        if not any(line.exchange_order_id for line in self.lines.values()):
            return "refunded"
        return "refunded_and_exchanged" if self.refunded_minor else "exchanged"
