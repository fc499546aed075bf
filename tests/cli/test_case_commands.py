"""`return` and `case` as people and scripts call them, over real servers; and what --explain prints works."""

import json
from typing import Any

from sandbox.messages import FaultRule
from tests.cli.conftest import Command, Said
from tests.starters.conftest import noon_zone
from tests.workflows.desk import Desk

COLUMNS = 80


def start(desk: Desk, number: str, **changes: Any) -> str:
    """The file of `return open`: one cup, broken, which an agent has to look at."""
    given = desk.start(number, lines=[{"line": "1", "quantity": 1, "reason": "quality"}])
    given["application"] |= changes
    return json.dumps(given)


def fits(said: Said) -> bool:
    """Whether it printed something that eighty columns can hold."""
    return said.status == 0 and bool(said.out) and all(len(line) <= COLUMNS for line in said.out.splitlines())


async def test_a_return_is_driven_from_application_to_close(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    name = f"{desk.merchant}:R-1"
    opened = await casework("return", "open", "-", "--json", text=start(desk, "R-1"))
    assert opened.json["decision"] == "review"
    again = await casework("return", "open", "-", "--json", text=start(desk, "R-1"))
    assert again.json == opened.json
    review = ("return", "review", name, "--approve", "--agent", "a17", "--key", "k1", "--json")
    reviewed = (await casework(*review)).json
    assert (reviewed["stage"], reviewed["key"]) == ("ship_back", "k1")
    assert (await casework(*review)).json == reviewed
    shipped = await casework("return", "ship", name, "--carrier", "swift", "--tracking-no", "SW1234")
    assert "is now in ship back" in shipped.out
    received = await casework(
        "return", "receive", f"return:{name}", "--warehouse", "w1", "--line", "1=1", "--json"
    )
    assert received.json["stage"] == "inspection"
    inspected = await casework("return", "inspect", name, "--inspector", "i4", "--passed", "1=1", "--json")
    assert inspected.json["stage"] == "settlement"
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", f"return:{name}")
    shown = await casework("return", "show", name)
    assert "next: confirm, until" in shown.out
    confirmed = await casework("return", "act", name, "confirm", "-", "--json", text='{"by": "customer"}')
    assert confirmed.json["outcome"] == "refunded"
    assert (await casework("return", "show", name, "--json")).json["outcome"] == "refunded"


async def test_what_explain_prints_does_the_same_when_pasted(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    name = f"{desk.merchant}:R-1"
    told = await casework("return", "open", "-", "--explain", text=start(desk, "R-1", policy="standard"))
    assert told.out.startswith("temporal workflow execute-update-with-start")
    pasted = await casework.paste(told.out.strip() + " --output json")
    assert json.loads(pasted.out)["updateResult"]["decision"] == "review"
    words = (
        "return",
        "review",
        name,
        "--refuse",
        "--reason",
        "It's the customer's \"own\" cup",
        "--agent",
        "a17",
    )
    told = await casework(*words, "--key", "k1", "--explain")
    pasted = await casework.paste(told.out.strip() + " --output json")
    answer = json.loads(pasted.out)["result"]
    assert answer["outcome"] == "refused"
    sent = (await casework(*words, "--key", "k1", "--json")).json
    assert sent == {**answer, "key": "k1"}
    told = await casework("return", "show", name, "--explain")
    progress = json.loads((await casework.paste(told.out.strip() + " --output json")).out)["queryResult"][0]
    assert progress == (await casework("return", "show", name, "--json")).json


async def test_refusals_and_bad_input_are_one_line_with_a_code(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    name = f"{desk.merchant}:R-1"
    await casework("return", "open", "-", text=start(desk, "R-1"))
    conflict = await casework("return", "open", "-", text=start(desk, "R-1", priority="P1"))
    malformed = await casework("return", "open", "-", text='{"merchant": "m"}')
    future = await casework("return", "act", name, "cancel", "-", text='{"schema_version": 9}')
    for said, status, words in (
        (conflict, 1, "idempotency_conflict"),
        (malformed, 2, "number: Field required"),
        (future, 2, "schema_version"),
        (await casework("return", "show", f"{desk.merchant}:nobody"), 1, "case_not_found"),
        (await casework("case", "show", f"{desk.merchant}:nobody"), 1, "case_not_found"),
        (await casework("return", "show", "a b"), 2, "merchant"),
        (await casework("return", "confirm", name), 1, "wrong_stage"),
        (await casework("return", "act", name, "sing"), 2, "there is no such update"),
        (await casework("return", "review", name, "--refuse", "--agent", "a17"), 2, "needs `reason`"),
        (await casework("return", "receive", name, "--warehouse", "w1", "--line", "1"), 2, "LINE=UNITS"),
        (await casework("case", "list", "--due-before", "tomorrow"), 2, "offset"),
    ):
        assert (said.status, said.out) == (status, ""), said
        assert words in said.err
        assert said.err.startswith("casework: ")
        assert said.err.count("\n") == 1


async def test_a_case_is_found_shown_and_explained(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone="Asia/Shanghai")
    name = f"{desk.merchant}:R-1"
    await casework("return", "open", "-", text=start(desk, "R-1", policy="standard"))
    await casework("return", "act", name, "request-info", "-", text='{"agent": "a1", "question": "A photo?"}')
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND last_seq >= 4", f"return:{name}")

    mine = ("case", "list", "--merchant", desk.merchant, "--json")
    assert [
        case["number"] for case in (await casework(*mine, "--open", "--stage", "review")).json["cases"]
    ] == ["R-1"]
    assert (await casework(*mine, "--closed")).json == {"cases": [], "more": False}
    assert (await casework(*mine, "--breached")).json["cases"] == []
    assert (await casework(*mine, "--order", "SO-1")).json["cases"][0]["waiting_for"] == "customer"
    assert (await casework(*mine, "--due-before", "2026-01-01T00:00:00Z")).json["cases"] == []
    assert fits(await casework("case", "list", "--merchant", desk.merchant))

    shown = await casework("case", "show", name)
    assert fits(shown)
    for words in ("owed by", "customer, since", "+08:00", "the customer was asked: A photo?", "CNY 33.33"):
        assert words in shown.out
    as_json = (await casework("case", "show", name, "--json")).json
    assert (as_json["where"], as_json["owed_by"]) == ("review", "customer")
    assert {row["state"] for row in as_json["clocks"]} == {"paused"}

    recorded = (await casework("case", "events", name, "--json")).json
    assert [event["seq"] for event in recorded] == list(range(1, len(recorded) + 1))
    timeline = await casework("case", "events", name)
    assert fits(timeline)
    assert "agent:a1" in timeline.out

    explained = await casework("case", "explain", name)
    assert fits(explained)
    for words in ("desk: Asia/Shanghai, mon–fri 09:00-18:00", "activated by return.applied", "deadline: "):
        assert words in explained.out
    clocks = {
        clock["metric"]: clock for clock in (await casework("case", "explain", name, "--json")).json["clocks"]
    }
    assert "paused by return.info_requested" in " ".join(clocks["review"]["happened"])


async def test_following_prints_events_until_the_case_is_closed(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    name = f"{desk.merchant}:R-1"
    await casework("return", "open", "-", text=start(desk, "R-1"))
    await casework("return", "cancel", name, "--reason", "kept")
    followed = await casework("case", "follow", name, "--json")
    types = [json.loads(line)["type"] for line in followed.out.splitlines()]
    assert types[0] == "return.applied"
    assert {"return.cancelled", "return.closed"} <= set(types)


async def test_a_gateway_that_is_down_is_named_with_since_when(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    await desk.sandbox.set_faults("payments", FaultRule(kind="down"))
    try:
        case = await desk.open(lines=[{"line": "1", "quantity": 1, "reason": "no_reason"}])
        await case.act("ship", carrier="swift", tracking_no="SW1234")
        await case.act("receive", warehouse="w1")
        await case.act("inspect", inspector="i4", lines=[{"line": "1", "passed": 1}])
        await desk.until("SELECT 1 FROM refunds WHERE case_id = $1 AND state = 'unknown'", case.handle.id)
        shown = await casework("case", "show", case.handle.id)
        assert "the payment gateway has not answered since" in " ".join(shown.out.split())
    finally:
        await desk.sandbox.set_faults("payments")


async def test_an_opening_that_waits_for_the_shop_says_so(casework: Command, desk: Desk) -> None:
    await desk.sandbox.set_faults("shop", FaultRule(kind="down"))
    try:
        handle = await desk.client.start_workflow(
            "ReturnCase", desk.start("R-1"), id=f"return:{desk.merchant}:R-1", task_queue="casework"
        )
        while not (await handle.describe()).raw_description.pending_activities:
            pass
        shown = await casework("case", "show", handle.id)
        assert "is being opened; nothing is recorded yet" in shown.out
        assert "waits for prepare_return since" in shown.out
    finally:
        await desk.sandbox.set_faults("shop")


async def test_books_that_differ_are_found_and_made_again(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case = await desk.open()
    await case.until_stage("ship_back")
    await desk.pool.execute("UPDATE cases SET stage = 'review' WHERE case_id = $1", case.handle.id)
    found = await casework("verify", "--json")
    assert found.status == 1
    [finding] = [each for each in json.loads(found.out)["findings"] if each["subject"] == case.handle.id]
    assert (finding["kind"], "stage" in finding["message"]) == ("row_differs", True)
    assert fits(await casework("rebuild"))
    left = json.loads((await casework("verify", "--json")).out)["findings"]
    assert [each for each in left if each["subject"] == case.handle.id] == []
    await case.until_stage("ship_back")


async def test_a_case_whose_workflow_was_terminated_is_found(casework: Command, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case = await desk.open()
    await case.until_stage("ship_back")
    await case.handle.terminate("ops")
    found = await casework("verify")
    assert found.status == 1
    assert f"{case.handle.id} is open, but no workflow runs for it" in " ".join(found.out.split())
    assert "not_running" not in (await casework("verify", "--without-temporal")).out
