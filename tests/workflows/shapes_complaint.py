"""One complaint of every shape, played for the record: what future code must be able to replay."""

from tests.workflows.complaint_desk import FINDING, Complaint, open_complaint, start_raw
from tests.workflows.desk import Desk
from tests.workflows.shapes import Shape


async def complaint_compensated(desk: Desk) -> Complaint:
    """Acknowledged, found, compensated, confirmed."""
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("acknowledge", agent="a17")
    await case.to_solution()
    await case.propose({"kind": "compensation", "amount_minor": 3000}, {"kind": "apology"})
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    return case


async def complaint_with_a_return(desk: Desk) -> Complaint:
    """A linked return that was withdrawn, decided anew; told of progress, breached."""
    await desk.put_order()
    case = await open_complaint(desk, category=None)
    await case.act("classify", agent="a17", category="product_quality")
    await case.act("request_info", agent="a17", question="A photo?")
    await case.act("give_info", answer="Here.")
    await case.to_solution()
    await case.act("update_customer", agent="a17", words="Soon.")
    await case.propose({"kind": "return", "lines": [{"line": "1", "quantity": 1}]})
    await case.until_event("case.linked")
    child = case.beside(f"return:{desk.merchant}:{case.number}-1")
    await child.act("cancel")
    await child.result()
    await case.until_stage("solution")
    await case.pass_time(days=9)
    await case.propose()
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    return case


async def complaint_to_improve(desk: Desk) -> Complaint:
    """What was found goes to a department, and the complaint ends without waiting for it."""
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    plan = {"department": "quality", "action": "Use thicker boxes."}
    await case.propose({"kind": "improvement", "improvement": plan})
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    return case


async def complaint_twice_around(desk: Desk) -> Complaint:
    """Not valid, looked into again, silence, a lead's decision, reopened by ops, withdrawn."""
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("review", agent="a17", valid=False, reason="It was dropped.")
    await case.act("confirm", satisfied=False, words="It was not.")
    await case.act("finding", agent="a17", finding=FINDING)
    await case.propose()
    await case.until_stage("confirmation")
    await case.pass_time(days=13)
    await case.until_stage("decision")
    await case.act("decide_final", by="l1", role="lead", decision="close", reason="All was done.")
    await case.result()
    reopening = {
        "merchant": desk.merchant,
        "number": case.number,
        "reopen": {"reason": "by_ops", "by": "ops"},
    }
    again = await start_raw(desk, case.number, reopening)
    await again.until_event("complaint.reopened")
    await again.act("withdraw")
    return again


async def complaint_about_a_return(desk: Desk) -> Complaint:
    """About a return that failed its inspection and is reopened by it; a duplicate of another one."""
    await desk.put_order()
    about = await desk.open()
    await about.ship()
    await about.receive()
    await about.inspect({"line": "1", "failed": 1, "reason": "worn", "disposition": "keep"})
    await about.until_stage("closed")
    await about.result()
    first = await open_complaint(desk, category="returns")
    await first.until_stage("review")
    case = await open_complaint(desk, about=about.handle.id, category="returns")
    await first.act("withdraw")
    await case.act("withdraw")
    return case


async def complaint_continued(desk: Desk) -> Complaint:
    """A history grown long in the investigation; played on a forgetful server."""
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("review", agent="a17", valid=True)
    for _ in range(8):
        await case.act("update_customer", agent="a17", words="Soon.")
    await case.act("finding", agent="a17", finding=FINDING)
    await case.propose()
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    return case


COMPLAINT_SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        complaint_compensated,
        complaint_with_a_return,
        complaint_to_improve,
        complaint_twice_around,
        complaint_about_a_return,
    )
}
