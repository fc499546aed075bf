"""What ops do and what befalls them: resets, terminations, a store that is away. Money moves once."""

from datetime import datetime
from typing import Any

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType, ResetReapplyExcludeType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest

from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.outage import store_outage
from tests.workflows.refunds import pass_refund_time, until_ledger
from workers.engine import Engine

TASK_COMPLETED = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
UPDATES = ResetReapplyExcludeType.RESET_REAPPLY_EXCLUDE_TYPE_UPDATE


async def reset(case: Case, event_id: int, *forget: ResetReapplyExcludeType.ValueType) -> None:
    """Let the case go on from an earlier task; what came in since comes in again, unless forgotten."""
    described = await case.handle.describe()
    request = ResetWorkflowExecutionRequest(
        namespace="default",
        workflow_execution=WorkflowExecution(workflow_id=case.handle.id, run_id=described.run_id),
        reason="a test",
        workflow_task_finish_event_id=event_id,
        request_id=f"reset-{case.handle.id}-{event_id}",
        reset_reapply_exclude_types=forget,
    )
    await case.desk.client.workflow_service.reset_workflow_execution(request)


async def tasks(case: Case) -> list[int]:
    """The ids of the completed workflow tasks."""
    history = await case.handle.fetch_history()
    return [event.event_id for event in history.events if event.event_type == TASK_COMPLETED]


async def superseded(case: Case) -> int:
    """How many events of the stream a later attempt has replaced."""
    query = "SELECT count(*) FROM events WHERE case_id = $1 AND superseded_at IS NOT NULL"
    return await case.desk.pool.fetchval(query, case.handle.id)


