"""Random returns on the real server: what a case tells of its clocks is what its stored events give."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.cases.replaying import clock_replay
from domain.sla import ClockRow, replay
from starters.case_records import CaseRecords
from store.case_archive import CaseArchive
from tests.workflows.case import LOOK_SECONDS, Case, patience
from tests.workflows.desk import Desk, line, wanted

RETURNS = 20
STEPS = 9
AT_ONCE = 5
POLICIES = ("awake", "hurried", "standard", "attentive")
REASONS = ("quality", "no_reason")
NOTHING = {"stopped_at": None, "breached_at": None}
"""What the query leaves out where there is nothing."""
HOURS = (0.2, 1, 5, 20, 60)


def request(stage: str, dice: Random) -> tuple[str, dict[str, Any]]:
    """Something that a case in this stage may be asked, sensible or not."""
    who = {"by": "lead-1", "reason": "by the dice"}
    if dice.random() < 0.3:
        return "retarget", {**who, "policy": dice.choice(POLICIES)}
    asks: dict[str, list[tuple[str, dict[str, Any]]]] = {
        "review": [
            ("review", {"agent": "a", "approve": True}),
            ("request_info", {"agent": "a", "question": "?"}),
            ("give_info", {"answer": "!"}),
        ],
        "ship_back": [
            ("ship", {"carrier": "swift", "tracking_no": f"SW-{dice.randint(1000, 99999)}"}),
            ("receive", {"warehouse": "w1"}),
        ],
        "inspection": [("inspect", {"inspector": "i", "lines": [{"line": "1", "passed": 1}]})],
        "confirmation": [("confirm", {}), ("assign", {**who, "team": "returns"})],
    }
    return dice.choice(asks.get(stage, [("cancel", {})]))


async def step(case: Case, dice: Random) -> None:
    """A request, and perhaps some silence."""
    stage = (await case.view())["stage"]
    name, message = request(stage, dice)
    with suppress(ApplicationError):
        await case.act(name, **message)
    if dice.random() < 0.5:
        await case.pass_time(hours=dice.choice(HOURS))


async def played(desk: Desk, seed: int) -> Case:
    """A return by the dice: requests, time, other terms; refusals are part of it."""
    dice = Random(seed)
    case = await desk.open(
        f"R-{seed}", policy=dice.choice(POLICIES), lines=[wanted(reason=dice.choice(REASONS))]
    )
    for _ in range(STEPS):
        try:
            await step(case, dice)
        except RPCError as error:
            if error.status != RPCStatusCode.NOT_FOUND:
                raise
            break  # it closed in that moment
    return case


def lasting(row: ClockRow) -> dict[str, Any]:
    """What a row says whenever it is asked: of a clock that still counts, without what grows."""
    grows = {"running": {"elapsed_seconds"}, "paused": {"paused_seconds", "due_at", "target_due_at"}}
    return row.model_dump(exclude=grows.get(row.state))


async def checked(case: Case) -> set[str]:
    """Wait until what the case tells is what its stored events give; gives the types of these.

    A report of a notice is stored with whatever comes after it, so one does not wait for the last number.
    """
    told: list[Any] = []
    found: list[Any] = []
    async with patience(lambda: f"{case.handle.id} tells {told}, its events give {found}"):
        while True:
            view, now = await case.view(), await case.now()
            stored = await CaseRecords(case.desk.pool).events(case.handle.id)
            state = await CaseArchive(case.desk.pool).folded(case.handle.id, stored)
            told = [lasting(ClockRow.model_validate({**NOTHING, **row})) for row in view["clocks"]]
            found = [lasting(row) for row in replay(clock_replay(state, stored, now)).metrics]
            if told == found:
                assert told
                return {each.type for each in stored}
            await asyncio.sleep(LOOK_SECONDS)


async def all_checked(played: Callable[[int], Awaitable[Case]], seeds: int) -> list[set[str]]:
    """Play a case of each seed, some beside each other, and check them; gives what `checked` does of each."""
    free = asyncio.Semaphore(AT_ONCE)

    async def one(seed: int) -> Case:
        async with free:
            return await played(seed)

    cases = await asyncio.gather(*map(one, range(seeds)))
    return [await checked(case) for case in cases]


async def test_the_clocks_of_20_random_returns_are_reproduced_from_the_store(desk: Desk) -> None:
    await desk.put_order(lines=[line("1", "CUP-01", quantity=RETURNS, paid_minor=10000)])
    types = await all_checked(lambda seed: played(desk, seed), RETURNS)
    assert sum("case.retargeted" in each for each in types) > RETURNS // 3
    assert {"return.received", "return.closed", "return.info_requested"} <= set[str]().union(*types)
