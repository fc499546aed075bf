"""Refunds over several payments of an order: each part is paid once, within what its payment has left."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.refunds import RefundActivities, Resolution
from domain.errors import OverCap
from domain.orders import OrderPayment
from domain.policy.work_rules import RefundRules
from domain.refunds import PayRefund, RefundOutcome, Reservation, ResolveRefund
from providers.ports import PaymentOrder
from sandbox.client import SandboxClient
from sandbox.messages import FaultRule
from sandbox.payment_messages import Capture
from store.books import check_books
from store.ledger import Ledger
from store.pool import Pool
from tests.providers.rails import account_of, rails_over

RULES = RefundRules(key_window_margin="1h", poll_first="30s", poll_max="1h")
ATTEMPTS_MAX = 30


class Told:
    """What the case would hear."""

    def __init__(self) -> None:
        self.outcomes: list[RefundOutcome] = []

    async def tell(self, order: PayRefund, outcome: RefundOutcome) -> None:
        """Remember it."""
        self.outcomes.append(outcome)


class Shop:
    """An order of 1000 that was paid by 600 and 400, at one gateway or at two."""

    def __init__(self, sandbox: SandboxClient, merchant: str, pool: Pool) -> None:
        self.sandbox, self.merchant, self.pool = sandbox, merchant, pool
        self.ledger, self.told = Ledger(pool), Told()

    async def open(self, *, second_rail: str | None = None) -> None:
        """The order's payments, here and at the gateway."""
        for payment_id, amount_minor in (("PAY-1", 600), ("PAY-2", 400)):
            await self.sandbox.put_capture(
                Capture(
                    merchant=self.merchant, order_id=payment_id, amount_minor=amount_minor, currency="CNY"
                )
            )
        payments = [
            OrderPayment(payment_id="PAY-1", amount_minor=600, currency="CNY"),
            OrderPayment(payment_id="PAY-2", amount_minor=400, currency="CNY", rail=second_rail),
        ]
        await self.ledger.open_budget(self.merchant, "SO-1", "CNY", 1000, payments)

    def refund(self, amount_minor: int, number: str = "R-1", seq: int = 1) -> PayRefund:
        return PayRefund(
            case_id=f"return:{self.merchant}:{number}",
            merchant=self.merchant,
            number=number,
            seq=seq,
            order_id="SO-1",
            amount_minor=amount_minor,
            currency="CNY",
            rules=RULES,
        )

    @asynccontextmanager
    async def paying(self, *rails: str) -> AsyncGenerator[RefundActivities]:
        """The activities over the merchant's gateways; the first is the usual one."""
        given = await self.sandbox.credentials(self.merchant)
        accounts = [account_of(rail, given, self.sandbox.url) for rail in rails or ("sandbox",)]
        async with rails_over(*accounts, merchant=self.merchant) as over:
            yield RefundActivities(self.ledger, over, self.told)

    async def moved(self) -> list[tuple[str, str, int]]:
        """By the gateway's journal: key, payment, amount."""
        return sorted(
            (each.key, each.order_id, each.amount_minor)
            for each in await self.sandbox.journal()
            if each.merchant == self.merchant
        )

    async def taken(self) -> list[tuple[int, int]]:
        """What is reserved and settled of each payment."""
        rows = await self.pool.fetch(
            "SELECT reserved_minor, settled_minor FROM order_payments ORDER BY position"
        )
        return [tuple(row) for row in rows]

    async def key(self, part: int = 1, seq: int = 1) -> str:
        return self.refund(1, seq=seq).key_of(part)


@pytest.fixture
async def shop(sandbox: SandboxClient, merchant: str, pool: Pool) -> Shop:
    """The order, paid at one gateway."""
    shop = Shop(sandbox, merchant, pool)
    await shop.open()
    return shop


async def reserve(refunds: RefundActivities, order: PayRefund) -> None:
    environment = ActivityEnvironment()
    await environment.run(
        refunds.reserve_refund, Reservation(order=order, at=environment.info.scheduled_time)
    )


