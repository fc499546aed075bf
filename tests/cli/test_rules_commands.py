"""`return check`, `policy` and `schema` as people and scripts call them: answers, statuses, complaints."""

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

# The example of contracts §2.
EXAMPLE: dict[str, Any] = {
    "policy": "deploy/policies/standard.yaml",
    "asked_at": "2026-11-20T10:00:00+08:00",
    "order": {
        "order_id": "SO-1",
        "merchant": "m1",
        "customer_id": "c1",
        "customer_tier": "ordinary",
        "currency": "CNY",
        "placed_at": "2026-11-11T00:03:00+08:00",
        "received_at": "2026-11-14T18:20:00+08:00",
        "timezone": "Asia/Shanghai",
        "freight_paid_minor": 800,
        "lines": [
            {
                "line": "1",
                "sku": "CUP-01",
                "title": "Cup",
                "quantity": 3,
                "paid_minor": 10000,
                "category": "standard",
                "no_return_confirmed": False,
            }
        ],
    },
    "request": {
        "kind": "return",
        "proof_of_purchase": True,
        "lines": [
            {
                "line": "1",
                "quantity": 1,
                "reason": "no_reason",
                "condition": "unused",
                "packaging_intact": True,
                "accessories_complete": True,
            }
        ],
    },
    "already_refunded": [{"line": "1", "quantity": 1}],
}


def casework(*words: str, given: Any = None, **env: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, from another folder than the checkout."""
    return subprocess.run(
        [sys.executable, "-m", "starters", *words],
        input=given if isinstance(given, str) else json.dumps(given),
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def asked(**changes: Any) -> dict[str, Any]:
    """The example with entries replaced; `order__timezone` is one of the order's."""
    question = deepcopy(EXAMPLE)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = question
        for part in parents:
            place = place[part]
        place[last] = value
    return question


def test_the_contracts_example_is_answered_in_the_contracts_form() -> None:
    found = casework("return", "check", "-", given=EXAMPLE)
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout) == {
        "decision": "accept",
        "lines": [
            {
                "line": "1",
                "decision": "accept",
                "code": "ok",
                "message": "“Cup” can go back. Once the application is approved we tell you how.",
            }
        ],
        "refund": {
            "goods_minor": 3333,
            "outbound_freight_minor": 0,
            "total_minor": 3333,
            "currency": "CNY",
        },
        "return_freight_payer": "customer",
        "deadlines": {
            "apply_by": "2026-11-24T00:00:00+08:00",
            "ship_back_by": "2026-11-28T00:00:00+08:00",
        },
    }


def test_a_refusal_is_status_1_with_the_answer_in_chinese(tmp_path: Path) -> None:
    file = tmp_path / "asked.json"
    file.write_text(json.dumps(asked(asked_at="2026-11-24T00:00:00+08:00", language="zh-CN")))
    found = casework("return", "check", str(file))
    answer = json.loads(found.stdout)
    assert (found.returncode, answer["decision"], answer["lines"][0]["code"]) == (
        1,
        "refuse",
        "window_closed",
    )
    assert "“Cup”的退换申请截止日为 2026-11-23" in found.stdout
    assert answer["refund"]["total_minor"] == 0


def test_what_a_person_must_look_at_is_status_0() -> None:
    wanted = [EXAMPLE["request"]["lines"][0] | {"reason": "quality"}]
    found = casework("return", "check", "-", given=asked(request__lines=wanted))
    assert (found.returncode, json.loads(found.stdout)["decision"]) == (0, "review")


BAD_INPUTS = [
    ("{", "Invalid JSON"),
    (asked(colour="red"), "-: colour: Extra inputs are not permitted"),
    (asked(asked_at="2026-11-20T10:00:00"), "-: asked_at: Input should have timezone info"),
    (asked(order__freight_paid_minor=-1), "-: order.freight_paid_minor: Input should be greater"),
    (asked(order__freight_paid_minor=0.5), "-: order.freight_paid_minor: Input should be a valid integer"),
    (asked(order__timezone="Mars/Base"), '-: order.timezone: "Mars/Base" is no time zone'),
    (
        asked(policy="nope"),
        "-: policy: there is no policy nope; there is: demo, demo-surge, standard, standard-2025, surge",
    ),
    (asked(policy="a/b.yaml"), "-: policy: there is no policy file a/b.yaml"),
    (
        asked(already_refunded=[{"line": "7", "quantity": 1}]),
        "already_refunded.0.line: the order has no line 7",
    ),
]


