"""The demo as a command, from start to stop: `python -m demo --exit --json`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.chaos
@pytest.mark.timeout(300)
def test_the_day_ends_with_equal_books_and_nothing_left(tmp_path: Path) -> None:
    """36 returns end, ledger and journal are equal, nothing is done twice, no process is left."""
    env = {**os.environ, "CASEWORK_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--exit", "--json"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [check["detail"] for check in told["checks"] if not check["holds"]] == []
    assert (told["orders"], told["returns"]) == (161, 36)
    assert sum(told["outcomes"].values()) == 36
    assert set(told["outcomes"]) == {
        "refunded",
        "refused",
        "exchanged",
        "expired",
        "cancelled",
        "goods_failed",
        "parcel_lost",
    }
    assert told["refusals"] == {"window_closed": 7, "refused_by_desk": 5, "used": 1}
    assert told["money"]["ledger_minor"] == told["money"]["journal_minor"] == 29400
    assert told["remarks"] == []
    assert told["lost_replies"] >= 3
    assert told["kills"][0]["back_at"] is not None
    review = next(clock for clock in told["clocks"] if clock["metric"] == "review")
    assert review["met"] > 0
    assert review["breached"] > 0
    assert min(told["notices"]["by_channel"].values()) > 0
    assert told["notices"]["fell_back"] > 0
    left = [process for process in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(process.info)]
    assert left == []
