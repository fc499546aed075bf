"""The simulation's ledger against the real one: the same commands, the same answers, the same books.

Commands are what activities ask of it: reservations of every purpose, over several payments and above limits,
a second person's words, orders that the shop tells anew, and disputes.
"""

from datetime import timedelta
from random import Random
from typing import Any, cast, get_args

import pytest
from temporalio.exceptions import ApplicationError

from activities.refunds import RefundActivities
from domain.approvals import Approval
from domain.budgets import Budget
from domain.errors import CaseworkError
from domain.refunds import NEXT_STATES, DecideRefund, PayRefund, RefundRow, RefundState, Reservation
from store.approvals import Approvals
from store.disputes import Disputes
from store.ledger import Ledger
from store.pool import Pool
from tests.money.model_gateway import ModelGateway, ModelRails
from tests.money.model_ledger import ModelLedger
from tests.money.model_merchant import MERCHANT, ORDERS, PAID_MINOR, Merchant
from tests.money.world import EPOCH, Cases, Odds, World

COMMANDS = 80
STEP = timedelta(minutes=7)
STATES = get_args(RefundState)


class Side:
    """One of the two ledgers, behind the same commands."""

    def __init__(self, world: World, ledger: Any, approvals: Any, disputes: Any, beyond: bool) -> None:
        self.ledger, self._approvals, self._disputes = ledger, approvals, disputes
        gateways = [ModelGateway(world, "first", pays_beyond=beyond)]
        rails = ModelRails([*gateways, ModelGateway(world, "second"), ModelGateway(world, "voucher")])
        self._activities = RefundActivities(cast("Ledger", ledger), rails, Cases(world))

    async def told(self, command: str, given: dict[str, Any]) -> Any:
        """What it says: the answer, or the refusal's code."""
        asked = {
            "reserve": self._activities.reserve_refund,
            "decide": self._approvals.decide,
            "note": self._disputes.note,
        }.get(command) or getattr(self.ledger, command)
        try:
            return await asked(**given)
        except CaseworkError as error:
            return error.code, error.detail
        except ApplicationError as error:
            return error.type


class Commands:
    """The dice's commands, one after the other; what was asked for before is known."""

    def __init__(self, dice: Random, model: ModelLedger) -> None:
        self._dice, self._model = dice, model
        self.merchant = Merchant.drawn(dice)
        self._asked: list[PayRefund] = []

    def next(self, step: int) -> tuple[str, dict[str, Any]]:
        """One at a time."""
        dice, at = self._dice, EPOCH + step * STEP
        key = dice.choice([*self._model.rows]) if self._model.rows and dice.random() < 0.95 else "rf-none"
        match dice.choice(("reserve", "reserve", "mark_sent", "record", "record", "decide", "note", "open")):
            case "reserve":
                return "reserve", {"reservation": Reservation(order=self._order(), at=at)}
            case "mark_sent":
                return "mark_sent", {"key": key, "at": at}
            case "decide" if self._asked:
                return "decide", self._decision(step)
            case "note":
                payment_id = self.merchant.payment_of(dice.choice(ORDERS))
                state = dice.choice(("open", "won", "won", "won", "won", "lost"))
                told = EPOCH + dice.randrange(COMMANDS) * STEP
                number = dice.randrange(2)
                return "note", {"dispute": self.merchant.dispute(number, payment_id, told, state)}
            case "open":
                return "open_budget", self._order_anew()
            case _:
                return "record", self._record(key, step)

    def _order(self) -> PayRefund:
        """Mostly a new refund; sometimes one that was asked for before, or another one under its number."""
        if self._asked and self._dice.random() < 0.3:
            known = self._dice.choice(self._asked)
            if self._dice.random() < 0.5:
                return known
            return known.model_copy(update={"amount_minor": known.amount_minor + 1})
        order = self.merchant.refund(len(self._asked))
        self._asked.append(order)
        return order

    def _decision(self, step: int) -> dict[str, Any]:
        approvals = self._model.approvals
        asked = [order for order in self._asked if self._waits(order)]
        order = self._dice.choice(asked if asked and self._dice.random() < 0.6 else self._asked)
        seen: Approval | None = approvals.get(order.refund_id)
        if approvals and (seen is None or self._dice.random() < 0.2):
            seen = self._dice.choice([*approvals.values()])
        if seen is None:
            return self._word_on_nothing(order, step)
        key = f"word-{self._dice.randrange(3)}"
        return {"order": order, "word": self.merchant.word(seen), "key": key, "at": EPOCH + step * STEP}

    def _waits(self, order: PayRefund) -> bool:
        found = self._model.approvals.get(order.refund_id)
        return found is not None and found.state == "asked"

    def _word_on_nothing(self, order: PayRefund, step: int) -> dict[str, Any]:
        word = DecideRefund(by="lead1", approve=True, hash="0" * 16)
        return {"order": order, "word": word, "key": "k", "at": EPOCH + step * STEP}

    def _record(self, key: str, step: int) -> dict[str, Any]:
        dice, row = self._dice, self._model.rows.get(key)
        said = [name for name in ("provider_ref", "reason", "error") if dice.random() < 0.3]
        # Who pays never records `sent`, and the table itself would refuse it of one that waits.
        states = STATES if row is None or row.approval in (None, "approved") else ("intent", "failed")
        if row is not None and states is STATES and dice.random() < 0.6:
            states = NEXT_STATES[row.state] or STATES
        return {
            "key": key,
            "state": dice.choice(states),
            "at": EPOCH + step * STEP,
            "if_attempts": dice.choice((None, None, 1)),
            **{name: f"{name}-{step}" for name in said},
        }

    def _order_anew(self) -> dict[str, Any]:
        """As the shop tells it now: more or less captured, in the same payments or some more."""
        dice = self._dice
        order_id = dice.choice(ORDERS)
        captured_minor = PAID_MINOR + dice.choice((-300, 0, 0, 200))
        payments = list(self.merchant.payments[order_id])
        if payments and captured_minor != PAID_MINOR:
            by = captured_minor - PAID_MINOR
            payments[0] = payments[0].model_copy(update={"amount_minor": payments[0].amount_minor + by})
        currency = dice.choice(("CNY", "CNY", "CNY", "GBP"))
        return {
            "merchant": MERCHANT,
            "order_id": order_id,
            "currency": currency,
            "captured_minor": captured_minor,
            "payments": payments,
        }