async def pay(refunds: RefundActivities, order: PayRefund) -> RefundOutcome:
    """Attempts as the server makes them, each when the failed one says."""
    environment = ActivityEnvironment()
    for attempt in range(1, ATTEMPTS_MAX):
        try:
            return await environment.run(refunds.pay_refund, order)
        except ApplicationError as again:
            due = environment.info.current_attempt_scheduled_time + (again.next_retry_delay or timedelta(0))
            environment.info = replace(
                environment.info, attempt=attempt + 1, current_attempt_scheduled_time=due
            )
    raise AssertionError(f"{order.key} has no end")


async def test_a_refund_is_taken_from_the_payments_in_order(shop: Shop) -> None:
    """The first part keeps the refund's own key; the case hears of one refund that settled."""
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(900))
        assert await shop.taken() == [(600, 0), (300, 0)]
        assert (await pay(refunds, shop.refund(900))).state == "settled"
    assert await shop.moved() == [
        (await shop.key(), "PAY-1", 600),
        (await shop.key(2), "PAY-2", 300),
    ]
    assert await shop.taken() == [(0, 600), (0, 300)]
    assert [(told.state, told.paid_minor) for told in shop.told.outcomes] == [("settled", 0)]


async def test_what_fits_into_one_payment_is_one_part(shop: Shop) -> None:
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(100))
        await pay(refunds, shop.refund(100))
        await reserve(refunds, shop.refund(600, "R-2"))
        await pay(refunds, shop.refund(600, "R-2"))
    assert [(payment, amount) for _, payment, amount in await shop.moved()] == [
        ("PAY-1", 100),
        ("PAY-1", 500),
        ("PAY-2", 100),
    ]


async def test_every_reply_lost_and_each_part_is_paid_once(shop: Shop) -> None:
    await shop.sandbox.set_faults("payments", FaultRule(kind="lost_after", operation="refund"))
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(1000))
        await reserve(refunds, shop.refund(1000))  # a crash in between: the same again
        assert (await pay(refunds, shop.refund(1000))).state == "settled"
        assert (await pay(refunds, shop.refund(1000))).state == "settled"  # as after a lost completion
    assert [amount for _, _, amount in await shop.moved()] == [600, 400]


async def test_a_part_that_fails_leaves_the_other_paid_and_only_it_is_paid_again(shop: Shop) -> None:
    """One settled and one failed: the case hears `failed` and how much it has; the rest fits again."""
    await shop.sandbox.set_faults(
        "payments", FaultRule(kind="fails_later", operation="refund", key=await shop.key(2))
    )
    async with shop.paying() as refunds:
        await shop.sandbox.set_gateway(settle_after_seconds=0)
        await reserve(refunds, shop.refund(1000))
        outcome = await pay(refunds, shop.refund(1000))
        assert (outcome.state, outcome.paid_minor, outcome.part) == ("failed", 600, 2)
        assert await shop.taken() == [(0, 600), (0, 0)]
        await shop.sandbox.set_faults("payments")
        await reserve(refunds, shop.refund(400, seq=2))
        assert (await pay(refunds, shop.refund(400, seq=2))).state == "settled"
    assert [amount for _, _, amount in await shop.moved()] == [600, 400]
    assert await shop.taken() == [(0, 600), (0, 400)]


async def test_parts_that_are_held_are_asked_about_one_after_the_other(shop: Shop) -> None:
    """Somebody used the second key for something else: only a person can say what became of that part."""
    for part in (1, 2):
        await shop.sandbox.set_faults("payments")
        await use_key(shop, await shop.key(part))
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(700))
        held = await pay(refunds, shop.refund(700))
        assert (held.state, held.part) == ("held", 1)
        word = ResolveRefund(by="ops1", paid=True, provider_ref="p-1", reason="seen at the gateway")
        resolution = Resolution(order=shop.refund(700), word=word, part=1)
        environment = ActivityEnvironment()
        held = await environment.run(refunds.resolve_refund, resolution)
        assert (held.state, held.part, held.paid_minor) == ("held", 2, 600)
        no = ResolveRefund(by="ops1", paid=False, reason="they never had it")
        last = Resolution(order=shop.refund(700), word=no, part=2)
        end = await environment.run(refunds.resolve_refund, last)
        assert (end.state, end.paid_minor) == ("failed", 600)
        assert await environment.run(refunds.resolve_refund, last) == end
        assert await environment.run(refunds.refund_outcome, shop.refund(700)) == end
    assert await shop.taken() == [(0, 600), (0, 0)]


