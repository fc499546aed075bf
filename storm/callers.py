"""The callers: each drives a case by the typed client, asks again under its key, and notes what it hears."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from pydantic import BaseModel

from domain.cases.messages import Answer, OpenCase, Opened
from domain.complaints import requests as complaints
from domain.complaints.messages import Complaint, OpenComplaint
from domain.complaints.record import Demand, Finding, MeasureWanted
from domain.deliveries import messages as deliveries
from domain.errors import CaseworkError, NoAnswer, NotReady, Refused, StoreUnavailable, WrongStage
from domain.records import CaseSummary
from domain.returns import messages as returns
from sandbox.client import SandboxClient
from sandbox.messages import Contact
from sandbox.payment_messages import Capture
from starters.client import Cases
from storm.books import CallersBook
from storm.ops import Ops
from storm.plays import CURRENCY, LINE, MERCHANT, Play
from storm.recovery import Recovery
from storm.watch import Watch

POLICY = "storm"
PATIENCE_SECONDS = 20.0
PAUSE_SECONDS = 0.5
GIVE_UP_SECONDS = 300.0
"""A caller who hears nothing for so long, over all its tries, is a violation."""
LATE_SECONDS = 4.5
"""When the late agents answer: the storm's policy promises it in 3 s."""
WEATHER = (NoAnswer, NotReady, StoreUnavailable)
"""Says nothing about the request: the same request is sent again."""


class CallerGaveUp(CaseworkError):
    """A request was not answered in all the time that a caller has."""

    code = "caller_gave_up"


