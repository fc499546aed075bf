"""Sets the scene: the shop's orders and customers, empty shelves, dead addresses, a lossy gateway."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from demo import day
from demo.complaint_script import ComplaintPlay, complaint_plays
from demo.expected import Expected
from demo.finding import find_orders
from demo.mishaps import upset_gateway
from demo.parcel_script import ParcelPlay, parcel_plays
from demo.people import Play
from demo.rhythm import Rhythm
from demo.script import DEAD_APP, DEAD_MAILBOX, OUT_OF_STOCK, contact_of, script_of
from domain.orders import Language
from sandbox.client import SandboxClient

NIGHT_WATCH = timedelta(minutes=5)
"""A demo that is begun so shortly before midnight plays the next day: no window may close in the middle."""


@dataclass(frozen=True)
class Programme:
    """All that is played: the real returns, and the parcels and complaints that are made up beside them."""

    returns: Sequence[Play]
    parcels: Sequence[ParcelPlay]
    complaints: Sequence[ComplaintPlay]

    @cached_property
    def rhythm(self) -> Rhythm:
        """The pace of the day."""
        return Rhythm.of([play.asked.requested_at for play in self.returns])

    @cached_property
    def expected(self) -> Expected:
        """The cases that must come of it."""
        return Expected(
            case_ids=tuple(play.case_id for play in (*self.returns, *self.complaints)),
            of_parcels=tuple((kind, play.number) for play in self.parcels for kind in play.kinds),
        )


def programme(window_days: int) -> Programme:
    """The day's programme, the same every time. No order has two parts in it."""
    returns, orders = plays(window_days), day.read_orders()
    languages: dict[str, Language] = {play.asked.customer_id: play.script.language for play in returns}
    taken = {play.order.order_id for play in returns}
    parcels = parcel_plays(orders, taken, languages)
    taken |= {play.order.order_id for play in parcels}
    return Programme(returns, parcels, complaint_plays(orders, taken, languages))


def plays(window_days: int) -> list[Play]:
    """Every return with the order it belongs to and what happens to it. Every one has an order."""
    returns = day.read_returns()
    orders = find_orders(returns, day.read_orders(), window_days)
    return [
        Play(asked=asked, order=orders[asked.return_id], script=script_of(asked.return_id))
        for asked in returns
    ]


async def set_scene(sandbox: SandboxClient, played: Programme, now: datetime) -> int:
    """Fill the outside world; returns how many orders it holds."""
    orders = day.read_orders()
    tiers = day.tiers(orders)
    zone = ZoneInfo(day.TIMEZONE)
    today = (now + NIGHT_WATCH).astimezone(zone).date()
    days = day.days_between(played.rhythm.first.astimezone(zone).date(), today)
    travelling = {play.order.order_id for play in played.parcels}
    async with asyncio.TaskGroup() as filling:
        for order in orders:
            travels = order.order_id in travelling
            told = day.as_order(order, tiers[order.customer_id], days, now, travels=travels)
            filling.create_task(sandbox.put_order(told))
        for play in played.returns:
            filling.create_task(_put_customer(sandbox, play))
        filling.create_task(upset_gateway(sandbox))
    return len(orders)


async def _put_customer(sandbox: SandboxClient, play: Play) -> None:
    contact = contact_of(play.asked.customer_id, play.script.language)
    await sandbox.put_contact(day.MERCHANT, play.asked.customer_id, contact)
    if play.asked.return_id == DEAD_MAILBOX:
        await sandbox.set_dead("email", contact.email or "")
    if play.asked.return_id == DEAD_APP:
        await sandbox.set_dead("push", contact.push_token or "")
    if play.script.turn in OUT_OF_STOCK:
        await sandbox.set_stock(day.MERCHANT, day.sku_of(play.order.order_id), 0)
