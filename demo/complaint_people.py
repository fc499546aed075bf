"""Customers who complain, and the desk that looks into it: each does its part, by the script."""

import asyncio
import hashlib
from datetime import timedelta

from pydantic import BaseModel

from demo.complaint_script import ComplaintPlay
from demo.day import MERCHANT
from demo.script import POLICY, WORDS
from demo.watch import Watch
from domain.complaints import requests as ask
from domain.complaints.messages import Complaint, OpenComplaint
from domain.complaints.record import Attachment, Demand, Finding, MeasureWanted, Want
from sandbox.client import SandboxClient
from starters.client import Cases

MOMENT_SECONDS = 1.0
FIRST_ANSWER_SECONDS = {False: 0.3, True: 2.6}
"""The demo policy promises it in 1 s on the phone and in the chat, else in 2 s."""
COMPENSATION_MINOR, REFUND_MINOR = 450, 1250
RIGHT_TEAM = "second_line"
WANTS: dict[str, Want] = {"compensation": "compensation", "refund": "refund"}
"""Who gets neither asked for an apology."""


class ComplaintPeople:
    """All who act on complaints. Every request has a key of its own, so that none is applied twice."""

    def __init__(self, cases: Cases, sandbox: SandboxClient, watch: Watch) -> None:
        self._cases = cases
        self._sandbox = sandbox
        self._watch = watch

    async def play(self, play: ComplaintPlay) -> None:
        """A complaint from its receipt to its end. Raises `CaseworkError` when a request is refused."""
        await self._cases.open(
            OpenComplaint(merchant=MERCHANT, number=play.number, complaint=await self._taken_in(play))
        )
        await asyncio.sleep(FIRST_ANSWER_SECONDS[play.is_answered_late])
        await self._act(play, ask.Acknowledge(agent=play.agent))
        await self._act(play, ask.Take(agent=play.agent))
        await asyncio.sleep(MOMENT_SECONDS)
        if not await self._review(play):
            return
        first: MeasureWanted = _measure("apology" if play.turn == "twice_around" else play.turn)
        await self._solve(play, first, 1)
        if play.turn == "twice_around":
            no = ask.ConfirmSolution(satisfied=False, words=_words(play, "not_enough"))
            await self._act(play, no)
            await asyncio.sleep(MOMENT_SECONDS)
            await self._solve(play, _measure("compensation"), 2)
        await self._act(play, ask.ConfirmSolution(satisfied=True), "satisfied")

    async def _taken_in(self, play: ComplaintPlay) -> Complaint:
        call = hashlib.sha256(play.number.encode()).hexdigest()
        return Complaint(
            customer_id=play.order.customer_id,
            order_id=play.order.order_id,
            occurred_at=await self._sandbox.now() - timedelta(days=1),
            content=_words(play, "complaint"),
            demand=Demand(wants=[WANTS.get(play.turn, "apology")]),
            channel=play.channel,
            transcript=Attachment(ref=f"calls/{play.number}", sha256=call)
            if play.channel == "phone"
            else None,
            language=play.language,
            category=play.category,
            severity=play.severity,
            urgency=play.urgency,
            policy=POLICY,
        )

    async def _review(self, play: ComplaintPlay) -> bool:
        """The first review, and what comes before it; False where that was the end."""
        match play.turn:
            case "withdrawn":
                await self._act(play, ask.WithdrawComplaint(reason=_words(play, "withdrawn")))
                return False
            case "question":
                await self._act(play, ask.RequestInfo(agent=play.agent, question=_words(play, "question")))
                await asyncio.sleep(2 * MOMENT_SECONDS)
                await self._act(play, ask.GiveInfo(answer=_words(play, "answer")))
            case "passed_on":
                reason = _words(play, "passed_on")
                await self._act(play, ask.Transfer(by=play.agent, to_team=RIGHT_TEAM, reason=reason))
                await self._act(play, ask.Take(agent=play.agent), "Take-2")
            case "not_valid":
                reason = _words(play, "not_valid")
                await self._act(play, ask.Review(agent=play.agent, valid=False, reason=reason))
                await asyncio.sleep(2 * MOMENT_SECONDS)
                await self._act(play, ask.ConfirmSolution(satisfied=True))
                return False
            case _:
                pass
        await self._act(play, ask.Review(agent=play.agent, valid=True))
        return True

    async def _solve(self, play: ComplaintPlay, measure: MeasureWanted, round_: int) -> None:
        """Looked into, solved, and answered; returns when the customer has had time to read it."""
        await asyncio.sleep(MOMENT_SECONDS)
        finding = Finding(party="merchant", root_cause=play.category, words=_words(play, "finding"))
        await self._act(play, ask.RecordFinding(agent=play.agent, finding=finding), f"finding-{round_}")
        await asyncio.sleep(MOMENT_SECONDS)
        proposed = ask.Propose(agent=play.agent, reasons=_words(play, "sorry"), measures=[measure])
        seq = await self._act(play, proposed, f"propose-{round_}")
        # On a very busy machine their silence has asked for a lead's decision; their word still ends it.
        answered = ("confirmation", "decision")
        await self._watch.until(play.case_id, lambda row: row.stage in answered and row.last_seq >= seq)
        await asyncio.sleep(MOMENT_SECONDS)

    async def _act(self, play: ComplaintPlay, message: BaseModel, key: str | None = None) -> int:
        answer = await self._cases.act(play.case_id, message, key or type(message).__name__)
        return answer.seq


def _measure(turn: str) -> MeasureWanted:
    """What makes up for it."""
    match turn:
        case "compensation" | "question":
            return MeasureWanted(kind="compensation", amount_minor=COMPENSATION_MINOR)
        case "refund":
            return MeasureWanted(kind="refund", amount_minor=REFUND_MINOR)
        case _:
            return MeasureWanted(kind="apology")


def _words(play: ComplaintPlay, name: str) -> str:
    return WORDS[name][play.language]
