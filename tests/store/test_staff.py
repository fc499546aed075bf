"""The staff in the store: seeded whole, read back as it was, with absences, addresses and loads."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from domain.errors import NotReady, UnknownMember
from domain.staff.directory import Absence
from domain.staff.moves import HeldCase
from domain.staff.roster import Roster, StaffContact
from store.append import append_one
from store.pool import Pool, transaction
from store.staff import Seeded, Staff
from tests.domain.staff.desk import away, content, moment
from tests.store.streams import make_batch

CONTACTS = {
    "a": {"name": "Front line 01", "email": "a@desk.example"},
    "w": {"name": "Returns 01", "email": "w@desk.example", "language": "en", "timezone": "Europe/London"},
}


def roster(**changes: Any) -> Roster:
    return Roster.model_validate(content(**{"contacts": CONTACTS} | changes))


@pytest.fixture
async def staff(pool: Pool) -> Staff:
    staff = Staff(pool)
    await staff.seed(roster())
    return staff


async def test_a_teams_lead_is_the_first_with_an_address_who_is_there(pool: Pool) -> None:
    staff = Staff(pool)
    contacts = {f"lead-{each}": {"name": "Lead", "email": f"l{each}@desk.example"} for each in (1, 2)}
    await staff.seed(Roster.model_validate(content(contacts=contacts)))

    async def who(team: str, clock: str) -> str | None:
        found = await staff.lead(team, moment(clock))
        return found and found.email

    await staff.mark_away(Absence(member="lead-1", since=moment("10:00"), until=moment("12:00")))
    assert [await who("quality", clock) for clock in ("09:59", "10:00", "12:00")] == [
        "l1@desk.example",
        "l2@desk.example",
        "l1@desk.example",
    ]
    assert (await who("returns", "10:00"), await who("nobody", "10:00")) == (None, None)
    await staff.mark_away(Absence(member="lead-2", since=moment("11:00")))
    assert await who("quality", "11:30") is None


async def test_before_it_is_seeded_there_is_none(pool: Pool) -> None:
    with pytest.raises(NotReady, match="casework staff seed"):
        await Staff(pool).roster()
    with pytest.raises(NotReady):
        await Staff(pool).directory({}, moment("10:00"))


async def test_what_was_seeded_is_read_back(staff: Staff) -> None:
    assert await staff.roster() == roster()


async def test_only_a_store_without_a_staff_is_seeded_first(pool: Pool) -> None:
    staff = Staff(pool)
    assert await staff.seed_first(roster())
    assert not await staff.seed_first(roster(members__w=None, contacts__w=None))
    assert "w" in (await staff.roster()).members


async def test_in_a_surge_the_staff_is_that_of_the_surge(pool: Pool) -> None:
    staff = Staff(pool)
    span = {"since": "2026-11-16T12:00:00+08:00", "until": "2026-11-17T00:00:00+08:00"}
    surge = {**span, "members": {"a": {"shifts": ["late"], "capacity": 30}}}
    await staff.seed(roster(surges={"peak": surge}))
    assert (await staff.directory({}, moment("10:00"))).members["a"].shifts == ("early",)
    then = (await staff.directory({}, moment("12:00"))).members["a"]
    assert (then.shifts, then.capacity) == (("late",), 30)
    await staff.seed(roster())
    assert await staff.roster() == roster()


async def test_seeding_tells_what_it_changed(pool: Pool) -> None:
    staff = Staff(pool)
    first = await staff.seed(roster())
    assert first == Seeded(added=("a", "b", "c", "head-1", "lead-1", "lead-2", "w"))
    assert await staff.seed(roster()) == Seeded()
    moved = roster(
        members__a__team="returns", teams__quality__leads=["lead-2"], members__w=None, contacts__w=None
    )
    assert await staff.seed(moved) == Seeded(changed=("a",), removed=("w",))
    assert await staff.roster() == moved
    new_address = {**CONTACTS["a"], "email": "new@desk.example"}
    readdressed = roster(members__a__team="returns", contacts={"a": new_address}, members__w=None)
    assert (await staff.seed(readdressed)).changed == ("a",)


async def test_a_new_team_and_its_members_come_and_an_old_one_goes_at_once(staff: Staff) -> None:
    """Members refer to teams that come and go in the same seeding."""
    renamed = content(contacts=CONTACTS)
    renamed["teams"]["south"] = renamed["teams"].pop("returns")
    renamed["members"]["w"]["team"] = "south"
    await staff.seed(Roster.model_validate(renamed))
    assert list((await staff.roster()).teams) == ["quality", "south"]


async def test_two_seedings_at_once_leave_one_of_them_whole(staff: Staff) -> None:
    without_c = roster(members__c=None, teams__quality__on_call=None)
    without_w = roster(members__w=None, contacts__w=None)
    await asyncio.gather(*(staff.seed(each) for each in (without_c, without_w) * 4))
    assert await staff.roster() in (without_c, without_w)


async def test_members_are_reached_by_their_own_address(staff: Staff) -> None:
    assert await staff.contact("a") == StaffContact(name="Front line 01", email="a@desk.example")
    assert await staff.contact("w") == StaffContact.model_validate(CONTACTS["w"])
    assert await staff.contact("b") is None
    assert await staff.contact("nobody") is None


async def test_addresses_are_in_no_body(staff: Staff, pool: Pool) -> None:
    bodies = await pool.fetch("SELECT body::text AS body FROM staff_members")
    assert [row["body"] for row in bodies if "desk.example" in row["body"] or "Front" in row["body"]] == []


async def absences(staff: Staff, at: str) -> list[Absence]:
    return list((await staff.directory({}, moment(at))).absences)


async def test_absences_that_are_over_are_left_out(staff: Staff) -> None:
    morning, open_end = away("a", "09:00", "12:00"), away("b", "10:00")
    await staff.mark_away(morning)
    await staff.mark_away(open_end)
    assert await absences(staff, "11:59") == [morning, open_end]
    assert await absences(staff, "12:00") == [open_end]


async def test_the_same_begin_again_changes_the_end(staff: Staff) -> None:
    await staff.mark_away(away("a", "09:00", "12:00"))
    await staff.mark_away(away("a", "09:00", "17:00"))
    assert await absences(staff, "10:00") == [away("a", "09:00", "17:00")]


async def test_coming_back_ends_what_they_are_away_for_and_nothing_else(staff: Staff) -> None:
    later = away("a", "18:00", "19:00")
    for absence in (away("a", "09:00"), away("a", "10:00", "17:00"), later, away("b", "09:00")):
        await staff.mark_away(absence)
    assert await staff.mark_back("a", moment("12:00")) == 2
    assert [each for each in await absences(staff, "12:00") if each.member == "a"] == [later]
    assert await absences(staff, "11:59") == [
        away("a", "09:00", "12:00"),
        away("a", "10:00", "12:00"),
        later,
        away("b", "09:00"),
    ]
    assert await staff.mark_back("a", moment("12:00")) == 0


async def test_an_absence_that_never_began_is_gone(staff: Staff) -> None:
    await staff.mark_away(away("a", "12:00", "17:00"))
    assert await staff.mark_back("a", moment("12:00")) == 1
    assert await absences(staff, "00:00") == []


async def test_absences_survive_a_seeding_of_those_who_stay(staff: Staff) -> None:
    await staff.mark_away(away("a"))
    await staff.mark_away(away("w"))
    await staff.seed(roster(members__w=None, contacts__w=None))
    assert [each.member for each in await absences(staff, "10:00")] == ["a"]


async def test_who_is_no_member_cannot_be_away(staff: Staff) -> None:
    with pytest.raises(UnknownMember, match="the staff has no member nobody"):
        await staff.mark_away(away("nobody"))
    with pytest.raises(UnknownMember):
        await staff.mark_back("nobody", moment("10:00"))


async def put_case(pool: Pool, number: int, **row: Any) -> None:
    """A case in the read model, as its own events bring it there."""
    batch = make_batch(1, 1, case_id=f"return:m1:{number}", summary=row)
    async with transaction(pool) as conn:
        await append_one(conn, batch)


async def test_loads_count_open_cases_by_who_has_them_and_queues_the_rest(staff: Staff, pool: Pool) -> None:
    await put_case(pool, 1, team="quality", assignee="a")
    await put_case(pool, 2, team="quality", assignee="a")
    await put_case(pool, 3, team="quality", assignee="b")
    await put_case(pool, 4, team="quality", assignee="b", open=False, outcome="refunded", stage="closed")
    await put_case(pool, 5, team="quality")
    await put_case(pool, 6, team="returns")
    await put_case(pool, 7)
    assert await staff.loads() == {"a": 2, "b": 1}
    assert await staff.queues() == {"quality": 1, "returns": 1}


async def test_what_a_member_has_comes_with_the_most_urgent_first(staff: Staff, pool: Pool) -> None:
    due = moment("12:00")
    await put_case(pool, 1, team="quality", assignee="a")
    await put_case(pool, 2, team="quality", assignee="a", due_at=due + timedelta(hours=1))
    await put_case(pool, 3, assignee="a", due_at=due, language="en")
    await put_case(pool, 4, assignee="b", due_at=due)
    await put_case(pool, 5, assignee="a", open=False, outcome="refunded", stage="closed")
    assert await staff.held_by("a") == [
        HeldCase(case_id="return:m1:3", language="en", due_at=due),
        HeldCase(case_id="return:m1:2", team="quality", language="zh-CN", due_at=due + timedelta(hours=1)),
        HeldCase(case_id="return:m1:1", team="quality", language="zh-CN"),
    ]


async def test_what_waits_for_a_team_is_its_own_and_what_the_desk_owes_of_its_kinds(
    staff: Staff, pool: Pool
) -> None:
    await put_case(pool, 1, team="quality", waiting_for="customer")
    await put_case(pool, 2, waiting_for="agent", due_at=moment("12:00"))
    await put_case(pool, 3, waiting_for="customer")
    await put_case(pool, 4, team="returns", waiting_for="agent")
    await put_case(pool, 5, team="quality", assignee="a", waiting_for="agent")
    await put_case(pool, 6, team="quality", open=False, outcome="refunded", stage="closed")
    assert [case.case_id for case in await staff.queue_of("quality", ["return"])] == [
        "return:m1:2",
        "return:m1:1",
    ]
    assert [case.case_id for case in await staff.queue_of("quality", ["claim"])] == ["return:m1:1"]
