"""The typed client: open once, act once, typed refusals, reads that work without the workflow."""

import asyncio
from typing import Any

import pytest
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from activities.calls import typed
from activities.names import SEARCH_ATTRIBUTES
from domain.errors import (
    CaseClosed,
    CaseNotFound,
    CustomerWordMissing,
    IdempotencyConflict,
    InvalidRequest,
    NoAnswer,
    NotReady,
    OrderNotFound,
    QuantityExceeds,
    UnknownPolicy,
    UnsupportedSchema,
    WrongStage,
)
from domain.returns import messages as ask
from starters.client import Cases
from tests.starters.conftest import noon_zone
from tests.workflows.desk import Desk
from tests.workflows.test_refund_ways import WORD, failed, vouchers


def application(**changes: Any) -> ask.Application:
    """One cup of the order, for no reason."""
    line = {"line": "1", "quantity": 1, "reason": "no_reason"}
    given = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "language": "en",
        "request": {"kind": "return", "proof_of_purchase": True, "lines": [line]},
    }
    return ask.Application.model_validate({**given, **changes})


async def driven_to_confirmation(cases: Cases, desk: Desk, number: str) -> str:
    """A return that waits for the customer's confirmation."""
    opened = await cases.open_return(desk.merchant, number, application())
    case_id = opened.case_id
    await cases.ship(case_id, carrier="swift", tracking_no="SW123456", key="ship")
    await cases.receive(case_id, warehouse="w1", key="receive")
    await cases.inspect(case_id, inspector="i4", lines=[ask.InspectedLine(line="1", passed=1)], key="inspect")
    async for event in cases.follow(case_id):
        if event.type == "return.settled":
            break
    return case_id


