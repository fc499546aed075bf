"""An approval by HTTP against a bare Temporal update: one after the other, turn and turn about, in one run.

Both are the same update of a plain return that waits for its review. What HTTP adds is the way through the
door: who calls, what they may, and the answer as JSON.
"""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2

from bench.drive import Subject, until_quiet
from bench.room import MERCHANT, Room
from domain.access import Identity
from store.api_keys import ApiKeys
from store.pool import create_pool
from workers.engine.parts import plan_http

BUDGET = 1.25
PAIRS, WARM_UP = 60, 5
APPROVE = {"agent": "a17", "approve": True}
P95 = 94

Seconds = float


@dataclass(frozen=True)
class DoorLatency:
    """How long each approval took, by HTTP and bare."""

    http: list[Seconds] = field(default_factory=list[Seconds])
    bare: list[Seconds] = field(default_factory=list[Seconds])

    def rows(self) -> dict[str, tuple[float, float]]:
        """Milliseconds, ours and the bare update's, at the median and at the 95th percentile."""
        return {
            "p50": (1000 * statistics.median(self.http), 1000 * statistics.median(self.bare)),
            "p95": (1000 * _p95(self.http), 1000 * _p95(self.bare)),
        }

    def ratios(self) -> dict[str, float]:
        """Ours ÷ the bare update."""
        return {name: ours / bare for name, (ours, bare) in self.rows().items()}

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return {"ms": self.rows(), "ratios": self.ratios(), "budget": BUDGET}


async def compare_doors(room: Room, pairs: int = PAIRS) -> DoorLatency:
    """Approve returns, every second one by HTTP; the first few of each kind are not counted."""
    environment = room.engine.environment()
    door = await room.engine.bring_up(plan_http(room.engine.state_dir, 0, environment))
    url, database_url = room.engine.addresses.http_url, room.engine.addresses.database_url
    assert url is not None
    assert database_url is not None
    pool = await create_pool(database_url, application_name="casework-bench")
    made = await ApiKeys(pool).make(Identity(subject="bench", role="backend"), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {made.text}"}
    try:
        async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
            return await _alternate(room, http, pairs)
    finally:
        await pool.close()
        await door.stop()


async def _alternate(room: Room, http: httpx2.AsyncClient, pairs: int) -> DoorLatency:
    latency = DoorLatency()

    async def by_http(subject: Subject) -> None:
        number = subject.workflow_id.rpartition(":")[2]
        url, key = f"/v1/returns/{MERCHANT}/{number}/review", {"Idempotency-Key": "review-1"}
        (await http.post(url, json=APPROVE, headers=key)).raise_for_status()

    async def bare(subject: Subject) -> None:
        handle = room.client.get_workflow_handle(subject.workflow_id)
        await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
            "review", APPROVE, id="review-1"
        )

    for number in range(WARM_UP + pairs):
        for approve, taken in ((by_http, latency.http), (bare, latency.bare)):
            seconds = await _timed(room, approve)
            if number >= WARM_UP:
                taken.append(seconds)
    return latency


async def _timed(room: Room, approve: Callable[[Subject], Awaitable[None]]) -> Seconds:
    subject = await room.plain_return(delivered=False)
    await room.client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
        "open", subject.opening, start_workflow_operation=subject.start, id="open-1"
    )
    await until_quiet(room.client.get_workflow_handle(subject.workflow_id))
    began = time.perf_counter()
    await approve(subject)
    return time.perf_counter() - began


def _p95(seconds: list[Seconds]) -> Seconds:
    return statistics.quantiles(seconds, n=100, method="inclusive")[P95]
