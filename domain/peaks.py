"""When cases come in: hours, weekdays, and the days that stand out (sop C15)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import sqrt
from statistics import median
from zoneinfo import ZoneInfo

from domain.base import Model, UtcInstant

PEAK_FACTOR = 3.0
"""A day is a peak when it exceeds the median by so many spreads (ours)."""
_MAD_TO_SIGMA = 1.4826
_DIGITS = 4


class Arrivals(Model):
    """How many cases came in within the quarter of an hour that begins here."""

    at: UtcInstant
    cases: int


class DayCount(Model):
    """The cases of a local day."""

    day: date
    cases: int


class PeakFigures(Model):
    """When cases come in, in local time; `peaks` are the days above the threshold, the highest first."""

    timezone: str
    cases: int
    hours: list[int]
    weekdays: list[int]
    """Monday first."""
    median_per_day: float
    threshold_per_day: float
    peaks: list[DayCount]
    days: list[DayCount]


def peak_figures(arrivals: Iterable[Arrivals], timezone: str, factor: float = PEAK_FACTOR) -> PeakFigures:
    """Hours, weekdays and days in a zone. Quarters of an hour fit every zone's offset.

    Days without a case count between the first and the last one. The threshold is robust, peaks don't lift
    it: median + factor x spread, the spread being the median distance from the median, scaled as a standard
    deviation, but at least what chance alone brings about (the square root of the median, and one).
    """
    zone = ZoneInfo(timezone)
    hours, weekdays = [0] * 24, [0] * 7
    by_day = Counter[date]()
    for arrival in arrivals:
        local = arrival.at.astimezone(zone)
        hours[local.hour] += arrival.cases
        weekdays[local.weekday()] += arrival.cases
        by_day[local.date()] += arrival.cases
    days = _all_days(by_day)
    middle = median(day.cases for day in days) if days else 0.0
    distance = median(abs(day.cases - middle) for day in days) if days else 0.0
    threshold = middle + factor * max(_MAD_TO_SIGMA * distance, sqrt(middle), 1.0)
    peaks = [day for day in days if day.cases > threshold]
    return PeakFigures(
        timezone=timezone,
        cases=sum(hours),
        hours=hours,
        weekdays=weekdays,
        median_per_day=middle,
        threshold_per_day=round(threshold, _DIGITS),
        peaks=sorted(peaks, key=lambda day: (-day.cases, day.day)),
        days=days,
    )


def _all_days(by_day: Mapping[date, int]) -> list[DayCount]:
    if not by_day:
        return []
    first, last = min(by_day), max(by_day)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [DayCount(day=day, cases=by_day.get(day, 0)) for day in days]
