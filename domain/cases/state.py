"""What every case is at a moment: folded from its events, changed in no other way."""

from typing import Any, ClassVar, Generic, Literal, TypeVar, cast

from pydantic import Field

from domain.base import Model, UtcInstant
from domain.cases.links import CaseLink
from domain.goodwill import Purpose
from domain.orders import Language, Order
from domain.policy.pinned import PinnedPolicy
from domain.records import UnitRange
from domain.refund_ways import Way
from domain.refunds import ApprovalState
from domain.sla import ClockBook, ClockSpec

T = TypeVar("T", bound=PinnedPolicy)
G = TypeVar("G", bound=str)


class RefundPart(Model):
    """A refund of this case, as far as the case knows."""

    seq: int
    amount_minor: int
    state: Literal["started", "settled", "failed", "held", "returned"] = "started"
    since: UtcInstant
    reason: str | None = None
    purpose: Purpose = "refund"
    paid_minor: int = 0
    """Of one that did not settle, or stay settled, as a whole: what is paid nevertheless."""
    came_back: bool = False
    """Whether money of it that had settled came back, and no later refund pays that anew yet."""

    requested_by: str | None = None
    edited_by: str | None = None
    way: Way = "original"
    customer_says: str | None = None
    """Where the customer agreed to another way."""
    approval: ApprovalState | None = None
    """Where it needs a second person's word; None where nobody need look."""

    @property
    def is_unpaid(self) -> bool:
        """Whether it is certain that the customer does not have it: it may be paid under another number."""
        return self.state in ("failed", "returned")

    @property
    def as_voucher(self) -> bool:
        """Whether it goes as a voucher in place of money."""
        return self.way == "voucher"

    @property
    def settled_minor(self) -> int:
        """What was paid of it."""
        return self.amount_minor if self.state == "settled" else self.paid_minor

    def comes_back(self, state: str, paid_minor: int) -> bool:
        """Whether by this news less of it is paid than was."""
        return state in ("failed", "returned") and paid_minor < self.settled_minor


class CaseState(Model, Generic[T, G]):
    """A case. `terms` is the policy that was pinned at opening; everything else comes from events.

    `T` is the excerpt of the policy that the kind carries, `G` its stages; the first is "opening", the last
    "closed".
    """

    PAYS_IN: ClassVar[str] = ""
    """The stage that waits for the case's refunds; empty for a kind that pays none."""
    AFTER_PAYING: ClassVar[tuple[str, ...]] = ()
    """The stages that a case is in only after its refunds have settled."""

    case_id: str
    merchant: str
    number: str
    terms: T
    terms_hash: str = ""
    clocks: ClockBook
    seq: int = 0
    stage: G = Field(default=cast("Any", "opening"))
    order: Order | None = None
    channel: str = ""
    language: Language = "zh-CN"
    priority: str = "P3"
    policy: str = ""
    policy_hash: str = ""
    calendar_revision: str = ""
    request_hash: str = ""
    opened_at: UtcInstant | None = None
    stage_since: UtcInstant | None = None
    last_event_at: UtcInstant | None = None
    refunds: list[RefundPart] = []
    breaches: int = 0
    outcome: str | None = None
    closed_at: UtcInstant | None = None
    closed_in: G | None = None
    team: str | None = None
    assignee: str | None = None
    links: list[CaseLink] = []
    money_asked_by: str | None = None
    """The member of the staff whose word lets the case pay; None while the policy does alone."""
    money_fixed_by: str | None = None
    """Who fixed the amount last, where that was somebody of the staff."""

    @property
    def clock_spec(self) -> ClockSpec:
        """The clocks that the case is held to as it is now; a kind whose grade may change chooses by it."""
        return self.terms.clocks

    @property
    def open(self) -> bool:
        """Whether the case still goes on."""
        return self.stage != "closed"

    @property
    def bought(self) -> Order:
        """The order; only asked for where the case has one, after the opening."""
        assert self.order is not None
        return self.order

    @property
    def customer_id(self) -> str | None:
        """Whose case it is; None for a kind that is nobody's."""
        return self.bought.customer_id

    @property
    def tier(self) -> str:
        """The customer's tier (sop K1)."""
        return self.order.customer_tier if self.order else "ordinary"

    @property
    def timezone(self) -> str:
        """The customer's time zone: their days and quiet hours count."""
        return self.order.timezone if self.order else "Asia/Shanghai"

    @property
    def breached(self) -> bool:
        """Whether some clock was breached, cured or not."""
        return self.breaches > 0

    @property
    def held(self) -> dict[str, list[UnitRange]] | None:
        """The units that the case claims of its order, by line; None for a kind that claims none."""
        return None

    @property
    def open_refund(self) -> RefundPart | None:
        """The latest refund while it is on its way, failed or held, or else one whose money came back since.

        None without one, or when all is settled.
        """
        if self.refunds and self.refunds[-1].state != "settled":
            return self.refunds[-1]
        return next((part for part in reversed(self.refunds) if part.came_back), None)

    @property
    def awaits_approval(self) -> bool:
        """Whether a refund of the case waits for a second person."""
        return any(part.approval == "asked" for part in self.refunds)

    @property
    def refunded_minor(self) -> int:
        """What was paid in money, or as vouchers that the customer took in its place."""
        return sum(part.settled_minor for part in self.refunds if part.purpose != "voucher")

    @property
    def open_children(self) -> list[CaseLink]:
        """What this case started and has not seen end."""
        return [link for link in self.links if link.is_child and link.open]

    def link(self, case_id: str) -> CaseLink | None:
        """What is known of a linked case."""
        return next((link for link in self.links if link.case_id == case_id), None)


AnyState = CaseState[Any, Any]
S = TypeVar("S", bound=AnyState)
