"""Shapes of returns that end otherwise than by a plain refund or exchange, played for the record."""

from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk, wanted
from tests.workflows.shapes import Shape


async def workshop(case: Case, state: str, attempt: int = 1) -> None:
    """The workshop was asked, is done with an attempt, and is asked again a day later."""
    await case.until_view(lambda view: view.get("repair", {}).get("attempt") == attempt)
    await case.until_pending("repair_goods")
    key = f"rp-{case.desk.merchant}-{case.number}-{attempt}"
    await case.desk.sandbox.finish_repair(case.desk.merchant, key, state, "tried")  # type: ignore[arg-type]
    await case.pass_time(days=1, minutes=1)


async def repaired_by_advice(desk: Desk) -> Case:
    """Advised, repaired, sent."""
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("advise", agent="a17", diagnosis="A worn seal.", recommend="repair")
    await case.act("accept_advice")
    await case.approve()
    await case.until_event("return.label_made")
    await case.receive()
    await case.inspect()
    await workshop(case, "repaired")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def beyond_repair(desk: Desk) -> Case:
    """A repair in vain, another that takes too long: other goods."""
    await desk.put_order()
    case = await desk.open(kind="repair", lines=FAULTY)
    await case.approve()
    await case.send_in()
    await workshop(case, "failed")
    await case.until_view(lambda view: view.get("repair", {}).get("attempt") == 2)
    await case.pass_time(days=31)
    await case.until_view(lambda view: view.get("choose_by"))
    await case.act("choose", choice="exchange")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def reissued(desk: Desk) -> Case:
    """A part was missing and was sent; nothing came back."""
    await desk.put_order()
    case = await desk.open(kind="reissue", lines=[{**wanted(reason="missing"), "part": "LID-01"}])
    await case.approve()
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def picked_up(desk: Desk) -> Case:
    """A key customer's return of three cups that the carrier has; the money is out."""
    await desk.put_order(customer_tier="key")
    case = await desk.open(lines=[wanted(quantity=3)])
    number = f"SW-{desk.merchant}-{case.number}"
    await desk.scan("swift", number, ("picked_up", await case.now()))
    await case.ship(number)
    await case.until_view(lambda view: view["refunds"] and view["refunds"][0]["state"] == "settled")
    return case


async def advanced_and_paid_back_in_part(desk: Desk) -> Case:
    """Paid in advance; two of three failed and were paid for by the customer."""
    case = await picked_up(desk)
    await case.receive()
    await case.inspect({"line": "1", "passed": 1, "failed": 2, "reason": "worn"})
    await case.until_view(lambda view: view["advance"].get("asked_minor"))
    await case.act("resolve_clawback", by="finance", outcome="paid_back", reason="paid")
    await case.until_stage("confirmation")
    await case.act("confirm")
    return case


async def advanced_and_written_off(desk: Desk) -> Case:
    """Paid in advance; the goods never came, and nobody asks any more."""
    case = await picked_up(desk)
    await case.pass_time(days=26)
    await case.until_event("return.clawback_asked")
    await case.act("resolve_clawback", by="finance", outcome="written_off", reason="not worth it")
    return case


async def opened_by_another(desk: Desk) -> Case:
    """Opened because of another case, which hears of its end."""
    await desk.put_order()
    cause = await desk.open("R-0")
    start = {**desk.start("R-0-1"), "cause": {"case_id": cause.handle.id}}
    case = await desk.start_raw("R-0-1", start)
    await case.act("open", **start)
    await case.act("cancel")
    await case.result()
    await cause.until_view(lambda view: view["links"] and not view["links"][0]["open"])
    await cause.act("cancel")
    return case


AFTERCARE_SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (
        repaired_by_advice,
        beyond_repair,
        reissued,
        advanced_and_paid_back_in_part,
        advanced_and_written_off,
        opened_by_another,
    )
}
