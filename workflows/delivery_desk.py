"""The desk that a delivery exception is worked at: how it is opened, made up for, and claimed for."""

from collections.abc import Mapping, Sequence
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.case_desk import CaseDesk
from workflows.local_first import is_answer, local_first
from workflows.options import UNTIL_DONE
from workflows.refusals import refusing

with workflow.unsafe.imports_passed_through():
    from activities.deliveries import DeliveryActivities
    from activities.fulfilment import FulfilmentActivities
    from activities.linking import AskLinked, LinkActivities
    from domain.carrier_claims.messages import WithdrawClaim
    from domain.cases.events import CaseEvent, NoticeReported
    from domain.cases.folding import Fact
    from domain.deliveries import events as facts
    from domain.deliveries.children import claim_start, claim_step
    from domain.deliveries.decisions import settlement as settling
    from domain.deliveries.decisions.opening import decide_open, decide_reopen
    from domain.deliveries.kind import DELIVERY
    from domain.deliveries.notices import FIRST_NOTICE
    from domain.deliveries.opening import DeliveryOpening
    from domain.deliveries.requests import redelivery_request
    from domain.deliveries.state import DeliveryState
    from domain.digests import digest
    from domain.policy.pinned import PinnedPolicy


class DeliveryDesk(CaseDesk[DeliveryState]):
    """How a delivery exception is opened, and how goods, money and the carrier's claim follow."""

    refund_report = facts.RefundReported
    turning_points = frozenset({facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(DELIVERY, start)
        self._claiming = False

    async def open_new(self, opening: DeliveryOpening) -> None:
        """Load the order, claim the units, ask the carrier's last word; then the policy goes on."""
        start = opening.start
        assert start.exception is not None
        what = "load the order, claim the units"
        prepared = await local_first(DeliveryActivities.prepare_delivery, opening, what)
        blank = DELIVERY.blank(start.case_id, prepared.terms)
        with refusing():
            told = decide_open(blank, start.exception, prepared, digest(start.exception), workflow.now())
        self.begin(blank)
        # All at once: the first notice says what was decided at once, too.
        self.record(told, start.exception.reported_by)

    async def reopen(self, opening: DeliveryOpening) -> None:
        """Load the case with its units claimed again; a person decides anew."""
        reopen = opening.start.reopen
        assert reopen is not None
        what = "load the case from the store"
        restored = await local_first(DeliveryActivities.restore_delivery, opening, what)
        with refusing():
            reopened = decide_reopen(restored.state, reopen, restored.units, workflow.now())
        self.begin(restored.state)
        self.recall(restored.answers)
        self.record(reopened, f"{reopen.reason}:{reopen.by}")

    def record(
        self, events: Sequence[CaseEvent], actor: str, terms: Mapping[str, PinnedPolicy] | None = None
    ) -> None:
        """Also see what becomes of the claim against the carrier."""
        super().record(events, actor, terms)
        step = None if self._claiming else claim_step(self.state)
        if step is not None:
            self._claiming = True
            self.spawn(self._file_claim() if step == "file" else self._withdraw_claim())

    def follow(self, fact: Fact) -> None:
        """The customer knows once the first notice has reached them."""
        super().follow(fact)
        event = fact.event
        if isinstance(event, NoticeReported) and (event.kind, event.state) == (FIRST_NOTICE, "sent"):
            self.spawn(self._note_told(event.channel or "notice"))

    async def _note_told(self, how: str) -> None:
        if self.state.told_at is None and self.state.open:
            self.record([facts.CustomerTold(how=how)], "system")

    async def _file_claim(self) -> None:
        """The claim is a case beside this one, and outlives it."""
        opened = await self.open_linked(claim_start(self.state))
        self._claiming = False
        refused = isinstance(opened, ApplicationError)
        self.record([facts.ClaimRefused(reason=opened.type or "refused")] if refused else [], "system")

    async def _withdraw_claim(self) -> None:
        claim = self.state.claim
        assert claim is not None
        word = WithdrawClaim(by="desk", reason="the parcel came after all, or another party answers for it")
        asked = AskLinked(
            case_id=claim.case_id,
            update="withdraw",
            message=word.model_dump(mode="json", exclude_defaults=True),
            key=f"{self.state.case_id}-withdraw",
        )
        try:
            await workflow.execute_activity_method(
                LinkActivities.ask_linked, asked, summary=f"withdraw {claim.case_id}", **UNTIL_DONE
            )
        except ActivityError as error:
            if not is_answer(error):  # accepted, paid or over by now: it stays
                raise

    # Settlement

    async def order_replacement(self) -> None:
        """Order the goods once more; out of stock, the customer is asked."""
        placing = workflow.start_activity_method(
            FulfilmentActivities.place_exchange,
            redelivery_request(self.state),
            summary="order the goods once more",
            cancellation_type=workflow.ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
            **UNTIL_DONE,
        )
        await workflow.wait_condition(lambda: placing.done() or self._needs_no_goods())
        if not placing.done():
            # An attempt that is under way ends first: what it has ordered by then must not be paid too.
            placing.cancel()
        try:
            number = await placing
        except ActivityError as error:
            if self._needs_no_goods():
                return
            if not is_answer(error):
                raise
            self.record(settling.decide_out_of_stock(self.state, workflow.now()), "shop")
            return
        self.record([facts.ReplacementOrdered(exchange_order_id=number)], "shop")

    def _needs_no_goods(self) -> bool:
        return self.state.cleared_at is not None or self.state.chosen == "refund"

    async def until_settlement_moves(self) -> None:
        """Wait for the customer's choice, the stock or the money."""
        await self.until(lambda: self.state.stage != "settlement" or settling.next_step(self.state) != "wait")
