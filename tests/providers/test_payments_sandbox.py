"""The refund rail: the gateway's states and refusals as the desk sees them."""

from datetime import timedelta

import pytest

from domain.errors import ProviderRefused, ProviderUnavailable
from providers.ports import PaymentOrder, PaymentReply
from providers.settings import Providers, build_providers
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import FaultRule
from tests.sandbox_fixtures import make_order, provider_settings


def refund(merchant: str, amount_minor: int = 600) -> PaymentOrder:
    return PaymentOrder(
        key="rf-1",
        merchant=merchant,
        order_id="SO-1",
        payment_id="SO-1",
        paid_minor=10000,
        amount_minor=amount_minor,
        currency="CNY",
    )


async def test_settled_at_once(sandbox: SandboxClient, providers: Providers, merchant: str):
    await sandbox.put_order(make_order(merchant))
    paid = await providers.payments.of(merchant).refund(refund(merchant))
    assert paid.state == "settled"
    assert await providers.payments.of(merchant).find(refund(merchant)) == paid


async def test_pending_then_settled(sandbox: SandboxClient, providers: Providers, merchant: str):
    await sandbox.put_order(make_order(merchant))
    await sandbox.set_gateway(settle_after_seconds=None)
    pending = await providers.payments.of(merchant).refund(refund(merchant))
    assert pending.state == "pending"
    await sandbox.settle(merchant, "rf-1")
    settled = PaymentReply(state="settled", provider_ref=pending.provider_ref)
    assert await providers.payments.of(merchant).find(refund(merchant)) == settled
    assert await providers.payments.of(merchant).refund(refund(merchant)) == settled


async def test_failed_later_with_its_reason(sandbox: SandboxClient, providers: Providers, merchant: str):
    await sandbox.put_order(make_order(merchant))
    await sandbox.set_faults("payments", FaultRule(kind="fails_later"))
    await sandbox.set_gateway(settle_after_seconds=60)
    pending = await providers.payments.of(merchant).refund(refund(merchant))
    await sandbox.set_now(await sandbox.now() + timedelta(minutes=2))
    assert await providers.payments.of(merchant).find(refund(merchant)) == PaymentReply(
        state="failed", provider_ref=pending.provider_ref, reason="account_closed"
    )


async def test_a_refund_that_the_gateway_never_heard_of_is_none(providers: Providers, merchant: str):
    assert await providers.payments.of(merchant).find(refund(merchant)) is None


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"amount_minor": 10001}, "over_refund"),
        ({"currency": "EUR"}, "currency_mismatch"),
        ({"payment_id": "SO-2"}, "unknown_charge"),
        ({"key": "rf:1"}, "invalid_request"),
    ],
)
async def test_a_refusal_says_its_reason(
    sandbox: SandboxClient, providers: Providers, merchant: str, asked: dict[str, object], reason: str
):
    await sandbox.put_order(make_order(merchant))
    with pytest.raises(ProviderRefused, match=reason) as refused:
        await providers.payments.of(merchant).refund(refund(merchant).model_copy(update=asked))
    assert refused.value.detail["reason"] == reason
    assert await providers.payments.of(merchant).find(refund(merchant)) is None


async def test_the_same_key_with_another_amount_is_refused(
    sandbox: SandboxClient, providers: Providers, merchant: str
):
    await sandbox.put_order(make_order(merchant))
    await providers.payments.of(merchant).refund(refund(merchant))
    with pytest.raises(ProviderRefused, match="idempotency_conflict"):
        await providers.payments.of(merchant).refund(refund(merchant, amount_minor=601))


async def test_a_forgotten_key_is_still_found_and_found_first(
    sandbox: SandboxClient, providers: Providers, merchant: str
):
    await sandbox.put_order(make_order(merchant))
    first = await providers.payments.of(merchant).refund(refund(merchant))
    await sandbox.prune_key(merchant, "rf-1")
    assert await providers.payments.of(merchant).find(refund(merchant)) == first


async def test_a_reply_lost_after_paying_is_found_by_asking(
    sandbox: SandboxClient, providers: Providers, merchant: str
):
    await sandbox.put_order(make_order(merchant))
    await sandbox.set_faults("payments", FaultRule(kind="lost_after", operation="refund", first=1))
    with pytest.raises(ProviderUnavailable):
        await providers.payments.of(merchant).refund(refund(merchant))
    found = await providers.payments.of(merchant).find(refund(merchant))
    assert found is not None
    assert found.state == "settled"


async def test_a_gateway_that_is_not_there_is_unavailable(sandbox_process: SandboxProcess, merchant: str):
    nowhere = build_providers(provider_settings(sandbox_process, payments_url="http://127.0.0.1:9"))
    try:
        with pytest.raises(ProviderUnavailable, match="payments did not answer for a refund: ConnectError"):
            await nowhere.payments.of(merchant).refund(refund(merchant))
    finally:
        await nowhere.close()


async def test_the_rails_key_window_is_a_setting(sandbox_process: SandboxProcess):
    wired = build_providers(provider_settings(sandbox_process, payments_key_window_hours="2"))
    await wired.close()
    rail = wired.payments.of("anybody")
    assert (rail.name, rail.key_window) == ("sandbox", timedelta(hours=2))
