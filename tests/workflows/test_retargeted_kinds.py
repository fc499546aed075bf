"""Cases of every kind with clocks are held to other terms, and their clocks stay what their events give."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest

from tests.workflows.case import Case
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.delivery_steps import lost_and_claimed, open_delivery
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import opened as open_improvement
from tests.workflows.test_continue_as_new import is_gapless, runs
from tests.workflows.test_retargeting import (
    TO_HURRIED,
    found_by_verify,
    is_as_replayed,
    retargets,
    until_stored,
)

Opener = Callable[[Desk], Awaitable[Case]]


async def a_complaint(desk: Desk) -> Case:
    """Classified, and at the desk."""
    await desk.put_order()
    return await open_complaint(desk)


async def a_delivery(desk: Desk) -> Case:
    """Broken, and the customer may choose."""
    await desk.put_order()
    return await open_delivery(desk, kind="damage")


async def a_claim(desk: Desk) -> Case:
    """Filed, and its carrier thinks about it."""
    return (await lost_and_claimed(desk))[1]


async def an_improvement(desk: Desk) -> Case:
    """Proposed to its department."""
    return await open_improvement(desk)


async def due(case: Case, metric: str) -> datetime:
    """When a clock is due."""
    return datetime.fromisoformat((await case.clock(metric))["due_at"])


@pytest.mark.parametrize(
    ("opener", "metric"),
    [
        (a_complaint, "solution"),
        (a_delivery, "resolution"),
        (a_claim, "answer"),
        (an_improvement, "acceptance"),
    ],
    ids=["complaint", "delivery", "claim", "improvement"],
)
async def test_an_open_case_goes_on_under_another_policy_and_says_so(
    desk: Desk, opener: Opener, metric: str
) -> None:
    case = await opener(desk)
    before = await due(case, metric)
    answer = await case.act("retarget", **TO_HURRIED)
    view = await case.view()
    assert (view["policy"], view["terms_hash"]) == ("hurried", answer["terms_hash"])
    assert await due(case, metric) < before
    again = await case.act("retarget", **TO_HURRIED)
    assert again["terms_hash"] == answer["terms_hash"]
    await until_stored(case, answer["seq"])
    [recorded] = await retargets(case)
    assert (recorded["actor"], recorded["data"]["policy"]) == ("staff:lead-1", "hurried")
    assert (metric, "retargeted") in await case.rungs()
    assert await is_as_replayed(case)
    assert case.handle.id not in await found_by_verify(desk)


async def test_a_retargeted_complaint_gets_the_targets_of_its_new_terms_with_each_grade(desk: Desk) -> None:
    case = await a_complaint(desk)
    await case.act("retarget", **TO_HURRIED)
    soon = await due(case, "solution")
    answer = await case.act("grade", agent="a17", severity="critical", urgency="immediate")
    assert (soon - await due(case, "solution")).total_seconds() == 2 * 3600
    await case.pass_time(hours=2)
    await case.until_event("clock.changed", 1)
    last = await case.act("assign", by="lead-1", team="quality", assignee="b2", reason="late")
    await until_stored(case, last["seq"])
    assert last["seq"] > answer["seq"]
    assert ("solution", "breached") in await case.rungs()
    assert await is_as_replayed(case)


@pytest.mark.parametrize("opener", [a_complaint, a_delivery], ids=["complaint", "delivery"])
async def test_a_retargeted_case_goes_on_in_new_runs(forgetful_desk: Desk, opener: Opener) -> None:
    case = await opener(forgetful_desk)
    answer = await case.act("retarget", "once", **TO_HURRIED)
    for number in range(12):
        last = await case.act("assign", by="lead-1", assignee=f"b{number}", reason="theirs")
        await until_stored(case, last["seq"])
    assert len(await runs(case)) > 1
    assert await case.act("retarget", "once", **TO_HURRIED) == answer
    view = await case.view()
    assert (view["policy"], view["terms_hash"]) == ("hurried", answer["terms_hash"])
    assert len(await retargets(case)) == 1
    assert await is_gapless(case)
    assert await is_as_replayed(case)
