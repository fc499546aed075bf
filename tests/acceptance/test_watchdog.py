"""Timers that are lost behind Temporal's back: the watchdog finds their cases, and each rung fires once."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.testing import TimeSkipper

from domain.cases.messages import Nudge
from sandbox.client import SandboxClient
from starters.client import Cases
from store.pool import create_pool
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk, line
from tests.workflows.wiring import connect
from workers.engine import Engine, engine
from workers.schedules import WATCHDOG_SCHEDULE

FOUND_WITHIN = 60.0
FIRED = "SELECT 1 FROM events WHERE case_id = $1 AND data @> $2::jsonb"
LOOK_SECONDS = 0.05


@pytest.fixture
async def room(tmp_path: Path) -> AsyncGenerator[Engine]:
    """All parts, Temporal with its tables in a file, and real time."""
    async with engine(state_dir=tmp_path, keep_history=True) as room:
        yield room


@pytest.fixture
async def desk(room: Engine) -> AsyncGenerator[Desk]:
    """A desk of a merchant's own on these parts."""
    assert room.addresses.sandbox_url is not None
    assert room.addresses.database_url is not None
    client = await connect(room)
    pool = await create_pool(room.addresses.database_url, application_name="casework-test")
    async with SandboxClient(room.addresses.sandbox_url) as sandbox:
        yield Desk(client, TimeSkipper(client), sandbox, pool, "m1")
    pool.terminate()


async def lose_timer(tables: Path, case: Case) -> None:
    """Wait until Temporal keeps a timer of the case's own, and delete its row."""
    named = case.handle.id.encode()
    while True:
        with closing(sqlite3.connect(tables, timeout=10)) as temporal, temporal:
            history = await case.history()
            found = temporal.execute("DELETE FROM timer_tasks WHERE instr(data, ?) > 0", (named,)).rowcount
        if found and "TIMER_STARTED" in history:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def test_a_lost_timer_is_found_within_a_minute_and_each_rung_fires_once(
    room: Engine, desk: Desk, tmp_path: Path
) -> None:
    await desk.put_order(
        currency="GBP", timezone="Europe/London", lines=[line("1", "CUP-01", quantity=3, paid_minor=9000)]
    )
    case = await desk.open(lines=FAULTY, policy="demo")
    await lose_timer(tmp_path / "temporal.db", case)
    for rung in ("75%", "100%", "2s"):
        await desk.until(
            FIRED, case.handle.id, f'{{"metric": "review", "rung": "{rung}"}}', seconds=FOUND_WITHIN
        )
    review = Counter(rung for metric, rung in await case.rungs() if metric == "review")
    assert review == Counter(activated=1, **{"75%": 1, "100%": 1, "breached": 1, "2s": 1})
    assert await case.updates() > 1  # the watchdog's word is one of them
    schedule = await desk.client.get_schedule_handle(WATCHDOG_SCHEDULE).describe()
    assert schedule.info.num_actions >= 1
    assert not schedule.schedule.state.paused


async def test_a_case_that_was_nudged_keeps_its_alarm(room: Engine, desk: Desk, tmp_path: Path) -> None:
    await desk.put_order(
        currency="GBP", timezone="Europe/London", lines=[line("1", "CUP-01", quantity=3, paid_minor=9000)]
    )
    case = await desk.open(lines=FAULTY, policy="demo")
    await lose_timer(tmp_path / "temporal.db", case)
    await Cases(desk.client).act(case.handle.id, Nudge(), "by-hand")
    for rung in ("75%", "100%", "2s"):
        await desk.until(FIRED, case.handle.id, f'{{"metric": "review", "rung": "{rung}"}}')
    fired = [
        EventType.Name(event.event_type)
        for event in (await case.handle.fetch_history()).events
        if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
    ]
    assert len(fired) >= 3  # armed anew, it went on by itself
