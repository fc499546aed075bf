"""Peaks against days that were counted by hand, in local time, also where the clocks change."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.peaks import Arrivals, peak_figures, quarters_at

SHANGHAI = "Asia/Shanghai"


def arrivals(*counts: int, first: datetime = datetime(2026, 11, 1, 4, tzinfo=UTC)) -> list[Arrivals]:
    """So many cases at noon in Shanghai on each day from the first of November."""
    return [Arrivals(at=first + timedelta(days=n), cases=cases) for n, cases in enumerate(counts) if cases]


def test_hours_and_weekdays_are_local() -> None:
    late = Arrivals(at=datetime(2026, 11, 10, 16, 15, tzinfo=UTC), cases=3)
    figures = peak_figures([*arrivals(2), late], SHANGHAI)
    assert {hour: count for hour, count in enumerate(figures.hours) if count} == {0: 3, 12: 2}
    assert figures.weekdays == [0, 0, 3, 0, 0, 0, 2]
    assert (figures.hours_by_weekday[2][0], figures.hours_by_weekday[6][12]) == (3, 2)
    assert sum(map(sum, figures.hours_by_weekday)) == 5
    assert (figures.cases, len(figures.days)) == (5, 11)


def test_a_zone_with_a_quarter_and_one_with_summer_time_fit_too() -> None:
    quarter = Arrivals(at=datetime(2026, 11, 1, 18, 15, tzinfo=UTC), cases=1)
    assert peak_figures([quarter], "Asia/Kathmandu").hours[0] == 1
    twice = [Arrivals(at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC), cases=1) for hour in (0, 1)]
    assert peak_figures(twice, "Europe/London").hours[1] == 2


def test_the_quarters_of_an_hour_of_the_week_are_local_too() -> None:
    sunday = datetime(2026, 11, 1, 16, 15, tzinfo=UTC)  # in Shanghai Monday, a quarter past midnight
    noon = datetime(2026, 11, 1, 4, tzinfo=UTC)
    found = [Arrivals(at=at, cases=1) for at in (noon, sunday)]
    assert quarters_at(found, SHANGHAI, weekday=0, hour=0) == [sunday]
    assert quarters_at(found, SHANGHAI, weekday=6) == [noon]
    assert quarters_at(found, SHANGHAI, hour=12) == [noon]
    assert quarters_at(found, SHANGHAI, weekday=0, hour=12) == []


def test_a_peak_exceeds_the_median_by_three_spreads() -> None:
    # median 10, distances 0 0 1 1 2 2 90: their median 1, spread max(1.4826, √10) = 3.1623, threshold 19.4868
    figures = peak_figures(arrivals(10, 11, 9, 12, 8, 10, 100), SHANGHAI)
    assert (figures.median_per_day, figures.threshold_per_day) == (10, 19.4868)
    assert [(peak.day, peak.cases) for peak in figures.peaks] == [(date(2026, 11, 7), 100)]


def test_a_wide_spread_lifts_the_threshold() -> None:
    # median 30, distances 0 10 10 20 20: their median 10, spread 14.826
    figures = peak_figures(arrivals(10, 20, 30, 40, 50), SHANGHAI)
    assert figures.threshold_per_day == 74.478
    assert figures.peaks == []


def test_days_without_a_case_count_and_peaks_come_highest_first() -> None:
    # nine days, median 0: the spread is at least 1, so that up to three cases are no peak
    figures = peak_figures(arrivals(1, 0, 0, 4, 0, 0, 9, 0, 3), SHANGHAI)
    assert (figures.median_per_day, figures.threshold_per_day) == (0, 3)
    assert [peak.cases for peak in figures.peaks] == [9, 4]


@pytest.mark.parametrize(("factor", "peaks"), [(0, [9, 4, 1]), (4, [9])])
def test_the_factor_is_the_callers(factor: float, peaks: list[int]) -> None:
    found = peak_figures(arrivals(1, 0, 0, 4, 0, 0, 9), SHANGHAI, factor).peaks
    assert [peak.cases for peak in found] == peaks


def test_without_cases_there_is_no_day() -> None:
    figures = peak_figures([], SHANGHAI)
    assert (figures.cases, figures.days, figures.peaks, sum(figures.hours)) == (0, [], [], 0)
