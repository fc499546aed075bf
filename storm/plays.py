"""What the storm's customers come with: the dice say which case is of which kind, and what befalls it."""

import random
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from domain.orders import Order, OrderLine, OrderPayment
from starters.settings import Settings

MERCHANT = "storm"
CURRENCY = "CNY"
LINE, SKU = "1", "CUP-01"
UNITS, PAID_MINOR = 3, 10_000
PARTS_MINOR = (3000, 4000, 3000)
"""What the payments of an order brought in that was paid by several."""
COMPLAINT_MINOR, COMPENSATION_MINOR = 1250, 450
RETURNED_MINOR = PAID_MINOR // UNITS

Kind = Literal["return", "late_review", "split", "race", "exchange", "complaint", "compensation", "delivery"]
SHARES: dict[Kind, int] = {
    "return": 50,
    "late_review": 6,
    "split": 10,
    "race": 4,
    "exchange": 8,
    "complaint": 8,
    "compensation": 4,
    "delivery": 10,
}
"""In percent. `late_review`: an agent answers after the deadline. `race`: two cases want the same unit."""
ROOMS = {"complaint": "complaint", "compensation": "complaint", "delivery": "delivery"}

DOUBLED, RESET, REPEATED_RESET, RESTARTED, ORPHANED = 0.12, 0.05, 0.4, 0.04, 0.05
"""Shares: callers who send everything twice at once; cases that ops reset; of these, those reset twice; cases
whose workflows ops terminate, the refund's with it, and let go on from what is recorded; cases of which they
terminate the refund alone, so that nobody but the reconciler settles it."""


@dataclass(frozen=True)
class Play:
    """A customer's order and what becomes of it."""

    number: str
    kind: Kind
    order_id: str
    is_doubled: bool = False
    is_reset: bool = False
    is_reset_twice: bool = False
    is_restarted: bool = False
    is_orphaned: bool = False

    @property
    def case_id(self) -> str:
        """The case that is opened for it."""
        return f"{ROOMS.get(self.kind, 'return')}:{MERCHANT}:{self.number}"

    @property
    def refund_id(self) -> str:
        """The workflow that pays its first refund."""
        return f"refund:{self.case_id.removeprefix('return:')}:1"

    @property
    def customer_id(self) -> str:
        """A customer of its own to each order, so that no bound over several orders matters."""
        return f"c-{self.order_id}"

    @property
    def units(self) -> int:
        """How many go back."""
        return UNITS if self.kind == "split" else 1

    @property
    def payments_minor(self) -> dict[str, int]:
        """What came in, by payment."""
        if self.kind == "split":
            return {f"{self.order_id}-P{n}": minor for n, minor in enumerate(PARTS_MINOR, start=1)}
        return {self.order_id: RETURNED_MINOR if self.kind == "race" else PAID_MINOR}

    @property
    def amount_minor(self) -> int:
        """What is to be paid in the end; nothing where goods are exchanged."""
        amounts: dict[Kind, int] = {
            "split": PAID_MINOR,
            "exchange": 0,
            "complaint": COMPLAINT_MINOR,
            "compensation": COMPENSATION_MINOR,
        }
        return amounts.get(self.kind, RETURNED_MINOR)

    def order(self, now: datetime) -> Order:
        """Three cups for 100.00, received yesterday; of those that two cases want, there is one."""
        units = 1 if self.kind == "race" else UNITS
        paid = sum(self.payments_minor.values())
        payments = self.payments_minor.items() if self.kind == "split" else ()
        return Order(
            order_id=self.order_id,
            merchant=MERCHANT,
            customer_id=self.customer_id,
            currency=CURRENCY,
            placed_at=now - timedelta(days=3),
            received_at=now - timedelta(days=1),
            timezone="Asia/Shanghai",
            lines=[OrderLine(line=LINE, sku=SKU, title="Cup", quantity=units, paid_minor=paid)],
            payments=[
                OrderPayment(payment_id=name, amount_minor=minor, currency=CURRENCY)
                for name, minor in payments
            ],
        )


def plays(cases: int, dice: random.Random) -> list[Play]:
    """So many cases in the order in which they come."""
    made = list[Play]()
    kinds, weights = zip(*SHARES.items(), strict=True)
    while len(made) < cases:
        kind: Kind = dice.choices(kinds, weights)[0]
        order_id = f"SO-{len(made) + 1}"
        for _ in range(2 if kind == "race" else 1):
            made.append(_play(f"S-{len(made) + 1}", kind, order_id, dice))
    return made[:cases]


def _play(number: str, kind: Kind, order_id: str, dice: random.Random) -> Play:
    doubled, reset, restarted, orphaned = (dice.random() for _ in range(4))
    is_let_be = reset >= RESET and restarted >= RESTARTED
    pays = kind in ("return", "split", "delivery", "complaint")
    return Play(
        number=number,
        kind=kind,
        order_id=order_id,
        is_doubled=doubled < DOUBLED,
        is_reset=pays and reset < RESET,
        is_reset_twice=pays and reset < RESET * REPEATED_RESET,
        is_restarted=pays and reset >= RESET and restarted < RESTARTED,
        is_orphaned=pays and is_let_be and orphaned < ORPHANED,
    )


def own_policies(folder: Path) -> Path:
    """The shipped policies, and the storm's."""
    shutil.copytree(Settings().policies_dir, folder, dirs_exist_ok=True)
    shutil.copy(Path(__file__).with_name("storm.yaml"), folder)
    return folder
