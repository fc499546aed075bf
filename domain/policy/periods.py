"""Spans of time that a customer is given: real time ("72h") or whole local days ("7 days")."""

from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from domain.sla.hours import hours_of
from domain.sla.quantities import parse_target
from domain.sla.spec import Calendar


def _real_or_days(text: str) -> str:
    if parse_target(text).unit == "workdays":
        raise ValueError(f'"{text}": customers are given real time like "72h" or days like "7 days"')
    return text


Period = Annotated[str, AfterValidator(_real_or_days)]
"""`"72h"` ends 72 hours later. `"7 days"` ends with the seventh local day after the day that it starts on."""


def local_midnight(day: date, timezone: str) -> datetime:
    """The first instant of a local date, also where the clocks change at midnight."""
    hours = hours_of(Calendar(timezone=timezone, week={}))
    return hours.day_start(day.toordinal()).astimezone(ZoneInfo(timezone))


def period_end(period: str, start: datetime, timezone: str) -> datetime:
    """The first instant after a period, in the time zone whose days count."""
    length = parse_target(period)
    local = start.astimezone(ZoneInfo(timezone))
    if length.unit == "days":
        return local_midnight(local.date() + timedelta(days=length.days + 1), timezone)
    return (start + length.time).astimezone(ZoneInfo(timezone))
