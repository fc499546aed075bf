"""The shop's and the warehouse's answers as the desk's own types and errors."""

import pytest

from domain.errors import NotFound, OrderNotFound, OutOfStock, ProviderRefused, ProviderUnavailable
from providers.ports import ExchangeLine, ExchangeRequest, SendBackRequest
from providers.settings import Providers, build_providers
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import Contact
from tests.sandbox_fixtures import make_order, provider_settings


def exchange(merchant: str, quantity: int = 1, key: str = "ex-1") -> ExchangeRequest:
    lines = [ExchangeLine(line="1", sku="CUP-01", quantity=quantity)]
    return ExchangeRequest(key=key, merchant=merchant, order_id="SO-1", lines=lines)


async def test_an_order_comes_as_it_was_put(sandbox: SandboxClient, providers: Providers, merchant: str):
    order = make_order(merchant)
    await sandbox.put_order(order)
    assert await providers.shop.order(merchant, "SO-1") == order


@pytest.mark.parametrize("order_id", ["SO-2", "..", ".", "a/b", "a?b=c", "订单"])
async def test_an_order_that_nobody_has_is_not_found(
    sandbox: SandboxClient, providers: Providers, merchant: str, order_id: str
):
    await sandbox.put_order(make_order(merchant))
    with pytest.raises(OrderNotFound):
        await providers.shop.order(merchant, order_id)


async def test_a_wrong_address_is_no_unknown_order(sandbox_process: SandboxProcess, merchant: str):
    wired = build_providers(provider_settings(sandbox_process, shop_url=f"{sandbox_process.url}/shopp"))
    with pytest.raises(ProviderUnavailable, match="HTTP 404 without a reason"):
        await wired.shop.order(merchant, "SO-1")
    await wired.close()


async def test_another_merchants_order_is_not_found(
    sandbox: SandboxClient, providers: Providers, merchant: str
):
    await sandbox.put_order(make_order(merchant))
    with pytest.raises(OrderNotFound):
        await providers.shop.order(f"{merchant}x", "SO-1")


async def test_a_contact_comes_as_it_was_put(sandbox: SandboxClient, providers: Providers, merchant: str):
    contact = Contact(name="Customer 1", language="en", timezone="Europe/London", phone="+447700900123")
    await sandbox.put_contact(merchant, "c/1?x=1#y", contact)
    assert (await providers.shop.contact(merchant, "c/1?x=1#y")).model_dump() == contact.model_dump()
    with pytest.raises(NotFound):
        await providers.shop.contact(merchant, "c2")


async def test_an_exchange_is_placed_once(sandbox: SandboxClient, providers: Providers, merchant: str):
    await sandbox.put_order(make_order(merchant))
    await sandbox.set_stock(merchant, "CUP-01", 1)
    placed = await providers.shop.exchange(exchange(merchant))
    assert await providers.shop.exchange(exchange(merchant)) == placed
    with pytest.raises(OutOfStock):
        await providers.shop.exchange(exchange(merchant, key="ex-2"))
    with pytest.raises(ProviderRefused) as conflict:
        await providers.shop.exchange(exchange(merchant, quantity=2))
    assert conflict.value.detail == {"system": "shop", "reason": "idempotency_conflict", "status": 409}


async def test_the_dock_hears_of_a_parcel(sandbox: SandboxClient, providers: Providers, merchant: str):
    await providers.warehouse.announce(merchant, f"return:{merchant}:1", "swift", "SW1")
    [announced] = [made for made in await sandbox.announcements() if made.merchant == merchant]
    assert (announced.case_id, announced.carrier, announced.tracking_no) == (
        f"return:{merchant}:1",
        "swift",
        "SW1",
    )


async def test_goods_sent_back_can_be_followed(sandbox: SandboxClient, providers: Providers, merchant: str):
    lines = [ExchangeLine(line="1", sku="CUP-01", quantity=1)]
    asked = SendBackRequest(key="sb-1", merchant=merchant, case_id=f"return:{merchant}:1", lines=lines)
    parcel = await providers.warehouse.send_back(asked)
    assert await providers.warehouse.send_back(asked) == parcel
    tracking = await providers.carriers.track(parcel.carrier, parcel.tracking_no)
    assert tracking is not None
    assert tracking.scans == []
    with pytest.raises(ProviderRefused):
        await providers.warehouse.send_back(asked.model_copy(update={"case_id": f"return:{merchant}:2"}))
