"""The way back: the label that the platform pays, and the parcel that is followed."""

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.giving_up import give_up
from workflows.local_first import is_answer
from workflows.options import UNTIL_DONE, UNTIL_NEWS

if TYPE_CHECKING:
    from workflows.return_desk import ReturnDesk

with workflow.unsafe.imports_passed_through():
    from activities.fulfilment import FulfilmentActivities
    from activities.parcels import FollowParcel, ParcelActivities
    from domain.returns import advances
    from domain.returns import events as facts
    from domain.returns.deadlines import lost_unseen_at
    from domain.returns.decisions.shipping import decide_parcel_seen
    from domain.returns.requests import label_request
    from domain.returns.state import ParcelState


class WayBack:
    """Has labels made for a return, and follows whatever parcel of it is on its way."""

    def __init__(self, desk: "ReturnDesk") -> None:
        self._desk = desk

    async def make_label(self) -> None:
        """Have a prepaid label made; where none can be had, the customer's own number does it."""
        making = workflow.start_activity_method(
            FulfilmentActivities.make_label,
            label_request(self._desk.state),
            summary="prepaid label for the way back",
            **UNTIL_DONE,
        )
        await workflow.wait_condition(lambda: making.done() or not self._desk.state.needs_label)
        if not making.done():
            await give_up(making)
            return
        try:
            label = await making
        except ActivityError as error:
            if not is_answer(error):
                raise
            self._desk.record([facts.LabelRefused(reason=_code(error))], "system")
            return
        self._desk.record(
            [facts.LabelMade(carrier=label.carrier, tracking_no=label.tracking_no, url=label.url)],
            "carrier",
        )

    async def follow(self) -> None:
        """Follow whatever parcel is on its way back, for as long as the case lives."""
        while True:
            await workflow.wait_condition(lambda: self._desk.ready and self._parcel_on_its_way() is not None)
            # Another message may have come between the waiting and here.
            if (parcel := self._parcel_on_its_way()) is not None:
                await self._follow_one(parcel)

    def _parcel_on_its_way(self) -> ParcelState | None:
        parcel = self._desk.state.parcel
        if self._desk.state.stage != "ship_back" or parcel is None or parcel.delivered_at is not None:
            return None
        return parcel

    async def _follow_one(self, parcel: ParcelState) -> None:
        looking = workflow.start_activity_method(
            ParcelActivities.follow_parcel,
            FollowParcel(
                case_id=self._desk.state.case_id,
                merchant=self._desk.state.merchant,
                carrier=parcel.carrier,
                tracking_no=parcel.tracking_no,
                shipped_at=parcel.shipped_at,
                missing=parcel.missing_since is not None,
                await_pickup=advances.is_awaited(self._desk.state),
                lost_after=self._desk.state.terms.returns.ship_back.presumed_lost_after,
                rules=self._desk.state.terms.lookups,
            ),
            summary=f"ask {parcel.carrier} until the parcel moves on",
            **UNTIL_NEWS,
        )
        await workflow.wait_condition(lambda: looking.done() or self._is_another(parcel))
        if not looking.done():
            await give_up(looking)
            return
        try:
            news = await looking
        except ActivityError as error:
            if not is_answer(error):
                raise
            await self._wait_unseen(parcel)
            return
        seen = decide_parcel_seen(self._desk.state, news.status, news.at, news.reason, workflow.now())
        self._desk.record(seen, "carrier")

    async def _wait_unseen(self, parcel: ParcelState) -> None:
        """A carrier that we do not speak to: only the warehouse or time tells what becomes of the parcel."""
        lost_at = lost_unseen_at(self._desk.state)
        try:
            await workflow.wait_condition(
                lambda: self._is_another(parcel),
                timeout=lost_at and max(lost_at - workflow.now(), timedelta(0)),
                timeout_summary="parcel presumed lost",
            )
        except TimeoutError:
            assert parcel.shipped_at is not None
            silent = decide_parcel_seen(self._desk.state, "silent", parcel.shipped_at, None, workflow.now())
            self._desk.record(silent, "clock")

    def _is_another(self, parcel: ParcelState) -> bool:
        now = self._parcel_on_its_way()
        return now is None or now.tracking_no != parcel.tracking_no


def _code(error: ActivityError) -> str:
    return (error.cause.type if isinstance(error.cause, ApplicationError) else None) or "unknown"
