"""Every first answer to a refund is lost after the money moved: each dialect, on the real ledger.

`CASEWORK_LOST_REPLIES` (40 unless set) is how many refunds each dialect has.
"""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.refunds import RefundActivities
from domain.policy.work_rules import RefundRules
from domain.refunds import PayRefund, RefundOutcome, Reservation
from providers.payment_rails import MerchantRails
from sandbox.client import SandboxClient
from sandbox.messages import FaultRule
from sandbox.payment_messages import Capture
from store.ledger import Ledger
from store.pool import Pool
from tests.providers.rails import DIALECTS, account_of, rails_over

REFUNDS = int(os.environ.get("CASEWORK_LOST_REPLIES", "40"))
AT_ONCE = 8
PAID_MINOR, REFUND_MINOR = 1000, 600
ATTEMPTS_MAX = 5
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")


class Told:
    """Who would be told: what a case does with it is another test's matter."""

    def __init__(self) -> None:
        self.outcomes: dict[str, RefundOutcome] = {}

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Remember it."""
        self.outcomes[order.key] = outcome


def order_of(merchant: str, number: int) -> PayRefund:
    return PayRefund(
        case_id=f"return:{merchant}:R-{number}",
        merchant=merchant,
        number=f"R-{number}",
        seq=1,
        order_id=f"PAY-{number}",
        amount_minor=REFUND_MINOR,
        currency="CNY",
        rules=RULES,
    )


async def pay(refunds: RefundActivities, order: PayRefund) -> int:
    """Attempts as the server makes them: the next one when the failed one says; returns how many it took."""
    environment = ActivityEnvironment()
    await environment.run(
        refunds.reserve_refund, Reservation(order=order, at=environment.info.scheduled_time)
    )
    for attempt in range(1, ATTEMPTS_MAX + 1):
        try:
            await environment.run(refunds.pay_refund, order)
        except ApplicationError as again:
            delay = again.next_retry_delay or timedelta(0)
            due = environment.info.current_attempt_scheduled_time + delay
            environment.info = replace(
                environment.info, attempt=attempt + 1, current_attempt_scheduled_time=due
            )
        else:
            return attempt
    raise AssertionError(f"{order.key} was not paid in {ATTEMPTS_MAX} attempts")


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_every_first_answer_lost_and_nothing_paid_twice(
    sandbox: SandboxClient, merchant: str, pool: Pool, dialect: str
) -> None:
    ledger, told = Ledger(pool), Told()
    orders = [order_of(merchant, number) for number in range(REFUNDS)]
    for order in orders:
        await ledger.open_budget(merchant, order.order_id, "CNY", PAID_MINOR)
        await sandbox.put_capture(
            Capture(merchant=merchant, order_id=order.order_id, amount_minor=PAID_MINOR, currency="CNY")
        )
    await sandbox.set_faults("payments", FaultRule(kind="lost_after", operation="refund"))
    account = account_of(dialect, await sandbox.credentials(merchant), sandbox.url)
    async with rails_over(account, merchant=merchant) as rails:
        attempts = await _pay_all(ledger, rails, told, orders)
    assert min(attempts) >= 2  # each answer was lost, so that each was asked for
    moved = [each for each in await sandbox.journal() if each.merchant == merchant]
    assert sorted((each.key, each.amount_minor) for each in moved) == sorted(
        (order.key, REFUND_MINOR) for order in orders
    )
    assert {key: outcome.state for key, outcome in told.outcomes.items()} == {
        order.key: "settled" for order in orders
    }
    for order in orders:
        budget = await ledger.budget(merchant, order.order_id)
        assert (budget.reserved_minor, budget.settled_minor) == (0, REFUND_MINOR)


async def _pay_all(ledger: Ledger, rails: MerchantRails, told: Told, orders: list[PayRefund]) -> list[int]:
    refunds, gate = RefundActivities(ledger, rails, told), asyncio.Semaphore(AT_ONCE)

    async def one(order: PayRefund) -> int:
        async with gate:
            return await pay(refunds, order)

    return await asyncio.gather(*map(one, orders))
