"""Asking carriers: one activity per parcel that ends only with news that change something (design §8)."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal

from temporalio import activity

from activities.clock import scheduled_at
from activities.failures import come_again, typed_failures
from domain.base import Instant, Model
from domain.errors import ProviderUnavailable
from domain.parcels import LOSS_REASONS, NEAR_DELIVERY, NOT_MOVING, ParcelStatus, Scan
from domain.policy.work_rules import LookupRules
from domain.sla import Duration, parse_duration
from providers.ports import CarrierPort, WarehousePort

ENDS: tuple[ParcelStatus, ...] = ("delivered", "returning", "returned")
"""What ends the way back: it has arrived, or it will not."""

NO_NEWS = "no_news"


class FollowParcel(Model):
    """A parcel on its way back.

    With `shipped_at` the case knows that it moves, with `missing` that it is lost or silent for too long;
    `lost_after` is that silence.
    """

    case_id: str
    merchant: str
    carrier: str
    tracking_no: str
    shipped_at: Instant | None = None
    missing: bool = False
    await_pickup: bool = False
    """The case is to hear that the carrier has it, also when it knows that it was sent."""
    lost_after: Duration
    rules: LookupRules


class ParcelNews(Model):
    """What changes something for the case: a scan, or that there was none for too long since `at`."""

    status: ParcelStatus | Literal["silent"]
    at: Instant
    reason: str | None = None


class ParcelActivities:
    """Follows parcels by look-ups that repeat as retries of one attempt, so that they leave no history."""

    def __init__(self, carriers: CarrierPort, warehouse: WarehousePort) -> None:
        self._carriers = carriers
        self._warehouse = warehouse
        self._down_since: dict[str, datetime] = {}

    @activity.defn
    @typed_failures
    async def follow_parcel(self, parcel: FollowParcel) -> ParcelNews:
        """Look once; without news fail benignly and name the delay until the next look."""
        await self._announce(parcel)
        try:
            tracking = await self._carriers.track(parcel.carrier, parcel.tracking_no)
        except ProviderUnavailable as error:
            raise come_again(f"no answer: {error.message}", NO_NEWS, self._backing_off(parcel)) from None
        self._down_since.pop(parcel.carrier, None)
        scans = tracking.scans if tracking else []
        if news := _news(scans, parcel):
            return ParcelNews(status=news.status, at=news.at, reason=news.reason)
        last = scans[-1].status if scans else "registered"
        delay = _delay(parcel.rules, last)
        if (seen_at := _last_seen_at(scans, parcel)) is not None and not parcel.missing:
            silent_for_long = seen_at + parse_duration(parcel.lost_after) - scheduled_at()
            if silent_for_long <= timedelta(0):
                return ParcelNews(status="silent", at=seen_at)
            delay = min(delay, silent_for_long)
        raise come_again(f"no news since {last}", NO_NEWS, delay)

    async def _announce(self, parcel: FollowParcel) -> None:
        """Tell the dock at every look: it takes a repeat, and one that was down hears of it the next time."""
        with suppress(ProviderUnavailable):
            await self._warehouse.announce(
                parcel.merchant, parcel.case_id, parcel.carrier, parcel.tracking_no
            )

    def _backing_off(self, parcel: FollowParcel) -> timedelta:
        """A carrier that is down is asked less and less, by all of its parcels together."""
        down_since = self._down_since.setdefault(parcel.carrier, scheduled_at())
        first = parse_duration(parcel.rules.carrier_down_first)
        longest = parse_duration(parcel.rules.carrier_down_max)
        # Waiting as long as it has been down already doubles the time between two looks.
        return min(max(first, scheduled_at() - down_since), longest)


def _news(scans: list[Scan], parcel: FollowParcel) -> Scan | None:
    """The first scan that the case has not heard of and that changes something for it."""
    lost = next((scan for scan in scans if scan.reason in LOSS_REASONS), None)
    ended = next((scan for scan in scans if scan.status in ENDS), None)
    moving = next((scan for scan in scans if scan.status not in NOT_MOVING), None)
    is_known = parcel.shipped_at is not None and not parcel.await_pickup
    return ended or (None if parcel.missing else lost) or (None if is_known else moving)


def _last_seen_at(scans: list[Scan], parcel: FollowParcel) -> datetime | None:
    """When the parcel last gave a sign; None while it need not move yet."""
    if parcel.shipped_at is None:
        return None
    return max([parcel.shipped_at, *(scan.at for scan in scans)])


def _delay(rules: LookupRules, last: ParcelStatus) -> timedelta:
    if last in NEAR_DELIVERY:
        return parse_duration(rules.near_delivery_every)
    if last == "registered":
        return parse_duration(rules.before_pickup_every)
    return parse_duration(rules.in_transit_every)
