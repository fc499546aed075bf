"""Opening a case: its order, the policy that is pinned to it, and the units that it claims."""

from collections import Counter

from temporalio import activity

from activities.failures import typed_failures
from domain.cases import opening as cases
from domain.errors import OrderNotFound
from domain.policy import CaseProfile, ReturnTerms
from domain.returns.decisions.opening import check_reopen, stays_as_it_is
from domain.returns.evolve import reopened_lines
from domain.returns.messages import Application, OpenReturn
from domain.returns.opening import Claimed, Prepared, Restored, ReturnOpening
from domain.returns.state import ReturnState
from providers.ports import ShopPort
from store.case_archive import CaseArchive
from store.claims import Claims
from store.ledger import Ledger
from store.policy_library import PolicyLibrary


class OpeningActivities:
    """Idempotent: a second attempt finds the units that the first one claimed."""

    def __init__(
        self, shop: ShopPort, library: PolicyLibrary, archive: CaseArchive, claims: Claims, ledger: Ledger
    ) -> None:
        self._shop = shop
        self._library = library
        self._archive = archive
        self._claims = claims
        self._ledger = ledger

    @activity.defn
    @typed_failures
    async def prepare_return(self, opening: ReturnOpening) -> Prepared:
        """Load and claim; raises `unknown_policy`, `order_not_found`, `invalid_request` (unknown line).

        Also `idempotency_conflict` for a number whose case another run began: that one can only be reopened.
        """
        start, application = opening.start, _application(opening.start)
        await self._archive.check_begun_by(start.case_id, opening.runs)
        policy = self._library.in_force(application.policy, opening.at)
        order = await self._shop.order(start.merchant, application.order_id)
        if order.customer_id != application.customer_id:
            raise OrderNotFound(f"customer and order do not belong together: {application.order_id}")
        profile = CaseProfile(
            kind="return",
            priority=application.priority,
            tier=order.customer_tier,
            channel=application.channel,
        )
        terms = policy.pin(ReturnTerms, profile, opening.at, self._library.snapshots)
        terms_hash = await self._archive.keep_terms(policy, self._library.snapshots.values(), terms)
        await self._ledger.open_order(start.merchant, order)
        claims = await self._claims.claim_units(
            start.merchant,
            order.order_id,
            start.case_id,
            {line.line: line.quantity for line in order.lines},
            _wanted(application),
        )
        return Prepared(
            order=order,
            terms=terms,
            terms_hash=terms_hash,
            claims={line: Claimed.model_validate(claim.model_dump()) for line, claim in claims.items()},
        )

    @activity.defn
    @typed_failures
    async def restore_case(self, stored: cases.Stored) -> cases.Restored:
        """A case as its stream tells it. Raises `case_not_found`."""
        state = await self._archive.state(stored.case_id)
        answers = await self._archive.answers(stored.case_id)
        return cases.Restored(state=state.model_dump(mode="json", exclude_defaults=True), answers=answers)

    @activity.defn
    @typed_failures
    async def restore_return(self, opening: ReturnOpening) -> Restored:
        """A case as its stream tells it; a closed one with its units claimed again, all of them or none.

        Raises `case_not_found`, and `wrong_stage` where the case may not be reopened.
        """
        start = opening.start
        assert start.reopen is not None
        state = await self._archive.state_as(ReturnState, start.case_id)
        answers = await self._archive.answers(start.case_id)
        if stays_as_it_is(state, start.reopen):
            return Restored(state=state, units={}, answers=answers)
        check_reopen(state, start.reopen, opening.at)
        wanted = {line.line: line.quantity for line in reopened_lines(state).values()}
        claims = await self._claims.claim_units(
            state.merchant,
            state.bought.order_id,
            state.case_id,
            {line.line: line.quantity for line in state.bought.lines},
            wanted,
            together=True,
        )
        units = {line: claim.units for line, claim in claims.items()}
        return Restored(state=state, units=units, answers=answers)


def _application(start: OpenReturn) -> Application:
    assert start.application is not None
    return start.application


def _wanted(application: Application) -> dict[str, int]:
    wanted: Counter[str] = Counter()
    for line in application.request.lines:
        wanted[line.line] += line.quantity
    return dict(wanted)
