"""Given facts, when a request or time comes, then events: the harness of the rules for deliveries."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from domain.cases.events import CaseEvent, Linked, LinkReported
from domain.cases.folding import Fact
from domain.deliveries import messages as ask
from domain.deliveries.deadlines import decide_due
from domain.deliveries.decisions import decide
from domain.deliveries.decisions.opening import affected, decide_open
from domain.deliveries.decisions.settlement import decide_pay, decide_settled
from domain.deliveries.events import RefundReported, ReplacementOrdered
from domain.deliveries.evolve import FOLD
from domain.deliveries.kind import DELIVERY
from domain.deliveries.notices import notices_of
from domain.deliveries.opening import Prepared
from domain.deliveries.state import DeliveryState
from domain.notices import Notice
from domain.policy import CaseProfile, Policy
from domain.policy.delivery_terms import DeliveryTerms
from domain.records import UnitRange
from tests.domain.returns.given import CHINA, CONTENT, OPENED_AT, order

SHIPPED_AT = OPENED_AT - timedelta(days=4)
HASH = "a" * 64
PHOTO = ask.Evidence(reference="photos/17", sha256=HASH)


def terms(**changes: Any) -> DeliveryTerms:
    """The standard policy pinned on that Monday; `changes` go into its rules for deliveries."""
    content = {**CONTENT, "deliveries": {**CONTENT["deliveries"], **changes}}
    profile = CaseProfile(kind="delivery")
    return Policy.model_validate(content).pin(DeliveryTerms, profile, OPENED_AT, {"cn": CHINA})


def handled(**changes: Any) -> dict[str, Any]:
    """Rules in which every kind that opens a case is handled so."""
    kinds = CONTENT["deliveries"]["opens_for"]
    return {"handling": [{"kinds": kinds, "remedies": ["redeliver", "refund"], **changes}]}


def report(kind: str = "damage", **changes: Any) -> ask.ExceptionReport:
    """The watch's report on a parcel with the whole order."""
    given: dict[str, Any] = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "language": "en",
        "kind": kind,
        "carrier": "swift",
        "tracking_no": "SW123456",
        "reported_by": "watch",
        "shipped_at": SHIPPED_AT,
        "promised_by": SHIPPED_AT + timedelta(days=2),
        "origin": "CN-44",
        "destination": "CN-33",
    }
    return ask.ExceptionReport.model_validate({**given, **changes})


class Story:
    """A delivery exception under test: its state, its facts, its time."""

    def __init__(
        self,
        kind: str = "damage",
        *,
        rules: dict[str, Any] | None = None,
        bought: dict[str, Any] | None = None,
        held: int = 0,
        last_status: str | None = None,
        **given: Any,
    ) -> None:
        pinned, goods = terms(**(rules or {})), order(**(bought or {}))
        told = report(kind, **given)
        self.now = OPENED_AT
        self.facts: list[Fact] = []
        self.notices: list[Notice] = []
        self.state: DeliveryState = DELIVERY.blank("delivery:m1:D-1", pinned)
        wanted = affected(told, {line.line: line.quantity for line in goods.lines})
        free = {
            line: [UnitRange(first=held + 1, last=count)] if count > held else []
            for line, count in wanted.items()
        }
        prepared = Prepared(order=goods, terms=pinned, terms_hash="t", units=free, last_status=last_status)
        self.happens(*decide_open(self.state, told, prepared, "h", self.now), by="policy")

    def happens(self, *events: CaseEvent, by: str = "system") -> "Story":
        """Facts that need no request."""
        self.state, facts = FOLD.record(self.state, events, self.now, by)
        self.facts += facts
        for fact in facts:
            self.notices += notices_of(self.state, fact, self.now)
        return self

    def asked(self, *commands: ask.Command) -> "Story":
        """Requests that are applied, one after the other."""
        for command in commands:
            self.happens(*self.when(command))
        return self

    def when(self, command: ask.Command) -> Sequence[CaseEvent]:
        """What a request would bring about."""
        return decide(self.state, command, self.now)

    def after(self, **span: float) -> "Story":
        """Let time pass, and what is due happen."""
        self.now += timedelta(**span)
        return self.happens(*decide_due(self.state, self.now))

    def paid(self, state: str = "settled") -> "Story":
        """The money that was granted goes its way."""
        self.happens(*decide_pay(self.state))
        seq = self.state.refunds[-1].seq
        self.happens(RefundReported.model_validate({"refund_seq": seq, "state": state}))
        return self.settled() if state == "settled" else self

    def replaced(self) -> "Story":
        """The goods are ordered once more."""
        return self.happens(ReplacementOrdered(exchange_order_id="EX-1")).settled()

    def settled(self) -> "Story":
        """All was paid or ordered."""
        return self.happens(*decide_settled(self.state, self.now))

    def claimed(self, outcome: str | None = None) -> "Story":
        """A claim against the carrier was started."""
        claim = "claim:m1:D-1-C1"
        reported = LinkReported(
            case_id=claim, stage="closed" if outcome else "filing", outcome=outcome, open=outcome is None
        )
        return self.happens(Linked(case_id=claim, relation="started"), reported)

    def names(self) -> list[str]:
        """The facts so far, without the clocks', each without its kind."""
        types = [fact.record.type for fact in self.facts if fact.record.type != "clock.changed"]
        return [name.removeprefix("delivery.") for name in types]

    def told(self) -> list[str]:
        """The kinds of notices so far, to customers."""
        return [notice.kind for notice in self.notices if notice.customer_id]


Given = Callable[[], Story]


def choose(remedy: str) -> ask.Choose:
    """The customer's choice."""
    return ask.Choose.model_validate({"remedy": remedy})


def decide_on(remedy: str | None, **more: Any) -> ask.Decide:
    """An agent's decision."""
    return ask.Decide.model_validate({"agent": "a17", "remedy": remedy, "reason": "looked at it", **more})


def cleared(story: Story, status: str = "delivered", **ago: float) -> ask.ScanCleared:
    """A scan that ends it, made so long ago."""
    at = story.now - timedelta(**ago)
    return ask.ScanCleared.model_validate({"by": "watch", "status": status, "scanned_at": at})


CONFIRM = ask.ConfirmDelivery()
FEEDBACK = ask.GiveFeedback(by="a17", done="We sent it again.", cause="The courier left it outside.")
