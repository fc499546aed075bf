"""The judge finds what is planted in books, runs without anything of ours, and names what it cannot read."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from starters.settings import CHECKOUT
from storm.judge import judge

JUDGE = CHECKOUT / "storm" / "judge.py"
AT = "2026-11-26T12:00:00+00:00"
CASE, ORDER = "return:storm:S-1", "SO-1"


def effect(kind: str, key: str, amount_minor: int = 3333, **changes: Any) -> dict[str, Any]:
    given = {"at": AT, "kind": kind, "key": key, "payment_id": ORDER, "refund_id": f"re-{key}"}
    return {**given, "amount_minor": amount_minor, "currency": "CNY", **changes}


def captured(amount_minor: int = 10_000, **changes: Any) -> dict[str, Any]:
    return effect("capture", f"capture-{changes.get('payment_id', ORDER)}", amount_minor, **changes)


def promise(amount_minor: int = 3333, **changes: Any) -> dict[str, Any]:
    given = {"at": AT, "case": CASE, "order_id": ORDER, "payment_ids": [ORDER]}
    return {**given, "amount_minor": amount_minor, "currency": "CNY", **changes}


ACK = {"at": AT, "case": CASE, "update_id": "inspect", "accepted": True}
SPLIT = [captured(3000, payment_id="P1"), captured(7000, payment_id="P2")]


@pytest.mark.parametrize(
    ("journal", "promises"),
    [
        ([captured(), effect("refund", "rf-1")], [promise()]),
        ([captured()], [promise(0)]),
        (
            [
                *SPLIT,
                effect("refund", "a", 3000, payment_id="P1"),
                effect("refund", "b", 1000, payment_id="P2"),
            ],
            [promise(4000, payment_ids=["P1", "P2"])],
        ),
        (
            [captured(100), effect("refund", "rf-1", 100), effect("compensation", "rf-2", 450)],
            [promise(100), promise(450)],
        ),
        (
            [captured(), effect("refund", "rf-1"), effect("reversal", "rf-1"), effect("refund", "rf-2")],
            [promise()],
        ),
    ],
    ids=["paid", "exchanged", "over two payments", "a gift beyond the price", "came back and was paid anew"],
)
def test_what_agrees_is_no_violation(journal: list[Any], promises: list[Any]) -> None:
    assert judge(journal, [ACK], promises)["violations"] == []


@pytest.mark.parametrize(
    ("journal", "promises", "invariants"),
    [
        ([captured(), effect("refund", "rf-1"), effect("refund", "rf-1")], [promise()], ["I1", "I3"]),
        (
            [captured(), effect("refund", "rf-1", 1000), effect("refund", "rf-1", 2333, refund_id="re-2")],
            [promise()],
            ["I1"],
        ),
        ([captured(3332), effect("refund", "rf-1")], [promise()], ["I2"]),
        ([captured(), effect("refund", "rf-1", currency="USD")], [promise()], ["I2", "I3", "I3"]),
        ([effect("refund", "rf-1")], [promise()], ["I2"]),
        ([captured()], [promise()], ["I3"]),
        ([captured(), effect("refund", "rf-1", 3334)], [promise()], ["I3"]),
        ([captured(), effect("refund", "rf-1")], [], ["I3"]),
        ([captured(), effect("refund", "rf-1")], [promise(case="return:storm:S-2")], ["files"]),
    ],
    ids=[
        "paid twice",
        "twice, in two parts that add up",
        "above what came in",
        "in another currency",
        "of a payment that never was",
        "never paid",
        "a minor unit too much",
        "nobody asked for it",
        "promised without an acknowledgement",
    ],
)
def test_what_is_planted_is_found(journal: list[Any], promises: list[Any], invariants: list[str]) -> None:
    assert [each["invariant"] for each in judge(journal, [ACK], promises)["violations"]] == invariants


def test_what_is_off_is_counted_whether_too_much_or_too_little() -> None:
    journal = [captured(), effect("refund", "rf-1", 3334), captured(payment_id="SO-2")]
    others = promise(100, order_id="SO-2", payment_ids=["SO-2"])
    assert judge(journal, [ACK], [promise(), others])["unreconciled_minor"] == 101


def write(folder: Path, **files: list[Any]) -> None:
    for name, lines in files.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


def run(folder: Path) -> "subprocess.CompletedProcess[str]":
    """By any Python, from anywhere, without our packages."""
    command = [sys.executable, "-I", "-S", str(JUDGE), str(folder)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_runs_by_itself_on_a_folder(tmp_path: Path) -> None:
    write(tmp_path, journal=[captured(), effect("refund", "rf-1")], acks=[ACK], promises=[promise()])
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["refunds"] == 1
    write(tmp_path, journal=[captured(), *[effect("refund", "rf-1")] * 2])
    done = run(tmp_path)
    assert done.returncode == 1
    assert json.loads(done.stdout)["duplicate_refunds"] == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"at": AT}, "journal.jsonl:1: lacks amount_minor"),
        (effect("refund", "rf-1", -1), "-1 is no amount"),
        (effect("refund", "rf-1") | {"amount_minor": 1.5}, "1.5 is no amount"),
        (effect("refund", "rf-1") | {"amount_minor": True}, "True is no amount"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path: Path, line: Any, said: str) -> None:
    write(tmp_path, journal=[line], acks=[ACK], promises=[promise()])
    done = run(tmp_path)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 2
    assert "journal.jsonl" in done.stderr
