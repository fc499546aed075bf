"""Complaints are classified, graded, and found again when they are closed (sop C3, C4, C14)."""

from datetime import UTC, datetime, timedelta

import yaml

from domain.grading import CATEGORIES, SEVERITIES, URGENCIES
from starters.settings import Settings
from store.case_library import CaseLibrary, LibraryFilter
from tests.workflows.case import refused
from tests.workflows.complaint_desk import open_complaint
from tests.workflows.desk import Desk

RULES = yaml.safe_load((Settings().policies_dir / "standard.yaml").read_text(encoding="utf-8"))["complaints"]


async def test_c3_each_class_sends_it_to_its_team(desk: Desk) -> None:
    await desk.put_order()
    for category in CATEGORIES:
        case = await open_complaint(desk, category=None)
        await case.act("classify", agent="a17", category=category)
        view = await case.view()
        assert (view["category"], view["stage"]) == (category, "review")
        assert view["team"] == RULES["dispatch"]["teams"][category]
    first = await open_complaint(desk, category="privacy")
    with refused("invalid_request", "category"):
        await first.act("classify", agent="a17", category="weather")
    await first.act("classify", agent="a17", category="payment", reason="It is the money.")
    view = await first.view()
    assert (view["category"], view["team"]) == ("payment", "privacy")  # who has it passes it on by `transfer`


async def test_c4_severity_and_urgency_give_the_priority_and_the_worst_come_first(desk: Desk) -> None:
    """Every cell of the policy's matrix, said one after the other of one complaint; its clocks go along."""
    await desk.put_order()
    case = await open_complaint(desk, channel="email")
    opened_at = datetime.fromisoformat((await case.view())["opened_at"])
    assert (await case.view())["priority"] == RULES["grading"]["ungraded"]
    assert await case.due("first_response") - opened_at == timedelta(hours=2)
    due: dict[str, datetime] = {}
    for severity in SEVERITIES:
        for urgency in URGENCIES:
            await case.act("grade", agent="a17", severity=severity, urgency=urgency)
            priority = (await case.view())["priority"]
            assert priority == RULES["grading"]["matrix"][severity][urgency]
            due[priority] = await case.due("solution")
    assert due["P1"] < due["P2"] < due["P3"] <= due["P4"]
    await case.act("grade", agent="a17", severity="critical", urgency="immediate")
    assert await case.due("first_response") - opened_at == timedelta(minutes=10)
    await case.until_event("complaint.graded", 10)
    assert ("first_response", "retargeted") in await case.rungs()
    assert (await case.until_stage("review"))["priority"] == "P1"
    with refused("invalid_request", "severity"):
        await case.act("grade", agent="a17", severity="terrible", urgency="soon")


async def test_c14_the_whole_case_is_archived_and_found_by_what_was_said_in_chinese(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk, goods=[{"line": "1", "quantity": 1}], content="杯子收到时已经碎了")
    other = await open_complaint(desk, category="payment", content="退款一直没有到账")
    library, here = CaseLibrary(desk.pool), LibraryFilter(merchant=desk.merchant)

    async def found(words: str) -> list[str]:
        page = await library.search(words, here, datetime.now(UTC) + timedelta(days=1))
        return [each.entry.case_id for each in page.found]

    assert await found("杯子") == []  # an open case is at the desk, not in the library
    await case.to_solution(words="包装盒太薄")
    await case.propose()
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    await case.result()
    await other.act("withdraw")
    await other.result()
    for words in ("碎了", "杯子 太薄", '"已经碎了"', "包装盒"):
        assert await found(words) == [case.handle.id], words
    assert await found("到账") == [other.handle.id]
    assert await found("杯子 到账") == []
    assert await found("") == [other.handle.id, case.handle.id]
    entry = await library.entry(case.handle.id)
    assert (entry.category, entry.party, entry.skus) == ("product_quality", "merchant", ["CUP-01"])
    assert (entry.outcome, entry.customer_text) == ("resolved", "杯子收到时已经碎了")
