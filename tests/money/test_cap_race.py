"""The race for the last cent: 200 orders, eight cases of each at once, every one asking for 60 % of it."""

import asyncio
from collections import Counter

from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.refunds import RefundActivities
from domain.policy.work_rules import RefundRules
from domain.refunds import PayRefund, RefundOutcome, Reservation
from sandbox.client import SandboxClient
from sandbox.payment_messages import Capture
from store.ledger import Ledger
from store.pool import Pool
from tests.providers.rails import account_of, rails_over

ORDERS, CASES_OF_ONE = 200, 8
ORDERS_AT_ONCE = 4
PAID_MINOR, REFUND_MINOR = 1000, 600
RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")


class Nobody:
    """Who is told: what a case does with it is another test's matter."""

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Nothing."""


def refund_of(merchant: str, order_number: int, case: int) -> PayRefund:
    number = f"R-{order_number}-{case}"
    return PayRefund(
        case_id=f"return:{merchant}:{number}",
        merchant=merchant,
        number=number,
        seq=1,
        order_id=f"PAY-{order_number}",
        amount_minor=REFUND_MINOR,
        currency="CNY",
        rules=RULES,
    )


async def ended(refunds: RefundActivities, order: PayRefund) -> str:
    """What a case's refund comes to: its state, or the code by which the ledger refused it."""
    environment = ActivityEnvironment()
    reservation = Reservation(order=order, at=environment.info.scheduled_time)
    try:
        await environment.run(refunds.reserve_refund, reservation)
    except ApplicationError as refused:
        return str(refused.type)
    return (await environment.run(refunds.pay_refund, order)).state


async def test_of_eight_cases_that_want_sixty_per_cent_each_one_is_paid(
    sandbox: SandboxClient, merchant: str, pool: Pool
) -> None:
    """200 paid and 1,400 refused by the ledger; the gateway was asked 200 times and refused nothing."""
    ledger = Ledger(pool)
    for number in range(ORDERS):
        await ledger.open_budget(merchant, f"PAY-{number}", "CNY", PAID_MINOR)
        await sandbox.put_capture(
            Capture(merchant=merchant, order_id=f"PAY-{number}", amount_minor=PAID_MINOR, currency="CNY")
        )
    gate = asyncio.Semaphore(ORDERS_AT_ONCE)
    async with rails_over(
        account_of("sandbox", await sandbox.credentials(merchant), sandbox.url), merchant=merchant
    ) as rails:
        refunds = RefundActivities(ledger, rails, Nobody())

        async def race(number: int) -> Counter[str]:
            async with gate:
                cases = (refund_of(merchant, number, case) for case in range(CASES_OF_ONE))
                return Counter(await asyncio.gather(*(ended(refunds, case) for case in cases)))

        of_orders = await asyncio.gather(*map(race, range(ORDERS)))
    assert of_orders == [Counter(settled=1, over_cap=CASES_OF_ONE - 1)] * ORDERS
    moved = [each for each in await sandbox.journal() if each.merchant == merchant]
    assert sorted((each.order_id, each.amount_minor) for each in moved) == sorted(
        (f"PAY-{number}", REFUND_MINOR) for number in range(ORDERS)
    )
    asked = [each for each in await sandbox.refunds() if each.merchant == merchant]
    assert len(asked) == ORDERS
    assert await pool.fetch("SELECT DISTINCT reserved_minor, settled_minor FROM order_budgets") == [
        (0, REFUND_MINOR)
    ]
    assert await pool.fetchval("SELECT count(*) FROM refunds") == ORDERS
