"""Currencies with no, two and three decimals: what the ledger fixes is what the gateway's journal says."""

import pytest
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

RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")


class Nobody:
    """Who is told: what a case does with it is another test's matter."""

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Nothing."""


def refund_of(merchant: str, amount_minor: int, currency: str) -> PayRefund:
    return PayRefund(
        case_id=f"return:{merchant}:R-1",
        merchant=merchant,
        number="R-1",
        seq=1,
        order_id="PAY-1",
        amount_minor=amount_minor,
        currency=currency,
        rules=RULES,
    )


async def pay(sandbox: SandboxClient, pool: Pool, rail: str, order: PayRefund, paid_in: str) -> str:
    """Reserve and pay out of 100,000 minor units; the outcome's state."""
    merchant = order.merchant
    await Ledger(pool).open_budget(merchant, order.order_id, paid_in, 100_000)
    await sandbox.put_capture(
        Capture(merchant=merchant, order_id=order.order_id, amount_minor=100_000, currency=paid_in)
    )
    account = account_of(rail, await sandbox.credentials(merchant), sandbox.url)
    async with rails_over(account, merchant=merchant) as rails:
        refunds, environment = RefundActivities(Ledger(pool), rails, Nobody()), ActivityEnvironment()
        reservation = Reservation(order=order, at=environment.info.scheduled_time)
        await environment.run(refunds.reserve_refund, reservation)
        return (await environment.run(refunds.pay_refund, order)).state


@pytest.mark.parametrize(
    ("rail", "currency", "amount_minor"),
    [
        ("sandbox", "JPY", 1),
        ("sandbox", "CNY", 3333),
        ("sandbox", "KWD", 1235),
        ("stripe", "JPY", 1500),
        ("stripe", "CNY", 3333),
        ("stripe", "KWD", 1230),
        ("wechat", "CNY", 1),
        ("alipay", "CNY", 3333),
    ],
)
async def test_each_currency_is_paid_to_the_minor_unit(
    sandbox: SandboxClient, merchant: str, pool: Pool, rail: str, currency: str, amount_minor: int
) -> None:
    order = refund_of(merchant, amount_minor, currency)
    assert await pay(sandbox, pool, rail, order, currency) == "settled"
    moved = [each for each in await sandbox.journal() if each.merchant == merchant]
    assert [(each.amount_minor, each.currency) for each in moved] == [(amount_minor, currency)]
    assert (await Ledger(pool).budget(merchant, "PAY-1")).settled_minor == amount_minor


@pytest.mark.parametrize(
    ("rail", "currency", "amount_minor", "paid_in", "code"),
    [
        ("stripe", "KWD", 1235, "KWD", "amount_not_payable"),
        ("wechat", "JPY", 100, "JPY", "amount_not_payable"),
        ("alipay", "KWD", 100, "KWD", "amount_not_payable"),
        ("stripe", "GBP", 100, "CNY", "currency_mismatch"),
        ("sandbox", "JPY", 100, "KWD", "currency_mismatch"),
        ("sandbox", "CNY", 100_001, "CNY", "over_cap"),
    ],
)
async def test_what_cannot_be_paid_is_refused_before_anything_is_reserved(
    sandbox: SandboxClient,
    merchant: str,
    pool: Pool,
    rail: str,
    currency: str,
    amount_minor: int,
    paid_in: str,
    code: str,
) -> None:
    """The code is documented, the ledger has no row, and the gateway never heard of it."""
    with pytest.raises(ApplicationError) as refused:
        await pay(sandbox, pool, rail, refund_of(merchant, amount_minor, currency), paid_in)
    assert (refused.value.type, refused.value.non_retryable) == (code, True)
    assert (await Ledger(pool).budget(merchant, "PAY-1")).reserved_minor == 0
    assert await pool.fetchval("SELECT count(*) FROM refunds") == 0
    assert [each for each in await sandbox.refunds() if each.merchant == merchant] == []