async def test_a_reset_writes_the_stream_anew_and_keeps_what_it_replaces(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    mark = (await tasks(case))[-1]
    await case.act("cancel", reason="by mistake")
    await case.result()
    await reset(case, mark, UPDATES)
    assert (await case.approve())["stage"] == "ship_back"
    await case.until_event("return.label_made")
    assert await case.types() == ["return.applied", "return.approved", "return.label_made"]
    assert [event["seq"] for event in await case.events()] == list(range(1, len(await case.events()) + 1))
    assert await superseded(case) > 0


async def test_requests_since_the_reset_are_applied_again_in_their_order(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    mark = (await tasks(case))[-1]
    await case.act("request_info", agent="a17", question="Is there a photo?")
    await case.act("give_info", answer="Here it is.")
    await case.approve()
    await reset(case, mark)
    await case.until_view(lambda view: view["stage"] == "ship_back")
    await case.until_event("return.label_made")
    assert (await case.types())[1:4] == ["return.info_requested", "return.info_given", "return.approved"]


async def test_a_reset_to_before_the_refund_pays_nothing_again(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    mark = (await tasks(case))[-1]
    await case.receive()
    await case.inspect()
    await case.until_stage("confirmation")
    await reset(case, mark)
    await case.until_stage("confirmation")
    view = await case.until_view(lambda view: view["stage"] == "confirmation")
    assert [part["state"] for part in view["refunds"]] == ["settled"]
    assert await superseded(case) > 0
    assert await desk.books_agree() == 3333
    assert len(await desk.movements()) == 1


async def test_a_case_that_is_reset_twice_to_before_its_opening_goes_on(desk: Desk) -> None:
    """The second reset finds a stream that the first one's run has written anew."""
    await desk.put_order()
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    first_run = (await case.handle.describe()).run_id
    for again in range(1, 3):
        await reset(case, (await tasks(case))[0])
        await desk.until(
            "SELECT 1 FROM events WHERE case_id = $1 AND seq = 1 AND superseded_at IS NOT NULL "
            "GROUP BY case_id HAVING count(*) = $2",
            case.handle.id,
            again,
        )
        await case.until_view(lambda view: view["stage"] == "confirmation")
    await case.act("confirm")
    assert (await case.result())["outcome"] == "refunded"
    written_by = "SELECT DISTINCT run_id::text FROM events WHERE case_id = $1"
    assert [row[0] for row in await desk.pool.fetch(written_by, case.handle.id)] == [first_run]
    assert await desk.books_agree() == 3333


async def test_a_reset_while_the_refund_is_on_its_way_waits_for_the_first_one(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await desk.open()
    await case.ship()
    mark = (await tasks(case))[-1]
    await case.receive()
    await case.inspect()
    await until_ledger(case, "pending")
    await reset(case, mark)
    await case.until_view(lambda view: view["stage"] == "settlement")
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=1)
    await case.until_stage("confirmation")
    assert len(await desk.movements()) == 1
    assert await desk.books_agree() == 3333


async def test_a_terminated_case_goes_on_in_a_new_run_with_its_deadlines(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_event("return.applied")
    await case.handle.terminate("a test")
    answer = await desk.reopen(case, "by_ops")
    assert (answer["stage"], answer["decision"]) == ("review", "review")
    await case.pass_until((await case.clock("review"))["due_at"])
    assert (await case.clock("review"))["verdict"] == "breached"
    await case.approve()
    await case.until_event("return.label_made")


async def test_a_case_that_was_terminated_during_its_refund_learns_how_that_ended(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await desk.open()
    await case.send_in()
    await until_ledger(case, "pending")
    await case.until_event("return.refund_started")
    await case.handle.terminate("a test")
    await desk.sandbox.settle(desk.merchant, desk.key(case))
    await pass_refund_time(case, hours=1)  # the refund's own report takes the case up again
    await case.until_stage("confirmation")
    assert len(await desk.movements()) == 1
    assert await desk.books_agree() == 3333


async def test_a_case_that_was_terminated_before_its_refund_began_pays_it(desk: Desk) -> None:
    await desk.put_order()
    await desk.gateway("down", operation=None)
    case = await desk.open()
    await case.send_in()
    await case.until_event("return.refund_started")
    await case.handle.terminate("a test")
    await case.refund().terminate("a test")
    await desk.gateway()
    assert (await desk.reopen(case, "by_ops"))["stage"] == "settlement"
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_while_the_store_is_away_the_case_lives_and_afterwards_all_is_recorded(
    desk: Desk, room: Engine
) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.until_event("return.applied")
    async with store_outage(room.addresses.database_url or ""):
        await case.act("request_info", agent="a17", question="Is there a photo?")
        view = await case.until_view(lambda view: view["store_unreachable_since"])
        assert view["unrecorded_events"] > 0
        await case.act("give_info", answer="Here it is.")
        assert (await case.approve())["stage"] == "ship_back"
        page = await details(case)
        assert f"The store is unreachable since {view['store_unreachable_since'][:10]}" in page
        assert datetime.fromisoformat(view["store_unreachable_since"])
    await case.until_event("return.label_made")
    types = await case.types()
    assert types == [
        "return.applied",
        "return.info_requested",
        "return.info_given",
        "return.approved",
        "return.label_made",
    ]
    view = await case.until_view(lambda view: not view["store_unreachable_since"])
    assert "unreachable" not in await details(case)


async def test_no_money_moves_while_the_store_is_away(desk: Desk, room: Engine) -> None:
    await desk.put_order()
    case = await desk.open()
    await case.ship()
    await case.receive()
    async with store_outage(room.addresses.database_url or ""):
        await case.inspect()
        await case.until_view(lambda view: view["store_unreachable_since"])
        await case.until_pending("reserve_refund", case.refund())
        assert [each for each in await desk.sandbox.refunds() if each.merchant == desk.merchant] == []
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_case_that_is_opened_while_the_store_is_away_is_opened_when_it_is_back(
    desk: Desk, room: Engine
) -> None:
    await desk.put_order()
    async with store_outage(room.addresses.database_url or ""):
        case = await desk.start_case()
        await case.until_pending("prepare_return")
        assert "waits for the shop and the store since" in await details(case)
    assert (await case.act("open", **desk.start(case.number)))["decision"] == "accept"


async def details(case: Case) -> str:
    """The page that Temporal UI shows."""
    handle: Any = case.handle
    return (await handle.query("__temporal_workflow_metadata")).current_details
