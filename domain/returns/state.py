"""What a return is at a moment: folded from its events, changed in no other way."""

from typing import Literal

from domain.base import Model, UtcInstant
from domain.cases.state import CaseState
from domain.orders import Kind, Reason
from domain.policy.pinned import ReturnTerms
from domain.records import UnitRange
from domain.returns.advance_events import AdvanceOutcome, Answer
from domain.returns.events import Outcome

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
    part: str | None = None

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
    picked_up_at: UtcInstant | None = None


class RepairState(Model):
    """The repair of what passed; `returned` once the repaired goods are on their way to the customer."""

    attempt: int
    state: Literal["ordered", "failed", "repaired", "returned"] = "ordered"
    repair_by: UtcInstant


class AdvanceState(Model):
    """Money that went out before the goods were here."""

    amount_minor: int
    goods_by: UtcInstant
    due_at: UtcInstant | None = None
    """When the customer was first told that the goods are late."""
    reminders: int = 0
    asked_minor: int = 0
    """How much of it was asked back last."""
    answer: Answer | None = None
    recovered_minor: int = 0
    outcome: AdvanceOutcome | None = None
    """Its end, once that stands in the books."""


class ReturnState(CaseState[ReturnTerms, Stage]):
    """A return. `terms` is the policy that was pinned at opening; everything else comes from events."""

    PAYS_IN = "settlement"
    AFTER_PAYING = ("confirmation", "closed")

    kind: Kind = "return"
    decision: str = ""
    code: str = "ok"
    lines: dict[str, LineState] = {}
    refused_units: int = 0
    refused_code: str | None = None
    refused_lines: dict[str, LineState] = {}
    return_freight_payer: Literal["customer", "platform"] = "customer"
    return_freight_minor: int = 0
    preview_minor: int = 0
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
    settled_at: UtcInstant | None = None
    diagnosis: str | None = None
    advised: Kind | None = None
    """What the desk recommends, while the customer has not answered."""
    waived: bool = False
    """Nothing need come back."""
    repair: RepairState | None = None
    advance: AdvanceState | None = None
    advance_declined: str | None = None
    appeal: str | None = None
    appealed_at: UtcInstant | None = None
    appeals: int = 0

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
    def reasons(self) -> list[Reason]:
        """Why each line is to go back."""
        return [line.reason for line in self.lines.values()]

    @property
    def open_advance(self) -> AdvanceState | None:
        """Money in advance that the goods have not earned and that has not come to another end."""
        return self.advance if self.advance is not None and self.advance.outcome is None else None

    @property
    def settled_outcome(self) -> Outcome:
        """What a settled case came to."""
        if self.repair is not None and self.repair.state == "returned":
            return "repaired"
        if not any(line.exchange_order_id for line in self.lines.values()):
            return "refunded"
        if self.refunded_minor:
            return "refunded_and_exchanged"
        return "reissued" if self.kind == "reissue" else "exchanged"
