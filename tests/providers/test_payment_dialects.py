"""The real client libraries of Stripe, WeChat Pay and Alipay against their dialects of the sandbox."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest

from domain.errors import ProviderRefused, ProviderUnavailable
from providers.payments_stripe import amount_at_stripe
from providers.ports import PaymentPort
from sandbox.client import SandboxClient
from sandbox.dialects.accounts import KeyPair
from sandbox.messages import FaultRule
from sandbox.payment_messages import Capture
from tests.providers.rails import DIALECTS, account_of, rail_at, rails_over, refund


@pytest.fixture(params=DIALECTS)
async def rail(
    request: pytest.FixtureRequest, sandbox: SandboxClient, merchant: str
) -> AsyncGenerator[PaymentPort]:
    """A rail whose merchant was paid a hundred yuan."""
    await sandbox.put_capture(
        Capture(merchant=merchant, order_id="PAY-1", amount_minor=10000, currency="CNY")
    )
    async with rail_at(sandbox, merchant, request.param) as found:
        yield found


async def paid_minor(sandbox: SandboxClient, merchant: str) -> list[int]:
    return [moved.amount_minor for moved in await sandbox.journal() if moved.merchant == merchant]


async def test_a_refund_is_paid_and_found(sandbox: SandboxClient, rail: PaymentPort, merchant: str) -> None:
    paid = await rail.refund(refund(merchant))
    assert paid.state == "settled"
    assert await rail.find(refund(merchant)) == paid
    assert await paid_minor(sandbox, merchant) == [600]


async def test_a_repeat_pays_nothing_more(sandbox: SandboxClient, rail: PaymentPort, merchant: str) -> None:
    first = await rail.refund(refund(merchant))
    assert await rail.refund(refund(merchant)) == first
    assert await paid_minor(sandbox, merchant) == [600]


async def test_equal_partial_refunds_are_two(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str
) -> None:
    await rail.refund(refund(merchant))
    await rail.refund(refund(merchant, key="rf-2"))
    assert await paid_minor(sandbox, merchant) == [600, 600]


async def test_what_nobody_refunded_is_none(rail: PaymentPort, merchant: str) -> None:
    assert await rail.find(refund(merchant)) is None


@pytest.mark.parametrize("kind", ["lost_after", "error_after"])
async def test_an_answer_lost_after_paying_is_found_and_paid_once(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str, kind: str
) -> None:
    fault = {"kind": kind, "operation": "refund", "first": 1}
    await sandbox.set_faults("payments", FaultRule.model_validate(fault))
    with pytest.raises(ProviderUnavailable):
        await rail.refund(refund(merchant))
    found = await rail.find(refund(merchant))
    assert found is not None
    assert found.state == "settled"
    assert await paid_minor(sandbox, merchant) == [600]


async def test_a_gateway_that_is_down_is_unavailable(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str
) -> None:
    await sandbox.set_faults("payments", FaultRule(kind="down"))
    with pytest.raises(ProviderUnavailable):
        await rail.refund(refund(merchant))
    with pytest.raises(ProviderUnavailable):
        await rail.find(refund(merchant))
    assert await paid_minor(sandbox, merchant) == []


async def test_the_same_key_with_another_amount_is_refused(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str
) -> None:
    await rail.refund(refund(merchant))
    with pytest.raises(ProviderRefused):
        await rail.refund(refund(merchant, amount_minor=601))
    assert await paid_minor(sandbox, merchant) == [600]


@pytest.mark.parametrize(
    "asked", [{"amount_minor": 10001}, {"payment_id": "PAY-2"}], ids=["too much", "no such payment"]
)
async def test_a_no_has_a_reason_and_moves_nothing(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str, asked: dict[str, object]
) -> None:
    with pytest.raises(ProviderRefused) as refused:
        await rail.refund(refund(merchant, **asked))
    assert refused.value.detail["reason"]
    assert await paid_minor(sandbox, merchant) == []


async def test_a_disputed_payment_is_not_refunded_until_it_is_won(
    sandbox: SandboxClient, rail: PaymentPort, merchant: str
) -> None:
    await sandbox.dispute(merchant, "PAY-1")
    with pytest.raises(ProviderRefused) as refused:
        await rail.refund(refund(merchant))
    if rail.name == "stripe":  # the only one that has a code for it
        assert refused.value.detail["reason"] == "payment_disputed"
    assert await paid_minor(sandbox, merchant) == []
    await sandbox.dispute(merchant, "PAY-1", "won")
    assert (await rail.refund(refund(merchant, key="rf-2"))).state == "settled"


async def test_how_long_a_key_is_remembered_is_the_rails_own(rail: PaymentPort) -> None:
    assert (rail.name, rail.key_window) in [
        ("stripe", timedelta(hours=24)),
        ("wechat", None),
        ("alipay", None),
    ]


@pytest.mark.parametrize("name", ["wechat", "alipay"])
async def test_other_currencies_than_the_yuan_are_refused_before_anything_is_sent(
    sandbox: SandboxClient, merchant: str, name: str
) -> None:
    async with rail_at(sandbox, merchant, name) as rail:
        with pytest.raises(ProviderRefused, match="CNY only"):
            await rail.refund(refund(merchant, currency="GBP"))


# Pending, stuck and failed: Alipay says of a refund only that it was paid.


@pytest.mark.parametrize("name", ["stripe", "wechat"])
async def test_pending_then_settled(sandbox: SandboxClient, merchant: str, name: str) -> None:
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=None)
    async with rail_at(sandbox, merchant, name) as rail:
        assert (await rail.refund(refund(merchant))).state == "pending"
        await sandbox.settle(merchant, "rf-1")
        found = await rail.find(refund(merchant))
    assert found is not None
    assert found.state == "settled"


async def test_alipay_that_has_not_paid_yet_is_asked_again(sandbox: SandboxClient, merchant: str) -> None:
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=None)
    async with rail_at(sandbox, merchant, "alipay") as rail:
        with pytest.raises(ProviderUnavailable, match="not paid it yet"):
            await rail.refund(refund(merchant))
        assert await rail.find(refund(merchant)) is None
        await sandbox.settle(merchant, "rf-1")
        assert (await rail.refund(refund(merchant))).state == "settled"
    assert await paid_minor(sandbox, merchant) == [600]


@pytest.mark.parametrize(
    ("name", "reason", "state"),
    [
        ("stripe", "expired_or_canceled_card", "failed"),
        ("wechat", "ABNORMAL", "stuck"),
        ("wechat", "CLOSED", "failed"),
    ],
)
async def test_a_refund_that_does_not_arrive(
    sandbox: SandboxClient, merchant: str, name: str, reason: str, state: str
) -> None:
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=None)
    async with rail_at(sandbox, merchant, name) as rail:
        await rail.refund(refund(merchant))
        await sandbox.fail(merchant, "rf-1", reason)
        found = await rail.find(refund(merchant))
    assert found is not None
    assert (found.state, found.reason) == (state, reason)


async def test_stripe_forgets_a_key_after_a_day_but_not_the_refund(
    sandbox: SandboxClient, merchant: str
) -> None:
    await capture(sandbox, merchant)
    async with rail_at(sandbox, merchant, "stripe") as rail:
        first = await rail.refund(refund(merchant))
        for number in range(2, 12):  # more than a page that Stripe gives unasked
            await rail.refund(refund(merchant, key=f"rf-{number}", amount_minor=1))
        await sandbox.set_now(await sandbox.now() + timedelta(hours=25))
        assert await rail.find(refund(merchant)) == first
        again = await rail.refund(refund(merchant))
    assert again.provider_ref != first.provider_ref  # which is why nobody sends it again then


async def test_wechat_and_alipay_never_forget_a_number(sandbox: SandboxClient, merchant: str) -> None:
    await capture(sandbox, merchant)
    for number, name in enumerate(["wechat", "alipay"]):
        order = refund(merchant, key=f"rf-{number}")
        async with rail_at(sandbox, merchant, name) as rail:
            first = await rail.refund(order)
            await sandbox.set_now(await sandbox.now() + timedelta(days=30))
            assert await rail.refund(order) == first


# Signatures, verified both ways


@pytest.mark.parametrize("name", ["wechat", "alipay"])
async def test_an_answer_that_the_platform_did_not_sign_is_no_answer(
    sandbox: SandboxClient, merchant: str, name: str
) -> None:
    await capture(sandbox, merchant)
    mine = await sandbox.credentials(merchant)
    other = (await sandbox.credentials("somebody-else")).private_key
    forged = mine.model_copy(update={"platform_public_key": _public_half(other)})
    async with rails_over(account_of(name, forged, sandbox.url), merchant=merchant) as rails:
        with pytest.raises(ProviderUnavailable, match="did not answer"):
            await rails.of(merchant).refund(refund(merchant))


@pytest.mark.parametrize("name", DIALECTS)
async def test_a_request_with_anothers_keys_is_refused(
    sandbox: SandboxClient, merchant: str, name: str
) -> None:
    await capture(sandbox, merchant)
    mine, other = await sandbox.credentials(merchant), await sandbox.credentials("somebody-else")
    stolen = mine.model_copy(
        update={"private_key": other.private_key, "stripe_secret_key": "sk_live_nothing"}
    )
    async with rails_over(account_of(name, stolen, sandbox.url), merchant=merchant) as rails:
        with pytest.raises(ProviderRefused):
            await rails.of(merchant).refund(refund(merchant))
    assert await paid_minor(sandbox, merchant) == []


# Amounts


@pytest.mark.parametrize(
    ("amount_minor", "currency", "at_stripe"),
    [
        (1290, "CNY", 1290),
        (500, "JPY", 500),
        (5, "ISK", 500),
        (1000, "UGX", 100000),
        (1230, "KWD", 1230),
        (300, "MGA", 3),
    ],
)
def test_stripe_counts_some_currencies_otherwise(amount_minor: int, currency: str, at_stripe: int) -> None:
    assert amount_at_stripe(amount_minor, currency) == at_stripe


@pytest.mark.parametrize(("amount_minor", "currency"), [(1234, "KWD"), (250, "MGA")])
def test_what_stripe_cannot_pay_exactly_is_refused(amount_minor: int, currency: str) -> None:
    with pytest.raises(ProviderRefused, match="in steps of"):
        amount_at_stripe(amount_minor, currency)


async def capture(sandbox: SandboxClient, merchant: str) -> None:
    await sandbox.put_capture(
        Capture(merchant=merchant, order_id="PAY-1", amount_minor=10000, currency="CNY")
    )


def _public_half(private_pem: str) -> str:
    return KeyPair(private_pem).public_pem
