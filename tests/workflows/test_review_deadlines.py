"""The review's clock: warned, breached once for every rung, cured and still breached; exact to the second."""

from typing import Any

from activities.names import SLA_STATE
from domain.policy.pinned import ReturnTerms
from domain.sla import ClockBook, observe, rows
from store.case_archive import CaseArchive
from tests.workflows.case import Case
from tests.workflows.desk import FAULTY, Desk


async def replayed(case: Case) -> list[dict[str, Any]]:
    """The clocks by `domain.sla` alone, over the stored events."""
    events = await case.events()
    terms = await CaseArchive(case.desk.pool).terms(ReturnTerms, events[0]["data"]["terms_hash"])
    book = ClockBook()
    for event in events:
        book = observe(book, terms.clocks, event["type"], event["at"])
    found = rows(book, terms.clocks, await case.now())
    return [row.model_dump(mode="json", exclude_none=True) for row in found]


def verdicts(clocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without what moves with every second that one looks later."""
    return [{name: value for name, value in row.items() if name not in moving(row)} for row in clocks]


def moving(row: dict[str, Any]) -> tuple[str, ...]:
    running = ("elapsed_seconds", "paused_seconds")
    return (*running, "due_at") if row["state"] == "paused" else running


async def sla_states(case: Case) -> list[str]:
    """Every value that the run gave the search attribute."""
    history = await case.handle.fetch_history()
    return [
        event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields[
            SLA_STATE.name
        ].data.decode()
        for event in history.events
        if event.HasField("upsert_workflow_search_attributes_event_attributes")
    ]


async def test_a_review_that_nobody_does_is_warned_then_breached_and_goes_up_the_ladder(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    due = (await case.clock("review"))["due_at"]
    await case.pass_until(due)
    await case.until_event("clock.changed", 4)
    assert [change for change in await case.rungs() if change[0] == "review"] == [
        ("review", "activated"),
        ("review", "75%"),
        ("review", "100%"),
        ("review", "breached"),
    ]
    row = await desk.until("SELECT * FROM cases WHERE case_id = $1", case.handle.id)
    assert row["sla_state"] == "breached"
    assert verdicts((await case.view())["clocks"]) == verdicts(await replayed(case))

    await case.pass_time(days=20)
    review = [rung for name, rung in await case.rungs() if name == "review"]
    assert review == ["activated", "75%", "100%", "breached", "2h", "9h"]
    assert await sla_states(case) == ['"breached"']


async def test_a_cured_breach_stays_a_breach(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.pass_until((await case.clock("review"))["due_at"])
    await case.approve()
    clock = await case.clock("review")
    assert (clock["state"], clock["verdict"]) == ("stopped", "breached")
    await case.pass_time(days=2)
    assert [rung for name, rung in await case.rungs() if name == "review"][-2:] == ["breached", "cured"]
    assert verdicts((await case.view())["clocks"]) == verdicts(await replayed(case))


async def test_a_review_in_time_is_met_and_tells_nobody(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.approve()
    assert (await case.clock("review"))["verdict"] == "met"
    assert await sla_states(case) == []
    await case.pass_time(hours=1)
    assert not any(kind.startswith("clock_") for kind in await case.told())


async def test_a_question_to_the_customer_stops_the_clock_and_the_answer_starts_it_again(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.act("request_info", agent="a17", question="Is there a photo?")
    await case.pass_time(days=10)
    paused = await case.clock("review")
    assert (paused["state"], paused["verdict"]) == ("paused", "pending")
    assert (await case.progress())["next"] == "give_info"

    await case.act("give_info", answer="Here it is.", attachments=["photo-1"])
    running = await case.clock("review")
    assert running["state"] == "running"
    await case.pass_until(running["due_at"])
    assert (await case.clock("review"))["verdict"] == "breached"
    assert verdicts((await case.view())["clocks"]) == verdicts(await replayed(case))


async def test_staff_hear_of_each_rung_once_and_customers_of_none(desk: Desk) -> None:
    await desk.put_order()
    case = await desk.open(lines=FAULTY)
    await case.pass_time(days=20)
    review = ["warned:agent", "breached:agent", "breached:lead", "breached:lead", "breached:head"]
    resolution = ["warned:agent", "breached:lead", "breached:head"]
    await case.told(len(review) + len(resolution))
    rows = await desk.pool.fetch("SELECT notice_id FROM notices WHERE case_id = $1", case.handle.id)
    told = [row["notice_id"].removeprefix(f"{case.handle.id}:clock_") for row in rows]
    rungs = [f"{kind}:{whom}" for kind, _, whom in (name.split(":") for name in told)]
    assert sorted(rungs) == sorted(review + resolution), told