async def test_the_same_number_and_content_opened_twice_at_once_is_one_case(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    first, second = await asyncio.gather(
        *(cases.open_return(desk.merchant, "R-1", application()) for _ in range(2))
    )
    assert first == second
    assert first.decision == "accept"
    await cases.wait_for(first.case_id, first.seq)
    assert await cases.open_return(desk.merchant, "R-1", application()) == first


async def test_the_same_number_with_other_content_is_a_conflict(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    await cases.open_return(desk.merchant, "R-1", application())
    with pytest.raises(IdempotencyConflict):
        await cases.open_return(desk.merchant, "R-1", application(priority="P1"))
    with pytest.raises(IdempotencyConflict):
        await Cases(desk.client).open_return(desk.merchant, "R-1", application(priority="P1"))


async def test_a_key_is_answered_once_and_refused_for_other_content(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    shipped = await cases.ship(case_id, carrier="swift", tracking_no="SW1234", key="k")
    assert await cases.ship(case_id, carrier="swift", tracking_no="SW1234", key="k") == shipped
    with pytest.raises(IdempotencyConflict):
        await cases.ship(case_id, carrier="swift", tracking_no="SW9999", key="k")
    with pytest.raises(IdempotencyConflict):
        await cases.confirm(case_id, key="k")


async def test_a_closed_case_gives_first_answers_and_refuses_more(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    opened = await cases.open_return(desk.merchant, "R-1", application())
    case_id = await driven_to_confirmation(cases, desk, "R-1")
    confirmed = await cases.confirm(case_id, key="confirm")
    assert confirmed.outcome == "refunded"
    await desk.client.get_workflow_handle(case_id).result()
    assert await cases.confirm(case_id, key="confirm") == confirmed
    assert await cases.open_return(desk.merchant, "R-1", application()) == opened
    with pytest.raises(CaseClosed):
        await Cases(desk.client).open_return(desk.merchant, "R-1", application())
    with pytest.raises(CaseClosed) as closed:
        await cases.cancel(case_id, key="late")
    assert closed.value.detail["outcome"] == "refunded"
    with pytest.raises(CaseClosed):
        await Cases(desk.client).receive(case_id, warehouse="w1", key="again")


async def test_a_refused_opening_leaves_no_case_and_may_be_tried_again(cases: Cases, desk: Desk) -> None:
    with pytest.raises(OrderNotFound):
        await cases.open_return(desk.merchant, "R-1", application())
    with pytest.raises(CaseNotFound):
        await cases.cancel(f"return:{desk.merchant}:R-1", key="k")
    with pytest.raises(CaseNotFound):
        await cases.progress(f"return:{desk.merchant}:R-1")
    await desk.put_order(timezone=noon_zone())
    assert (await cases.open_return(desk.merchant, "R-1", application())).decision == "accept"


async def test_another_merchants_order_is_not_found(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    with pytest.raises(OrderNotFound):
        await cases.open_return(f"{desk.merchant}-other", "R-1", application())
    with pytest.raises(OrderNotFound):
        await cases.open_return(desk.merchant, "R-2", application(customer_id="c2"))


async def test_an_unknown_policy_is_named(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    with pytest.raises(UnknownPolicy, match="generous"):
        await cases.open_return(desk.merchant, "R-1", application(policy="generous"))


async def test_a_quantity_above_what_is_left_is_refused_by_rule(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    lines = [{"line": "1", "quantity": 2, "reason": "no_reason"}]
    two = {"kind": "return", "proof_of_purchase": True, "lines": lines}
    answers = await asyncio.gather(
        *(cases.open_return(desk.merchant, f"R-{n}", application(request=two)) for n in (1, 2))
    )
    assert sorted(answer.decision for answer in answers) == ["accept", "refuse"]
    assert [answer.code for answer in answers if answer.decision == "refuse"] == ["quantity_exceeds_bought"]


async def test_a_malformed_update_names_the_field_and_leaves_no_event(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    await cases.wait_for(case_id, 2)
    handle = desk.client.get_workflow_handle(case_id)
    before = await settled_history(desk, case_id)
    with pytest.raises(InvalidRequest) as refused:
        await cases.ship(case_id, carrier="swift", tracking_no="??", key="k1")
    assert refused.value.detail["field"] == "tracking_no"
    for message, code, field in (
        ({"carrier": "swift"}, "invalid_request", "tracking_no"),
        ({"carrier": "swift", "tracking_no": "SW1234", "colour": 1}, "invalid_request", "colour"),
        (
            {"carrier": "swift", "tracking_no": "SW1234", "schema_version": 2},
            "unsupported_schema",
            "schema_version",
        ),
    ):
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            await handle.execute_update("ship", message, result_type=dict)  # pyright: ignore[reportUnknownMemberType]
        assert isinstance(failed.value.cause, ApplicationError)
        assert failed.value.cause.type == code
        assert failed.value.cause.details[0]["field"] == field
        error = typed(failed.value)
        assert type(error) is (UnsupportedSchema if code == "unsupported_schema" else InvalidRequest)
    with pytest.raises(WrongStage):
        await cases.inspect(case_id, inspector="i4", lines=[ask.InspectedLine(line="1", passed=1)], key="k2")
    assert await settled_history(desk, case_id) == before


async def settled_history(desk: Desk, case_id: str) -> int:
    """How many events Temporal holds of a case, once nothing of it is on its way."""
    handle = desk.client.get_workflow_handle(case_id)
    while True:
        shown = (await handle.describe()).raw_description
        if not shown.pending_activities and not shown.HasField("pending_workflow_task"):
            return shown.workflow_execution_info.history_length


async def test_counts_above_what_was_approved_are_refused(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    await cases.ship(case_id, carrier="swift", tracking_no="SW1234", key="ship")
    with pytest.raises(QuantityExceeds):
        await cases.receive(case_id, warehouse="w1", lines=[ask.LineCount(line="1", quantity=9)], key="r")


async def test_a_voucher_in_place_of_money_needs_the_customers_word(cases: Cases, desk: Desk) -> None:
    case = await failed(desk)
    again: dict[str, Any] = {"by": "lead", "reason": "The card is closed."}
    with pytest.raises(CustomerWordMissing, match="ask them"):
        await cases.retry_refund(case.handle.id, **again, way="voucher", key="r1")
    done = await cases.retry_refund(
        case.handle.id, **again, way="voucher", customer_says=WORD, amount_minor=3000, key="r2"
    )
    assert done.stage == "settlement"
    await case.until_stage("confirmation")
    assert [amount_minor for _, _, amount_minor in await vouchers(desk)] == [3000]


async def test_a_case_that_no_one_opened_is_not_found(cases: Cases, desk: Desk) -> None:
    nobody = f"return:{desk.merchant}:R-404"
    for ask_for in (cases.progress, cases.case, cases.events):
        with pytest.raises(CaseNotFound):
            await ask_for(nobody)
    with pytest.raises(CaseNotFound):
        await cases.confirm(nobody, key="k")


async def test_a_parcel_that_comes_after_the_cancellation_reopens_the_case(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    case_id = (await cases.open_return(desk.merchant, "R-1", application())).case_id
    assert (await cases.cancel(case_id, key="cancel")).outcome == "cancelled"
    await desk.client.get_workflow_handle(case_id).result()
    received = await cases.receive(case_id, warehouse="w1", key="receive")
    assert received.stage == "inspection"
    assert await cases.receive(case_id, warehouse="w1", key="receive") == received
    await cases.wait_for(case_id, received.seq)
    assert "return.reopened" in [event.type for event in await cases.events(case_id)]


async def test_reads_come_from_the_store_when_the_workflow_is_gone(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    opened = await cases.open_return(desk.merchant, "R-1", application())
    cancelled = await cases.cancel(opened.case_id, key="cancel")
    await desk.client.get_workflow_handle(opened.case_id).result()
    gone = await forgotten_by_temporal(desk, opened.case_id)
    live = await cases.case(opened.case_id)
    shown = await cases.progress(gone)
    assert shown.model_copy(update={"number": "R-1"}) == await cases.progress(opened.case_id)
    recorded = {**await cases.case(gone), "case_id": opened.case_id, "number": "R-1"}
    assert recorded == {name: live[name] for name in recorded}
    with pytest.raises(CaseClosed) as closed:
        await cases.confirm(gone, key="k")
    assert closed.value.detail["outcome"] == cancelled.outcome
    again = await cases.open(ask.OpenReturn(merchant=desk.merchant, number="R-1", application=application()))
    assert again == opened


async def forgotten_by_temporal(desk: Desk, case_id: str) -> str:
    """A case with the same facts that Temporal does not know, as after its retention."""
    copy = f"{case_id}-copy"
    columns = "seq, type, version, at, actor, data, content_hash, run_id, emitted_at"
    await desk.pool.execute(
        f"INSERT INTO events (case_id, {columns}) SELECT $2, {columns} FROM events WHERE case_id = $1",
        case_id,
        copy,
    )
    return copy


async def test_a_namespace_that_is_not_there_is_no_missing_case(desk: Desk) -> None:
    config = desk.client.config()
    config["namespace"] = "elsewhere"
    with pytest.raises(NotReady, match="elsewhere"):
        await Cases(Client(**config)).confirm("return:m:1", key="k")


async def test_a_terminated_case_says_so_and_is_not_begun_again(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    opened = await cases.open_return(desk.merchant, "R-1", application())
    await cases.wait_for(opened.case_id, opened.seq)
    await desk.client.get_workflow_handle(opened.case_id).terminate("ops")
    with pytest.raises(NotReady, match="terminated"):
        await cases.cancel(opened.case_id, key="k")
    assert await cases.open_return(desk.merchant, "R-1", application()) == opened
    reopened = await cases.reopen(opened.case_id, ask.Reopen(reason="by_ops", by="ops"), "k1")
    assert reopened.stage == "ship_back"
    assert (await cases.cancel(opened.case_id, key="k")).outcome == "cancelled"


async def test_who_waits_too_long_is_told_that_it_is_unknown(desk: Desk) -> None:
    hasty = Cases(desk.client, task_queue="nobody-listens", patience_seconds=0.2)
    with pytest.raises(NoAnswer):
        await hasty.open_return(desk.merchant, "R-1", application())


async def test_cancelling_the_caller_cancels_the_call(desk: Desk) -> None:
    patient = Cases(desk.client, task_queue="nobody-listens")
    call = asyncio.create_task(patient.open_return(desk.merchant, "R-1", application()))
    await started(desk, f"return:{desk.merchant}:R-1")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call


async def started(desk: Desk, case_id: str) -> None:
    """Wait until Temporal knows the workflow."""
    while True:
        try:
            await desk.client.get_workflow_handle(case_id).describe()
        except RPCError:
            continue
        return


async def test_reading_the_store_without_one_says_what_to_set(desk: Desk) -> None:
    with pytest.raises(NotReady, match="CASEWORK_DATABASE_URL"):
        await Cases(desk.client).events("return:m:1")


async def test_what_is_shown_of_a_start_in_temporal_has_no_personal_data(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    opened = await cases.open_return(desk.merchant, "R-1", application(priority="P2", channel="phone"))
    shown = await desk.client.get_workflow_handle(opened.case_id).describe()
    told = [shown.typed_search_attributes.get(key) for key in SEARCH_ATTRIBUTES]
    assert told == ["return", desk.merchant, "P2", "phone", "ok"]
    summary, details = await shown.static_summary() or "", await shown.static_details() or ""
    assert summary == f"Return R-1 of {desk.merchant}"
    assert "c1" not in summary + details


async def test_a_case_that_may_not_go_on_stays_closed_with_its_first_answer(cases: Cases, desk: Desk) -> None:
    await desk.put_order(timezone=noon_zone())
    line = {"line": "1", "quantity": 1, "reason": "quality"}
    broken = application(request={"kind": "return", "proof_of_purchase": True, "lines": [line]})
    opened = await cases.open_return(desk.merchant, "R-1", broken)
    refused = await cases.review(opened.case_id, agent="a17", approve=False, reason="Not ours.", key="no")
    assert refused.outcome == "refused"
    await desk.client.get_workflow_handle(opened.case_id).result()
    with pytest.raises(WrongStage):
        await cases.reopen(opened.case_id, ask.Reopen(reason="by_ops", by="ops"), "k")
    with pytest.raises(CaseClosed):
        await cases.receive(opened.case_id, warehouse="w1", key="late")
    assert await cases.open_return(desk.merchant, "R-1", broken) == opened
    assert (await cases.progress(opened.case_id)).outcome == "refused"
