"""Opening a delivery exception or a claim: the order, the policy, the units that are claimed."""

from typing import TypeVar

from temporalio import activity

from activities.failures import typed_failures
from domain.base import UtcInstant
from domain.carrier_claims.opening import ClaimOpening
from domain.carrier_claims.opening import Prepared as PreparedClaim
from domain.deliveries.decisions.opening import affected, check_report, stays_as_it_is
from domain.deliveries.messages import ExceptionReport
from domain.deliveries.opening import DeliveryOpening, Prepared, Restored
from domain.deliveries.state import DeliveryState
from domain.errors import OrderNotFound, ParcelNotFound, ProviderRefused, ProviderUnavailable
from domain.orders import IntakeChannel, Order, Priority
from domain.parcels import Scan
from domain.policy import CaseProfile, PinnedPolicy
from domain.policy.delivery_terms import ClaimTerms, DeliveryTerms
from domain.records import UnitRange
from providers.ports import CarrierPort, ShopPort
from store.case_archive import CaseArchive
from store.claims import Claims
from store.ledger import Ledger
from store.policy_library import PolicyLibrary

T = TypeVar("T", bound=PinnedPolicy)


class DeliveryActivities:
    """Idempotent: a second attempt finds the units that the first one claimed."""

    def __init__(
        self,
        shop: ShopPort,
        carriers: CarrierPort,
        library: PolicyLibrary,
        archive: CaseArchive,
        claims: Claims,
        ledger: Ledger,
    ) -> None:
        self._shop = shop
        self._carriers = carriers
        self._library = library
        self._archive = archive
        self._claims = claims
        self._ledger = ledger

    @activity.defn
    @typed_failures
    async def prepare_delivery(self, opening: DeliveryOpening) -> Prepared:
        """Load, check, claim; raises `unknown_policy`, `order_not_found`, `parcel_not_found`, `refused`.

        Also `idempotency_conflict` for a number whose case another run began: that one can only be reopened.
        """
        start, report = opening.start, opening.start.exception
        assert report is not None
        await self._archive.check_begun_by(start.case_id, opening.runs)
        order = await self._order_of(start.merchant, report.order_id, report.customer_id)
        terms, terms_hash = await self._pinned(
            DeliveryTerms, report.policy, order, report.priority, report.channel, opening.at
        )
        check_report(report, order, terms, opening.at)
        last = await self._last_scan(report)
        await self._ledger.open_order(start.merchant, order)
        bought = {line.line: line.quantity for line in order.lines}
        units = await self._claim(start.merchant, order, start.case_id, affected(report, bought))
        return Prepared(
            order=order,
            terms=terms,
            terms_hash=terms_hash,
            units=units,
            last_status=last.status if last else None,
            last_scan_at=last.at if last else None,
        )

    @activity.defn
    @typed_failures
    async def restore_delivery(self, opening: DeliveryOpening) -> Restored:
        """A case as its stream tells it; a closed one with its units claimed again, all of them or none."""
        start = opening.start
        assert start.reopen is not None
        state = await self._archive.state_as(DeliveryState, start.case_id)
        answers = await self._archive.answers(start.case_id)
        if stays_as_it_is(state, start.reopen):
            return Restored(state=state, units={}, answers=answers)
        units = await self._claim(state.merchant, state.bought, state.case_id, state.lines)
        return Restored(state=state, units=units, answers=answers)

    @activity.defn
    @typed_failures
    async def prepare_claim(self, opening: ClaimOpening) -> PreparedClaim:
        """The order and the policy of a claim; raises as `prepare_delivery` does."""
        start, claim = opening.start, opening.start.claim
        assert claim is not None
        await self._archive.check_begun_by(start.case_id, opening.runs)
        order = await self._order_of(start.merchant, claim.order_id, claim.customer_id)
        terms, terms_hash = await self._pinned(
            ClaimTerms, claim.policy, order, claim.priority, "app", opening.at
        )
        return PreparedClaim(order=order, terms=terms, terms_hash=terms_hash)

    async def _order_of(self, merchant: str, order_id: str, customer_id: str) -> Order:
        order = await self._shop.order(merchant, order_id)
        if order.customer_id != customer_id:
            raise OrderNotFound(f"customer and order do not belong together: {order_id}")
        return order

    async def _pinned(
        self,
        terms: type[T],
        policy_name: str,
        order: Order,
        priority: Priority,
        channel: IntakeChannel,
        at: UtcInstant,
    ) -> tuple[T, str]:
        policy = self._library.in_force(policy_name, at)
        profile = CaseProfile(kind=terms.kind, priority=priority, tier=order.customer_tier, channel=channel)
        pinned = policy.pin(terms, profile, at, self._library.snapshots)
        return pinned, await self._archive.keep_terms(policy, self._library.snapshots.values(), pinned)

    async def _claim(
        self, merchant: str, order: Order, case_id: str, wanted: dict[str, int]
    ) -> dict[str, list[UnitRange]]:
        bought = {line.line: line.quantity for line in order.lines}
        claims = await self._claims.claim_units(
            merchant, order.order_id, case_id, bought, wanted, together=True
        )
        return {line: claim.units for line, claim in claims.items()}

    async def _last_scan(self, report: ExceptionReport) -> Scan | None:
        """The carrier's last word, where it can be had now: without it a person looks.

        The watch knows its parcel. What people report must be a parcel that its carrier knows.
        """
        try:
            tracking = await self._carriers.track(report.carrier, report.tracking_no)
        except ProviderUnavailable:
            return None
        except ProviderRefused:
            if report.reported_by == "watch":
                return None
            raise
        if tracking is None and report.reported_by != "watch":
            raise ParcelNotFound(f"{report.carrier} knows no parcel {report.tracking_no}")
        return tracking.scans[-1] if tracking and tracking.scans else None
