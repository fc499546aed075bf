"""A desk with a staff, and the round of its watchdog, played for the record."""

from tests.workflows.case import Case
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.shapes_parcels import Shape
from tests.workflows.staff_desk import roster, staffed


async def handed_on_by_its_ladder(desk: Desk) -> list[Case]:
    """Nobody reviews a return: the ladder tells who is on call, gives it to another, then to the lead."""
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await desk.open(lines=FAULTY)
        await case.pass_time(days=20)
        await case.until_event("case.assigned", 2)
        await case.act("cancel")
        await case.result()
    return [case]


async def dispatched_by_load(desk: Desk) -> list[Case]:
    """A complaint goes to who has the least to do, and to another team's when it is transferred."""
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await open_complaint(desk)
        await case.until_event("case.assigned")
        await case.act("transfer", by="cs-01", to_team="returns", reason="It is about a return.")
        await case.until_event("case.assigned", 2)
        await case.act("withdraw")
        await case.result()
    return [case]


async def watched(desk: Desk) -> list[Case]:
    """A round of the watchdog."""
    handle = await desk.client.start_workflow(
        "Watchdog", id=f"watchdog:{desk.merchant}", task_queue="casework"
    )
    return [Case(desk, handle, "round")]


STAFF_SHAPES: dict[str, Shape] = {
    shape.__name__: shape for shape in (handed_on_by_its_ladder, dispatched_by_load, watched)
}
