"""Customers, agents, carriers and the dock: each does its part of one return, by the script."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from demo.day import LINE, MERCHANT, BookedOrder, BookedReturn, sku_of
from demo.script import FAILED_UNITS, SHORT_UNITS, WORDS, Promptness, Script, application, refusal
from demo.watch import Watch
from domain.errors import CaseClosed
from domain.records import CaseSummary
from domain.returns.messages import InspectedLine
from sandbox.client import SandboxClient
from sandbox.messages import Scan
from starters.client import Cases

AGENT_SECONDS: dict[Promptness, float] = {"prompt": 0.8, "slow": 3.4, "late": 5.2}
"""From the application to the agent's word; the demo policy promises it in 4 s and warns after 3 s."""
MOMENT_SECONDS = 1.0
INSPECTOR_SECONDS = {False: 1.0, True: 10.0}
"""The demo policy promises the inspection in 9 s."""
PARCEL: tuple[tuple[Literal["picked_up", "in_transit", "out_for_delivery", "delivered"], float], ...] = (
    ("picked_up", 0.2),
    ("in_transit", 1.0),
    ("out_for_delivery", 2.5),
    ("delivered", 4.0),
)
"""What the carrier scans, and how long after the parcel was handed over."""
RESTOCKED_SECONDS = 2.0


@dataclass(frozen=True)
class Play:
    """One return with all that the demo knows of it."""

    asked: BookedReturn
    order: BookedOrder
    script: Script

    @property
    def case_id(self) -> str:
        """The case that is opened for it."""
        return f"return:{MERCHANT}:{self.asked.return_id}"

    def words(self, name: str) -> str:
        """What somebody writes, in the customer's language."""
        return WORDS[name][self.script.language]


