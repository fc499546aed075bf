"""How returns belong to other cases: what caused them, what they started, what a complaint opens again."""

from typing import Any

from tests.workflows.case import Case, refused
from tests.workflows.desk import FAULTY, Desk


async def because_of(case: Case, relation: str = "caused_by") -> Case:
    """A return that is opened because of another case."""
    desk = case.desk
    number = f"{case.number}-1"
    start: dict[str, Any] = desk.start(number)
    start["cause"] = {"case_id": case.handle.id, "relation": relation}
    child = await desk.start_raw(number, start)
    await child.act("open", **start)
    return child


async def paid(desk: Desk) -> Case:
    """A return whose refund has settled."""
    case = await desk.open()
    await case.send_in()
    await case.until_stage("confirmation")
    return case


def link(view: dict[str, Any], other: Case) -> dict[str, Any]:
    """What a case knows of another one."""
    found = [each for each in view["links"] if each["case_id"] == other.handle.id]
    return found[0] if found else {}


async def test_who_opened_a_return_hears_of_its_end_and_of_its_reopening(desk: Desk) -> None:
    await desk.put_order()
    cause = await desk.open()
    child = await because_of(cause, "follows")
    assert link(await child.view(), cause)["relation"] == "follows"
    await cause.until_view(lambda view: link(view, child).get("stage") == "ship_back")
    await child.act("cancel")
    told = await cause.until_view(lambda view: link(view, child).get("outcome") == "cancelled")
    assert (link(told, child)["relation"], link(told, child)["open"]) == ("followed_by", False)
    await child.result()
    await desk.reopen(child, "by_ops")
    told = await cause.until_view(lambda view: link(view, child).get("open"))
    assert "outcome" not in link(told, child)


async def test_a_return_is_not_over_before_what_it_started(desk: Desk) -> None:
    await desk.put_order()
    case = await paid(desk)
    child = await because_of(case)
    await case.until_view(lambda view: link(view, child))
    with refused("wrong_stage", f"still open: {child.handle.id}"):
        await case.act("confirm")
    await case.pass_time(days=9)
    assert (await case.view())["stage"] == "confirmation", "silence confirms nothing meanwhile"
    await child.act("cancel")
    assert (await case.result())["outcome"] == "refunded"


async def test_a_refusal_is_not_taken_back_without_a_complaint(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("review", agent="a17", approve=False, reason="The photo shows wear.")
    await case.result()
    with refused("wrong_stage", "open a new return instead"):
        await desk.reopen(case, "by_ops")


async def test_a_complaint_that_is_right_opens_a_refused_return_again(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("review", agent="a17", approve=False, reason="The photo shows wear.")
    await case.result()
    assert (await desk.reopen(case, "complaint"))["stage"] == "review"
    view = await case.view()
    assert (list(view["lines"]), view["preview_minor"]) == (["1"], 3333)
    await case.approve()
    await case.send_in()
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 3333


async def test_a_complaint_opens_only_what_the_policy_names(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("cancel")
    await case.result()
    with refused("wrong_stage", "was cancelled"):
        await desk.reopen(case, "complaint")
