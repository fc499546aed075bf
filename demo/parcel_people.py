"""The day's parcels are handed over and scanned; their customers tell what no scan says."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta

from demo.day import LINE, MERCHANT
from demo.parcel_script import (
    AFTER_THE_STORM,
    JOURNEYS,
    ORIGIN,
    REPORTED,
    SHORT_UNITS,
    ParcelPlay,
    parcel_of,
)
from demo.script import POLICY, WORDS
from demo.watch import Watch
from domain.deliveries import messages as ask
from domain.errors import CaseClosed
from domain.shipments.messages import OpenShipment, Parcel, StopWatching
from sandbox.client import SandboxClient
from sandbox.messages import Scan
from starters.client import Cases

MOMENT_SECONDS = 1.0
AGENT = "a21"


class ParcelPeople:
    """The warehouse that sends, the carriers that scan, the customers who open what arrives."""

    def __init__(self, cases: Cases, sandbox: SandboxClient, watch: Watch) -> None:
        self._cases = cases
        self._sandbox = sandbox
        self._watch = watch
        self._sent_at: dict[str, datetime] = {}
        """When each parcel was handed over: what is asked again after a silence must be the same."""

    async def send(self, play: ParcelPlay, storm_over: asyncio.Event) -> None:
        """Hand a parcel over and have it watched; what its customer sees, they tell."""
        now = self._sent_at.setdefault(play.number, await self._sandbox.now())
        scans = [
            Scan(status=status, reason=reason, at=now + timedelta(seconds=after))
            for status, reason, after in JOURNEYS.get(play.turn, JOURNEYS["plain"])
        ]
        times = 3 if play.turn == "repeated" else 1
        await self._sandbox.register_parcel(play.carrier, play.tracking_no, *(scans * times))
        parcel = Parcel(
            order_id=play.order.order_id,
            customer_id=play.order.customer_id,
            carrier=play.carrier,
            tracking_no=play.tracking_no,
            shipped_at=now,
            origin=ORIGIN,
            destination=play.destination,
            language=play.language,
            policy=POLICY,
        )
        await self._cases.open(OpenShipment(merchant=MERCHANT, number=play.number, parcel=parcel))
        if play.turn == "storm":
            await storm_over.wait()
            await self._move_on(play)
        elif play.turn in REPORTED:
            await self._report(play, scans[0])
        elif play.turn == "lost":
            await self._give_up(play)

    async def _move_on(self, play: ParcelPlay) -> None:
        now = await self._sandbox.now()
        for status, after in AFTER_THE_STORM:
            scan = Scan(status=status, at=now + timedelta(seconds=after))
            await self._sandbox.push_scan(play.carrier, play.tracking_no, scan)

    async def _give_up(self, play: ParcelPlay) -> None:
        """Nobody need follow a lost parcel any more once its customer is made up for."""
        await self._watch.until_all(
            lambda rows: any(
                row.stage in ("confirmation", "closed")
                for row in rows.values()
                if row.kind == "delivery" and parcel_of(row.case_id) == play.number
            )
        )
        word = StopWatching(by=AGENT, reason=WORDS["made_up_for"]["en"])
        with suppress(CaseClosed):  # its silence ended the watch before
            await self._cases.act(play.case_id, word, "stop")

    async def _report(self, play: ParcelPlay, picked_up: Scan) -> None:
        """The customer tells what no scan says, once the carrier calls the parcel delivered."""
        await self._watch.until(play.case_id, lambda row: not row.open)
        await asyncio.sleep(MOMENT_SECONDS)
        is_short = play.turn == "short"
        report = ask.ExceptionReport(
            order_id=play.order.order_id,
            customer_id=play.order.customer_id,
            kind="short_contents" if is_short else "signed_not_received",
            carrier=play.carrier,
            tracking_no=play.tracking_no,
            language=play.language,
            shipped_at=picked_up.at,
            origin=ORIGIN,
            destination=play.destination,
            lines=[ask.AffectedLine(line=LINE, quantity=SHORT_UNITS)] if is_short else [],
            words=WORDS[play.turn][play.language],
            policy=POLICY,
        )
        await self._units_are_free(play)
        await self._cases.open(
            ask.OpenDelivery(merchant=MERCHANT, number=play.report_number, exception=report)
        )

    async def _units_are_free(self, play: ParcelPlay) -> None:
        """A parcel that was looked at too late, on a very busy machine, has an exception that holds them."""
        await self._watch.until_all(
            lambda rows: (
                not any(
                    row.open
                    for row in rows.values()
                    if row.kind == "delivery" and parcel_of(row.case_id) == play.number
                )
            )
        )