class People:
    """All who act on returns. Every request has a key of its own, so that none is applied twice."""

    def __init__(self, cases: Cases, sandbox: SandboxClient, watch: Watch) -> None:
        self._cases = cases
        self._sandbox = sandbox
        self._watch = watch

    async def play(self, play: Play) -> None:
        """A return from the application to its end. Raises `CaseworkError` when a request is refused."""
        opened = await self._cases.open_return(
            MERCHANT, play.asked.return_id, application(play.asked, play.order, play.script)
        )
        if opened.decision == "refuse":
            return
        if opened.decision == "review" and not await self._review(play):
            return
        if await self._way_back(play):
            await self._inspect(play)
        if play.script.turn.startswith("exchange_"):
            await self._choose(play)
        await self._confirm(play)

    async def _review(self, play: Play) -> bool:
        """The agent's word; False for a refusal."""
        if play.script.turn == "question":
            await asyncio.sleep(MOMENT_SECONDS)
            await self._cases.request_info(
                play.case_id, agent=play.script.agent, question=play.words("question"), key="ask"
            )
            await asyncio.sleep(2 * MOMENT_SECONDS)
            await self._cases.give_info(play.case_id, answer=play.words("answer"), key="answer")
        await asyncio.sleep(AGENT_SECONDS[play.script.agent_is])
        against = refusal(play.asked, play.order)
        await self._cases.review(
            play.case_id,
            agent=play.script.agent,
            approve=against is None,
            reason=play.words(against) if against else None,
            key="review",
        )
        return against is None

    async def _way_back(self, play: Play) -> bool:
        """The parcel, if there is one; True when the warehouse has it."""
        match play.script.turn:
            case "never_ships":
                return False
            case "cancels":
                await asyncio.sleep(MOMENT_SECONDS)
                await self._cases.cancel(play.case_id, key="cancel")
                return False
            case "ships_too_late":
                await self._until(play, lambda row: row.outcome == "expired")
            case "label_lost" | "own_lost":
                await self._lose_parcel(play)
                return False
            case "parcel_refused":
                await self._have_parcel_refused(play)
            case _:
                await self._send_parcel(play, 1)
        return await self._receive(play)

    async def _send_parcel(self, play: Play, number: int, *scans: Scan) -> int:
        """Hand a parcel to the carrier: with our label where there is one, else at the customer's cost.

        Returns the number of the event by which the case knows of it, 0 when the carrier is to tell it.
        """
        await asyncio.sleep(MOMENT_SECONDS)
        label = await self._label(play) if play.script.reason != "no_reason" else None
        carrier, tracking_no = label or (play.script.carrier, f"{play.asked.return_id}-{number}")
        now = await self._sandbox.now()
        journey = scans or tuple(
            Scan(status=status, at=now + timedelta(seconds=after)) for status, after in PARCEL
        )
        await self._sandbox.register_parcel(carrier, tracking_no, *journey)
        if label is not None:
            return 0
        shipped = await self._cases.ship(
            play.case_id, carrier=carrier, tracking_no=tracking_no, key=f"ship-{number}"
        )
        return shipped.seq

    async def _label(self, play: Play) -> tuple[str, str]:
        """The label that the customer was sent: its carrier and its number."""
        while True:
            case: dict[str, Any] = await self._cases.case(play.case_id)
            if parcel := case.get("parcel"):
                return parcel["carrier"], parcel["tracking_no"]
            await self._until(play, _is_later_than(case["seq"]))

    async def _lose_parcel(self, play: Play) -> None:
        now = await self._sandbox.now()
        lost = Scan(status="exception", reason="carrier_parcel_lost", at=now + timedelta(seconds=3))
        await self._send_parcel(play, 1, Scan(status="picked_up"), lost)
        if play.script.turn == "own_lost":
            await self._until(play, lambda row: row.stage == "ship_back" and row.waiting_for == "agent")
            await asyncio.sleep(MOMENT_SECONDS)
            await self._cases.resolve_parcel(
                play.case_id, by=play.script.agent, event="lost", reason=play.words("lost"), key="lost"
            )

    async def _have_parcel_refused(self, play: Play) -> None:
        sent = await self._send_parcel(play, 1, Scan(status="picked_up"), Scan(status="returning"))
        await self._until(play, lambda row: row.last_seq > sent and row.waiting_for == "customer")
        await self._send_parcel(play, 2)

    async def _receive(self, play: Play) -> bool:
        """The parcel arrives at the dock when its carrier says so, and is taken in a moment later."""
        if play.script.turn != "ships_too_late":
            await asyncio.sleep(PARCEL[-1][1])
        await asyncio.sleep(MOMENT_SECONDS)
        await self._cases.receive(play.case_id, warehouse="w1", key="receive")
        return True

    async def _inspect(self, play: Play) -> None:
        await asyncio.sleep(INSPECTOR_SECONDS[play.script.inspector_is_late])
        await self._cases.inspect(play.case_id, inspector="i1", lines=[found(play)], key="inspect")

    async def _choose(self, play: Play) -> None:
        """The customer's word when the replacement is out of stock; one does not answer."""
        turn = play.script.turn
        await self._until(play, lambda row: row.stage == "settlement" and row.waiting_for == "customer")
        if turn == "exchange_silent":
            return
        await asyncio.sleep(MOMENT_SECONDS)
        choice = "wait" if turn == "exchange_wait" else "refund"
        await self._cases.choose(play.case_id, choice=choice, key="choose")
        if choice == "wait":
            await asyncio.sleep(RESTOCKED_SECONDS)
            await self._sandbox.set_stock(MERCHANT, sku_of(play.order.order_id), 100)

    async def _confirm(self, play: Play) -> None:
        """Most customers say that it arrived; the others' silence says so later."""
        row = await self._until(play, lambda row: row.stage in ("confirmation", "closed"))
        if row.stage == "closed" or not play.script.confirms:
            return
        await asyncio.sleep(MOMENT_SECONDS)
        with suppress(CaseClosed):  # on a very busy machine the silence was quicker
            await self._cases.confirm(play.case_id, key="confirm")

    async def _until(self, play: Play, fact: Callable[[CaseSummary], bool]) -> CaseSummary:
        return await self._watch.until(play.case_id, fact)


def _is_later_than(seq: int) -> Callable[[CaseSummary], bool]:
    return lambda row: row.last_seq > seq


def found(play: Play) -> InspectedLine:
    """What the inspector counts."""
    quantity = play.asked.quantity
    match play.script.turn:
        case "some_fail":
            failed, short, reason = FAILED_UNITS, 0, play.words("failed")
        case "all_fail":
            failed, short, reason = quantity, 0, play.words("failed")
        case "short":
            failed, short, reason = 0, SHORT_UNITS, play.words("short")
        case _:
            failed, short, reason = 0, 0, None
    return InspectedLine(
        line=LINE, passed=quantity - failed - short, failed=failed, short=short, reason=reason
    )
