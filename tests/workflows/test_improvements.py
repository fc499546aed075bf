"""Improvements on real servers (sop C16, L6): to a department, done, watched, again if it recurs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import CaseNotFound
from store.case_library import CaseLibrary
from store.case_projection import cases_projector
from store.verify import verify
from tests.workflows.case import refused
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import opened, put_past_cases, started, started_with, work_on
from tests.workflows.shapes_improvement import improved_over_many_runs

LONG_AGO = timedelta(days=10)


async def test_c16_what_stays_away_is_effective_and_kept_in_the_library(desk: Desk) -> None:
    evidence = await put_past_cases(desk, 12, datetime.now(UTC) - LONG_AGO)
    case = await opened(desk, evidence=evidence[:3], by_figures=True)
    assert (case.opened["baseline"], case.opened["tolerated"]) == (12, 1)
    await case.act("accept", by="lg-01")
    await work_on(case)
    await put_past_cases(desk, 1, await case.now() + LONG_AGO)
    await put_past_cases(desk, 5, await case.now() + LONG_AGO, carrier="harbour")
    await case.pass_time(days=31)
    assert (await case.result())["outcome"] == "effective"
    assert (await case.types())[-4:] == [
        "improvement.done",
        "improvement.check_due",
        "improvement.checked",
        "improvement.closed",
    ]
    entry = await CaseLibrary(desk.pool).entry(case.handle.id)
    assert (entry.findings, entry.improvement_plan) == ("one carrier only", "two per region")
    row = await desk.until("SELECT customer_id, order_id, team FROM cases WHERE case_id = $1", case.handle.id)
    assert row == {"customer_id": None, "order_id": None, "team": "logistics"}
    found = await verify(desk.pool, await cases_projector(desk.pool))
    assert [finding for finding in found if finding.subject == case.handle.id] == []


async def test_c16_what_recurs_is_worked_on_again_with_new_evidence_then_the_head_decides(desk: Desk) -> None:
    await put_past_cases(desk, 10, datetime.now(UTC) - LONG_AGO)
    case = await opened(desk)
    await case.act("accept", by="lg-01")
    await work_on(case)
    again = await put_past_cases(desk, 2, await case.now() + LONG_AGO, kind="delivery")
    await case.pass_time(days=31)
    await case.until_event("improvement.round_begun", 2)
    view = await case.view()
    assert (view["round"], view["found"]) == (2, 2)
    assert [link["case_id"] for link in view["links"]] == again
    await work_on(case, action=2)
    more = await put_past_cases(desk, 25, await case.now() + LONG_AGO)
    await case.pass_time(days=31)
    await case.until_stage("ruling")
    assert [link["case_id"] for link in (await case.view())["links"]] == [*again, *more[:20]]
    await case.act("rule", by="head-1", go_on=False, reason="the contract ends next month")
    assert (await case.result())["outcome"] == "not_effective"


async def test_c16_a_no_goes_back_to_who_asked_and_an_insisting_one_to_the_head(desk: Desk) -> None:
    case = await opened(desk)
    await case.act("decline", by="lg-01", reason="the carrier is to blame")
    with refused("wrong_stage"):
        await case.act("accept", by="lg-01")
    await case.act("insist", by="da-01", reason="we chose the carrier")
    await case.act("rule", by="head-1", go_on=True, reason="it costs us customers")
    assert (await case.view())["stage"] == "actions"
    silent = await opened(desk, "I-2")
    await silent.act("decline", by="lg-01", reason="the carrier is to blame")
    await silent.pass_time(days=6)
    assert (await silent.result())["outcome"] == "declined"


async def test_c16_nobody_forgets_it_the_ladder_tells_the_lead_and_the_head(desk: Desk) -> None:
    case = await opened(desk)
    await case.pass_time(days=7)
    await case.until_event("clock.changed", 5)
    assert ("acceptance", "breached") in await case.rungs()
    told = await desk.pool.fetch(
        "SELECT notice_id FROM notices WHERE case_id = $1 AND state <> 'pending'", case.handle.id
    )
    assert {row["notice_id"].rpartition(":")[2] for row in told} == {"lead", "head"}
    row = await case.until_stage("proposal")
    assert row["sla_state"] == "breached"


async def test_c16_the_case_that_asks_hears_how_it_ends(desk: Desk) -> None:
    await desk.put_order()
    cause = await desk.open()
    case = await opened(desk, cause=cause.handle.id)
    assert (await case.view())["source"] == "case"
    await cause.until_event("case.link_reported")
    await case.act("withdraw", by="da-01", reason="a wrong figure")
    await cause.until_event("case.link_reported", 2)
    [link] = (await cause.view())["links"]
    assert (link["relation"], link["outcome"], link["open"]) == ("started", "withdrawn", False)


async def test_c16_a_closed_one_that_recurs_after_all_begins_another_round(desk: Desk) -> None:
    case = await opened(desk)
    await case.act("accept", by="lg-01")
    await work_on(case)
    await case.pass_time(days=31)
    assert (await case.result())["outcome"] == "effective"
    reopening = desk.reopening("I-1", "by_ops", by="da-01")
    again = await started_with(desk, reopening)
    await again.act("open", **reopening)
    assert (await again.view())["round"] == 2
    await again.act("withdraw", by="da-01", reason="seen otherwise")
    assert (await again.result())["outcome"] == "withdrawn"


async def test_c16_bad_findings_are_refused_with_what_is_wrong(desk: Desk) -> None:
    other = await put_past_cases(desk, 1, datetime.now(UTC))
    stranger = [other[0].replace(desk.merchant, "m-other")]
    bad: list[tuple[str, dict[str, Any], str, str]] = [
        ("I-2", {"department": "wizards"}, "unknown_team", "there is no team wizards"),
        ("I-3", {"evidence": stranger}, "case_not_found", "there is no case"),
        ("I-4", {"recurs": {}}, "invalid_request", "name what recurs"),
        ("I-5", {"policy": "nowhere"}, "unknown_policy", "nowhere"),
    ]
    for number, given, code, why in bad:
        case = await started(desk, number, **given)
        with refused(code, why):
            await case.fails()
    with pytest.raises(CaseNotFound):
        await CaseLibrary(desk.pool).entry(f"improvement:{desk.merchant}:I-2")


async def test_c16_a_long_one_goes_on_through_runs_and_forgets_nothing(forgetful_desk: Desk) -> None:
    case = await improved_over_many_runs(forgetful_desk)
    assert (await case.result())["outcome"] == "effective"
    events = await case.events()
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (await case.types()).count("improvement.action_done") == 8
    runs = await forgetful_desk.pool.fetch(
        "SELECT DISTINCT run_id FROM events WHERE case_id = $1", case.handle.id
    )
    assert len(runs) > 2
