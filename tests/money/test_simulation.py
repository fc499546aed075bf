"""The money core under every crash that a seed can think of: 2,000 worlds, each reproduced by its number.

`CASEWORK_SEEDS=20000` plays more of them. In a world, up to three refunds of one order are paid by activities
that may die at every await, whose answers get lost, whose gateway is away or blind for up to thirty hours,
forgets keys, refuses, or fails late, and of which two attempts may run at once.
"""

import asyncio
import os
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from temporalio import activity
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.gateway import Gateway
from activities.refunds import RefundActivities
from domain.policy.work_rules import RefundRules
from domain.refunds import OPEN_STATES, PayRefund, RefundOutcome, RefundRow, RefundState, Reservation
from domain.sla import parse_duration
from providers.ports import PaymentOrder
from store.ledger import Ledger
from tests.money.model_gateway import KEY_WINDOWS, ModelGateway
from tests.money.model_ledger import PAID_MINOR, ModelLedger
from tests.money.world import EPOCH, Cases, Killed, World

SEEDS = int(os.environ.get("CASEWORK_SEEDS", "2000"))
SEEDS_FOR_A_DEFECT = 500
PARTS = 20
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
MERCHANT, ORDER_ID = "m1", "SO-1"
HEARTBEAT_TIMEOUT = timedelta(seconds=6)
ATTEMPTS_MAX = 10_000


class Play:
    """One world, played to its end."""

    def __init__(self, seed: int) -> None:
        self.world = World.of(seed)
        dice = self.world.dice
        self.gateway = ModelGateway(self.world, dice.choice(KEY_WINDOWS))
        self.ledger = ModelLedger(self.world)
        self.ledger.open(MERCHANT, ORDER_ID, PAID_MINOR)
        self.cases = Cases(self.world)
        self.outcomes: dict[str, RefundOutcome | str] = {}
        self._activities = RefundActivities(
            cast("Ledger", self.ledger), self.gateway, self.cases, lambda: self.world.now
        )
        self._zombies: list[asyncio.Task[object]] = []

    async def run(self) -> None:
        """Pay the order's refunds one beside the other, until each has ended or waits for a person."""
        orders = [order(number, self.world.dice) for number in range(self.world.dice.randrange(1, 4))]
        for each in orders:
            await self._pay(each)
        await asyncio.gather(*self._zombies, return_exceptions=True)

    async def _pay(self, order: PayRefund) -> None:
        reserved = await self._attempts(self._activities.reserve_refund, order, reserves=True)
        if isinstance(reserved, ApplicationError):
            self.outcomes[order.key] = str(reserved.type)
            return
        paid = await self._attempts(self._activities.pay_refund, order)
        assert isinstance(paid, RefundOutcome), paid
        self.outcomes[order.key] = paid

    async def _attempts(self, work: object, order: PayRefund, *, reserves: bool = False) -> object:
        """As the server does it: again when an attempt dies or says when, and sometimes beside a slow one."""
        environment, world = ActivityEnvironment(), self.world
        given = Reservation(order=order, at=EPOCH) if reserves else order
        for attempt in range(1, ATTEMPTS_MAX):
            environment.info = replace(
                environment.info,
                attempt=attempt,
                current_attempt_scheduled_time=world.now,
                started_time=world.now,
            )
            task = asyncio.create_task(_ended(environment, work, given))
            if world.happens(0.1):
                self._zombies.append(task)
                await asyncio.sleep(0)
                environment = ActivityEnvironment()
                world.now += HEARTBEAT_TIMEOUT
                continue
            ended = await task
            if not isinstance(ended, Killed | ApplicationError):
                return ended
            if isinstance(ended, ApplicationError) and ended.non_retryable:
                return ended
            wait = getattr(ended, "next_retry_delay", None)
            world.now += wait if isinstance(wait, timedelta) else HEARTBEAT_TIMEOUT
        raise AssertionError(f"{order.key} has no end")

    def problems(self) -> list[str]:
        """What must never be, by the gateway's own record."""
        return [
            *self._paid_twice(),
            *self._above_the_cap(),
            *self._books_that_differ(),
            *self._sent_too_late(),
        ]

    def _paid_twice(self) -> list[str]:
        return [f"{key} paid twice" for key in self.ledger.rows if len(self.gateway.live(key)) > 1]

    def _above_the_cap(self) -> list[str]:
        net = sum(paid.order.amount_minor for key in self.ledger.rows for paid in self.gateway.live(key))
        return [f"{net} paid of {PAID_MINOR}"] if net > PAID_MINOR else []

    def _books_that_differ(self) -> list[str]:
        found: list[str] = []
        rows = self.ledger.rows
        for key, row in rows.items():
            live = self.gateway.live(key)
            if row.state == "settled" and [each.state for each in live] != ["settled"]:
                found.append(f"{key} is settled, the gateway has {live}")
            if row.state == "failed" and live:
                found.append(f"{key} is failed, the gateway has {live}")
            outcome = self.outcomes.get(key)
            if isinstance(outcome, RefundOutcome) and outcome.state not in (row.state, "held"):
                found.append(f"{key} was told {outcome.state} and is {row.state}")
            if outcome is not None and outcome not in self.cases.told.get(key, [outcome]):
                found.append(f"the case of {key} was not told")
        budget = self.ledger.budgets[MERCHANT, ORDER_ID]
        reserved = sum(row.amount_minor for row in rows.values() if row.state in OPEN_STATES)
        settled = sum(row.amount_minor for row in rows.values() if row.state == "settled")
        if (budget.reserved_minor, budget.settled_minor) != (reserved, settled):
            found.append(f"the budget says {budget}")
        return found

    def _sent_too_late(self) -> list[str]:
        if self.gateway.key_window is None:
            return []
        bound = self.gateway.key_window - parse_duration(RULES.key_window_margin)
        first: dict[str, datetime] = {}
        late: list[str] = []
        for key, at in self.gateway.calls:
            if at >= first.setdefault(key, at) + bound + HEARTBEAT_TIMEOUT:
                late.append(f"{key} was sent {at - first[key]} after the first time")
        return late


