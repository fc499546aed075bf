"""The gateway pays once per key, never more than was captured, and its journal outlives it."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.client import SandboxClient
from sandbox.launch import running_sandbox, start_sandbox
from sandbox.messages import FaultRule
from sandbox.payment_messages import Capture
from tests.sandbox_fixtures import journal_lines, make_order


async def ask(client: SandboxClient, merchant: str, **changed: Any) -> httpx2.Response:
    """Ask for a refund as a stranger would, without our models."""
    body = {"key": "rf-1", "order_id": "SO-1", "amount_minor": 600, "currency": "CNY"} | changed
    return await client.request("POST", f"/payments/merchants/{merchant}/refunds", body)


async def capture(client: SandboxClient, merchant: str, amount_minor: int = 1000) -> None:
    await client.put_capture(
        Capture(merchant=merchant, order_id="SO-1", amount_minor=amount_minor, currency="CNY")
    )


async def moved(client: SandboxClient, merchant: str) -> list[int]:
    """The amounts that moved for a merchant."""
    return [m.amount_minor for m in await client.journal() if m.merchant == merchant]


async def test_the_same_key_gives_the_first_answer(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    first, second = await ask(sandbox, merchant), await ask(sandbox, merchant)
    assert first.json() == second.json()
    assert first.json()["state"] == "settled"
    assert await moved(sandbox, merchant) == [600]


@pytest.mark.parametrize("changed", [{"amount_minor": 599}, {"order_id": "SO-2"}, {"currency": "EUR"}])
async def test_the_same_key_with_other_content_conflicts(
    sandbox: SandboxClient, merchant: str, changed: dict[str, Any]
):
    await capture(sandbox, merchant)
    await ask(sandbox, merchant)
    answer = await ask(sandbox, merchant, **changed)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_conflict")
    assert await moved(sandbox, merchant) == [600]


async def test_keys_of_two_merchants_do_not_meet(sandbox: SandboxClient, merchant: str):
    other = f"{merchant}-other"
    await capture(sandbox, merchant)
    await capture(sandbox, other)
    await ask(sandbox, merchant)
    assert (await ask(sandbox, other, amount_minor=700)).is_success
    assert await moved(sandbox, other) == [700]


async def test_more_than_captured_is_refused(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await ask(sandbox, merchant)
    answer = await ask(sandbox, merchant, key="rf-2", amount_minor=401)
    assert (answer.status_code, answer.json()["code"]) == (422, "over_refund")
    assert (await ask(sandbox, merchant, key="rf-2", amount_minor=400)).is_success


async def test_the_capture_of_a_shops_order_needs_no_telling(sandbox: SandboxClient, merchant: str):
    await sandbox.put_order(make_order(merchant, paid_minor=500))
    assert (await ask(sandbox, merchant)).json()["code"] == "over_refund"
    assert (await ask(sandbox, merchant, amount_minor=500)).is_success


async def test_an_order_that_nobody_paid_is_refused(sandbox: SandboxClient, merchant: str):
    answer = await ask(sandbox, merchant)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_charge")


async def test_another_currency_is_refused(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    answer = await ask(sandbox, merchant, currency="JPY")
    assert (answer.status_code, answer.json()["code"]) == (422, "currency_mismatch")


@pytest.mark.parametrize("amount", [0, -1, 1.5, 100.0, True, "100", None])
async def test_an_amount_that_is_no_count_of_minor_units_is_refused(
    sandbox: SandboxClient, merchant: str, amount: Any
):
    await capture(sandbox, merchant)
    answer = await ask(sandbox, merchant, amount_minor=amount)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    assert answer.json()["message"].startswith("amount_minor: ")
    assert await moved(sandbox, merchant) == []


@pytest.mark.parametrize("key", ["", "rf:1", "x" * 41])
async def test_a_key_that_a_real_rail_would_refuse_is_refused(
    sandbox: SandboxClient, merchant: str, key: str
):
    await capture(sandbox, merchant)
    assert (await ask(sandbox, merchant, key=key)).status_code == 400


async def test_pending_settles_when_its_time_has_come(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=3600)
    assert (await ask(sandbox, merchant)).json()["state"] == "pending"
    assert await moved(sandbox, merchant) == []
    await sandbox.set_now(await sandbox.now() + timedelta(hours=1))
    assert (await ask(sandbox, merchant)).json()["state"] == "settled"
    assert await moved(sandbox, merchant) == [600]


async def test_pending_holds_its_part_of_the_capture(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=None)
    await ask(sandbox, merchant)
    assert (await ask(sandbox, merchant, key="rf-2")).json()["code"] == "over_refund"
    await sandbox.fail(merchant, "rf-1")
    assert (await ask(sandbox, merchant, key="rf-2")).is_success


async def test_settling_by_command_happens_once(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await sandbox.set_gateway(settle_after_seconds=None)
    await ask(sandbox, merchant)
    assert (await sandbox.settle(merchant, "rf-1")).state == "settled"
    with pytest.raises(httpx2.HTTPStatusError, match="409"):
        await sandbox.settle(merchant, "rf-1")
    assert await moved(sandbox, merchant) == [600]


async def test_a_refund_can_fail_later(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await sandbox.set_faults("payments", FaultRule(kind="fails_later"))
    await sandbox.set_gateway(settle_after_seconds=60)
    assert (await ask(sandbox, merchant)).json()["state"] == "pending"
    await sandbox.set_now(await sandbox.now() + timedelta(minutes=2))
    answer = (await ask(sandbox, merchant)).json()
    assert (answer["state"], answer["reason"]) == ("failed", "account_closed")
    assert await moved(sandbox, merchant) == []


async def test_money_of_a_settled_refund_can_come_back(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant)
    await ask(sandbox, merchant)
    await sandbox.fail(merchant, "rf-1")
    assert await moved(sandbox, merchant) == [600, -600]
    assert (await ask(sandbox, merchant, key="rf-2", amount_minor=1000)).is_success


async def test_a_key_past_its_window_pays_again(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant, amount_minor=2000)
    await ask(sandbox, merchant)
    await sandbox.set_now(await sandbox.now() + timedelta(hours=23, minutes=59))
    await ask(sandbox, merchant)
    assert await moved(sandbox, merchant) == [600]
    await sandbox.set_now(await sandbox.now() + timedelta(minutes=2))
    await ask(sandbox, merchant)
    assert await moved(sandbox, merchant) == [600, 600]


async def test_a_pruned_key_pays_again(sandbox: SandboxClient, merchant: str):
    await capture(sandbox, merchant, amount_minor=2000)
    await ask(sandbox, merchant)
    await sandbox.prune_key(merchant, "rf-1")
    await ask(sandbox, merchant)
    await sandbox.set_faults("payments", FaultRule(kind="key_pruned"))
    await ask(sandbox, merchant)
    assert await moved(sandbox, merchant) == [600, 600, 600]


async def test_the_journal_survives_a_kill(tmp_path: Path):
    first = await start_sandbox(tmp_path)
    async with SandboxClient(first.url) as client:
        await capture(client, "m")
        paid = (await ask(client, "m")).json()
        before = await client.journal()
    await first.kill()
    assert len(journal_lines(tmp_path)) == 3
    async with running_sandbox(tmp_path) as second, SandboxClient(second.url) as client:
        assert await client.journal() == before
        assert (await ask(client, "m")).json() == paid
        assert (await ask(client, "m", key="rf-2")).json()["code"] == "over_refund"


async def test_a_kill_in_the_middle_of_many_refunds_loses_and_doubles_nothing(tmp_path: Path):
    first = await start_sandbox(tmp_path)
    answered: list[str] = []

    async def pay(client: SandboxClient, number: int) -> None:
        try:
            answer = await ask(client, "m", key=f"rf-{number}", amount_minor=1)
        except httpx2.TransportError:
            return
        answered.append(answer.json()["key"])
        if len(answered) == 20:
            await first.kill()

    async with SandboxClient(first.url) as client:
        await capture(client, "m")
        await asyncio.gather(*(pay(client, number) for number in range(60)))
    async with running_sandbox(tmp_path) as second, SandboxClient(second.url) as client:
        survived = {movement.key for movement in await client.journal()}
        assert set(answered) <= survived
        for number in range(60):
            await ask(client, "m", key=f"rf-{number}", amount_minor=1)
        assert sorted(m.key for m in await client.journal()) == sorted(f"rf-{n}" for n in range(60))


async def test_a_line_that_a_kill_tore_off_is_cut(tmp_path: Path):
    async with running_sandbox(tmp_path) as first, SandboxClient(first.url) as client:
        await capture(client, "m")
        await ask(client, "m")
    whole = journal_lines(tmp_path)
    with (tmp_path / "payments.jsonl").open("a") as file:
        file.write('{"entry":"settled","at":"2026-')
    async with running_sandbox(tmp_path) as second, SandboxClient(second.url) as client:
        assert await moved(client, "m") == [600]
        await ask(client, "m", key="rf-2", amount_minor=1)
    lines = journal_lines(tmp_path)
    assert lines[: len(whole)] == whole
    assert len(lines) == len(whole) + 2
