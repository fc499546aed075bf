"""The surge through the typed client (sop R9, E1): what it promises, from when to when, and for whom."""

import re
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.cases.messages import Retarget
from domain.shipments.messages import OpenShipment, Parcel, number_of
from sandbox.messages import Scan
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.hints import Hints
from starters.settings import Settings
from store.pool import Pool
from tests.starters.conftest import noon_zone
from tests.starters.test_client import application
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.shipment_desk import scan
from tests.workflows.wiring import worker_factory
from workers.engine import Engine

QUEUE = "surge"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BROKEN = {"request": {"kind": "return", "proof_of_purchase": True, "lines": FAULTY}}

Shift = Callable[[timedelta, timedelta], AbstractAsyncContextManager[Cases]]


@pytest.fixture
def shift(room: Engine, desk: Desk, desk_pool: Pool, tmp_path: Path) -> Shift:
    """Workers who begin their shift with a surge in force from and until so much from now."""
    folder = Path(shutil.copytree(Settings().policies_dir, tmp_path / "policies"))

    @asynccontextmanager
    async def begun(since: timedelta, until: timedelta) -> AsyncGenerator[Cases]:
        set_window(folder / "surge.yaml", since, until)
        async with worker_factory(room, desk_pool, folder, None, QUEUE) as make, make(desk.client):
            yield Cases(desk.client, CaseRecords(desk_pool), task_queue=QUEUE)

    return begun


def set_window(surge: Path, since: timedelta, until: timedelta) -> None:
    """Let the shipped surge be in force at another time; its figures stay as they are."""
    text, now = surge.read_text(encoding="utf-8"), datetime.now(UTC)
    for name, at in (("since", now + since), ("until", now + until)):
        text, changed = re.subn(rf'^  {name}: ".*"$', f'  {name}: "{at.isoformat()}"', text, flags=re.M)
        assert changed == 1
    surge.write_text(text, encoding="utf-8")


async def clocks(cases: Cases, case_id: str) -> dict[str, dict[str, Any]]:
    """The case's clocks by name."""
    return {row["name"]: row for row in (await cases.case(case_id))["clocks"]}


def promised(row: dict[str, Any]) -> timedelta:
    """From start to deadline, without the time that does not count; for clocks that always run."""
    started, due = (datetime.fromisoformat(row[name]) for name in ("started_at", "due_at"))
    return due - started - timedelta(seconds=row["paused_seconds"])


def is_about(found: timedelta, wanted: timedelta) -> bool:
    """Whether two spans are the same but for the second that a row's whole seconds leave out."""
    return abs(found - wanted) <= timedelta(seconds=1)


async def sent_in(cases: Cases, case_id: str) -> None:
    """The goods are on their way and arrive."""
    await cases.ship(case_id, carrier="swift", tracking_no=f"SW-{case_id.replace(':', '-')}", key="ship")
    await cases.receive(case_id, warehouse="w1", key="receive")


async def test_r9_one_click_is_enough_and_handling_is_halved_while_the_surge_is_in_force(
    shift: Shift, desk: Desk
) -> None:
    await desk.put_order(timezone=noon_zone())
    async with shift(-HOUR, DAY) as cases:
        opened = await cases.open_return(desk.merchant, "R-1", application(**BROKEN))
        assert (opened.decision, opened.stage) == ("accept", "ship_back")
        assert (await cases.case(opened.case_id))["policy"] == "surge"
        await sent_in(cases, opened.case_id)
        found = await clocks(cases, opened.case_id)
        assert is_about(promised(found["resolution"]), timedelta(hours=36))
        assert is_about(promised(found["settlement"]), timedelta(hours=24))


