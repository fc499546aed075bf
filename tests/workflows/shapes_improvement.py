"""One improvement of every shape, played for the record: what future code must be able to replay."""

from datetime import UTC, datetime, timedelta

from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import opened, put_past_cases, started_with, work_on
from tests.workflows.shapes import Shape

WEEK = timedelta(days=7)


async def improved(desk: Desk) -> Case:
    """Accepted, done, watched: it stays away."""
    evidence = await put_past_cases(desk, 3, datetime.now(UTC) - WEEK)
    case = await opened(desk, evidence=evidence, by_figures=True)
    await case.act("accept", by="lg-01")
    await work_on(case)
    await case.pass_time(days=31)
    return case


async def improved_in_vain(desk: Desk) -> Case:
    """Declined, insisted on, late, dropped in part; it recurs in two rounds and the head ends it."""
    case = await opened(desk)
    await case.act("decline", by="lg-01", reason="the carrier is to blame")
    await case.act("insist", by="da-01", reason="we chose the carrier")
    await case.act("rule", by="head-1", go_on=True, reason="it costs us customers")
    await case.act("add_action", by="lg-01", what="ask them")
    await case.act("drop_action", by="lg-01", action=1, reason="they know")
    await case.pass_time(days=25)
    for action in (2, 3):
        await work_on(case, action)
        await put_past_cases(desk, 1, await case.now() + WEEK)
        await case.pass_time(days=31)
        await case.until_event("improvement.recurred", action - 1)
    await case.act("rule", by="head-1", go_on=False, reason="the contract ends")
    return case


async def improved_and_reopened(desk: Desk) -> Case:
    """Asked for by a return, effective, reopened, withdrawn."""
    await desk.put_order()
    cause = await desk.open()
    case = await opened(desk, cause=cause.handle.id)
    await case.act("accept", by="lg-01")
    await work_on(case)
    await case.pass_time(days=31)
    await case.result()
    reopening = desk.reopening(case.number, "by_ops")
    await (await started_with(desk, reopening)).act("open", **reopening)
    await case.act("withdraw", by="da-01", reason="seen otherwise")
    return case


async def improvement_refused(desk: Desk) -> Case:
    """Nobody insisted."""
    case = await opened(desk, severity="critical")
    await case.act("decline", by="lg-01", reason="the carrier is to blame")
    await case.pass_time(days=6)
    return case


async def improved_over_many_runs(desk: Desk) -> Case:
    """A history grown long by actions and while it is watched; played on a forgetful server."""
    case = await opened(desk)
    await case.act("accept", by="lg-01")
    for action in range(1, 9):
        await case.act("add_action", f"add-{action}", by="lg-01", what="one thing more")
        await case.act("action_done", f"done-{action}", by="lg-01", action=action, evidence="seen")
    await case.act("done", by="lg-01", root_cause="one carrier only", prevention="two per region")
    await case.pass_time(days=31)
    return case


IMPROVEMENT_SHAPES: dict[str, Shape] = {
    shape.__name__: shape
    for shape in (improved, improved_in_vain, improved_and_reopened, improvement_refused)
}
