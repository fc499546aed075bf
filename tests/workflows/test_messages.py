"""What callers send, well or badly: once per key, refused with a code, and never a wedged case."""

import asyncio
from typing import Any

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode

from sandbox.messages import FaultRule
from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk, wanted


async def test_the_same_key_gets_the_first_answer_and_nothing_happens_twice(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    first = await case.act("review", "key-of-the-agent", agent="a17", approve=True)
    again = await case.act("review", "key-of-the-agent", agent="a17", approve=True)
    assert again == first
    assert (await case.types()).count("return.approved") == 1


async def test_another_key_for_what_was_done_is_refused_by_the_stage(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    with refused("wrong_stage", "a review is possible in review"):
        await case.approve()


async def test_open_again_answers_as_before_and_other_content_is_a_conflict(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    assert await case.act("open", **desk.start(case.number, lines=FAULTY)) == case.opened
    with refused("idempotency_conflict", "other content"):
        await case.act("open", **desk.start(case.number))


MALFORMED: list[tuple[str, dict[str, Any], str]] = [
    ("review", {"agent": "a17"}, "approve"),
    ("review", {"agent": "a 17", "approve": True}, "agent"),
    ("review", {"agent": "a17", "approve": True, "colour": "red"}, "colour"),
    ("ship", {"carrier": "swift", "tracking_no": "?"}, "tracking_no"),
    ("ship", {"carrier": "swift", "tracking_no": "SW123456", "freight_paid_minor": -1}, "freight_paid_minor"),
    ("receive", {"warehouse": "w1", "received_at": "2026-11-11T00:00:00"}, "received_at"),
    ("inspect", {"inspector": "i4", "lines": []}, "lines"),
]


@pytest.mark.parametrize(("update", "message", "field"), MALFORMED)
async def test_a_malformed_request_says_which_field_and_leaves_no_event(
    desk: Desk, update: str, message: dict[str, Any], field: str
) -> None:
    await desk.put_order()
    case = await desk.open()
    before = await case.updates()
    with refused("invalid_request", field):
        await case.act(update, **message)
    with refused("unsupported_schema", "schema_version"):
        await case.act(update, **{**message, "schema_version": 2})
    assert await case.updates() == before


async def test_a_refusal_by_the_rules_leaves_no_event_either(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    before = await case.updates()
    with refused("wrong_stage"):
        await case.inspect()
    assert await case.updates() == before


STARTS: list[tuple[Any, str, str]] = [
    (None, "invalid_request", "message"),
    (5, "invalid_request", "message"),
    ("carried", "invalid_request", "message"),
    ({"carried": {}}, "invalid_request", "merchant"),
    ({"merchant": "m1", "number": "a b"}, "invalid_request", "number"),
    ({"merchant": "m1", "number": "R-1"}, "invalid_request", "application"),
    ({"merchant": "m1", "number": "R-1", "schema_version": 7}, "unsupported_schema", "schema_version"),
]


@pytest.mark.parametrize(("start", "code", "where"), STARTS)
async def test_a_malformed_start_ends_the_case_with_the_reason(
    desk: Desk, start: Any, code: str, where: str
) -> None:
    case = await desk.start_raw("R-1", start)
    with refused(code, where):
        await case.fails()
    assert "WORKFLOW_TASK_FAILED" not in await case.history()


async def test_a_start_that_is_not_even_json_ends_the_case(desk: Desk) -> None:
    for data in (b"{oops", b"\xff\x00"):
        raw = RawValue(Payload(metadata={"encoding": b"json/plain"}, data=data))
        case = await desk.start_raw("R-1", raw)
        with refused("invalid_request", "not readable"):
            await case.fails()


async def test_a_workflow_id_that_is_not_the_case_s_own_is_refused(desk: Desk) -> None:
    case = await desk.start_raw("R-1", desk.start("R-2"))
    with refused("invalid_request", f"the workflow id must be return:{desk.merchant}:R-2"):
        await case.fails()


async def test_an_order_that_is_unknown_or_somebody_else_s_is_refused(desk: Desk) -> None:
    await desk.put_order()
    for application in ({"order_id": "SO-99"}, {"customer_id": "c2"}):
        with refused("order_not_found"):
            await (await desk.start_case(**application)).fails()
    with refused("unknown_policy"):
        await (await desk.start_case(policy="nobodys")).fails()
    with refused("invalid_request", "has no line 9"):
        await (await desk.start_case(lines=[wanted("9")])).fails()


async def test_requests_that_come_before_the_case_is_open_are_answered_when_it_is(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_faults("shop", FaultRule(kind="down", operation="order"))
    case = await desk.start_case(lines=FAULTY)
    early = asyncio.create_task(case.act("review", agent="a17", approve=True))
    too_early = asyncio.create_task(case.act("confirm"))
    with refused("invalid_request", "still being opened"):
        await case.ask_progress()
    assert (await case.view())["stage"] == "opening"
    await desk.sandbox.set_faults("shop")
    assert (await early)["stage"] == "ship_back"
    with refused("wrong_stage"):
        await too_early


async def test_requests_to_a_case_that_cannot_be_opened_are_told_why(desk: Desk) -> None:
    await desk.sandbox.set_faults("shop", FaultRule(kind="down", operation="order"))
    case = await desk.start_case()
    early = asyncio.create_task(case.act("open", **desk.start(case.number)))
    await case.until_view(lambda view: view["stage"] == "opening")
    await desk.sandbox.set_faults("shop")
    with refused("order_not_found"):
        await early
    with refused("order_not_found"):
        await case.fails()


async def test_a_closed_case_takes_no_request(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.act("cancel")
    await case.result()
    with pytest.raises(RPCError) as closed:
        await case.receive()
    assert closed.value.status == RPCStatusCode.NOT_FOUND


async def test_a_case_that_closes_while_its_notices_are_held_up_says_so_and_can_be_reopened(
    desk: Desk,
) -> None:
    await desk.put_order()
    case = await desk.open()
    for channel in ("push", "email"):
        await desk.sandbox.set_faults(channel, FaultRule(kind="down"))
    await case.act("cancel")
    with refused("case_closed", "cancelled"):
        await case.receive()
    assert (await case.act("open", **desk.reopening(case.number, "by_ops")))["stage"] == "ship_back"
    await case.receive()
    await desk.sandbox.set_faults("push")
    await case.inspect()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_what_is_no_report_of_a_refund_is_dropped(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.handle.signal("refund_reported", {"seq": "one"})
    await case.handle.signal("refund_reported", {"refund_id": "x", "seq": 9, "state": "settled", "at": NOW})
    await case.ship()
    assert (await case.view())["stage"] == "ship_back"
    assert "return.refund_reported" not in await case.types()


NOW = "2026-11-23T12:00:00+00:00"


async def test_a_report_that_comes_again_after_the_close_changes_nothing(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    await case.act("confirm")
    await case.result()
    before = await case.events()
    await desk.client.start_workflow(
        "ReturnCase",
        desk.reopening(case.number, "refund_reported", "payment"),
        id=case.handle.id,
        task_queue="casework",
        start_signal="refund_reported",
        start_signal_args=[{"refund_id": "x", "seq": 1, "state": "settled", "at": NOW}],
    )
    assert (await case.result())["outcome"] == "refunded"
    assert await case.events() == before


async def test_a_refund_that_nobody_asked_for_is_refused(desk: Desk) -> None:
    for start, why in (({"seq": 0}, "case_id"), (None, "message")):
        handle = await desk.client.start_workflow(
            "Refund", start, id=f"refund:{desk.merchant}:X:1", task_queue="casework"
        )
        with refused("invalid_request", why):
            await Case(desk, handle, "X").fails()