def books_of_the_model(model: ModelLedger) -> dict[str, list[Any]]:
    """All that it has written."""
    books = model.books
    payments = [
        (of[1], *row.model_dump().values()) for of, rows in books.payments.items() for row in rows.values()
    ]
    goodwill = [(of[1], purpose, *row.model_dump().values()) for (of, purpose), row in books.goodwill.items()]
    return {
        "refunds": sorted(model.rows.values(), key=lambda row: row.key),
        "budgets": sorted(books.budgets.values(), key=lambda budget: budget.order_id),
        "payments": sorted(payments),
        "goodwill": sorted(goodwill),
        "disputes": sorted((each.dispute_id, each.state, each.at) for each in books.disputes.values()),
        "approvals": sorted(model.approvals.values(), key=lambda each: each.key),
    }


async def books_of_the_store(pool: Pool) -> dict[str, list[Any]]:
    """The same of the tables."""
    approvals, rows = Approvals(pool), await pool.fetch('SELECT * FROM refunds ORDER BY key COLLATE "C"')
    asked = [row for row in rows if row["approval"] is not None and row["part"] == 1]
    payments = await pool.fetch(
        "SELECT order_id, payment_id, position, rail, captured_minor, reserved_minor, settled_minor "
        "FROM order_payments"
    )
    goodwill = await pool.fetch(
        "SELECT order_id, purpose, budget_minor, reserved_minor, settled_minor FROM goodwill_budgets"
    )
    budgets = await pool.fetch("SELECT * FROM order_budgets ORDER BY order_id")
    disputes = await pool.fetch("SELECT dispute_id, state, at FROM payment_disputes")
    return {
        "refunds": [RefundRow.model_validate(dict(row)) for row in rows],
        "budgets": [Budget.model_validate(dict(row)) for row in budgets],
        "payments": sorted(tuple(row) for row in payments),
        "goodwill": sorted(tuple(row) for row in goodwill),
        "disputes": sorted(tuple(row) for row in disputes),
        "approvals": [await approvals.get(row["refund_id"]) for row in asked],
    }


@pytest.mark.parametrize("seed", range(24))
async def test_the_model_is_the_ledger(pool: Pool, seed: int) -> None:
    dice = Random(seed)
    world = World(dice, Odds.calm())
    model = ModelLedger(world)
    commands, beyond = Commands(dice, model), dice.random() < 0.5
    ours = Side(world, model, model, model, beyond)
    real = Side(world, Ledger(pool), Approvals(pool), Disputes(pool), beyond)
    for order_id, payments in commands.merchant.payments.items():
        for side in (ours, real):
            await side.ledger.open_budget(MERCHANT, order_id, "CNY", PAID_MINOR, payments)
    for step in range(COMMANDS):
        command, given = commands.next(step)
        assert await ours.told(command, given) == await real.told(command, given), (step, command, given)
        assert books_of_the_model(model) == await books_of_the_store(pool), (step, command, given)
