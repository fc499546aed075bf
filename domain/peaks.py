"""When cases come in: hours, weekdays, and the days that stand out (sop C15)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
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
    hours_by_weekday: list[list[int]]
    """The 24 hours of each weekday."""
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
    week = [[0] * 24 for _ in range(7)]
    by_day = Counter[date]()
    for arrival in arrivals:
        local = arrival.at.astimezone(zone)
        week[local.weekday()][local.hour] += arrival.cases
        by_day[local.date()] += arrival.cases
    days = _all_days(by_day)
    middle = median(day.cases for day in days) if days else 0.0
    distance = median(abs(day.cases - middle) for day in days) if days else 0.0
    threshold = middle + factor * max(_MAD_TO_SIGMA * distance, sqrt(middle), 1.0)
    peaks = [day for day in days if day.cases > threshold]
    return PeakFigures(
        timezone=timezone,
        cases=by_day.total(),
        hours=[sum(hour) for hour in zip(*week, strict=True)],
        weekdays=[sum(day) for day in week],
        hours_by_weekday=week,
        median_per_day=middle,
        threshold_per_day=round(threshold, _DIGITS),
        peaks=sorted(peaks, key=lambda day: (-day.cases, day.day)),
        days=days,
    )


def quarters_at(
    arrivals: Iterable[Arrivals], timezone: str, weekday: int | None = None, hour: int | None = None
) -> list[datetime]:
    """The quarters of an hour that count for a weekday (Monday is 0), an hour of the day, or both."""
    zone = ZoneInfo(timezone)
    local = ((arrival.at, arrival.at.astimezone(zone)) for arrival in arrivals)
    return [at for at, there in local if weekday in (None, there.weekday()) and hour in (None, there.hour)]


def _all_days(by_day: Mapping[date, int]) -> list[DayCount]:
    if not by_day:
        return []
    first, last = min(by_day), max(by_day)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [DayCount(day=day, cases=by_day.get(day, 0)) for day in days]
