"""A complaint's clocks on the server equal a replay over its own stored events (sop C9, Q3)."""

import asyncio
import random
from collections.abc import AsyncGenerator, Coroutine
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import TimeSkipper

from domain.cases.readings import clock_rows, known_at
from domain.sla import ClockRow, Replay
from domain.sla import replay as replay_clocks
from sandbox.client import SandboxClient
from store.case_archive import CaseArchive
from tests.workflows.complaint_desk import FINDING, SHA, Complaint, open_complaint
from tests.workflows.desk import Desk
from tests.workflows.test_continue_as_new import is_gapless, runs
from tests.workflows.test_random_returns import all_checked
from tests.workflows.wiring import MakeWorker, connect
from workers.engine import engine

LONG = ("limit.historyCount.suggestContinueAsNew=600",)
MESSAGES = 500
ROUNDS = 50
COMPLAINTS = 20
DAYS = 90
SAID = ("customer_updated", "evidence_added", "statement_asked", "statement_given")


async def check_replay(case: Complaint) -> tuple[ClockRow, ...]:
    """Compare what the case says of its clocks with a replay over what the store has; gives the rows."""
    answer = await case.act("assign", by="lead", assignee="b9", reason="so that all is stored")
    await case.until_seq(answer["seq"])
    state = await CaseArchive(case.desk.pool).state(case.handle.id)
    as_of, spec = known_at(state), state.clock_spec
    asked = {
        "calendars": {name: calendar.model_dump() for name, calendar in spec.calendars.items()},
        "metrics": [metric.model_dump() for metric in spec.metrics],
        "events": [{"at": event["at"], "type": event["type"]} for event in await case.events()],
        "as_of": as_of,
    }
    replayed = replay_clocks(Replay.model_validate(asked)).metrics
    assert clock_rows(state, as_of) == replayed
    told = (await case.view())["clocks"]
    assert [lasting(row) for row in told] == [lasting(row.model_dump(mode="json")) for row in replayed]
    return replayed


def lasting(row: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on the moment at which one asks, times in one zone."""
    names = ["name", "instance", "state", "verdict", "started_at", "stopped_at", "breached_at"]
    if row["state"] != "paused":
        names.append("due_at")
    if row["state"] in ("stopped", "cancelled"):
        names += ["elapsed_seconds", "paused_seconds"]
    plain = {name: row.get(name) for name in names}
    moments = {name: datetime.fromisoformat(at) for name, at in plain.items() if name.endswith("_at") and at}
    rungs = [(rung["rung"], datetime.fromisoformat(rung["at"])) for rung in row["rungs"]]
    return {**plain, **moments, "rungs": rungs}


def messages(case: Complaint, turn: int) -> list[Coroutine[Any, Any, dict[str, Any]]]:
    """Eight of a round's ten messages: the customer is told twice, files come in, the parties are asked."""
    files = [{"ref": f"files/{turn}-{n}", "sha256": SHA, "shows": "something"} for n in range(4)]
    return [
        *(case.act("update_customer", agent="a17", words="We are still at it.") for _ in range(2)),
        *(case.act("add_evidence", by="a17", evidence=file) for file in files),
        case.act("ask_party", agent="a17", party="merchant", question="How was it packed?"),
        case.act("ask_party", agent="a17", party="carrier", question="How was it carried?"),
    ]


def answers(case: Complaint, turn: int) -> list[Coroutine[Any, Any, dict[str, Any]]]:
    """The other two: both parties answer."""
    numbers = (2 * turn + 1, 2 * turn + 2)
    return [case.act("give_statement", by="x", statement=number, words="Well.") for number in numbers]


@pytest.fixture
async def long_desk(sandbox: SandboxClient, make_worker: MakeWorker, desk: Desk) -> AsyncGenerator[Desk]:
    """A desk whose cases go on in a new run after some hundred events of history."""
    async with engine(("temporal",), time_skipping=True, temporal_settings=LONG) as room:
        client = await connect(room)
        async with make_worker(client):
            yield replace(desk, client=client, skipper=TimeSkipper(client))


async def test_a_complaint_lives_90_days_with_500_messages_through_several_runs(long_desk: Desk) -> None:
    desk = long_desk
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("acknowledge", agent="a17")
    await case.act("review", agent="a17", valid=True)
    for turn in range(ROUNDS):
        await asyncio.gather(*messages(case, turn))
        await asyncio.gather(*answers(case, turn))
        await case.pass_time(days=DAYS / ROUNDS * (0.2 if turn % 2 else 1.8))
    rows = await check_replay(case)
    intervals = [row for row in rows if row.name == "update_interval"]
    assert len(intervals) == 2 * ROUNDS + 1
    assert {row.verdict for row in intervals} >= {"met", "breached"}
    assert len(await runs(case)) > 3
    assert await is_gapless(case)
    types = await case.types()
    assert sum(types.count(f"complaint.{name}") for name in SAID) == MESSAGES
    await case.act("withdraw")
    assert (await case.result())["outcome"] == "withdrawn"


def step(dice: random.Random) -> tuple[str, dict[str, Any]]:
    """Something that somebody might ask of a complaint."""
    severity, urgency = dice.choice([("critical", "soon"), ("major", "normal"), ("minor", "normal")])
    steps: list[tuple[str, dict[str, Any]]] = [
        ("retarget", {"by": "l", "policy": dice.choice(["awake", "hurried"]), "reason": "x"}),
        ("acknowledge", {"agent": "a"}),
        ("classify", {"agent": "a", "category": dice.choice(["payment", "product_quality"])}),
        ("grade", {"agent": "a", "severity": severity, "urgency": urgency}),
        ("transfer", {"by": "a", "to_team": dice.choice(["returns", "quality"]), "reason": "x"}),
        ("take", {"agent": dice.choice("ab")}),
        ("request_info", {"agent": "a", "question": "?"}),
        ("give_info", {"answer": "."}),
        ("update_customer", {"agent": "a", "words": "."}),
        ("review", {"agent": "a", "valid": dice.random() < 0.8, "reason": "x"}),
        ("finding", {"agent": "a", "finding": FINDING}),
        ("propose", {"agent": "a", "reasons": "x", "measures": [{"kind": "apology"}]}),
        ("confirm", {"satisfied": dice.random() < 0.5, "words": "x"}),
        ("decide_final", {"by": "l", "role": "lead", "decision": "evaluate_again", "reason": "x"}),
    ]
    return dice.choice(steps)


async def played(desk: Desk, seed: int) -> Complaint:
    """A complaint by the dice: requests, time, other terms; refusals are part of it."""
    dice = random.Random(seed)
    case = await open_complaint(desk, f"C-{seed}", category=dice.choice([None, "logistics"]))
    for _ in range(10):
        await case.pass_time(minutes=dice.choice([1, 90, 700, 4000]))
        update, message = step(dice)
        try:
            answer = await case.act(update, **message)
        except ApplicationError:  # what the stage does not allow leaves no trace
            continue
        if answer["stage"] == "closed":
            break
    return case


async def test_the_clocks_of_20_random_complaints_are_reproduced_from_the_store(desk: Desk) -> None:
    await desk.put_order()
    types = await all_checked(lambda seed: played(desk, seed), COMPLAINTS)
    assert sum("case.retargeted" in each for each in types) > COMPLAINTS // 3
    assert {"complaint.accepted", "complaint.graded", "complaint.info_requested"} <= set[str]().union(*types)
