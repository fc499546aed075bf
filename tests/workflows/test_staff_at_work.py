"""Cases with a staff (sop A3, E1): who gets one, whom a ladder tells, who gets it next, whose word counts."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.complaints import requests as ask
from domain.complaints.messages import Complaint as ComplaintContent
from domain.complaints.messages import OpenComplaint
from domain.complaints.record import MeasureWanted
from domain.errors import Forbidden, UnknownMember
from domain.staff.directory import Absence
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.staff import StaffDesk
from tests.workflows.complaint_desk import Complaint, complaint, open_complaint
from tests.workflows.desk import FAULTY, Desk
from tests.workflows.staff_desk import owners, roster, rota, staffed, told


async def test_a_ladder_tells_members_and_gives_the_case_to_others(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await desk.open(lines=FAULTY)
        await case.pass_time(days=20)
        await case.until_event("case.assigned", 2)
        await told(case, "review", "75%", "agent:sl-01")  # nobody has it: who is on call hears
        await told(case, "review", "100%", "agent:sl-01", "lead:sv-01")
        await told(case, "review", "2h", "agent:fl-01", "lead:sv-01")  # who gets it hears, too
        await told(case, "review", "9h", "agent:sv-01", "head:hd-01")
        reason = "on shift, speaks en, has 0 of 20 cases, the lowest load of 2 in returns"
        assert await owners(case) == [
            ("clock", "fl-01", f"review reached 2h; {reason}"),
            ("clock", "sv-01", "review reached 9h; leads returns"),
        ]
        row = await desk.until("SELECT * FROM cases WHERE case_id = $1", case.handle.id)
        assert (row["team"], row["assignee"]) == ("returns", "sv-01")
        mails = await desk.sandbox.inbox("email", to="fl-01@desk.example")
        assert [each.notice_id for each in mails if desk.merchant in (each.notice_id or "")]


async def test_who_is_away_when_a_rung_fires_is_not_told(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()) as staff:
        case = await desk.open(lines=FAULTY)
        since = datetime.now(UTC) - timedelta(hours=1)
        await staff.mark_away(Absence(member="sv-01", since=since))
        await staff.mark_away(Absence(member="sl-01", since=since))
        await case.pass_until((await case.clock("review"))["due_at"])
        await told(case, "review", "75%", "agent:hd-01")
        await told(case, "review", "100%", "agent:hd-01")  # who stands in twice is told once


async def test_a_complaint_goes_to_who_of_its_team_has_the_least_to_do(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()):
        first = await open_complaint(desk)
        await first.until_event("case.assigned")
        reason = "on shift, speaks en, has 0 of 10 cases, the lowest load of 2 in quality"
        assert await owners(first) == [("policy", "cs-01", reason)]
        await first.act("transfer", by="cs-01", to_team="returns", reason="It is about a return.")
        await first.until_event("case.assigned", 2)
        assert (await owners(first))[-1][:2] == ("policy", "fl-01")


async def test_a_complaint_that_nobody_can_take_waits_in_the_queue(desk: Desk) -> None:
    await desk.put_order()
    async with staffed(desk, roster()):
        case = await open_complaint(desk, category="payment")
        await case.until_stage("review")
        await case.act("take", agent="a17")
        await case.until_event("complaint.taken")
        assert await owners(case) == []


def typed(desk: Desk) -> Cases:
    return Cases(desk.client, CaseRecords(desk.pool))


async def opened(desk: Desk, cases: Cases, number: str, **changes: str) -> Complaint:
    """A complaint by the typed client."""
    content = ComplaintContent.model_validate(complaint(**changes))
    answer = await cases.open(OpenComplaint(merchant=desk.merchant, number=number, complaint=content))
    return Complaint(desk, desk.client.get_workflow_handle(answer.case_id), number)


async def test_a3_every_role_does_its_own_work(desk: Desk) -> None:
    await desk.put_order()
    cases, people = typed(desk), StaffDesk(desk.pool, {})
    async with staffed(desk, roster()):
        case = await opened(desk, cases, "C-A3")
        await case.until_event("case.assigned")
        assert [owner for _, owner, _ in await owners(case)] == ["cs-01"], "a complaint specialist has it"
        case_id = case.handle.id
        await cases.act(case_id, ask.Take(agent="cs-01"), "take-1")
        await cases.act(case_id, ask.Review(agent="cs-01", valid=True), "review-1")
        finding = ask.RecordFinding.model_validate(
            {"agent": "cs-01", "finding": {"party": "merchant", "root_cause": "box", "words": "Too thin."}}
        )
        await cases.act(case_id, finding, "finding-1")

        def solution(by: str, role: str) -> ask.Propose:
            approval = ask.Approval.model_validate({"by": by, "role": role})
            much = MeasureWanted(kind="compensation", amount_minor=6000)
            return ask.Propose(agent="cs-01", reasons="We are sorry.", measures=[much], approval=approval)

        for by in ("fl-01", "sl-01", "cs-01", "tr-01", "da-01"):
            with pytest.raises(Forbidden, match="it is for supervisor or head"):
                await cases.act(case_id, solution(by, "lead"), f"propose-{by}")
        with pytest.raises(Forbidden, match="supervisor does not speak as head"):
            await cases.act(case_id, solution("sv-02", "head"), "propose-as-head")
        with pytest.raises(UnknownMember):
            await cases.act(case_id, solution("nobody", "lead"), "propose-nobody")
        await cases.act(case_id, solution("sv-02", "lead"), "propose-1")
        await case.until_stage("confirmation")

        now = datetime.now(UTC)
        with pytest.raises(Forbidden):
            await people.away(Absence(member="cs-01", since=now), by="tr-01", now=now)
        plan = await people.away(Absence(member="cs-01", since=now), by="sv-02", now=now)
        assert [(move.case_id, move.assignee) for move in plan.moves] == [(case_id, "cs-02")]
        capacity = {each.member: each.capacity for each in await people.members(now)}
        assert capacity["tr-01"] == capacity["da-01"] == 0, "who trains or analyses gets no cases"


async def test_e1_a_surge_has_more_people_other_turns_and_a_line_to_senior_staff(desk: Desk) -> None:
    await desk.put_order()
    now = datetime.now(UTC)
    surge = {
        "since": (now - timedelta(hours=1)).isoformat(),
        "until": (now + timedelta(days=40)).isoformat(),
        "teams": {"quality": {"on_call": rota("sl-01")}},
        "members": {"sl-01": {"team": "quality", "capacity": 30}, "cs-01": {"capacity": 0}},
    }
    cases, people = typed(desk), StaffDesk(desk.pool, {})
    usual = roster().members["sl-01"]
    async with staffed(desk, roster(surges={"peak": surge})):
        peak = await opened(desk, cases, "C-E1", policy="everyday")
        assert (await peak.view())["policy"] == "peak"
        await peak.until_event("case.assigned")
        assert [owner for _, owner, _ in await owners(peak)] == ["cs-02"]
        [call] = await people.on_call(now, "quality")
        [later] = await people.on_call(now + timedelta(days=50), "quality")
        assert [each.told and each.told.member for each in (call, later)] == ["sl-01", "cs-01"]
        helpers = {each.member: each.team for each in await people.members(now)}
        assert (helpers["sl-01"], usual.team) == ("quality", "returns")

        await peak.pass_until((await peak.clock("take_over"))["due_at"])
        await peak.until_event("case.assigned", 3)
        await told(peak, "take_over", "50%", "agent:cs-02")
        await told(peak, "take_over", "75%", "agent:cs-02", "agent:sl-01", "lead:sv-02")
        await told(peak, "take_over", "100%", "lead:sv-02", "head:hd-01")
        assert [owner for _, owner, _ in await owners(peak)] == ["cs-02", "sl-01", "sv-02"]

    async with staffed(desk, roster()):
        usually = await open_complaint(desk)
        await usually.until_event("case.assigned")
        await usually.pass_until((await usually.clock("take_over"))["due_at"])
        await told(usually, "take_over", "75%", "agent:cs-01")
        await told(usually, "take_over", "100%", "agent:cs-02", "lead:sv-02")
