"""Sets the scene: the shop's orders and customers, empty shelves, dead addresses, a lossy gateway."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from demo import day
from demo.finding import find_orders
from demo.mishaps import upset_gateway
from demo.people import Play
from demo.script import DEAD_APP, DEAD_MAILBOX, OUT_OF_STOCK, contact_of, script_of
from sandbox.client import SandboxClient

NIGHT_WATCH = timedelta(minutes=5)
"""A demo that is begun so shortly before midnight plays the next day: no window may close in the middle."""


def plays(window_days: int) -> list[Play]:
    """Every return with the order it belongs to and what happens to it. Every one has an order."""
    returns = day.read_returns()
    orders = find_orders(returns, day.read_orders(), window_days)
    return [
        Play(asked=asked, order=orders[asked.return_id], script=script_of(asked.return_id))
        for asked in returns
    ]


async def set_scene(sandbox: SandboxClient, plays: Sequence[Play], now: datetime) -> int:
    """Fill the outside world; returns how many orders it holds."""
    orders = day.read_orders()
    tiers = day.tiers(orders)
    zone = ZoneInfo(day.TIMEZONE)
    today = (now + NIGHT_WATCH).astimezone(zone).date()
    days = day.days_between(plays[0].asked.requested_at.astimezone(zone).date(), today)
    async with asyncio.TaskGroup() as filling:
        for order in orders:
            told = day.as_order(order, tiers[order.customer_id], days, now)
            filling.create_task(sandbox.put_order(told))
        for play in plays:
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
