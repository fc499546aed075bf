"""Temporal goes away under a stream of intakes (for `CASEWORK_AWAY_SECONDS`, else as long as the test needs).

Every intake that was acknowledged is there once when it is back, by the store's facts and Temporal's runs.
"""

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

import httpx2
import pytest

from domain.access import Identity
from sandbox.client import SandboxClient
from store.api_keys import ApiKeys
from store.pool import Pool, create_pool
from tests.http_program import HttpProgram, running_http
from tests.workflows.case import poll
from tests.workflows.desk import FAULTY, make_order
from tests.workflows.test_webhook_hints import env_of
from tests.workflows.wiring import connect
from workers.engine import Engine, engine

AWAY_SECONDS = float(os.environ.get("CASEWORK_AWAY_SECONDS", "0"))
FEW, AT_ONCE = 8, 8
BACK_SECONDS = 300 + AWAY_SECONDS
MERCHANT = "m1"

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(900 + 4 * AWAY_SECONDS)]


@dataclass
class Intake:
    """A shop that sends returns, and remembers what was acknowledged."""

    room: Engine
    sandbox: SandboxClient
    headers: dict[str, str]
    http: httpx2.AsyncClient
    acknowledged: dict[str, int] = field(default_factory=dict[str, int])
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def send(self, number: str, **application: Any) -> httpx2.Response:
        """The opening of a return of an order of its own."""
        request = {"kind": "return", "proof_of_purchase": True, "lines": FAULTY}
        given = {"order_id": f"SO-{number}", "customer_id": "c1", "language": "en", "request": request}
        start = {"merchant": MERCHANT, "number": number, "application": {**given, **application}}
        return await self.http.post("/v1/returns", json=start, headers=self.headers)

    async def some(self) -> list[tuple[str, httpx2.Response]]:
        """A few new ones at a time."""
        numbers = [f"R-{next(self.numbers)}" for _ in range(AT_ONCE)]
        for number in numbers:
            await self.sandbox.put_order(make_order(MERCHANT, f"SO-{number}"))
        answers = await asyncio.gather(*map(self.send, numbers))
        self.acknowledged |= {
            number: answer.status_code for number, answer in zip(numbers, answers, strict=True)
        }
        return list(zip(numbers, answers, strict=True))

    async def status(self, number: str) -> dict[str, Any]:
        """What became of it."""
        read = await self.http.get(f"/v1/cases/return:{MERCHANT}:{number}/intake", headers=self.headers)
        return read.json()

    async def until_decided(self, number: str) -> dict[str, Any]:
        """Wait until it is known what became of it."""
        return await poll(lambda: self.status(number), lambda told: told["state"] != "kept", BACK_SECONDS)


@asynccontextmanager
async def temporal_away(room: Engine) -> AsyncGenerator[None]:
    """While the block runs, nobody reaches Temporal; it then comes back with what it had."""
    temporal = next(part for part in room.parts if part.name == "temporal")
    temporal.ending = True
    await temporal.stop()
    yield
    await room.bring_up_again(temporal)


@pytest.fixture
async def room() -> AsyncGenerator[Engine]:
    async with engine(("postgres", "temporal", "sandbox", "worker"), keep_history=True) as room:
        yield room


@pytest.fixture
async def store(room: Engine) -> AsyncGenerator[Pool]:
    assert room.addresses.database_url is not None
    pool = await create_pool(room.addresses.database_url, application_name="casework-test")
    yield pool
    pool.terminate()


@asynccontextmanager
async def door(room: Engine, store: Pool) -> AsyncGenerator[tuple[HttpProgram, Intake]]:
    """The HTTP API, which gives Temporal a second to answer."""
    made = await ApiKeys(store).make(Identity(subject="shop", role="backend"), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {made.text}"}
    assert room.addresses.sandbox_url is not None
    async with (
        running_http(env_of(room) | {"CASEWORK_INTAKE_PATIENCE_SECONDS": "1"}) as program,
        httpx2.AsyncClient(base_url=program.url, timeout=60) as http,
        SandboxClient(room.addresses.sandbox_url) as sandbox,
    ):
        yield program, Intake(room, sandbox, headers, http)


async def runs(room: Engine, number: str) -> list[str]:
    """Temporal's runs of one return."""
    client = await connect(room)
    query = f"WorkflowId = 'return:{MERCHANT}:{number}'"
    return [each.run_id async for each in client.list_workflows(query)]


async def test_no_intake_is_lost_and_none_is_there_twice(room: Engine, store: Pool) -> None:
    async with door(room, store) as (program, intake):
        before = await intake.some()
        async with temporal_away(room):
            went = time.monotonic()
            kept = await intake.some()
            assert {answer.status_code for _, answer in kept} == {202}
            number, first = kept[0]
            assert first.headers["location"] == f"/v1/cases/return:{MERCHANT}:{number}/intake"
            assert (first.json(), "retry-after" in first.headers) == (await intake.status(number), True)
            assert (await intake.send(number)).json() == first.json()
            other = await intake.send(number, language="zh-CN")
            assert (other.status_code, other.json()["code"]) == (422, "idempotency_conflict")
            opened, answer = before[0]
            if answer.status_code == 201:
                assert (await intake.send(opened)).json() == answer.json()
            assert (await intake.send("R-orphan")).status_code == 202
            while time.monotonic() - went < AWAY_SECONDS / 2:
                await intake.some()
            program.process.kill()  # what it has acknowledged, another one starts
            await more(room, store, intake, went)
        async with door(room, store) as (_, after):
            after.acknowledged, after.numbers = intake.acknowledged, intake.numbers
            await after.some()
            assert (await after.until_decided("R-orphan"))["code"] == "order_not_found"
            for number in after.acknowledged:
                assert (await after.until_decided(number))["state"] == "opened"
                again = await after.send(number)
                assert again.status_code == 201, again.text
            await judged(room, store, after.acknowledged)


async def more(room: Engine, store: Pool, intake: Intake, went: float) -> None:
    """A door that has never reached Temporal keeps intakes, too, for as long as Temporal is away."""
    async with door(room, store) as (_, late):
        late.acknowledged, late.numbers = intake.acknowledged, intake.numbers
        answers = await late.some()
        while time.monotonic() - went < AWAY_SECONDS:
            answers += await late.some()
        assert {answer.status_code for _, answer in answers} == {202}


async def judged(room: Engine, store: Pool, acknowledged: dict[str, int]) -> None:
    """Each has one opening in the store and one run in Temporal, and nothing else has any."""
    opened = await store.fetch(
        "SELECT case_id, count(*) AS times FROM events WHERE type = 'return.applied' "
        "AND superseded_at IS NULL GROUP BY case_id"
    )
    wanted = {f"return:{MERCHANT}:{number}": 1 for number in acknowledged}
    assert {row["case_id"]: row["times"] for row in opened} == wanted
    assert await store.fetchval("SELECT count(*) FROM intakes WHERE state = 'kept' OR start IS NOT NULL") == 0
    for number in acknowledged:
        found = await poll(partial(runs, room, number), len)
        assert len(found) == 1, number
