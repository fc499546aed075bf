"""`policy list`, `check` and `show`: which overlay is in force, and which open cases are held to what."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from starters.settings import Settings
from tests.cli.conftest import Command
from tests.cli.test_case_commands import fits
from tests.starters.conftest import noon_zone
from tests.workflows.desk import FAULTY, Desk

DAY = timedelta(days=1)
PutWindow = Callable[[timedelta, timedelta], datetime]


@pytest.fixture
def folder(policies_dir: Path, tmp_path: Path) -> Path:
    """The policies of the tests, and the surge."""
    folder = Path(shutil.copytree(policies_dir, tmp_path / "policies"))
    shutil.copy(Settings().policies_dir / "surge.yaml", folder)
    return folder


@pytest.fixture
def put_window(folder: Path) -> PutWindow:
    """Lets the surge be in force from and until so much from now; gives the end."""

    def put(since: timedelta, until: timedelta) -> datetime:
        begin, end = (datetime.now(UTC).replace(second=0, microsecond=0) + ahead for ahead in (since, until))
        window = f'in_force: {{since: "{begin.isoformat()}", until: "{end.isoformat()}"}}'
        (folder / "surge.yaml").write_text(f"name: surge\nextends: standard\n{window}\n", encoding="utf-8")
        return end

    return put


@pytest.fixture
def by_file(casework: Command, folder: Path) -> Command:
    """The command with these policies."""
    return replace(casework, env={**casework.env, "CASEWORK_POLICIES_DIR": str(folder)})


@pytest.mark.parametrize(
    ("since", "until", "window", "words"),
    [
        (-DAY, DAY, "now", "stands in for standard until"),
        (DAY, 2 * DAY, "not_yet", "stands in for standard from"),
        (-2 * DAY, -DAY, "over", "stood in for standard until"),
    ],
)
async def test_e1_whether_the_surge_is_in_force_is_told(
    by_file: Command, put_window: PutWindow, since: timedelta, until: timedelta, window: str, words: str
) -> None:
    put_window(since, until)
    checked = await by_file("policy", "check", "surge")
    shown = await by_file("policy", "show", "surge")
    assert fits(checked)
    assert words in checked.out
    assert words in shown.out.splitlines()[1]
    assert (await by_file("policy", "check", "surge", "--json")).json[0]["window"] == window
    assert (await by_file("policy", "show", "surge", "--json")).json["window"] == window
    assert "window" not in (await by_file("policy", "show", "standard", "--json")).json


async def test_e1_open_cases_are_counted_by_what_they_are_held_to_and_named(
    by_file: Command, desk: Desk, folder: Path, put_window: PutWindow
) -> None:
    put_window(-DAY, DAY)
    await desk.put_order(timezone=noon_zone())
    cases = [await desk.open(lines=FAULTY, policy="attentive") for _ in range(3)]
    for case in cases:
        await case.until_stage("review")
    before = await listed(by_file, "attentive")
    assert before["current"]["open_cases"] >= 3
    (folder / "attentive.yaml").write_text("name: attentive\nextends: standard\n", encoding="utf-8")
    after = await listed(by_file, "attentive")
    assert (
        after["current"]["open_cases"]
        == before["current"]["open_cases"] - after["earlier"]["open_cases"]
        == 0
    )
    assert after["earlier"]["hash"] == before["current"]["hash"]
    (folder / "attentive.yaml").unlink()
    assert (await listed(by_file, "attentive"))["no_file"]["open_cases"] == after["earlier"]["open_cases"]
    shown = await by_file("policy", "list")
    assert fits(shown)
    assert "has no file any more" in shown.out
    assert "stands in for standard until" in " ".join(shown.out.split())
    mine = ("case", "list", "--open", "--merchant", desk.merchant, "--json", "--policy")
    found = {row["case_id"] for row in (await by_file(*mine, "attentive")).json["cases"]}
    assert found == {case.handle.id for case in cases}
    assert (await by_file(*mine, "surge")).json["cases"] == []


async def listed(by_file: Command, name: str) -> dict[str, Any]:
    """The versions of a policy by what their file says."""
    rows = (await by_file("policy", "list", "--json")).json
    return {row["file"]: row for row in rows if row["policy"] == name}


async def test_without_a_store_the_policies_are_listed_without_counts(
    by_file: Command, tmp_path: Path
) -> None:
    env = {name: value for name, value in by_file.env.items() if name != "CASEWORK_DATABASE_URL"}
    env["CASEWORK_STATE_DIR"] = str(tmp_path)
    rows = (await Command(env)("policy", "list", "--json")).json
    assert {row["open_cases"] for row in rows} == {None}
    assert {"standard", "surge"} <= {row["policy"] for row in rows}


async def test_twenty_open_cases_are_held_to_another_policy(by_file: Command, desk: Desk) -> None:
    """Chosen by the policy that they are held to, as after a surge; one is closed, one is held to others."""
    await desk.put_order(
        timezone=noon_zone(), lines=[{"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 30,
                                      "paid_minor": 90000}]
    )  # fmt: skip
    cases = [await desk.open(lines=FAULTY) for _ in range(22)]
    for case in cases:
        await case.until_stage("review")
    *others, gone, apart = cases
    await gone.act("cancel")
    await gone.until_stage("closed")
    await apart.act("retarget", by="lead-1", policy="attentive", reason="apart")
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND policy = 'attentive'", apart.handle.id)
    chosen = ("policy", "retarget", "hurried", "--under", "awake", "--merchant", desk.merchant)
    preview = await by_file(*chosen, "--stage", "review", "--preview")
    assert fits(preview)
    assert "20 planned" in preview.out
    assert (await by_file(*chosen, "--stage", "inspection", "--preview", "--json")).json == {"cases": []}
    early = ("--due-before", "2020-01-01T00:00:00+08:00", "--preview", "--json")
    assert (await by_file(*chosen, *early)).json == {"cases": []}
    rows = (await by_file(*chosen, "--by", "lead-1", "--reason", "the surge is over", "--json")).json["cases"]
    assert {row["case_id"] for row in rows} == {case.handle.id for case in others}
    assert {row["result"] for row in rows} == {"retargeted"}
    for case in others:
        assert (await case.view())["policy"] == "hurried"
    assert (await apart.view())["policy"] == "attentive"
    for row in rows:
        found = "SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= $2 AND policy = 'hurried'"
        await desk.until(found, row["case_id"], row["seq"])
    again = (await by_file(*chosen, "--reason", "the surge is over", "--json")).json
    assert again == {"cases": []}
