"""The desk that a parcel is watched at: looks at its carrier, and opens cases for what goes wrong."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.case_desk import CaseDesk
from workflows.giving_up import give_up
from workflows.local_first import is_answer, local_first
from workflows.options import UNTIL_DONE, UNTIL_NEWS
from workflows.refusals import refusing

with workflow.unsafe.imports_passed_through():
    from activities.linking import AskLinked, LinkActivities
    from activities.shipments import ShipmentActivities, WatchParcel
    from domain.cases.folding import Fact
    from domain.digests import digest
    from domain.shipments import events as facts
    from domain.shipments.cases import case_of, cleared_message, delivery_start, opens_case
    from domain.shipments.decisions import decide_open, decide_reopen, decide_scans
    from domain.shipments.kind import SHIPMENT
    from domain.shipments.opening import ShipmentOpening
    from domain.shipments.state import ShipmentState


class ShipmentDesk(CaseDesk[ShipmentState]):
    """How a parcel's watch is opened, and how its carrier is asked."""

    turning_points = frozenset({facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(SHIPMENT, start)

    async def open_new(self, opening: ShipmentOpening) -> None:
        """Load the order and pin the policy; what is promised follows from the delivery method."""
        start = opening.start
        assert start.parcel is not None
        prepared = await local_first(
            ShipmentActivities.prepare_shipment, opening, "load the order and the policy"
        )
        with refusing():
            opened = decide_open(start.parcel, prepared, digest(start.parcel), workflow.now())
        self.begin(SHIPMENT.blank(start.case_id, prepared.terms))
        self.record(opened, "system")

    async def reopen(self, opening: ShipmentOpening) -> None:
        """Go on with what the store knows."""
        reopen = opening.start.reopen
        assert reopen is not None
        self.begin(await self.stored_state(opening.start.case_id))
        self.record(decide_reopen(self.state, reopen), f"{reopen.reason}:{reopen.by}")

    async def watch(self) -> None:
        """Ask the carrier until it has scans that decide something, or the watch is over."""
        state = self.state
        looking = workflow.start_activity_method(
            ShipmentActivities.watch_parcel,
            WatchParcel(
                carrier=state.carrier,
                tracking_no=state.tracking_no,
                journey=state.journey,
                book=state.book,
                rules=state.terms.lookups,
            ),
            summary=f"ask {state.carrier} until the parcel moves on",
            **UNTIL_NEWS,
        )
        await self.until(lambda: looking.done() or self._is_otherwise(state))
        if not looking.done():
            await give_up(looking)
            return
        try:
            found = await looking
        except ActivityError as error:
            if not is_answer(error):
                raise
            # A carrier that we do not speak to: only time tells what becomes of the parcel.
            await self.until(lambda: self._is_otherwise(state))
            return
        self.record(decide_scans(self.state, found.scans, workflow.now()), "carrier")

    def _is_otherwise(self, asked: ShipmentState) -> bool:
        """Whether the look-up asks about what is no longer so."""
        return not self.state.open or self.state.journey != asked.journey

    def follow(self, fact: Fact) -> None:
        """What goes wrong becomes a case; what a scan ends is told there."""
        super().follow(fact)
        match fact.event:
            case facts.ExceptionRaised() as raised if opens_case(self.state, raised):
                self.spawn(self._open_case(raised))
            case facts.ExceptionCleared() | facts.ExceptionWithdrawn() as cleared:
                self.spawn(self._tell_cleared(cleared))
            case _:
                pass

    async def _open_case(self, raised: facts.ExceptionRaised) -> None:
        start = delivery_start(self.state, raised)
        opened = await self.open_linked(start)
        refusal = opened.type if isinstance(opened, ApplicationError) else None
        told = facts.CaseOpened(number=raised.number, case_id=start.case_id, refusal=refusal)
        self.record([told], "system")

    async def _tell_cleared(self, cleared: facts.ExceptionCleared | facts.ExceptionWithdrawn) -> None:
        """Once its case is there: a scan may come while that is still being opened."""
        case = case_of(self.state, cleared)
        if case is None or case.case_id is None:
            return
        asked = AskLinked(
            case_id=case.case_id,
            update="scan_cleared",
            message=cleared_message(self.state, cleared).model_dump(mode="json", exclude_defaults=True),
            key=f"{self.state.case_id}-{case.number}-cleared-{self.state.seq}",
        )
        try:
            await workflow.execute_activity_method(
                LinkActivities.ask_linked,
                asked,
                summary=f"tell {case.case_id} that a scan ended its exception",
                **UNTIL_DONE,
            )
        except ActivityError as error:
            if not is_answer(error):  # it is over already, or sees it otherwise
                raise
