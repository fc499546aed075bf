"""The desk that a claim against a carrier is worked at: filed, asked about, booked."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.case_desk import CaseDesk
from workflows.giving_up import give_up
from workflows.local_first import is_answer, local_first
from workflows.options import UNTIL_DONE, UNTIL_NEWS
from workflows.refusals import refusing

with workflow.unsafe.imports_passed_through():
    from activities.carrier_claims import ClaimActivities
    from activities.deliveries import DeliveryActivities
    from domain.carrier_claims import events as facts
    from domain.carrier_claims.decisions import (
        decide_filed,
        decide_filing_refused,
        decide_open,
        decide_reopen,
        decide_seen,
        decide_withdrawal_heard,
    )
    from domain.carrier_claims.kind import CLAIM
    from domain.carrier_claims.opening import ClaimOpening
    from domain.carrier_claims.requests import income_of, wanted_claim
    from domain.carrier_claims.state import ClaimState
    from domain.digests import digest


class ClaimDesk(CaseDesk[ClaimState]):
    """How a claim is opened, and how the carrier is spoken to."""

    turning_points = frozenset({facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(CLAIM, start)

    async def open_new(self, opening: ClaimOpening) -> None:
        """Load the order and pin the policy; one that comes after the carrier's time is over at once."""
        start = opening.start
        assert start.claim is not None
        what = "load the order and the policy"
        prepared = await local_first(DeliveryActivities.prepare_claim, opening, what)
        with refusing():
            opened = decide_open(start.claim, prepared, digest(start.claim), workflow.now())
        self.begin(CLAIM.blank(start.case_id, prepared.terms))
        self.record(opened, "policy")

    async def reopen(self, opening: ClaimOpening) -> None:
        """Wait for the carrier once more."""
        reopen = opening.start.reopen
        assert reopen is not None
        state = await self.stored_state(opening.start.case_id)
        with refusing():
            reopened = decide_reopen(state, reopen)
        self.begin(state)
        self.record(reopened, f"{reopen.reason}:{reopen.by}")

    async def file(self) -> None:
        """Have the carrier know the claim as it is by now."""
        revision = self.state.revision
        try:
            reply = await workflow.execute_activity_method(
                ClaimActivities.file_claim,
                wanted_claim(self.state),
                summary=f"file the claim with {self.state.carrier}, revision {revision}",
                **UNTIL_DONE,
            )
        except ActivityError as error:
            if not is_answer(error):
                raise
            if self.state.stage == "filing":
                self.record(decide_filing_refused(_reason(error)), "carrier")
            return
        if self.state.stage == "filing":
            self.record(decide_filed(revision, reply.reference), "carrier")

    async def await_answer(self) -> None:
        """Ask until the carrier has said something new, or somebody else has told it."""
        state = self.state
        looking = workflow.start_activity_method(
            ClaimActivities.follow_claim,
            wanted_claim(state),
            summary=f"ask {state.carrier} about the claim until it answers",
            **UNTIL_NEWS,
        )

        def is_another() -> bool:
            return (self.state.stage, self.state.revision) != (state.stage, state.revision)

        await self.until(lambda: looking.done() or is_another())
        if not looking.done():
            await give_up(looking)
            return
        reply = await looking
        if not is_another():  # nobody was quicker
            self.record(decide_seen(self.state, reply, workflow.now()), "carrier")

    async def book(self) -> None:
        """Write down once what the carrier paid; then the claim is over."""
        await workflow.execute_activity_method(
            ClaimActivities.book_income,
            income_of(self.state),
            summary="book what the carrier paid",
            **UNTIL_DONE,
        )
        self.record([facts.Closed(outcome="paid")], "system")

    async def withdraw(self) -> None:
        """Take the claim back at the carrier; then it is over, unless the carrier has paid it."""
        reply = await workflow.execute_activity_method(
            ClaimActivities.withdraw_claim,
            wanted_claim(self.state),
            summary=f"withdraw the claim with {self.state.carrier}",
            **UNTIL_DONE,
        )
        self.record(decide_withdrawal_heard(reply, workflow.now()), "carrier" if reply else "system")


def _reason(error: ActivityError) -> str:
    cause = error.cause
    assert isinstance(cause, ApplicationError)
    detail: Any = cause.details[0] if cause.details else {}
    return str(detail.get("reason") or cause.type)
