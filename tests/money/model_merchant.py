"""Whose money it is: a merchant with two orders of one customer, a policy and a staff, by the dice."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from domain.approvals import Approval
from domain.disputes import Dispute
from domain.goodwill import GoodwillBounds, Purpose
from domain.orders import OrderPayment
from domain.policy.approval_rules import ApprovalRules
from domain.policy.work_rules import RefundRules
from domain.refunds import DecideRefund, PayRefund
from domain.staff.directory import Directory, Member

MERCHANT, CUSTOMER = "m1", "c1"
ORDERS = ("SO-1", "SO-2")
PAID_MINOR = 1000
"""What each order was paid."""
PAYMENTS = ((), (600, 400), (500, 300, 200))
PURPOSES: tuple[Purpose, ...] = ("refund", "refund", "refund", "compensation", "voucher")
AMOUNTS = (1, 250, 400, 600, PAID_MINOR)
ASKING = ("agent1", "agent2", "lead1", None)
STAFF = Directory(
    shifts={},
    teams={},
    members={
        name: Member.model_validate({"roles": (role,), "languages": ("en",)})
        for name, role in {
            "agent1": "front_line",
            "agent2": "front_line",
            "lead1": "supervisor",
            "lead2": "supervisor",
            "head1": "head",
        }.items()
    },
)
WITHIN = ("2h", "90d")


@dataclass
class Merchant:
    """What a world's policy says, and how its orders were paid."""

    dice: Random
    rules: RefundRules
    bounds: GoodwillBounds | None
    payments: dict[str, list[OrderPayment]]

    @classmethod
    def drawn(cls, dice: Random) -> "Merchant":
        """Some ask a second person and some nobody; some give and some do not."""
        payments = {order_id: _payments(dice, order_id) for order_id in ORDERS}
        approval = _approval(dice) if dice.random() < 0.7 else None
        rules = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h", approval=approval)
        return cls(dice, rules, _bounds(dice) if dice.random() < 0.7 else None, payments)

    def refund(self, number: int, seq: int = 1, order_id: str | None = None) -> PayRefund:
        """What a case may ask for."""
        dice = self.dice
        purpose = dice.choice(PURPOSES)
        return PayRefund(
            case_id=f"return:{MERCHANT}:R-{number}",
            merchant=MERCHANT,
            number=f"R-{number}",
            seq=seq,
            order_id=order_id or dice.choice(ORDERS),
            amount_minor=dice.choice(AMOUNTS),
            currency="CNY",
            rules=self.rules,
            purpose=purpose,
            goodwill=None if purpose == "refund" else self.bounds,
            requested_by=dice.choice(ASKING),
            edited_by=dice.choice(ASKING),
        )

    def payment_of(self, order_id: str) -> str:
        """One of an order's, as disputes name it."""
        named = [payment.payment_id for payment in self.payments[order_id]]
        return self.dice.choice(named or [order_id])

    def dispute(self, number: int, payment_id: str, at: datetime, state: str = "open") -> Dispute:
        """What a provider tells of a payment."""
        return Dispute.model_validate(
            {
                "merchant": MERCHANT,
                "provider": "first",
                "dispute_id": f"dp_{number}",
                "payment_id": payment_id,
                "amount_minor": 1,
                "currency": "CNY",
                "state": state,
                "at": at,
            }
        )

    def word(self, seen: Approval) -> DecideRefund:
        """Somebody's, on what they saw; it may be nobody whose word it is."""
        by = self.dice.choice([*STAFF.members])
        return DecideRefund(by=by, approve=self.dice.random() < 0.7, hash=seen.hash, reason="seen")


def _payments(dice: Random, order_id: str) -> list[OrderPayment]:
    return [
        OrderPayment(
            payment_id=f"{order_id}-P{number}",
            amount_minor=amount_minor,
            currency="CNY",
            rail=dice.choice((None, "second")),
        )
        for number, amount_minor in enumerate(dice.choice(PAYMENTS), start=1)
    ]


def _approval(dice: Random) -> ApprovalRules:
    return ApprovalRules(
        per_refund_minor={"CNY": dice.choice((0, 250, 600))},
        per_order_minor={"CNY": dice.choice((500, 900))},
        per_day_minor={"CNY": dice.choice((400, 800))},
        timezone="Asia/Shanghai",
        by=dice.choice((("lead", "head"), ("head",))),
    )


def _bounds(dice: Random) -> GoodwillBounds:
    return GoodwillBounds(
        customer_id=CUSTOMER,
        per_order_minor=dice.choice((400, 1200)),
        per_customer_minor=dice.choice((600, 1500)),
        within=dice.choice(WITHIN),
    )