async def test_r9_a_refund_that_is_not_back_within_a_day_is_a_breach(shift: Shift, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    async with shift(-HOUR, DAY) as cases:
        opened = await cases.open_return(desk.merchant, "R-1", application(**BROKEN))
        await sent_in(cases, opened.case_id)
        case = Case(desk, desk.client.get_workflow_handle(opened.case_id), "R-1")
        settlement = (await clocks(cases, opened.case_id))["settlement"]
        await case.pass_until(datetime.fromisoformat(settlement["due_at"]) - timedelta(minutes=1))
        assert (await clocks(cases, opened.case_id))["settlement"]["verdict"] == "pending"
        await case.pass_time(minutes=2)
        breached = (await clocks(cases, opened.case_id))["settlement"]
        assert (breached["verdict"], breached["breached_at"]) == ("breached", settlement["due_at"])
        assert ("settlement", "breached") in await until_rung(case, "settlement", "breached")


async def until_rung(case: Case, metric: str, change: str) -> list[tuple[str, str]]:
    """The stored changes, once this one is among them."""
    await case.desk.until(
        "SELECT 1 FROM events WHERE case_id = $1 AND type = 'clock.changed' AND data ->> 'metric' = $2 "
        "AND data ->> 'change' = $3",
        case.handle.id,
        metric,
        change,
    )
    return await case.rungs()


@pytest.mark.parametrize(("since", "until"), [(-2 * DAY, -HOUR), (HOUR, DAY)], ids=["over", "not yet"])
async def test_r9_outside_its_window_the_standard_policy_holds(
    shift: Shift, desk: Desk, since: timedelta, until: timedelta
) -> None:
    await desk.put_order(timezone=noon_zone())
    async with shift(since, until) as cases:
        opened = await cases.open_return(desk.merchant, "R-1", application(**BROKEN))
        assert (opened.decision, opened.stage) == ("review", "review")
        assert (await cases.case(opened.case_id))["policy"] == "standard"
        found = await clocks(cases, opened.case_id)
        assert is_about(promised(found["resolution"]), timedelta(hours=72))
        await cases.cancel(opened.case_id, key="cancel")


async def watched(cases: Cases, desk: Desk, number: str, *scans: Scan) -> Case:
    """A parcel whose watch is opened now, under the standard policy as it is in force."""
    order = await desk.put_order(f"SO-{number}", received_at=None, timezone=noon_zone())
    tracking_no = f"SW-{desk.merchant}-{number}"
    await desk.sandbox.register_parcel("swift", tracking_no, *scans)
    parcel = Parcel(
        order_id=order.order_id,
        customer_id=order.customer_id,
        carrier="swift",
        tracking_no=tracking_no,
        shipped_at=datetime.now(UTC) - HOUR,
    )
    start = OpenShipment(merchant=desk.merchant, number=number_of("swift", tracking_no), parcel=parcel)
    opened = await cases.open(start)
    return Case(desk, desk.client.get_workflow_handle(opened.case_id), start.number)


async def policy_of_exception(watch: Case) -> str:
    """What the parcel's first exception is held to, once the store has it."""
    case_id = f"delivery:{watch.desk.merchant}:{watch.number}-1"
    return (await watch.desk.until("SELECT policy FROM cases WHERE case_id = $1", case_id))["policy"]


async def test_r9_an_exception_of_a_parcel_asks_anew_what_is_in_force(shift: Shift, desk: Desk) -> None:
    """Both watches are held to the surge; only the exception that comes while it is in force is, too."""
    damaged = Scan(status="exception", reason="carrier_damaged_parcel", at=datetime.now(UTC))
    async with shift(-HOUR, DAY) as cases:
        early = await watched(cases, desk, "1", damaged)
        late = await watched(cases, desk, "2")
        assert [(await watch.view())["policy"] for watch in (early, late)] == ["surge", "surge"]
        assert await policy_of_exception(early) == "surge"
        await late.until_pending("watch_parcel")
    async with shift(-HOUR, -timedelta(minutes=1)):
        await scan(late, "exception", damaged.at, reason="carrier_damaged_parcel")
        assert await Hints(desk.client).take(desk.merchant, "swift", f"SW-{desk.merchant}-2")
        assert await policy_of_exception(late) == "standard"
        assert (await late.view())["policy"] == "surge"


async def test_e1_a_surge_that_ends_early_changes_new_cases_only_unless_they_are_retargeted(
    shift: Shift, desk: Desk
) -> None:
    await desk.put_order(timezone=noon_zone())
    async with shift(-HOUR, DAY) as cases:
        kept = (await cases.open_return(desk.merchant, "R-1", application(**BROKEN))).case_id
        moved = (await cases.open_return(desk.merchant, "R-2", application(**BROKEN))).case_id
    async with shift(-HOUR, -timedelta(minutes=1)) as cases:
        new = (await cases.open_return(desk.merchant, "R-3", application(**BROKEN))).case_id
        wanted = Retarget(by="lead-1", policy="standard", reason="the surge ended early")
        answer = await cases.act(moved, wanted, "over")
        assert (await cases.act(moved, wanted, "over")) == answer
        policies = [(await cases.case(case_id))["policy"] for case_id in (kept, moved, new)]
        assert policies == ["surge", "standard", "standard"]
        for case_id in (kept, moved):
            await sent_in(cases, case_id)
        resolution = [(await clocks(cases, case_id))["resolution"] for case_id in (kept, moved)]
        for row, hours in zip(resolution, (36, 72), strict=True):
            assert is_about(promised(row), timedelta(hours=hours))
        settlement = [(await clocks(cases, case_id))["settlement"] for case_id in (kept, moved)]
        assert is_about(promised(settlement[0]), DAY)
        assert "legal_due_at" in settlement[1]
        await cases.wait_for(moved, answer.seq)
        types = [event.type for event in await cases.events(kept)]
        assert "case.retargeted" not in types
        assert [event.type for event in await cases.events(moved)].count("case.retargeted") == 1