def order(number: int, dice: Random) -> PayRefund:
    return PayRefund(
        case_id=f"return:{MERCHANT}:R-{number}",
        merchant=MERCHANT,
        number=f"R-{number}",
        seq=1,
        order_id=ORDER_ID,
        amount_minor=dice.choice((1, 250, 400, 600, PAID_MINOR)),
        currency="CNY",
        rules=RULES,
    )


async def _ended(environment: ActivityEnvironment, work: object, given: object) -> object:
    """What an attempt gives, or what it ended by."""
    try:
        return await environment.run(work, given)  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownVariableType]
    except (Killed, ApplicationError) as ended:
        return ended


@pytest.mark.parametrize("part", range(PARTS))
async def test_no_seed_pays_twice(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        play = Play(seed)
        await play.run()
        assert play.problems() == [], f"seed {seed}"


# Planted defects: what the worlds are worth.


def _always(*_: object) -> bool:
    return True


async def _key_of_the_attempt(self: Gateway, row: RefundRow) -> PaymentOrder:
    asked = await PLAIN_ORDER(self, row)
    return asked.model_copy(update={"key": f"{asked.key}-{activity.info().attempt}"})


async def _freed_by_silence(
    self: ModelLedger, key: str, state: RefundState, at: datetime, **more: Any
) -> Any:
    return await PLAIN_RECORD(self, key, "failed" if state == "unknown" else state, at, **more)


PLAIN_ORDER = Gateway.payment_order
PLAIN_RECORD = ModelLedger.record
DEFECTS = {
    "sent again after the key is forgotten": ("activities.gateway.may_send_again", _always),
    "every no is believed": ("activities.refunds.is_certain_no", _always),
    "the key has the attempt in it": (
        "activities.gateway.Gateway.payment_order",
        _key_of_the_attempt,
    ),
    "silence frees the reservation": ("tests.money.model_ledger.ModelLedger.record", _freed_by_silence),
}


@pytest.mark.parametrize("defect", DEFECTS)
async def test_a_planted_defect_is_found(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*DEFECTS[defect])
    for seed in range(SEEDS_FOR_A_DEFECT):
        play = Play(seed)
        await play.run()
        if play.problems():
            return
    raise AssertionError(f"{SEEDS_FOR_A_DEFECT} seeds did not find it")
