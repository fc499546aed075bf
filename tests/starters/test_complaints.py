"""A complaint by the typed client; what is refused by name and leaves no event."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.complaints import messages, record
from domain.complaints import requests as ask
from domain.errors import (
    CaseworkError,
    InvalidRequest,
    TransferLimit,
    UnknownTeam,
    WrongStage,
)
from domain.message import Message
from starters.client import Cases
from tests.workflows.case import poll
from tests.workflows.complaint_desk import FINDING, TRANSCRIPT, complaint
from tests.workflows.desk import Desk

FOUND = record.Finding.model_validate(FINDING)
PASSED_ON = ask.Transfer(by="a17", to_team="logistics", reason="theirs")
LAST_OF_THE_OPENING = 7
SATISFIED = ask.ConfirmSolution(satisfied=True)


async def opened(cases: Cases, desk: Desk) -> str:
    """A complaint about a broken cup."""
    await desk.put_order()
    taken = messages.Complaint.model_validate(complaint())
    start = messages.OpenComplaint(merchant=desk.merchant, number="C-1", complaint=taken)
    answer = await cases.open(start)
    assert isinstance(answer, messages.Opened)
    assert (answer.stage, answer.team) == ("review", "quality")
    return answer.case_id


async def refuses(
    cases: Cases, case_id: str, request: Message, refusal: type[CaseworkError], why: str
) -> None:
    """The request is refused by name, and nothing was recorded."""
    before = await cases.case(case_id)
    with pytest.raises(refusal, match=why):
        await cases.act(case_id, request, f"refused-{refusal.code}-{before['seq']}")
    assert await cases.case(case_id) == before


async def acknowledged(cases: Cases, case_id: str) -> None:
    """Wait until the case knows that its customer was told: nothing else moves it then."""
    await poll(lambda: cases.case(case_id), lambda view: view["seq"] > LAST_OF_THE_OPENING)


async def test_a_complaint_is_opened_and_moved_by_typed_messages(cases: Cases, desk: Desk) -> None:
    case_id = await opened(cases, desk)
    await cases.act(case_id, ask.Acknowledge(agent="a17"), "acknowledge")
    await cases.act(case_id, ask.Grade(agent="a17", severity="major", urgency="soon"), "grade")
    await cases.act(case_id, ask.Review(agent="a17", valid=True), "review")
    await cases.act(case_id, ask.RecordFinding(agent="a17", finding=FOUND), "finding")
    apology = record.MeasureWanted(kind="apology")
    await cases.act(case_id, ask.Propose(agent="a17", reasons="We are sorry.", measures=[apology]), "propose")
    async for event in cases.follow(case_id):
        if event.type == "complaint.answered":
            break
    progress = await cases.progress(case_id)
    assert isinstance(progress, messages.ComplaintProgress)
    assert progress.next == "confirm"
    answer = await cases.act(case_id, SATISFIED, "confirm")
    assert (answer.stage, answer.outcome) == ("closed", "resolved")
    assert await cases.act(case_id, SATISFIED, "confirm") == answer


async def test_what_a_complaint_does_not_allow_is_refused_by_name_and_leaves_no_event(
    cases: Cases, desk: Desk
) -> None:
    case_id = await opened(cases, desk)
    await acknowledged(cases, case_id)
    await refuses(cases, case_id, ask.RecordFinding(agent="a17", finding=FOUND), WrongStage, "finding")
    await refuses(cases, case_id, SATISFIED, WrongStage, "the customer's word on the answer is possible")
    stranger = PASSED_ON.model_copy(update={"to_team": "sales"})
    await refuses(cases, case_id, stranger, UnknownTeam, "there is no team sales")
    await cases.act(case_id, PASSED_ON, "first")
    await cases.act(case_id, PASSED_ON.model_copy(update={"to_team": "returns"}), "second")
    third = PASSED_ON.model_copy(update={"to_team": "quality"})
    await refuses(cases, case_id, third, TransferLimit, "the policy allows 2; returns keeps it")
    closing = ask.DecideFinal(by="l1", role="lead", decision="close", reason="enough")
    await refuses(cases, case_id, closing, WrongStage, "a final decision is possible in decision")


async def test_an_agent_who_passes_the_customers_word_on_says_where_it_stands(
    cases: Cases, desk: Desk
) -> None:
    """The models refuse it by themselves, so it is sent as by a caller who has none (sop C12)."""
    case_id = await opened(cases, desk)
    await acknowledged(cases, case_id)
    words = [
        ask.ConfirmSolution.model_construct(by="agent", satisfied=True),
        ask.ConfirmSolution.model_construct(by="agent", satisfied=False, words="Still broken."),
        ask.WithdrawComplaint.model_construct(by="agent", reason="never mind"),
    ]
    for word in words:
        await refuses(cases, case_id, word, InvalidRequest, "says where it stands: `said_in`")
    said = ask.WithdrawComplaint(by="agent", said_in=record.Attachment.model_validate(TRANSCRIPT))
    assert (await cases.act(case_id, said, "withdraw")).outcome == "withdrawn"


async def test_a_complaint_whose_clock_goes_backwards_is_not_taken_in(cases: Cases, desk: Desk) -> None:
    await desk.put_order()
    ahead = datetime.now(UTC) + timedelta(days=1)
    taken = messages.Complaint.model_validate({**complaint(), "received_at": ahead, "attachments": []})
    start = messages.OpenComplaint(merchant=desk.merchant, number="C-2", complaint=taken)
    with pytest.raises(InvalidRequest, match="cannot come from the future"):
        await cases.open(start)
    assert await desk.pool.fetch("SELECT 1 FROM events WHERE case_id = $1", start.case_id) == []
