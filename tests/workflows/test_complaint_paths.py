"""A complaint from receipt to close on the real server, a test for each row (sop C1–C14, C17)."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from domain.orders import IntakeChannel
from starters.order_report import report_order
from tests.workflows.case import refused
from tests.workflows.complaint_desk import (
    FINDING,
    GRADE,
    SHA,
    TRANSCRIPT,
    open_complaint,
    start_raw,
    starting,
)
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import opened, put_past_cases
from tests.workflows.refunds import pass_refund_time

RETURN = {"kind": "return", "lines": [{"line": "1", "quantity": 1}]}


async def test_c1_complaints_come_in_by_every_channel(desk: Desk) -> None:
    await desk.put_order()
    for channel in get_args(IntakeChannel):
        transcript = TRANSCRIPT if channel == "phone" else None
        case = await open_complaint(desk, channel=channel, transcript=transcript, category=None)
        assert (case.opened["stage"], (await case.view())["channel"]) == ("intake", channel)
        await case.act("withdraw")
        assert (await case.result())["outcome"] == "withdrawn"


async def test_c2_the_whole_record_is_kept_and_nothing_of_it_shows_where_strangers_read(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(
        desk,
        channel="phone",
        transcript=TRANSCRIPT,
        attachments=[{"ref": "photos/1", "sha256": SHA}],
        goods=[{"line": "1", "quantity": 2}],
        demand={"wants": ["refund"], "amount_minor": 500, "currency": "CNY"},
        taken_in_by="a17",
        content="Unverwechselbar zerbrochen",
    )
    view = await case.view()
    assert view["content"] == "Unverwechselbar zerbrochen"
    assert (view["transcript"]["ref"], view["demand"]["amount_minor"], view["owner"]) == (
        "calls/8f2c",
        500,
        "a17",
    )
    row = dict(await case.until_stage("review"))
    described = await case.handle.describe()
    assert "zerbrochen" not in str(row) + str(await case.progress()) + str(await described.static_details())
    start = starting(desk, "C-bad", channel="phone")
    with refused("invalid_request", "a call needs its `transcript`"):
        await (await start_raw(desk, "C-bad", start)).fails()


async def test_c5_each_transfer_has_its_time_and_their_number_a_limit(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk, **GRADE)
    with refused("unknown_team", "there is no team sales"):
        await case.act("transfer", by="a17", to_team="sales", reason="theirs")
    with refused("wrong_stage", "send `transfer`"):
        await case.act("assign", by="a17", team="returns", reason="theirs")
    before = await case.updates()
    for team in ("logistics", "returns"):
        await case.act("transfer", by="a17", to_team=team, reason="theirs")
    with refused("transfer_limit", "returns keeps it"):
        await case.act("transfer", by="a17", to_team="quality", reason="theirs")
    assert await case.updates() == before + 4  # two that were taken; a refusal leaves no event
    await case.pass_time(days=6)
    clocks = [row for row in (await case.view())["clocks"] if row["name"] == "take_over"]
    assert [row["verdict"] for row in clocks] == ["met", "met", "breached"]
    await case.act("take", agent="b2")
    assert ("take_over", "cured") in await case.rungs()
    assert (await case.types()).count("complaint.transferred") == 2


async def test_c6_the_first_contact_answers_for_it_until_it_is_handed_over(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("acknowledge", agent="a17")
    await case.act("transfer", by="a17", to_team="logistics", reason="theirs")
    await case.act("take", agent="b2")
    await case.act("assign", by="lead", assignee="b3", reason="load")
    view = await case.view()
    assert (view["owner"], view["assignee"], view["team"]) == ("a17", "b3", "logistics")
    await case.act("hand_over", by="a17", to="b3", reason="end of shift")
    assert (await case.view())["owner"] == "b3"


async def test_c7_the_first_review_asks_for_more_and_a_rejection_can_be_appealed(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("request_info", agent="a17", question="Is there a photo?")
    assert {name: (await case.clock(name))["state"] for name in ("first_review", "take_over")} == {
        "first_review": "paused",
        "take_over": "running",
    }
    assert (await case.progress())["next"] == "give_info"
    await case.act("give_info", answer="Here.", attachments=[{"ref": "photos/1", "sha256": SHA}])
    await case.act("review", agent="a17", valid=False, reason="It was dropped.")
    assert (await case.progress())["next"] == "confirm"
    await case.act("confirm", satisfied=False, words="It was not.")
    view = await case.view()
    assert (view["stage"], view["round"]) == ("investigation", 2)
    assert {"complaint_answer", "complaint_question"} <= set(await case.told(3))


async def test_c8_everybody_is_heard_and_evidence_is_kept(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("review", agent="a17", valid=True)
    for party in ("customer", "merchant", "carrier"):
        await case.act("ask_party", agent="a17", party=party, question="How was it packed?")
    for number in (3, 1, 2):
        await case.act("give_statement", by="x", statement=number, words="Well.", attachments=[TRANSCRIPT])
    photo = {"ref": "photos/1", "sha256": SHA, "shows": "the crack"}
    await case.act("add_evidence", by="a17", evidence=photo)
    with refused("invalid_request", "another hash"):
        await case.act("add_evidence", by="a17", evidence={**photo, "sha256": "1" * 64})
    view = await case.view()
    assert all(statement["answered"] for statement in view["statements"])
    assert view["evidence"] == [photo]
    await case.act("finding", agent="a17", finding={**FINDING, "carrier": "swift"})
    row = await case.until_stage("solution")
    assert '"party": "merchant"' in row["facets"]


async def test_c9_the_customer_hears_how_it_stands_on_a_clock_of_its_own(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.act("acknowledge", agent="a17")
    await case.act("update_customer", agent="a17", words="We ask the carrier.")
    await case.pass_time(days=6)
    rows = [row for row in (await case.view())["clocks"] if row["name"] == "update_interval"]
    assert [row["verdict"] for row in rows] == ["met", "breached"]
    await case.act("update_customer", agent="a17", words="The carrier has answered.")
    await case.until_told("complaint_update", 2)


async def test_c10_c11_several_measures_at_once_are_followed_until_each_has_arrived(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    plan = {"department": "quality", "action": "Use thicker boxes."}
    measures: list[dict[str, Any]] = [
        RETURN,
        {"kind": "compensation", "amount_minor": 3000},
        {"kind": "apology"},
        {"kind": "improvement", "improvement": plan},
    ]
    await case.propose(*measures)
    await case.until_event("case.linked")
    child = case.beside(f"return:{desk.merchant}:{case.number}-1")
    await case.until_view(lambda view: view.get("refunds", [{}])[0].get("state") == "settled")
    assert (await case.view())["stage"] == "follow_up"
    with refused("children_open", f"return:{desk.merchant}:{case.number}-1 must end first"):
        await case.act("withdraw")
    await child.approve()
    await child.until_event("return.label_made")
    await child.receive()
    await child.inspect()
    await child.until_stage("confirmation")
    await child.act("confirm")
    await case.until_stage("confirmation")
    started = [link for link in (await case.view())["links"] if link["relation"] == "started"]
    improvement = f"improvement:{desk.merchant}:{case.number}-4"
    assert [link["case_id"] for link in started] == [child.handle.id, improvement]
    assert (await child.view())["links"][0]["relation"] == "caused_by"
    await case.act("confirm", satisfied=True)
    assert (await case.result())["outcome"] == "resolved"
    assert await desk.books_agree() == 3333 + 3000


async def test_c16_a_finding_goes_to_a_department_as_a_case_that_outlives_the_complaint(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk, **GRADE)
    await case.to_solution()
    plan = {"department": "packing", "action": "Use thicker boxes."}
    before = await case.updates()
    with refused("unknown_team", "there is no team packing; the policy has returns"):
        await case.propose({"kind": "improvement", "improvement": plan})
    assert await case.updates() == before
    await case.propose({"kind": "improvement", "improvement": {**plan, "department": "quality"}})
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    assert (await case.result())["outcome"] == "resolved"

    asked = case.beside(f"improvement:{desk.merchant}:{case.number}-1")
    view = await asked.view()
    assert (view["stage"], view["team"], view["source"]) == ("proposal", "quality", "case")
    assert await asked.told(1) == ["improvement_proposed"]
    assert [(link["case_id"], link["relation"]) for link in view["links"]] == [(case.handle.id, "caused_by")]
    [wanted] = [each["data"] for each in await case.events() if each["type"] == "complaint.improvement_asked"]
    await asked.act("accept", by="q-01")
    [action] = (await asked.progress())["actions"]
    assert (action["what"], datetime.fromisoformat(action["due_by"])) == (
        "Use thicker boxes.",
        datetime.fromisoformat(wanted["improvement"]["due_at"]),
    )
    await asked.until_stage("actions")

    strangers = await put_past_cases(desk, 1, datetime.now(UTC) - timedelta(days=9))
    shown = await opened(desk, "I-9", evidence=[case.handle.id, *strangers])
    await shown.until_stage("proposal")
    report = await report_order(desk.pool, desk.merchant, "SO-1")
    assert [(each.case_id, each.parent, each.relation) for each in report.cases] == [
        (case.handle.id, None, None),
        (asked.handle.id, case.handle.id, "started"),
        (shown.handle.id, case.handle.id, "evidence_of"),
    ]
    told = [step.type for step in report.timeline if step.case_id == asked.handle.id]
    assert told[:2] == ["improvement.proposed", "case.linked"]
    assert told[-2:] == ["improvement.round_begun", "improvement.action_added"]
    said = [step.said for step in report.timeline if step.case_id == case.handle.id]
    assert [words for words in said if asked.handle.id in words]


async def test_c10_what_the_desk_may_not_promise_needs_a_lead(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    much = {"kind": "compensation", "amount_minor": 5001}
    with refused("approval_needed", "above the 5000"):
        await case.propose(much)
    with refused("approval_needed"):
        await case.propose(much, approval={"by": "a18", "role": "agent"})
    with refused("measure_refused", "more than the 10800"):
        await case.propose({"kind": "refund", "amount_minor": 10801})
    await case.propose(much, approval={"by": "lead-1", "role": "lead"})
    await case.until_stage("confirmation")
    assert await desk.books_agree() == 5001


async def test_c11_measures_that_come_to_nothing_go_back_to_the_desk(desk: Desk) -> None:
    await desk.put_order()
    await desk.sandbox.set_gateway(settle_after_seconds=None)
    case = await open_complaint(desk)
    await case.to_solution()
    used_up = {"kind": "return", "lines": [{"line": "1", "quantity": 3}]}
    other = await desk.open(lines=[{"line": "1", "quantity": 1, "reason": "no_reason"}])
    await case.propose({"kind": "compensation", "amount_minor": 100}, used_up)
    await case.until_stage("solution")
    [failed] = [each["data"] for each in await case.events() if each["type"] == "complaint.measures_failed"]
    assert failed["measures"] == [2]
    await desk.sandbox.fail(desk.merchant, await case.key())
    await case.propose()
    await pass_refund_time(case, hours=1)
    await case.until_event("complaint.measures_failed", 2)
    await case.propose({"kind": "apology"})
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=True)
    assert (await case.result())["outcome"] == "resolved"
    assert await desk.books_agree() == 0
    await other.act("cancel")


async def test_c12_it_goes_around_twice_and_then_a_lead_decides(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose()
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=False, words="An apology does not mend it.")
    await case.act("finding", agent="a17", finding=FINDING)
    await case.propose()
    await case.until_stage("confirmation")
    await case.act("confirm", satisfied=False, words="Still not.")
    await case.until_stage("decision")
    final = {"by": "lead-1", "decision": "close", "reason": "All was done that could be."}
    with refused("approval_needed"):
        await case.act("decide_final", role="agent", **final)
    await case.act("decide_final", role="lead", **final)
    assert (await case.result())["outcome"] == "decided"
    await case.until_told("complaint_answer", 2)


async def test_c12_silence_closes_nothing(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    await case.propose()
    await case.until_stage("confirmation")
    await case.pass_time(days=13)
    row = await case.until_stage("decision")
    assert (row["open"], row["waiting_for"]) == (True, "lead")
    await case.until_told("complaint_reminder", 2)
    with refused("invalid_request", "said_in"):
        await case.act("confirm", by="agent", satisfied=True)
    await case.act("confirm", by="agent", satisfied=True, said_in=TRANSCRIPT)
    assert (await case.result())["outcome"] == "resolved"


async def test_c13_the_answer_is_written_and_sent_with_measures_reasons_and_plan(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk)
    await case.to_solution()
    plan = {"department": "quality", "action": "Use thicker boxes."}
    await case.propose({"kind": "apology"}, {"kind": "improvement", "improvement": plan})
    await case.until_stage("confirmation")
    [answer] = [each["data"] for each in await case.events() if each["type"] == "complaint.answered"]
    assert answer["text"].startswith(f"# Our answer to complaint {case.number}")
    await case.until_told("complaint_answer")
    mails = [each.body for each in await desk.sandbox.inbox() if each.notice_id.startswith(case.handle.id)]
    [sent] = [body for body in mails if "# Our answer" in body]
    assert all(words in sent for words in ("We are sorry.", str(FINDING["words"]), "Use thicker boxes."))
    await case.act("confirm", satisfied=True)
    assert (await case.result())["outcome"] == "resolved"


async def test_c17_in_the_peak_a_quality_complaint_has_its_solution_within_24_hours(desk: Desk) -> None:
    await desk.put_order()
    case = await open_complaint(desk, policy="peak")
    opened_at = datetime.fromisoformat((await case.view())["opened_at"])
    assert await case.due("solution") - opened_at == timedelta(hours=24)
    await case.pass_time(hours=25)
    assert ("solution", "breached") in await case.rungs()
    other = await open_complaint(desk, policy="peak", category="payment")
    opened_at = datetime.fromisoformat((await other.view())["opened_at"])
    assert await other.due("solution") - opened_at == timedelta(hours=120)


@pytest.mark.parametrize("decision", ["close", "evaluate_again"])
async def test_an_authoritys_complaint_has_clocks_of_its_own(desk: Desk, decision: str) -> None:
    case = await open_complaint(
        desk,
        order_id=None,
        timezone="Asia/Shanghai",
        source="regulator",
        regulator_reference=f"12315-{decision}",
        category="staff_attitude",
    )
    legal = {
        row["name"]: row["legal_due_at"] for row in (await case.view())["clocks"] if "legal_due_at" in row
    }
    assert set(legal) == {"regulator_decision", "regulator_end"}
    await case.act("review", agent="a17", valid=False, reason="Nobody of ours was there.")
    assert (await case.clock("regulator_decision"))["verdict"] == "met"
    await case.pass_time(days=13)
    await case.act("decide_final", by="head-1", role="head", decision=decision, reason="As it is.")
    stage = (await case.until_view(lambda view: view["stage"] != "decision"))["stage"]
    assert stage == {"close": "closed", "evaluate_again": "investigation"}[decision]
