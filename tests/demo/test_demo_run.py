"""The demo as a command, from start to stop: `python -m demo --exit --json`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from demo.complaint_script import TABLE
from demo.parcel_script import PARCELS, TROUBLES
from starters.settings import Settings
from store.policy_library import PolicyLibrary

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.chaos
@pytest.mark.timeout(420)
def test_the_day_ends_with_equal_books_and_nothing_left(tmp_path: Path) -> None:
    """Every case ends, all books are equal, nothing is done twice, no process is left."""
    env = {**os.environ, "CASEWORK_STATE_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "demo", "--exit", "--json"], cwd=ROOT, env=env, capture_output=True, text=True
    )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert ([check for check in told["checks"] if not check["holds"]], told["remarks"]) == ([], [])
    assert done.returncode == 0, done.stderr
    assert "Watch and work: http://127.0.0.1:" in done.stderr.partition("ended/opened")[0]
    kinds = {row["kind"]: row for row in told["kinds"]}
    assert list(kinds) == ["return", "complaint", "shipment", "delivery", "claim"]
    assert (told["orders"], kinds["return"]["cases"], kinds["complaint"]["cases"]) == (161, 36, len(TABLE))
    assert kinds["shipment"]["cases"] == PARCELS
    assert kinds["delivery"]["cases"] >= len(TROUBLES)
    assert kinds["claim"]["cases"] >= sum(trouble.claim is not None for trouble in TROUBLES.values())
    assert {row["open"] for row in kinds.values()} == {0}
    assert set(kinds["return"]["outcomes"]) == {
        "refunded",
        "refused",
        "exchanged",
        "expired",
        "cancelled",
        "goods_failed",
        "parcel_lost",
    }
    # Whom the desk would refuse and who comes in at the surge's edge may get by on one click.
    by_desk = told["refusals"].pop("refused_by_desk")
    assert (told["refusals"], by_desk in (4, 5)) == ({"window_closed": 7, "used": 1}, True)
    assert told["money"]["ledger_minor"] == told["money"]["journal_minor"] > 29400
    assert told["carriers"]["booked_minor"] == told["carriers"]["paid_minor"] > 0
    assert told["storm"]["told"] == told["storm"]["spared"] > 0
    assert told["lost_replies"] >= 3
    assert told["kills"][0]["back_at"] is not None
    clocks = {(row["kind"], clock["metric"]): clock for row in told["kinds"] for clock in row["clocks"]}
    assert clocks["return", "review"]["met"] > 0
    assert clocks["return", "review"]["breached"] > 0
    policy = PolicyLibrary(Settings().policies_dir, Settings().calendars_dir).load("demo")
    of_complaints = {metric for kind, metric in clocks if kind == "complaint"}
    for_others = {"refund_approval", "repayment"}  # none is paid so much, and no money comes back
    assert of_complaints | for_others == set(policy.metrics["complaint"])
    assert clocks["return", "refund_approval"]["met"] > 0
    assert {metric for kind, metric in clocks if kind == "claim"} == set(policy.metrics["claim"])
    assert min(told["notices"]["by_channel"].values()) > 0
    assert told["notices"]["fell_back"] > 0
    left = [process for process in psutil.process_iter(["cmdline"]) if str(tmp_path) in str(process.info)]
    assert left == []
