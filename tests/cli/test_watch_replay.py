"""`casework watch replay` as a shell script meets it: JSON out, one line on standard error, status 0 or 2."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FILE: dict[str, Any] = {
    "thresholds": {"no_pickup": "24h", "stall": "48h", "late": "24h", "lost": "7d"},
    "shipments": [
        {
            "tracking_no": "SW1",
            "shipped_at": "2026-11-11T18:00:00+08:00",
            "promised_by": "2026-11-14T18:00:00+08:00",
            "scans": [{"at": "2026-11-12T20:00:00+08:00", "status": "picked_up", "reason": None}],
        }
    ],
    "as_of": "2026-11-13T00:00:00+08:00",
}


def replay(content: object, by_file: Path | None = None) -> subprocess.CompletedProcess[str]:
    text = content if isinstance(content, str) else json.dumps(content)
    if by_file is not None:
        by_file.write_text(text, encoding="utf-8")
    return subprocess.run(
        [ROOT / "casework", "watch", "replay", str(by_file or "-")],
        input=None if by_file else text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_file_or_standard_input_gives_the_contracts_rows(tmp_path: Path) -> None:
    from_file, from_input = replay(FILE, tmp_path / "parcels.json"), replay(FILE)
    assert (from_file.returncode, from_input.returncode, from_file.stderr) == (0, 0, "")
    assert from_file.stdout == from_input.stdout
    exception = {
        "kind": "not_picked_up",
        "raised_at": "2026-11-12T18:00:00+08:00",
        "cleared_at": "2026-11-12T20:00:00+08:00",
    }
    assert json.loads(from_file.stdout) == {
        "shipments": [{"tracking_no": "SW1", "status": "picked_up", "exceptions": [exception]}]
    }


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", ["Invalid JSON"]),
        (FILE | {"as_of": "2026-11-13T00:00:00"}, ["-: as_of", "timezone"]),
        (FILE | {"thresholds": {"stall": "2 days"}}, ["thresholds", "more"]),
        (
            FILE | {"shipments": [FILE["shipments"][0] | {"scans": [{}]}]},
            ["shipments.0.scans.0.at", "required"],
        ),
    ],
)
def test_bad_input_gets_status_2_and_one_line_that_says_where_and_why(
    content: object, words: list[str]
) -> None:
    done = replay(content)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    for word in words:
        assert word in done.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere.json"
    done = subprocess.run(
        [ROOT / "casework", "watch", "replay", missing], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "nowhere.json" in done.stderr
