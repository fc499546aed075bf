"""`policy retarget`, `calendar land` and `case clocks --replay` as people and scripts call them."""

import json
import shutil
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import Client

from domain.calendars import Snapshot, revision_of
from starters.settings import Settings
from store.pool import Pool
from tests.cli.conftest import Command
from tests.cli.test_case_commands import fits
from tests.starters.conftest import noon_zone
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.wiring import worker_factory
from workers.engine import Engine

LONG = """
name: long
extends: awake
metrics:
  return:
    review: {calendar: desk, targets: [{target: 5 workdays}], ladder: []}
"""
QUEUE = "landing"
TODAY = datetime.now(UTC).date()


def snapshot(until: date, *holidays: date) -> Snapshot:
    """China's holidays as somebody has published them until a day."""
    since = date(2026, 1, 1)
    days = dict.fromkeys(holidays, "holiday")
    return Snapshot.model_validate(
        {
            "name": "cn",
            "source": "made by a test",
            "revision": revision_of(since, until, days),
            "valid_from": since,
            "valid_through": until,
            "days": days,
        }
    )


@pytest.fixture
def by_file(casework: Command, policies_dir: Path) -> Command:
    """The command with the policies of the tests."""
    return replace(casework, env={**casework.env, "CASEWORK_POLICIES_DIR": str(policies_dir)})


async def opened(desk: Desk, count: int, **application: Any) -> list[Case]:
    """Returns that wait for their review and are stored."""
    await desk.put_order(timezone=noon_zone())
    cases = [await desk.open(lines=FAULTY, **application) for _ in range(count)]
    for case in cases:
        await case.until_stage("review")
    return cases


async def test_open_cases_are_held_to_another_policy_one_by_one(by_file: Command, desk: Desk) -> None:
    first, second, third = await opened(desk, 3)
    await third.act("cancel")
    await third.until_stage("closed")
    chosen = ("policy", "retarget", "hurried", "--merchant", desk.merchant)
    preview = (await by_file(*chosen, "--preview", "--json")).json["cases"]
    assert {row["case_id"] for row in preview} == {first.handle.id, second.handle.id}
    assert {row["result"] for row in preview} == {"planned"}
    moved = {move["metric"] for move in preview[0]["moves"]}
    assert moved == {"review", "resolution"}
    shown = await by_file(*chosen, "--preview")
    assert fits(shown)
    assert "later)" in shown.out
    assert "2 planned" in shown.out
    assert (await first.view())["policy"] == "awake"

    order = (*chosen, "--by", "lead-1", "--reason", "the peak is over", "--json")
    done = (await by_file(*order)).json["cases"]
    assert [row["result"] for row in done] == ["retargeted", "retargeted"]
    for case in (first, second):
        view = await case.view()
        assert view["policy"] == "hurried"
        await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND policy = 'hurried'", case.handle.id)
    again = (await by_file(*order)).json["cases"]
    assert [row["result"] for row in again] == ["unchanged", "unchanged"]
    assert [event["type"] for event in await first.events()].count("case.retargeted") == 1


async def test_a_case_that_is_refused_stops_no_other(by_file: Command, desk: Desk) -> None:
    first, second = await opened(desk, 2)
    await first.act("cancel")
    await first.until_stage("closed")
    nobody = f"return:{desk.merchant}:nobody"
    words = ("policy", "retarget", "hurried", first.handle.id, nobody, second.handle.id, "--reason", "peak")
    said = await by_file(*words)
    assert said.status == 1
    assert all(len(line) <= 80 for line in said.out.splitlines())
    assert "1 retargeted" in said.out
    assert "2 refused" in said.out
    rows = json.loads((await by_file(*words, "--json")).out)["cases"]
    assert [row.get("code") for row in rows] == ["case_closed", "case_not_found", None]
    assert (await second.view())["policy"] == "hurried"


