"""Watching parcels: one activity per stretch of the way, that ends only with scans that decide something."""

from datetime import datetime, timedelta

from temporalio import activity

from activities.clock import scheduled_at
from activities.failures import come_again, typed_failures
from domain.base import Model
from domain.errors import OrderNotFound, ProviderUnavailable
from domain.parcels import NEAR_DELIVERY, Journey, ParcelBook, ParcelStatus, Scan, heard
from domain.policy import CaseProfile
from domain.policy.parcel_terms import ShipmentTerms
from domain.policy.work_rules import LookupRules
from domain.shipments.decisions import CLOCK_DRIFT
from domain.shipments.opening import Prepared, ShipmentOpening
from domain.sla import parse_duration
from providers.ports import CarrierPort, ShopPort
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary

NO_NEWS = "no_news"


class WatchParcel(Model):
    """A parcel, and what is known of it: scans that change nothing of that are no news."""

    carrier: str
    tracking_no: str
    journey: Journey
    book: ParcelBook
    rules: LookupRules


class Scans(Model):
    """All scans of a parcel, as its carrier tells them now."""

    scans: list[Scan]


class ShipmentActivities:
    """Look-ups repeat as retries of one attempt, so that a parcel without news leaves no history.

    A webhook of the carrier is a hint: it makes the pending attempt come at once (`starters/hints.py`). The
    look-up is the truth, so a forged or repeated hint does nothing.
    """

    def __init__(
        self, carriers: CarrierPort, shop: ShopPort, library: PolicyLibrary, archive: CaseArchive
    ) -> None:
        self._carriers = carriers
        self._shop = shop
        self._library = library
        self._archive = archive
        self._down_since: dict[str, datetime] = {}

    @activity.defn
    @typed_failures
    async def prepare_shipment(self, opening: ShipmentOpening) -> Prepared:
        """Load the order and pin the policy; raises `unknown_policy`, `order_not_found`.

        Also `idempotency_conflict` for a parcel whose watch another run began: that one can only be reopened.
        """
        start, parcel = opening.start, opening.start.parcel
        assert parcel is not None
        await self._archive.check_begun_by(start.case_id, opening.runs)
        policy = self._library.in_force(parcel.policy, opening.at)
        order = await self._shop.order(start.merchant, parcel.order_id)
        if order.customer_id != parcel.customer_id:
            raise OrderNotFound(f"customer and order do not belong together: {parcel.order_id}")
        profile = CaseProfile(
            kind="shipment", priority=parcel.priority, tier=order.customer_tier, channel=parcel.channel
        )
        terms = policy.pin(ShipmentTerms, profile, opening.at, self._library.snapshots)
        terms_hash = await self._archive.keep_terms(policy, self._library.snapshots.values(), terms)
        return Prepared(order=order, terms=terms, terms_hash=terms_hash)

    @activity.defn
    @typed_failures
    async def watch_parcel(self, parcel: WatchParcel) -> Scans:
        """Look once; without scans that decide something fail benignly and name the delay to the next look.

        Raises `provider_refused` for a carrier that we do not speak to.
        """
        try:
            tracking = await self._carriers.track(parcel.carrier, parcel.tracking_no)
        except ProviderUnavailable as error:
            delay = self._backing_off(parcel)
            raise come_again(f"no answer: {error.message}", NO_NEWS, delay) from None
        self._down_since.pop(parcel.carrier, None)
        scans = tracking.scans if tracking else []
        if heard(parcel.book, parcel.journey, scans, scheduled_at() + CLOCK_DRIFT) is not parcel.book:
            return Scans(scans=scans)
        last = parcel.book.scans[-1].status if parcel.book.scans else "registered"
        raise come_again(f"no news since {last}", NO_NEWS, _delay(parcel.rules, last))

    def _backing_off(self, parcel: WatchParcel) -> timedelta:
        """A carrier that is down is asked less and less, by all of its parcels together."""
        down_since = self._down_since.setdefault(parcel.carrier, scheduled_at())
        first = parse_duration(parcel.rules.carrier_down_first)
        longest = parse_duration(parcel.rules.carrier_down_max)
        # Waiting as long as it has been down already doubles the time between two looks.
        return min(max(first, scheduled_at() - down_since), longest)


def _delay(rules: LookupRules, last: ParcelStatus) -> timedelta:
    if last in NEAR_DELIVERY:
        return parse_duration(rules.near_delivery_every)
    if last == "registered":
        return parse_duration(rules.before_pickup_every)
    return parse_duration(rules.in_transit_every)
