"""`casework sla replay` as a shell script meets it: JSON out, one line on standard error, status 0 or 2."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from domain.cases.replaying import clock_replay, told_clocks
from domain.sla import ReplayAnswer
from tests.domain.clock_stories import Driver, play
from tests.domain.drivers import DRIVERS

ROOT = Path(__file__).parents[2]
ALWAYS = {"timezone": "Asia/Shanghai", "week": {"all": ["00:00-24:00"]}}
REPLAY: dict[str, Any] = {
    "calendars": {"always": ALWAYS},
    "metrics": [
        {"name": "reply", "calendar": "always", "target": "4h", "start": ["opened"], "stop": ["replied"]}
    ],
    "events": [{"at": "2026-11-02T09:00:00+08:00", "type": "opened"}],
    "as_of": "2026-11-02T10:00:00+08:00",
}
POLICY = {
    "policy": "deploy/policies/standard.yaml",
    "case": {"kind": "return", "priority": "P3", "tier": "ordinary", "channel": "app"},
    "events": [{"at": "2025-09-30T15:00:00+08:00", "type": "return.received"}],
    "as_of": "2025-10-20T00:00:00+08:00",
}


def replay(content: object, *, by_file: Path | None = None) -> subprocess.CompletedProcess[str]:
    text = content if isinstance(content, str) else json.dumps(content)
    if by_file is not None:
        by_file.write_text(text, encoding="utf-8")
    command = "from starters.cli.sla import app; app(prog_name='casework sla')"
    return subprocess.run(
        [sys.executable, "-c", command, "replay", str(by_file or "-")],
        input=None if by_file else text,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.kind.name)
def test_a_case_of_any_kind_is_worked_out_again_from_a_file(driver: Driver[Any], tmp_path: Path) -> None:
    story = play(driver, seed=7)
    asked = clock_replay(story.state, story.records, story.now)
    answer = replay(asked.model_dump_json(exclude_defaults=True), by_file=tmp_path / "case.json")
    assert (answer.returncode, answer.stderr) == (0, "")
    told = told_clocks(story.state, story.now)
    assert told.metrics
    assert ReplayAnswer.model_validate_json(answer.stdout) == told


TOLD = [
    {"at": "2026-11-02T09:00:00+08:00", "type": "opened"},
    {"at": "2026-11-02T10:00:00+08:00", "type": "asked"},
    {"at": "2026-11-02T12:00:00+08:00", "type": "answered"},
    {"at": "2026-11-02T15:30:00+08:00", "type": "replied"},
]


@pytest.mark.parametrize("order", ["3210", "1302", "2031"])
def test_times_that_go_back_are_no_error_an_event_counts_when_it_happened(order: str) -> None:
    """A case hears late of what others saw, and its own file is in the order of hearing (contracts §1)."""
    paused = REPLAY["metrics"][0] | {"pause": ["asked"], "resume": ["answered"]}
    asked = REPLAY | {"metrics": [paused], "as_of": "2026-11-03T00:00:00+08:00"}
    in_order = replay(asked | {"events": TOLD})
    mixed = replay(asked | {"events": [TOLD[int(place)] for place in order]})
    assert (mixed.returncode, mixed.stderr, mixed.stdout) == (0, "", in_order.stdout)
    [row] = json.loads(mixed.stdout)["metrics"]
    assert (row["verdict"], row["paused_seconds"], row["due_at"]) == (
        "breached",
        7200,
        "2026-11-02T15:00:00+08:00",
    )


def test_before_the_first_event_no_clock_has_a_row() -> None:
    early = replay(REPLAY | {"as_of": "2026-11-02T08:00:00+08:00"})
    assert (early.returncode, json.loads(early.stdout)) == (0, {"metrics": []})


def test_a_file_or_standard_input_gives_the_contracts_rows(tmp_path: Path) -> None:
    from_file = replay(REPLAY, by_file=tmp_path / "events.json")
    from_input = replay(REPLAY)
    assert (from_file.returncode, from_input.returncode, from_file.stderr) == (0, 0, "")
    assert from_file.stdout == from_input.stdout
    assert json.loads(from_file.stdout) == {
        "metrics": [
            {
                "name": "reply",
                "instance": 1,
                "state": "running",
                "verdict": "pending",
                "provisional": False,
                "started_at": "2026-11-02T09:00:00+08:00",
                "stopped_at": None,
                "due_at": "2026-11-02T13:00:00+08:00",
                "breached_at": None,
                "elapsed_seconds": 3600,
                "paused_seconds": 0,
                "rungs": [],
            }
        ]
    }


def test_clocks_of_a_shipped_policy() -> None:
    """Golden Week: three working days after 30 September 2025 are later than the law's seven days."""
    done = replay(POLICY)
    assert (done.returncode, done.stderr) == (0, "")
    settlement = next(row for row in json.loads(done.stdout)["metrics"] if row["name"] == "settlement")
    assert settlement["target_due_at"] == "2025-10-11T18:00:00+08:00"
    assert settlement["due_at"] == settlement["legal_due_at"] == settlement["breached_at"]


EVENT = REPLAY["events"][0]
METRIC = REPLAY["metrics"][0]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["Invalid JSON"]),
        (REPLAY | {"colour": "red"}, ["colour", "Extra inputs are not permitted"]),
        (REPLAY | {"as_of": "2026-11-02T10:00:00"}, ["as_of", "timezone"]),
        (REPLAY | {"events": [EVENT, EVENT | {"at": 5}]}, ["events.1.at", "must be a time like"]),
        (
            REPLAY | {"metrics": [METRIC | {"target": "-4h"}]},
            ["metrics.0.target", '"-4h" must be a whole number'],
        ),
        (REPLAY | {"metrics": [METRIC | {"start": []}]}, ["metrics.0.start", "must start somewhere"]),
        (REPLAY | {"metrics": [METRIC | {"calendar": "desk"}]}, ["metrics.0.calendar", 'no calendar "desk"']),
        (
            REPLAY | {"calendars": {"always": ALWAYS | {"week": {}}}},
            ["endless_calendar", "metric reply", "no shift"],
        ),
        (POLICY | {"policy": "deploy/policies/none.yaml"}, ["policy", "deploy/policies/none.yaml"]),
        (POLICY | {"case": {"kind": "riddle"}}, ["case.kind"]),
    ],
)
def test_bad_input_gets_status_2_and_one_line_that_says_where_and_why(
    content: object, words: list[str]
) -> None:
    done = replay(content)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr


def test_a_missing_file_is_named() -> None:
    command = "from starters.cli.sla import app; app()"
    arguments = [sys.executable, "-c", command, "replay", "nowhere.json"]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 2
    assert "nowhere.json" in done.stderr