async def test_what_is_not_said_is_asked_for(by_file: Command, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("name: mine\nextends: standard\n", encoding="utf-8")
    for words, said in (
        (("hurried", "--reason", "peak"), "say which cases"),
        (("hurried", "m:1", "--kind", "return", "--reason", "peak"), "not both"),
        (("hurried", "m:1"), "--reason"),
        (("nowhere", "m:1", "--reason", "peak"), "unknown_policy"),
        ((str(tmp_path / "mine.yaml"), "m:1", "--reason", "peak"), "put it there first"),
        (("hurried", "--kind", "tea", "--reason", "peak"), "kind"),
    ):
        answer = await by_file("policy", "retarget", *words)
        assert (answer.status, answer.out) == (2, "")
        assert said in answer.err


async def test_the_file_of_a_case_replays_to_what_the_case_tells(by_file: Command, desk: Desk) -> None:
    [case] = await opened(desk, 1)
    await case.act("request_info", agent="a1", question="A photo?")
    await case.act("give_info", answer="Here.")
    words = ("policy", "retarget", "hurried", case.handle.id, "--reason", "peak", "--json")
    [done] = (await by_file(*words)).json["cases"]
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= $2", case.handle.id, done["seq"])
    as_of = (datetime.now(UTC) + timedelta(days=4)).isoformat()
    words = ("case", "clocks", case.handle.id, "--as-of", as_of)
    file = await by_file(*words, "--replay")
    replayed = await by_file("sla", "replay", "-", text=file.out)
    told = await by_file(*words, "--json")
    assert replayed.json == told.json
    assert {row["name"]: row["verdict"] for row in told.json["metrics"]} == {
        "review": "breached",
        "resolution": "pending",
    }
    shown = await by_file(*words)
    assert fits(shown)
    assert "breached" in shown.out


@pytest.fixture
async def landing(
    room: Engine, desk: Desk, desk_pool: Pool, client: Client, casework: Command, tmp_path: Path
) -> AsyncGenerator[Command]:
    """The command, and a worker on a queue of its own, with holidays that end the day after tomorrow."""
    policies, calendars = tmp_path / "policies", tmp_path / "calendars"
    shutil.copytree(Settings().policies_dir, policies)
    shutil.copytree(Settings().calendars_dir, calendars)
    (policies / "awake.yaml").write_text("name: awake\nextends: standard\n", encoding="utf-8")
    (policies / "long.yaml").write_text(LONG, encoding="utf-8")
    put(calendars, snapshot(TODAY + timedelta(days=2)))
    env = {"POLICIES_DIR": str(policies), "CALENDARS_DIR": str(calendars), "TASK_QUEUE": QUEUE}
    async with worker_factory(room, desk_pool, policies, calendars, QUEUE) as make, make(client):
        yield replace(
            casework, env={**casework.env, **{f"CASEWORK_{name}": each for name, each in env.items()}}
        )


def put(calendars: Path, known: Snapshot) -> None:
    """What the command and the workers find from now on."""
    (calendars / "cn.json").write_text(known.model_dump_json(), encoding="utf-8")


async def test_provisional_deadlines_are_settled_when_holidays_are_published(
    landing: Command, desk: Desk
) -> None:
    await desk.put_order(timezone=noon_zone())
    start = desk.start("R-1", lines=FAULTY, policy="long")
    assert (await landing("return", "open", "-", "--json", text=json.dumps(start))).json["code"] == "ok"
    case = Case(desk, desk.client.get_workflow_handle(f"return:{desk.merchant}:R-1"), "R-1")
    await case.until_stage("review")
    before = await case.clock("review")
    assert before["provisional"]
    mine = ("calendar", "land", "--merchant", desk.merchant, "--json")
    assert (await landing(*mine, "--preview")).json == {"cases": []}

    # Five days off begin tomorrow, and a policy's file that was changed meanwhile must not slip in.
    policies = Path(landing.env["CASEWORK_POLICIES_DIR"])
    (policies / "long.yaml").write_text(LONG.replace("5 workdays", "9 workdays"), encoding="utf-8")
    off = [TODAY + timedelta(days=days) for days in range(1, 8)]
    known = snapshot(TODAY + timedelta(days=400), *off)
    put(Path(landing.env["CASEWORK_CALENDARS_DIR"]), known)
    [planned] = (await landing(*mine, "--preview")).json["cases"]
    [move] = [each for each in planned["moves"] if each["metric"] == "review"]
    assert move["moved_seconds"] > 0
    assert (await case.clock("review"))["due_at"] == before["due_at"]

    [done] = (await landing(*mine, "--by", "lead-1")).json["cases"]
    assert (done["result"], done.get("message")) == ("retargeted", None)
    after = await case.clock("review")
    assert not after["provisional"]
    assert datetime.fromisoformat(after["due_at"]) == datetime.fromisoformat(move["due_after"])
    view = await case.view()
    assert view["calendar_revision"] == f"cn@{known.revision}"
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= $2", case.handle.id, done["seq"])
    [recorded] = [event for event in await case.events() if event["type"] == "case.retargeted"]
    assert known.revision in recorded["data"]["reason"]
    assert recorded["actor"] == "staff:lead-1"
    assert (await landing(*mine)).json == {"cases": []}
    assert fits(await landing(*mine[:-1]))
    await case.act("cancel")