@dataclass
class Callers:
    """Everybody who acts on cases."""

    cases: Cases
    sandbox: SandboxClient
    book: CallersBook
    watch: Watch
    ops: Ops
    recovery: Recovery
    deciding: Callable[[str], None]
    """Is told of each case whose money is about to be paid."""
    found: list[str] = field(default_factory=list[str])
    """Violations that a caller sees by itself: two answers to one request."""
    sent_twice: int = 0
    races_lost: int = 0
    won: set[str] = field(default_factory=set[str])
    """The orders of races of which a case was taken."""

    async def prepare(self, play: Play, now: datetime) -> None:
        """The shop and the gateway know the order, its payments and its customer; not a part of the storm."""
        order = play.order(now)
        await self.sandbox.put_order(order)
        for payment_id, minor in play.payments_minor.items():
            await self.sandbox.put_capture(
                Capture(merchant=MERCHANT, order_id=payment_id, amount_minor=minor, currency=CURRENCY)
            )
        contact = Contact(
            name="A. Customer",
            language="en",
            email=f"{play.customer_id}@storm.example",
            phone="+8613800000000",
            push_token=f"push-{play.customer_id}",
        )
        await self.sandbox.put_contact(MERCHANT, play.customer_id, contact)

    async def drive(self, play: Play) -> None:
        """A case from its opening to its close, whatever dies on the way. Raises `CaseworkError`."""
        acts = {
            "complaint": self._complaint,
            "compensation": self._complaint,
            "delivery": self._delivery,
        }
        await acts.get(play.kind, self._return)(play)

    async def _return(self, play: Play) -> None:
        applied = returns.Application.model_validate(application(play))
        start = returns.OpenReturn(merchant=MERCHANT, number=play.number, application=applied)
        opened = await self._open(play, start)
        assert isinstance(opened, returns.Opened)
        if opened.decision == "refuse":
            self._lose(play, opened.code)
            return
        if play.kind == "race":
            self.won.add(play.order_id)
        if opened.decision == "review":
            await asyncio.sleep(LATE_SECONDS)
            await self._act(play, returns.Review(agent="a17", approve=True), "review")
        await self._act(play, returns.Ship(carrier="swift", tracking_no=f"SW-{play.number}"), "ship")
        await self._act(play, returns.Receive(warehouse="w1"), "receive")
        line = returns.InspectedLine(line=LINE, passed=play.units)
        inspected = returns.Inspect(inspector="i4", lines=[line])
        decided = await self._act(play, inspected, "inspect", decides=True)
        await self._befall(play, decided.seq)
        await self._close(play, returns.Confirm())

    def _lose(self, play: Play, code: str) -> None:
        """Only who races another case for the same unit may be refused."""
        self.races_lost += 1
        if play.kind != "race":
            self.found.append(f"{play.case_id} was refused: {code}")

    async def _complaint(self, play: Play) -> None:
        agent = f"a{int(play.number[2:]) % 50}"
        start = OpenComplaint(merchant=MERCHANT, number=play.number, complaint=complaint(play))
        await self._open(play, start)
        await self._act(play, complaints.Review(agent=agent, valid=True), "review")
        finding = Finding(party="merchant", root_cause="packaging", words="The box is too thin.")
        await self._act(play, complaints.RecordFinding(agent=agent, finding=finding), "finding")
        kind = "refund" if play.kind == "complaint" else "compensation"
        measure = MeasureWanted(kind=kind, amount_minor=play.amount_minor)
        proposed = complaints.Propose(agent=agent, reasons="We are sorry.", measures=[measure])
        decided = await self._act(play, proposed, "propose", decides=True)
        await self._befall(play, decided.seq)
        await self._close(play, complaints.ConfirmSolution(satisfied=True))

    async def _delivery(self, play: Play) -> None:
        start = deliveries.OpenDelivery(merchant=MERCHANT, number=play.number, exception=exception(play))
        await self._open(play, start)
        decided = await self._act(play, deliveries.Choose(remedy="refund"), "choose", decides=True)
        await self._befall(play, decided.seq)
        await self._close(play, deliveries.ConfirmDelivery())

    async def _befall(self, play: Play, seq: int) -> None:
        """What ops do to the case while its money is on its way."""
        if play.is_reset:
            await self.ops.reset(play, twice=play.is_reset_twice)
        elif play.is_restarted:
            await self.ops.restart(play, self.cases, seq)
        elif play.is_orphaned:
            await self.ops.orphan(play)

    async def _close(self, play: Play, word: BaseModel) -> None:
        """The customer confirms once the case waits for it, and the case closes.

        A record may be ahead of its case, after a worker's death or a reset; until it has caught up, the case
        refuses what does not fit its stage. A key may keep its refusal, so each try has its own.
        """
        for number in count(1):
            row = await self.watch.until(play.case_id, _waits_or_is_closed, GIVE_UP_SECONDS)
            if row.stage == "closed":
                return
            try:
                await self._act(play, word, f"confirm-{number}")
            except WrongStage:
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _open(self, play: Play, start: OpenCase) -> Opened:
        async def send() -> Opened:
            return await self.cases.open(start)

        opened = await self._answered(play, "open", send)
        self.book.answered(play.case_id, "open", accepted=True)
        return opened

    async def _act(self, play: Play, request: BaseModel, key: str, *, decides: bool = False) -> Answer:
        """Send it, twice at once where the dice say so; note what was said."""

        async def send() -> Answer:
            return await self.cases.act(play.case_id, request, key)

        try:
            if play.is_doubled:
                answer = await self._twice(play, key, send)
            else:
                answer = await self._answered(play, key, send)
        except Refused:
            self.book.answered(play.case_id, key, accepted=False)
            raise
        self.book.answered(play.case_id, key, accepted=True)
        if decides:
            payments = list(play.payments_minor)
            self.book.promised(play.case_id, play.order_id, payments, play.amount_minor, CURRENCY)
            if play.amount_minor:
                self.deciding(play.case_id)
        return answer

    async def _twice(self, play: Play, key: str, send: Any) -> Answer:
        self.sent_twice += 1
        both = await asyncio.gather(*(self._answered(play, key, send) for _ in range(2)))
        if both[0] != both[1]:
            self.found.append(f"{play.case_id}: `{key}` was sent twice and answered {both[0]} and {both[1]}")
        return both[0]

    async def _answered(self, play: Play, key: str, send: Any) -> Any:
        """The answer, asked for under the same key until it comes. Raises the refusal, or `CallerGaveUp`."""
        with self.recovery.waiting():
            try:
                async with asyncio.timeout(GIVE_UP_SECONDS):
                    while True:
                        try:
                            return await send()
                        except WEATHER:
                            await asyncio.sleep(PAUSE_SECONDS)
            except TimeoutError:
                raise CallerGaveUp(f"{play.case_id}: `{key}` was not answered") from None


def _waits_or_is_closed(row: CaseSummary) -> bool:
    return row.stage in ("confirmation", "closed")


def application(play: Play) -> dict[str, Any]:
    """What the customer applies for: with a fault an agent has to look at it."""
    reason = "quality" if play.kind == "late_review" else "no_reason"
    line = {"line": LINE, "quantity": play.units, "reason": reason}
    kind = "exchange" if play.kind == "exchange" else "return"
    return {
        "order_id": play.order_id,
        "customer_id": play.customer_id,
        "language": "en",
        "policy": POLICY,
        "request": {"kind": kind, "proof_of_purchase": True, "lines": [line]},
    }


def complaint(play: Play) -> Complaint:
    """A broken cup."""
    return Complaint(
        customer_id=play.customer_id,
        order_id=play.order_id,
        occurred_at=datetime.now(UTC) - timedelta(days=1),
        content="The cup came in pieces.",
        demand=Demand(wants=["refund"]),
        language="en",
        category="product_quality",
        policy=POLICY,
    )


def exception(play: Play) -> deliveries.ExceptionReport:
    """A parcel with less in it than was ordered, by the word of the watch."""
    return deliveries.ExceptionReport(
        order_id=play.order_id,
        customer_id=play.customer_id,
        kind="short_contents",
        carrier="swift",
        tracking_no=f"SW-{play.number}",
        reported_by="watch",
        language="en",
        policy=POLICY,
        lines=[deliveries.AffectedLine(line=LINE, quantity=1)],
    )
