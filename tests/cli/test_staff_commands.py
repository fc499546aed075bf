"""`staff` as people and scripts call it: checked, seeded, who is there and on call, away, and moved."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from domain.cases.messages import Assign
from domain.staff.roster import Roster
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.settings import CHECKOUT
from store.pool import Pool
from store.staff import Staff
from tests.cli.conftest import Command, Said
from tests.domain.staff.desk import content
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk

SHIPPED = CHECKOUT / "deploy" / "staff.yaml"
COLUMNS = 80
ALL_DAY = {"all": ["00:00-24:00"]}
AT = "2026-11-16T10:00:00+08:00"
A_DAY_LATER = "2026-11-17T10:00:00+08:00"


ROSTER = content(shifts__early__week=ALL_DAY)
"""A staff of whom a and b are always on shift; only b and c speak English."""


@pytest.fixture
async def no_staff(desk_pool: Pool) -> AsyncGenerator[None]:
    """The session's database without the staff of another test, and without this one's afterwards."""
    emptied = "TRUNCATE staff_absences, staff_members, staff_teams, staff_shifts, staff_surges"
    await desk_pool.execute(emptied)
    yield
    await desk_pool.execute(emptied)


@pytest.fixture
async def seeded(casework: Command, no_staff: None, desk_pool: Pool) -> Command:
    """The command over a desk that has this staff."""
    await Staff(desk_pool).seed(Roster.model_validate(ROSTER))
    return casework


def fits(said: Said) -> bool:
    """Whether it printed something that eighty columns can hold."""
    return said.status == 0 and bool(said.out) and all(len(line) <= COLUMNS for line in said.out.splitlines())


async def test_the_shipped_staff_passes_its_check(casework: Command) -> None:
    assert (await casework("staff", "check")).out == "staff.yaml: 9 teams, 26 members, 8 shifts: ok\n"
    assert (await casework("staff", "check", "--json")).json == {
        "file": str(SHIPPED),
        "teams": 9,
        "members": 26,
        "shifts": 8,
    }


MISTAKES = [
    ("team: privacy", "team: secrets", "members.cs-03.team: there is no team secrets"),
    ("hours: office", "hours: nights", "teams.quality.hours: there is no shift nights (and 4 more)"),
    ("leads: [sv-04]", "leads: [fl-01]", "teams.claims.leads.0: fl-01 is neither supervisor nor head"),
    ("holidays: cn", "holidays: xx", 'shifts.office.holidays: there is no snapshot "xx"'),
    ("capacity: 30", "capacity: plenty", "members.sl-05.capacity: Input should be a valid integer"),
    ("title: {zh-CN: 退换货组, en: Returns and exchanges}", "titel: {}", "teams.returns.titel: Extra inputs"),
]


@pytest.mark.parametrize(("good", "bad", "why"), MISTAKES)
async def test_a_planted_mistake_is_told_with_file_and_line(
    casework: Command, tmp_path: Path, good: str, bad: str, why: str
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    line = next(number for number, each in enumerate(text.splitlines(), 1) if good in each)
    path = tmp_path / "staff.yaml"
    path.write_text(text.replace(good, bad), encoding="utf-8")
    for command in ("check", "seed"):
        said = await casework("staff", command, str(path))
        assert said.status != 0
        assert said.err.count("\n") == 1
        assert f"{path}:{line}: {why}" in said.err


async def test_without_a_staff_it_says_how_to_get_one(casework: Command, no_staff: None) -> None:
    said = await casework("staff", "list")
    assert (said.status, said.out) == (2, "")
    assert "not_ready: there is no staff yet" in said.err


async def test_seeding_says_what_it_changed(casework: Command, no_staff: None, tmp_path: Path) -> None:
    path = tmp_path / "roster.yaml"
    path.write_text(json.dumps(ROSTER), encoding="utf-8")
    first = await casework("staff", "seed", str(path))
    assert (first.status, first.out, first.err) == (0, "7 added, 0 changed, 0 removed\n", "")
    again = await casework("staff", "seed", str(path), "--json")
    assert again.json == {"added": [], "changed": [], "removed": []}


async def test_members_are_listed_with_whether_they_are_there(seeded: Command) -> None:
    shown = (await seeded("staff", "list", "--team", "quality", "--at", AT, "--json")).json
    assert [(each["member"], each["presence"], each["back_at"]) for each in shown] == [
        ("a", "on_shift", None),
        ("b", "on_shift", None),
        ("c", "off_shift", "2026-11-16T06:00:00Z"),
        ("lead-1", "on_shift", None),
        ("lead-2", "on_shift", None),
    ]
    page = await seeded("staff", "list", "--at", AT)
    assert fits(page)
    assert "head-1" in page.out


async def test_who_is_on_call_is_told_for_any_moment(seeded: Command) -> None:
    [quality] = (await seeded("staff", "on-call", "quality", "--at", AT, "--json")).json
    assert quality["on_call"] == {
        "member": "c",
        "since": "2026-11-16T01:00:00Z",
        "until": "2026-11-23T01:00:00Z",
        "instead_of": None,
    }
    assert quality["told"]["member"] == "c"
    page = await seeded("staff", "on-call", "--at", AT)
    assert fits(page)
    assert "head-1: heads the desk" in page.out


async def test_away_and_back(seeded: Command) -> None:
    gone = (
        await seeded("staff", "away", "c", "--from", AT, "--until", "2026-11-17T10:00:00+08:00", "--json")
    ).json
    assert gone == {
        "absence": {"member": "c", "since": "2026-11-16T02:00:00Z", "until": "2026-11-17T02:00:00Z"},
        "moves": [],
        "stays": [],
        "moved": [],
    }
    [quality] = (await seeded("staff", "on-call", "quality", "--at", AT, "--json")).json
    assert (quality["on_call"]["member"], quality["on_call"]["instead_of"]) == ("a", "c")

    now = await seeded("staff", "away", "b")
    assert fits(now)
    assert now.out.endswith("until they are back\nno open case\n")
    [b] = [each for each in (await seeded("staff", "list", "--json")).json if each["member"] == "b"]
    assert (b["presence"], b["back_at"]) == ("away", None)
    assert (await seeded("staff", "back", "b")).out == "b is back\n"
    assert (await seeded("staff", "back", "b", "--json")).json == {"member": "b", "ended": 0}


BAD_WORDS = [
    (["away", "nobody"], 1, "unknown_member: the staff has no member nobody"),
    (["back", "nobody"], 1, "unknown_member: the staff has no member nobody"),
    (
        ["away", "a", "--by", "b"],
        1,
        "forbidden: front line may not manage staff; it is for supervisor",
    ),
    (["back", "a", "--by", "c"], 1, "forbidden: second line may not manage staff"),
    (["away", "a", "--from", "tomorrow"], 2, "tomorrow: write a time with its offset"),
    (["away", "a", "--from", AT, "--until", AT], 2, "`until` must be later than `since`"),
    (["away", "fl 01"], 2, "member: String should match pattern"),
    (["list", "--team", "north"], 1, "unknown_team: there is no team north; there is: quality, returns"),
    (["load", "--team", "north"], 1, "unknown_team: there is no team north"),
    (["assign", "quality", "--by", "b"], 1, "forbidden: front line may not assign; it is for second line"),
    (["assign", "north", "--by", "lead-1"], 1, "unknown_team: there is no team north"),
    (["on-call", "north"], 1, "unknown_team: there is no team north"),
]


@pytest.mark.parametrize(("words", "status", "why"), BAD_WORDS)
async def test_bad_words_get_a_sentence(seeded: Command, words: list[str], status: int, why: str) -> None:
    said = await seeded("staff", *words)
    assert (said.status, said.out) == (status, "")
    assert why in said.err
    assert said.err.count("\n") == 1


async def given_to(desk: Desk, member: str, **application: Any) -> Case:
    """An open return that a member of the quality has, as the store knows it."""
    case = await desk.open(lines=FAULTY, **application)
    request = Assign(by="lead-1", team="quality", assignee=member, reason="first contact")
    answer = await Cases(desk.client).act(case.handle.id, request, f"give-{case.number}")
    await has_it(desk, case, member, answer.seq)
    return case


async def has_it(desk: Desk, case: Case, member: str, seq: int = 0) -> None:
    """Wait until the store says so."""
    query = "SELECT 1 AS one FROM cases WHERE case_id = $1 AND assignee = $2 AND last_seq >= $3"
    await desk.until(query, case.handle.id, member, seq)


async def assigned(desk: Desk, case: Case) -> list[Any]:
    """What the case's own facts say of who got it, in order."""
    events = await CaseRecords(desk.pool).events(case.handle.id)
    return [event.data for event in events if event.type == "case.assigned"]


