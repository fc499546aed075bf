"""The launcher, the make targets and what all commands have in common."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from starters.cli.app import LOADED, load
from starters.settings import CHECKOUT
from tests.engine.command import Casework

MAKEFILE = (CHECKOUT / "Makefile").read_text(encoding="utf-8")


async def test_the_command_alone_prints_its_help_in_eighty_columns(casework: Casework) -> None:
    shown = await casework.run()
    for name in ("up", "doctor", "demo", *LOADED):
        assert re.search(rf"^  {name} ", shown.out + shown.err, re.M), name
    assert max(map(len, (shown.out + shown.err).splitlines())) <= 80


@pytest.mark.parametrize("name", LOADED)
def test_every_command_that_is_loaded_late_can_be_loaded(name: str) -> None:
    assert load(name).name == name


def test_the_launcher_works_through_links_and_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "first").symlink_to(CHECKOUT / "casework")
    (tmp_path / "bin" / "casework").symlink_to("../first")
    done = subprocess.run(
        [tmp_path / "bin" / "casework", "--state-dir", tmp_path, "down"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "nothing is running\n")


def test_the_launcher_without_an_environment_says_how_to_make_one(tmp_path: Path) -> None:
    shutil.copy(CHECKOUT / "casework", tmp_path)
    done = subprocess.run([tmp_path / "casework"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"run `make setup` in {tmp_path}" in done.stderr


def test_make_alone_prints_every_target() -> None:
    done = subprocess.run(["make", "-C", CHECKOUT], capture_output=True, text=True, check=True)
    targets = MAKEFILE.partition(".PHONY: ")[2].partition("\n")[0].split()
    assert set(re.findall(r"^  make (\w+) +\S", done.stdout, re.M)) == set(targets)


async def test_status_says_that_nothing_runs(casework: Casework) -> None:
    done = await casework.run("status", "--json")
    assert done.status == 1
    assert json.loads(done.out) == {"running": False, "healthy": False, "parts": []}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--log-level", "loud", "status"], "log_level"),
        (["--set", "colour=red", "status"], "there is no setting colour"),
        (["--config", "/nowhere.toml", "status"], "/nowhere.toml"),
        (["migrate"], "CASEWORK_DATABASE_URL"),
        (["frobnicate"], "frobnicate"),
    ],
)
async def test_bad_input_gets_a_sentence_and_status_two(
    casework: Casework, arguments: list[str], complaint: str
) -> None:
    done = await casework.run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert complaint in done.err
    assert "Traceback" not in done.err


async def test_migrate_brings_a_database_up_to_date_once(casework: Casework, empty_database_dsn: str) -> None:
    casework.env["CASEWORK_DATABASE_URL"] = empty_database_dsn
    first = json.loads((await casework.run("migrate", "--json")).out)
    again = json.loads((await casework.run("migrate", "--json")).out)
    assert first["applied"]
    assert again == {"applied": []}


async def test_doctor_says_what_there_is_and_fails_for_what_must_be_done(casework: Casework) -> None:
    done = await casework.run("doctor", "--json")
    findings = {finding["name"]: finding for finding in json.loads(done.out)["findings"]}
    assert findings["postgres server"]["verdict"] == findings["temporal server"]["verdict"] == "ok"
    assert findings["engine room"]["detail"].startswith("not running")

    casework.env["TEMPORAL_ADDRESS"] = "127.0.0.1:1"
    casework.env["CASEWORK_DATABASE_URL"] = "postgresql://desk:secret@127.0.0.1:1/cases"
    done = await casework.run("doctor")
    assert done.status == 1
    assert re.search(r"^fail +temporal ", done.out, re.M)
    assert re.search(r"^fail +database ", done.out, re.M)
    assert "secret" not in done.out


async def test_doctor_approves_of_a_running_engine_room(casework: Casework) -> None:
    up = await casework.up("--without", "http,console,customer,worker")
    await up.until_ready()
    findings = json.loads((await casework.run("doctor", "--json")).out)["findings"]
    verdicts = {finding["name"]: finding["verdict"] for finding in findings}
    for name in ("database", "temporal", "engine room", "providers"):
        assert verdicts[name] == "ok", findings
