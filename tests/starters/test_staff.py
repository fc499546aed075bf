"""The staff's typed client: moving cases is done once, and one that is refused leaves the others alone."""

from datetime import UTC, datetime

import pytest

from domain.cases.messages import Assign
from domain.errors import Forbidden
from domain.staff.assignment import Wanted
from domain.staff.directory import Absence
from domain.staff.moves import Move, MovePlan
from domain.staff.roster import Roster
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.staff import Moved, StaffDesk, move_cases
from store.pool import Pool
from tests.domain.staff.desk import away, content, moment
from tests.workflows.desk import FAULTY, Desk


@pytest.fixture
async def staff(pool: Pool) -> StaffDesk:
    """A desk with a staff, in a database of its own."""
    staff = StaffDesk(pool, {})
    await staff.seed(Roster.model_validate(content()))
    return staff


async def test_a_move_is_sent_once_however_often_the_plan_is_carried_out(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    cases = Cases(desk.client, CaseRecords(desk.pool))
    reason = "a is away; on shift, has 0 of 20 cases, the only one in quality"
    move = Move(case_id=case.handle.id, team="quality", assignee="b", code="assigned", reason=reason)
    plan = MovePlan(absence=away("a"), moves=(move,))
    first = await move_cases(cases, plan, by="lead-1")
    taken = Assign(by="b", team="quality", assignee="c", reason="knows refunds")
    answer = await cases.act(case.handle.id, taken, f"taken-{case.number}")
    assert (
        await move_cases(cases, plan, by="lead-1")
        == first
        == [Moved(case_id=case.handle.id, assignee="b", moved=True)]
    )
    await cases.wait_for(case.handle.id, answer.seq)
    events = [event for event in await cases.events(case.handle.id) if event.type == "case.assigned"]
    assert [(event.actor, event.data["assignee"]) for event in events] == [
        ("staff:lead-1", "b"),
        ("staff:b", "c"),
    ]


async def test_what_cannot_move_is_told_and_the_others_move(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    merchant = desk.merchant
    moves = (
        Move(case_id=f"return:{merchant}:none", team="quality", assignee="b", code="assigned", reason="r"),
        Move(case_id=f"return:{merchant}:lost", team="old", reason="a is away; the staff has no team old"),
        Move(case_id=case.handle.id, team="quality", code="all_full", reason="a is away; all are full"),
    )
    plan = MovePlan(absence=away("a"), moves=moves)
    unknown, teamless, queued = await move_cases(
        Cases(desk.client, CaseRecords(desk.pool)), plan, by="lead-1"
    )
    assert (unknown.moved, unknown.code) == (False, "case_not_found")
    assert (teamless.moved, teamless.code, teamless.message) == (False, "unknown_team", moves[1].reason)
    assert queued == Moved(case_id=case.handle.id, assignee=None, moved=True)


async def test_supervisors_and_everybody_for_themselves_may_say_who_is_away(staff: StaffDesk) -> None:
    now = moment("10:00")
    absence = Absence(member="a", since=now)
    for by in ("a", "lead-1", "head-1"):
        assert (await staff.away(absence, by=by, now=now)).absence == absence
    assert await staff.back("a", by="lead-2", now=moment("11:00")) == 1
    with pytest.raises(Forbidden):
        await staff.away(absence, by="b", now=now)
    with pytest.raises(Forbidden):
        await staff.back("a", by="b", now=now)


async def test_who_is_away_is_neither_proposed_nor_told(staff: StaffDesk) -> None:
    now = moment("10:00").astimezone(UTC)
    wanted = Wanted(team="quality", kind="return")
    assert (await staff.propose(wanted, now)).member == "a"
    await staff.away(
        Absence(member="a", since=now, until=datetime(2026, 11, 17, tzinfo=UTC)), by="a", now=now
    )
    assert (await staff.propose(wanted, now)).member == "b"
    [reader] = await staff.readers("agent", team="quality", assignee="a", at=now)
    assert (reader.member, reader.instead_of) == ("c", "a")
