"""`casework complaint …` drives a complaint from receipt to close, by nothing but the command."""

import json
from datetime import UTC, datetime, timedelta

from tests.cli.conftest import Command
from tests.workflows.complaint_desk import FINDING, starting
from tests.workflows.desk import Desk


async def test_a_complaint_goes_from_receipt_to_close_by_command(casework: Command, desk: Desk) -> None:
    await desk.put_order()
    start = json.dumps(starting(desk, "C-1", category=None))
    case = f"{desk.merchant}:C-1"
    opened = await casework("complaint", "open", "-", text=start)
    assert opened.out == f"complaint:{case}: P3, now in intake\n"
    again = (await casework("complaint", "open", "-", "--json", text=start)).json
    assert (again["stage"], again["priority"]) == ("intake", "P3")
    agent = ("--agent", "a17")
    await casework("complaint", "acknowledge", case, *agent)
    await casework("complaint", "classify", case, *agent, "--category", "product_quality")
    await casework("complaint", "grade", case, *agent, "--severity", "major", "--urgency", "soon")
    refused = await casework(
        "complaint", "transfer", case, *agent_as_by(), "--to-team", "sales", "--reason", "x"
    )
    assert (refused.status, "there is no team sales" in refused.err) == (1, True)
    await casework("complaint", "take", case, *agent)
    reviewed = await casework("complaint", "review", case, *agent, "--valid")
    assert "is now in investigation" in reviewed.out
    finding = json.dumps({"agent": "a17", "finding": FINDING})
    await casework("complaint", "act", case, "finding", "-", text=finding)
    solution = {"agent": "a17", "reasons": "We are sorry.", "measures": [{"kind": "apology"}]}
    await casework("complaint", "act", case, "propose", "-", text=json.dumps(solution))
    await desk.until("SELECT 1 FROM cases WHERE case_id = $1 AND stage = 'confirmation'", f"complaint:{case}")
    shown = await casework("complaint", "show", case)
    assert "  ▸ confirmation" in shown.out
    assert "next: confirm, until" in shown.out
    answer = await casework("complaint", "answer", case, "--language", "zh-CN")
    assert answer.out.startswith("# 关于投诉 C-1 的书面答复")
    closed = (await casework("complaint", "confirm", case, "--satisfied", "--json")).json
    assert closed["outcome"] == "resolved"
    told = await casework("case", "events", f"complaint:{case}")
    assert "the customer is satisfied, by the word of the customer" in " ".join(told.out.split())


def agent_as_by() -> tuple[str, str]:
    """Who passes it on."""
    return "--by", "a17"


async def test_each_command_explains_itself_and_bad_input_says_why(casework: Command, desk: Desk) -> None:
    later = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    await desk.put_order()
    start = json.dumps(starting(desk, "C-2", occurred_at=later))
    said = await casework("complaint", "open", "-", "--explain", text=start)
    assert "--type ComplaintCase" in said.out
    refused = await casework("complaint", "open", "-", text=start)
    assert (refused.status, "cannot come from the future" in refused.err) == (2, True)
    said = await casework("complaint", "show", f"{desk.merchant}:C-2", "--explain")
    assert "workflow query" in said.out
    wrong = await casework("complaint", "act", f"{desk.merchant}:C-2", "explode")
    assert (wrong.status, "there is no such update" in wrong.err) == (2, True)
    other = await casework("complaint", "show", f"return:{desk.merchant}:R-1")
    assert "is no complaint" in other.err