async def test_the_cases_of_who_is_away_move_to_others_with_reasons(seeded: Command, desk: Desk) -> None:
    await desk.put_order()
    await desk.put_order("SO-2")
    chinese = await given_to(desk, "a", language="zh-CN")
    english = await given_to(desk, "a", order_id="SO-2")
    loads = (await seeded("staff", "load", "--team", "quality", "--json")).json
    assert {each["member"]: each["cases"] for each in loads[0]["members"]} == {"a": 2, "b": 0, "c": 0}

    planned = await seeded("staff", "away", "a", "--by", "lead-1")
    assert fits(planned)
    away = await seeded("staff", "away", "a", "--by", "lead-1", "--move", "--json")
    plan = away.json
    assert {move["case_id"] for move in plan["moves"]} == {chinese.handle.id, english.handle.id}
    assert all(each["moved"] for each in plan["moved"])
    assert all(move["reason"].startswith("a is away; on shift, speaks ") for move in plan["moves"])
    for move in plan["moves"]:
        case = chinese if move["case_id"] == chinese.handle.id else english
        await has_it(desk, case, move["assignee"])
        assert (await assigned(desk, case))[1:] == [
            {"team": "quality", "assignee": move["assignee"], "reason": move["reason"]}
        ]
    shown = await seeded("staff", "load")
    assert fits(shown)
    assert "2 + 0 waiting" in shown.out


