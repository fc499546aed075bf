"""Workers are killed at random moments of settlements: every customer is paid once, and the books agree.

`CASEWORK_STORM_KILLS` (5 unless set) is how many are killed, `CASEWORK_STORM_SEED` what the dice say.
The hundred of the promise: CASEWORK_STORM_KILLS=100 pytest -s tests/acceptance/test_crash_storm.py
"""

import asyncio
import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from domain.returns.messages import Answer
from starters.client import Cases
from store.case_projection import cases_projector
from store.verify import verify
from tests.acceptance.storm import GATEWAY, WORKERS, Storm, storm

KILLS = int(os.environ.get("CASEWORK_STORM_KILLS", "5"))
SEED = int(os.environ.get("CASEWORK_STORM_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
AT_ONCE = 8

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 30 * KILLS)]


async def test_a_storm_of_kills_pays_everybody_once(tmp_path: Path) -> None:
    async with storm(SEED, tmp_path) as weather:
        for _ in range(WORKERS):
            await weather.start_worker()
        await weather.desk.sandbox.set_faults("payments", *GATEWAY)
        say(f"seed {SEED}, {KILLS} kills to come")
        driven = await through(weather)

        assert {(answer.stage, answer.outcome) for answer in driven} == {("closed", "refunded")}
        for answer in driven:
            await weather.desk.client.get_workflow_handle(answer.case_id).result()
        paid = Counter(move.key for move in await weather.desk.movements())
        assert set(paid.values()) == {1}
        assert len(paid) == len(driven)
        assert await weather.desk.books_agree() == 3333 * len(driven)
        assert await verify(weather.desk.pool, await cases_projector(weather.desk.pool)) == []
        say(f"{weather.kills.total()} kills {dict(weather.kills)}, {len(driven)} refunds, each paid once")
        say(f"the store was found ahead of its case {weather.store_ahead} times")


async def through(weather: Storm) -> list[Answer]:
    """Drive cases, a few at once, until the last worker to be killed is killed and all cases have ended."""
    gate, over = asyncio.Semaphore(AT_ONCE), asyncio.Event()

    async def drive(number: int) -> Answer | None:
        async with gate:
            return None if over.is_set() else await weather.drive(number)

    async with asyncio.TaskGroup() as tasks:
        drives = [tasks.create_task(drive(number)) for number in range(AT_ONCE * (KILLS + 1))]
        for _ in range(KILLS):
            await weather.kill_one()
        over.set()
    return [answer for each in drives if (answer := each.result()) is not None]


async def test_an_update_on_a_dead_worker_s_case_is_answered_by_the_one_beside_it(tmp_path: Path) -> None:
    async with storm(SEED, tmp_path) as weather:
        first = await weather.start_worker()
        await weather.desk.put_order()
        case = await weather.desk.open()
        await weather.start_worker()
        await first.kill()
        began = time.monotonic()
        assert (await case.ship())["stage"] == "ship_back"
        say(f"answered {time.monotonic() - began:.1f} s after the kill")
        assert await Cases(weather.desk.client).progress(case.handle.id)


def say(what: str) -> None:
    """Into the test's output."""
    sys.stdout.write(f"storm: {what}\n")
