"""A small storm as a person runs it; `CASEWORK_STORM_CASES` (60), `CASEWORK_STORM_KILLS` (12), any seed."""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from starters.settings import CHECKOUT
from tests.engine.command import Casework

CASES = int(os.environ.get("CASEWORK_STORM_CASES", "60"))
KILLS = int(os.environ.get("CASEWORK_STORM_KILLS", "12"))
SEED = os.environ.get("CASEWORK_STORM_SEED")

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(300 + CASES + 20 * KILLS)]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def state_dir() -> Generator[Path]:
    """Not below pytest's own folder: each run closes that to PostgreSQL's account, also to runs beside it."""
    with tempfile.TemporaryDirectory(prefix="casework-") as folder:
        yield Path(folder)


async def test_a_small_storm_ends_with_everybody_paid_once(state_dir: Path, tmp_path: Path) -> None:
    casework, out = Casework(state_dir), tmp_path
    size = ["--cases", str(CASES), "--kills", str(KILLS), *(["--seed", SEED] if SEED else [])]
    done = await casework.run("storm", *size, "--out", str(out), "--json")
    assert done.out, done.err
    told = json.loads(done.out)
    sys.stdout.write(f"storm: seed {told['seed']}, {told['cases_per_second']} cases/s\n")
    assert done.err.splitlines() == [f"storm: seed {told['seed']}, {CASES} cases, {KILLS} kills"]
    assert (told["money"]["violations"], told["seen"], told["wrong"]) == ([], all_is_well(told), [])
    assert (done.status, told["holds"]) == (0, True)
    assert sum(told["kills"].values()) == KILLS
    assert told["replies_lost"] > 0
    an_outsider_agrees(out, told)


def all_is_well(told: dict[str, Any]) -> dict[str, Any]:
    """What is seen when nothing is lost, stuck, recorded twice or different."""
    counted = {name: told["seen"][name] for name in ("ended", "breaches")}
    return {**counted, **{name: [] for name in ("lost", "stuck", "breached_again", "books_differ")}}


def an_outsider_agrees(out: Path, told: dict[str, Any]) -> None:
    """By the files alone, once with the judge and once without it."""
    judge = [sys.executable, "-I", str(CHECKOUT / "storm" / "judge.py"), str(out)]
    judged = subprocess.run(judge, capture_output=True, text=True, check=False)
    assert judged.returncode == 0
    journal, acks = lines(out / "journal.jsonl"), lines(out / "acks.jsonl")
    assert {frozenset(line) for line in journal} == {
        frozenset(("at", "kind", "key", "payment_id", "refund_id", "amount_minor", "currency"))
    }
    assert {frozenset(line) for line in acks} == {frozenset(("at", "case", "update_id", "accepted"))}
    paid = Counter(line["key"] for line in journal if line["kind"] != "capture")
    assert set(paid.values()) == {1}
    assert len(paid) == told["money"]["refunds"]
    assert len({ack["case"] for ack in acks if ack["accepted"]}) == told["cases"] == CASES