async def use_key(shop: Shop, key: str) -> None:
    """A stranger's refund under our key."""
    async with shop.paying() as refunds:
        rail = refunds._rails.of(shop.merchant)  # pyright: ignore[reportPrivateUsage]
        await shop.sandbox.put_capture(
            Capture(merchant=shop.merchant, order_id="OTHER", amount_minor=10, currency="CNY")
        )
        asked = PaymentOrder(
            key=key,
            merchant=shop.merchant,
            order_id="OTHER",
            payment_id="OTHER",
            paid_minor=10,
            amount_minor=1,
            currency="CNY",
        )
        await rail.refund(asked)


async def test_each_payment_is_paid_back_by_its_own_gateway(
    sandbox: SandboxClient, merchant: str, pool: Pool
) -> None:
    shop = Shop(sandbox, merchant, pool)
    await shop.open(second_rail="wechat")
    async with shop.paying("sandbox", "wechat") as refunds:
        await reserve(refunds, shop.refund(1000))
        assert (await pay(refunds, shop.refund(1000))).state == "settled"
    rows = await shop.ledger.parts(shop.refund(1).refund_id)
    assert [(row.provider, row.amount_minor) for row in rows] == [("sandbox", 600), ("wechat", 400)]
    assert [amount for _, _, amount in await shop.moved()] == [600, 400]


async def test_cases_that_race_for_the_payments_take_no_more_than_each_has(shop: Shop) -> None:
    """Eight cases of 60 % at once: one is paid, over both payments or one, and seven are refused."""
    async with shop.paying() as refunds:
        cases = [shop.refund(601, f"R-{number}") for number in range(8)]
        ends = await asyncio.gather(*(reserve(refunds, case) for case in cases), return_exceptions=True)
        assert sum(end is None for end in ends) == 1
        refused = [end for end in ends if isinstance(end, ApplicationError)]
        assert {end.type for end in refused} == {OverCap.code}
        assert len(refused) == 7
    assert await shop.taken() == [(600, 0), (1, 0)]


async def test_payments_are_renewed_but_never_below_what_is_taken(shop: Shop) -> None:
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(700))
    smaller = [
        OrderPayment(payment_id="PAY-1", amount_minor=599, currency="CNY"),
        OrderPayment(payment_id="PAY-2", amount_minor=401, currency="CNY"),
    ]
    with pytest.raises(OverCap, match="PAY-1"):
        await shop.ledger.open_budget(shop.merchant, "SO-1", "CNY", 1000, smaller)
    assert (await shop.ledger.budget(shop.merchant, "SO-1")).left_minor == 300


PLANTED = {
    "a payment that was changed": (
        "UPDATE order_payments SET settled_minor = 299 WHERE payment_id = 'PAY-2'",
        {"payment_differs"},
    ),
    "more taken than a payment brought": (
        "ALTER TABLE order_payments DROP CONSTRAINT order_payments_cap;"
        "UPDATE order_payments SET captured_minor = 599 WHERE payment_id = 'PAY-1'",
        {"above_the_payment"},
    ),
    "a part without its event": (
        "DELETE FROM events WHERE data ->> 'part' = '2'",
        {"event_missing"},
    ),
    "a part of another amount": (
        "UPDATE refunds SET amount_minor = 299 WHERE part = 2",
        {"budget_differs", "payment_differs", "intent_differs"},
    ),
}


@pytest.mark.parametrize("planted", PLANTED)
async def test_each_planted_difference_in_parts_is_found(shop: Shop, planted: str) -> None:
    """Before it the books balance, but for the case that this test does without."""
    async with shop.paying() as refunds:
        await reserve(refunds, shop.refund(900))
        await pay(refunds, shop.refund(900))

    async def found() -> set[str]:
        books = await check_books(shop.pool)
        return {difference.kind for difference in books.differences} - {"not_asked"}

    assert await found() == set()
    damage, expected = PLANTED[planted]
    await shop.pool.execute(damage)
    assert await found() == expected
