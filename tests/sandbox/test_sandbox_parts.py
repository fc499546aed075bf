"""The shop, the carriers, the warehouse and the inbox remember what they were told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.client import SandboxClient
from sandbox.launch import running_sandbox
from sandbox.messages import Contact, Scan
from tests.sandbox_fixtures import make_order


async def test_an_order_is_the_merchants_own(sandbox: SandboxClient, merchant: str):
    order = make_order(merchant)
    await sandbox.put_order(order)
    assert await sandbox.order(merchant, "SO-1") == order
    assert (await sandbox.request("GET", f"/shop/merchants/{merchant}x/orders/SO-1")).status_code == 404


async def test_an_order_cannot_be_put_under_another_name(sandbox: SandboxClient, merchant: str):
    body = make_order(merchant).model_dump(mode="json")
    answer = await sandbox.request("PUT", f"/shop/merchants/{merchant}/orders/SO-2", body)
    assert answer.status_code == 400


async def test_a_malformed_order_is_told_its_field(sandbox: SandboxClient, merchant: str):
    body = make_order(merchant).model_dump(mode="json")
    body["lines"][0]["quantity"] = 0
    answer = await sandbox.request("PUT", f"/shop/merchants/{merchant}/orders/SO-1", body)
    assert answer.json()["message"].startswith("lines.0.quantity: ")


def exchange(quantity: int = 1, **changed: Any) -> dict[str, Any]:
    lines = [{"line": "1", "sku": "CUP-01", "quantity": quantity}]
    return {"key": "ex-1", "order_id": "SO-1", "lines": lines} | changed


async def test_an_exchange_takes_its_goods_from_the_shelf_once(sandbox: SandboxClient, merchant: str):
    await sandbox.put_order(make_order(merchant))
    await sandbox.set_stock(merchant, "CUP-01", 2)
    path = f"/shop/merchants/{merchant}/exchanges"
    first, again = (
        await sandbox.request("POST", path, exchange()),
        await sandbox.request("POST", path, exchange()),
    )
    assert first.json() == again.json()
    assert await sandbox.stock(merchant, "CUP-01") == 1
    other = await sandbox.request("POST", path, exchange(quantity=2))
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")
    short = await sandbox.request("POST", path, exchange(quantity=2, key="ex-2"))
    assert (short.status_code, short.json()["code"]) == (409, "out_of_stock")
    assert [placed.key for placed in await sandbox.exchanges() if placed.merchant == merchant] == ["ex-1"]


async def test_goods_that_nobody_counts_never_run_out(sandbox: SandboxClient, merchant: str):
    await sandbox.put_order(make_order(merchant))
    path = f"/shop/merchants/{merchant}/exchanges"
    assert (await sandbox.request("POST", path, exchange(quantity=999))).is_success
    assert await sandbox.stock(merchant, "CUP-01") is None


async def test_each_carrier_answers_in_its_own_shape(sandbox: SandboxClient, merchant: str):
    at = await sandbox.now() - timedelta(hours=2)
    scans = [Scan(status="picked_up", at=at), Scan(status="delivered", at=at + timedelta(hours=1))]
    for carrier in ("swift", "harbour"):
        await sandbox.register_parcel(carrier, merchant, *scans)
    swift = (await sandbox.request("GET", f"/carriers/swift/parcels/{merchant}")).json()["tracking"]
    assert [scan["subtag"] for scan in swift["checkpoints"]] == ["InTransit_002", "Delivered_001"]
    harbour = (await sandbox.request("GET", f"/carriers/harbour/parcels/{merchant}")).json()["track_info"]
    events = harbour["tracking"]["providers"][0]["events"]
    assert [event["sub_status"] for event in events] == ["Delivered_Other", "InTransit_PickedUp"]


async def test_a_scheduled_scan_is_seen_from_its_time_on(sandbox: SandboxClient, merchant: str):
    due = await sandbox.now() + timedelta(hours=1)
    await sandbox.register_parcel("swift", merchant, Scan(status="delivered", at=due))

    async def seen() -> int:
        answer = await sandbox.request("GET", f"/carriers/swift/parcels/{merchant}")
        return len(answer.json()["tracking"]["checkpoints"])

    assert await seen() == 0
    await sandbox.set_now(due)
    assert await seen() == 1


@pytest.mark.parametrize("path", ["/carriers/swift/parcels/none", "/carriers/pigeon/parcels/none"])
async def test_an_unknown_parcel_or_carrier_is_not_found(sandbox: SandboxClient, path: str):
    assert (await sandbox.request("GET", path)).status_code == 404


async def test_a_notice_arrives_once_and_a_dead_number_never(sandbox: SandboxClient, merchant: str):
    notice = {"notice_id": merchant, "to": f"+86{merchant}", "body": "hello"}
    first = await sandbox.request("POST", "/inbox/sms/messages", notice)
    again = await sandbox.request("POST", "/inbox/sms/messages", notice)
    assert first.json() == again.json()
    [message] = await sandbox.inbox("sms", to=f"+86{merchant}")
    assert (message.body, message.handed_over) == ("hello", 2)
    await sandbox.set_dead("sms", notice["to"])
    refused = await sandbox.request("POST", "/inbox/sms/messages", notice | {"notice_id": "other"})
    assert (refused.status_code, refused.json()["code"]) == (422, "dead_number")
    await sandbox.set_dead("sms", notice["to"], dead=False)
    assert (await sandbox.request("POST", "/inbox/sms/messages", notice)).is_success


async def test_every_part_survives_a_restart(tmp_path: Path):
    async with running_sandbox(tmp_path) as first, SandboxClient(first.url) as client:
        await client.put_order(make_order("m"))
        await client.put_contact("m", "c1", Contact(name="Customer 1"))
        await client.set_stock("m", "CUP-01", 5)
        await client.request("POST", "/shop/merchants/m/exchanges", exchange())
        await client.register_parcel("swift", "S1", Scan(status="picked_up"))
        label = await client.request(
            "POST", "/carriers/swift/labels", {"key": "k", "merchant": "m", "order_id": "1"}
        )
        await client.request("POST", "/inbox/push/messages", {"notice_id": "n", "to": "t", "body": "b"})
        before = [await picture(client), label.json()]
    async with running_sandbox(tmp_path) as second, SandboxClient(second.url) as client:
        label = await client.request(
            "POST", "/carriers/swift/labels", {"key": "k", "merchant": "m", "order_id": "1"}
        )
        assert [await picture(client), label.json()] == before


async def picture(client: SandboxClient) -> list[Any]:
    """What a restart must not change."""
    return [
        await client.order("m", "SO-1"),
        (await client.request("GET", "/shop/merchants/m/customers/c1")).json(),
        await client.stock("m", "CUP-01"),
        await client.exchanges(),
        (await client.request("GET", "/carriers/swift/parcels/S1")).json(),
        await client.inbox(),
    ]
