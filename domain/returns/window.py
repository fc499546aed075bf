"""The window to apply in: whole local days after receipt (sop R1, R2; CPL 25, Civil Code 201 and 203)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.orders import Order
from domain.policy.periods import local_midnight
from domain.policy.return_rules import WindowRules
from domain.sla import Calendar
from domain.sla.hours import next_working_day


@dataclass(frozen=True)
class Window:
    """The last day that is in time, and the instant that ends it; both None while nothing has started it."""

    last_day: date | None = None
    ends_at: datetime | None = None

    def is_over(self, at: datetime) -> bool:
        """Whether `at` is too late; an order that has not arrived is always in time."""
        return self.ends_at is not None and at >= self.ends_at


def window_of(order: Order, rules: WindowRules, calendars: Mapping[str, Calendar]) -> Window:
    """The order's window, in its own time zone.

    The working days are those of the policy's calendar. Raises `EndlessCalendar` if it has none.
    """
    start = order.placed_at if rules.starts == "purchase" else order.received_at
    if start is None:
        return Window()
    last_day = start.astimezone(ZoneInfo(order.timezone)).date() + timedelta(days=rules.days)
    if rules.roll == "nonworking":
        last_day = next_working_day(calendars[rules.calendar], last_day)
    return Window(last_day, local_midnight(last_day + timedelta(days=1), order.timezone))