async def test_what_waits_for_a_team_is_shown_and_then_given_out(
    seeded: Command, desk_pool: Pool, desk: Desk
) -> None:
    only_its_own = content(shifts__early__week=ALL_DAY, teams__quality__handles={"refund": []})
    await Staff(desk_pool).seed(Roster.model_validate(only_its_own))
    await desk_pool.execute("UPDATE cases SET team = NULL WHERE merchant <> $1", desk.merchant)
    assert (await seeded("staff", "assign", "quality", "--by", "c")).out == (
        "nothing waits for somebody of quality\n"
    )
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    queued = Assign(by="lead-1", team="quality", reason="for whoever is free")
    answer = await Cases(desk.client).act(case.handle.id, queued, f"queue-{case.number}")
    await CaseRecords(desk.pool).wait_for(case.handle.id, answer.seq)
    shown = await seeded("staff", "assign", "quality", "--by", "c")
    assert fits(shown)
    assert case.handle.id in shown.out
    assert len(await assigned(desk, case)) == 1, "a preview gives nothing"
    done = (await seeded("staff", "assign", "quality", "--by", "c", "--do", "--json")).json
    [move] = done["moves"]
    assert move["reason"].startswith("on shift, speaks en, has ")
    assert [(each["case_id"], each["moved"]) for each in done["given"]] == [(case.handle.id, True)]
    await has_it(desk, case, "b")
    assert (await assigned(desk, case))[1] == {"team": "quality", "assignee": "b", "reason": move["reason"]}
    again = await seeded("staff", "assign", "quality", "--by", "c", "--do")
    assert again.out == "nothing waits for somebody of quality\n"