@pytest.mark.parametrize(("given", "why"), BAD_INPUTS)
def test_bad_input_is_status_2_and_one_line_that_says_where_and_why(given: Any, why: str) -> None:
    found = casework("return", "check", "-", given=given)
    assert (found.returncode, found.stdout) == (2, "")
    assert why in found.stderr
    assert found.stderr.count("\n") == 1


def test_all_shipped_policies_pass_the_check() -> None:
    found = casework("policy", "check")
    assert found.returncode == 0
    assert [line.split()[0] for line in found.stdout.splitlines()] == [
        "demo",
        "demo-surge",
        "standard",
        "standard-2025",
        "surge",
    ]


def test_a_planted_mistake_fails_the_check_with_file_and_line(tmp_path: Path) -> None:
    good = ROOT / "deploy" / "policies" / "demo.yaml"
    bad = tmp_path / "bad.yaml"
    lines = good.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines, 1) if "[return.inspected]" in line)
    lines[number - 1] = lines[number - 1].replace("return.inspected", "return.examined")
    bad.write_text("\n".join(lines), encoding="utf-8")
    found = casework("policy", "check", str(good), str(bad))
    assert found.returncode == 2
    assert found.stdout.startswith("demo ")
    assert f"{bad}:{number}: metrics.return.inspection.stop.0: no case records an event" in found.stderr


def test_a_version_is_the_same_in_every_process() -> None:
    """Hash seeds differ from process to process; versions must not."""
    first, second = (
        json.loads(casework("policy", "check", "--json", PYTHONHASHSEED=seed).stdout) for seed in ("1", "2")
    )
    assert first == second
    assert [row["policy"] for row in first] == ["demo", "demo-surge", "standard", "standard-2025", "surge"]


def test_a_policy_is_shown_as_it_holds() -> None:
    plain = casework("policy", "show", "surge").stdout
    shown = json.loads(casework("policy", "show", "surge", "--json").stdout)
    assert plain.startswith(f"# surge, version {shown['hash'][:12]}\n")
    assert "title: {zh-CN: 双十一售后政策" in plain
    assert shown["policy"]["metrics"]["return"]["review"]["stop"] == ["return.approved", "return.refused"]
    assert casework("policy", "show", "nope").returncode == 1


def test_schemas_are_listed_and_printed() -> None:
    names = casework("schema").stdout.split()
    assert {"policy", "return-check", "return-check-answer", "sla-replay", "sla-replay-answer"} <= set(names)
    assert json.loads(casework("schema", "--json").stdout) == names
    schema = json.loads(casework("schema", "return-check").stdout)
    assert schema["required"] == ["policy", "asked_at", "order", "request"]
    unknown = casework("schema", "nope")
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_clocks_of_a_shipped_policy_are_replayed() -> None:
    """Goods back before the Golden Week: the law's 7 days come before the SOP's 3 working days (sop R3)."""
    question = {
        "policy": "deploy/policies/standard.yaml",
        "case": {"kind": "return", "priority": "P3", "tier": "ordinary", "channel": "app"},
        "events": [{"at": "2025-09-30T10:00:00+08:00", "type": "return.received"}],
        "as_of": "2025-10-01T00:00:00+08:00",
    }
    found = json.loads(casework("sla", "replay", "-", given=question).stdout)
    row = next(row for row in found["metrics"] if row["name"] == "settlement")
    assert row["due_at"] == row["legal_due_at"] == "2025-10-08T00:00:00+08:00"
    assert row["target_due_at"] == "2025-10-11T18:00:00+08:00"
    assert casework("sla", "replay", "-", given=question | {"policy": "nope"}).returncode == 2
