"""Double 11 (sop R9): one-click applications, handling in a day and a half, money back within a day."""

from datetime import datetime, timedelta

from domain.returns.messages import Application, InspectedLine
from starters.case_records import CaseRecords
from starters.client import Cases
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk


async def test_r9_one_click_handled_in_36_hours_and_paid_in_24(desk: Desk) -> None:
    await desk.put_order()
    cases = Cases(desk.client, CaseRecords(desk.pool))
    asked = desk.start("R-1", policy="everyday", lines=FAULTY)["application"]
    opened = await cases.open_return(desk.merchant, "R-1", Application.model_validate(asked))
    assert (opened.decision, opened.stage) == ("accept", "ship_back"), "nobody looks at it first"
    case = Case(desk, desk.client.get_workflow_handle(opened.case_id), "R-1")
    assert (await case.view())["policy"] == "peak"
    await case.until_event("return.label_made")
    await cases.receive(opened.case_id, warehouse="w1", key="receive-1")
    view = await case.view()
    settlement, resolution = await case.clock("settlement"), await case.clock("resolution")
    received_at = datetime.fromisoformat(view["received_at"])
    assert datetime.fromisoformat(settlement["due_at"]) - received_at == timedelta(hours=24)
    handled = datetime.fromisoformat(resolution["due_at"]) - datetime.fromisoformat(view["opened_at"])
    assert timedelta(hours=36) <= handled < timedelta(hours=36, minutes=5), "the way back does not count"
    found = [InspectedLine(line="1", passed=1)]
    await cases.inspect(opened.case_id, inspector="i4", lines=found, key="inspect-1")
    await case.until_stage("confirmation")
    assert (await case.clock("settlement"))["verdict"] == "met"
    assert await desk.books_agree() == 3333
    answer = await cases.confirm(opened.case_id, key="confirm-1")
    assert answer.outcome == "refunded"
