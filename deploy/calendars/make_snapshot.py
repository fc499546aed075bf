"""Write the calendar snapshots beside this file from calendar libraries; run when a new year is published.

    python deploy/calendars/make_snapshot.py

A year belongs into `LAST_YEAR` only once its days are published: for later years `holidays` makes up
rule-based days, without make-up workdays. China must be the same day by day in `chinesecalendar`.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import json
import sys
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parents[1]))

import chinese_calendar  # noqa: E402
import holidays  # noqa: E402

from domain.calendars import DayKind, Snapshot, revision_of  # noqa: E402

FIRST_YEAR, LAST_YEAR = 2024, 2026
FIRST, LAST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def main() -> None:
    """Write `cn.json` and `gb.json`."""
    library = f"holidays {version('holidays')}"
    both = f"{library} and chinesecalendar {version('chinesecalendar')}, which agree on every day"
    write("cn", f"State Council notices by {both}", china())
    write("gb", f"Bank holidays in England by {library}", england())


def china() -> dict[date, DayKind]:
    """Statutory holidays, the weekends that fall into them, and 调休 make-up workdays.

    `holidays` leaves those weekends out; a desk that works on weekends needs them.
    """
    published = holidays.country_holidays("CN", years=YEARS)
    days: dict[date, DayKind] = {}
    for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
        is_workday, holiday = chinese_calendar.is_workday(day), chinese_calendar.get_holiday_detail(day)[1]
        if is_workday != published.is_working_day(day):
            raise SystemExit(f"{day}: holidays and chinesecalendar disagree; find out who is right")
        if not is_workday and holiday:
            days[day] = "holiday"
        elif is_workday and day.weekday() >= 5:
            days[day] = "workday"
    return days


def england() -> dict[date, DayKind]:
    """Bank holidays in England."""
    published = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)
    return {day: "holiday" for day in published if FIRST <= day <= LAST}


def write(name: str, source: str, days: dict[date, DayKind]) -> None:
    """Write a snapshot, its days in order."""
    snapshot = Snapshot(
        name=name,
        source=source,
        revision=revision_of(FIRST, LAST, days),
        valid_from=FIRST,
        valid_through=LAST,
        days=dict(sorted(days.items())),
    )
    text = json.dumps(snapshot.model_dump(mode="json"), ensure_ascii=False, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
