"""Faults hit the requests that their selectors name, before or after the effect."""

import httpx2
import pytest

from sandbox.client import SandboxClient
from sandbox.messages import FaultKind, FaultRule
from sandbox.payment_messages import Capture


async def pay(client: SandboxClient, merchant: str, key: str) -> int | None:
    """The status of the answer; None if none came."""
    body = {"key": key, "order_id": "SO-1", "amount_minor": 1, "currency": "CNY"}
    try:
        answer = await client.request("POST", f"/payments/merchants/{merchant}/refunds", body)
    except httpx2.RemoteProtocolError:
        return None
    return answer.status_code


async def statuses(client: SandboxClient, merchant: str, keys: list[str]) -> list[int | None]:
    await client.put_capture(Capture(merchant=merchant, order_id="SO-1", amount_minor=10**6, currency="CNY"))
    return [await pay(client, merchant, key) for key in keys]


async def paid(client: SandboxClient, merchant: str) -> list[str]:
    return [movement.key for movement in await client.journal() if movement.merchant == merchant]


@pytest.mark.parametrize(
    ("kind", "status", "acts"),
    [
        ("lost_before", None, False),
        ("lost_after", None, True),
        ("error_before", 500, False),
        ("error_after", 500, True),
        ("down", 503, False),
        ("slow", 200, True),
    ],
)
async def test_what_each_fault_does(
    sandbox: SandboxClient, merchant: str, kind: FaultKind, status: int | None, *, acts: bool
):
    await sandbox.set_faults("payments", FaultRule(kind=kind, delay_seconds=0.01))
    assert await statuses(sandbox, merchant, ["rf-1"]) == [status]
    assert await paid(sandbox, merchant) == (["rf-1"] if acts else [])


async def test_every_third_request_fails(sandbox: SandboxClient, merchant: str):
    await sandbox.set_faults("payments", FaultRule(kind="down", every=3))
    keys = [f"rf-{number}" for number in range(7)]
    assert await statuses(sandbox, merchant, keys) == [200, 200, 503, 200, 200, 503, 200]


async def test_the_first_two_requests_fail(sandbox: SandboxClient, merchant: str):
    await sandbox.set_faults("payments", FaultRule(kind="down", first=2))
    assert await statuses(sandbox, merchant, ["rf-1", "rf-2", "rf-3"]) == [503, 503, 200]
    [fault] = await sandbox.faults("payments")
    assert (fault.matched, fault.fired) == (3, 2)


async def test_one_key_fails(sandbox: SandboxClient, merchant: str):
    await sandbox.set_faults("payments", FaultRule(kind="error_after", key="rf-2"))
    assert await statuses(sandbox, merchant, ["rf-1", "rf-2", "rf-3"]) == [200, 500, 200]


async def test_one_operation_fails(sandbox: SandboxClient, merchant: str):
    await sandbox.set_faults("payments", FaultRule(kind="down", operation="find"))
    assert await statuses(sandbox, merchant, ["rf-1"]) == [200]
    found = await sandbox.request("GET", f"/payments/merchants/{merchant}/refunds/rf-1")
    assert found.status_code == 503


async def test_a_share_fails_the_same_way_for_the_same_seed(sandbox: SandboxClient, merchant: str):
    keys = [f"rf-{number}" for number in range(30)]
    runs: list[list[int | None]] = []
    for seed in (7, 7, 8):
        await sandbox.set_faults("payments", FaultRule(kind="down", probability=0.5, seed=seed))
        runs.append(await statuses(sandbox, merchant, keys))
    assert runs[0] == runs[1] != runs[2]
    assert {200, 503} == set(runs[0])


async def test_the_first_of_two_faults_wins(sandbox: SandboxClient, merchant: str):
    await sandbox.set_faults(
        "payments", FaultRule(kind="lost_after", every=2), FaultRule(kind="down", every=4)
    )
    keys = [f"rf-{number}" for number in range(4)]
    assert await statuses(sandbox, merchant, keys) == [200, None, 200, None]


@pytest.mark.parametrize(
    ("part", "kind"), [("shop", "key_pruned"), ("sms", "fails_later"), ("email", "error_after")]
)
async def test_a_part_has_no_fault_that_it_cannot_have(sandbox: SandboxClient, part: str, kind: FaultKind):
    with pytest.raises(httpx2.HTTPStatusError, match="400"):
        await sandbox.set_faults(part, FaultRule(kind=kind))


async def test_there_is_no_fault_of_an_unknown_part(sandbox: SandboxClient):
    with pytest.raises(httpx2.HTTPStatusError, match="404"):
        await sandbox.set_faults("weather", FaultRule(kind="down"))
