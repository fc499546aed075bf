"""Write the calendar snapshots beside this file from calendar libraries; run when a new year is published.

    python deploy/calendars/make_snapshot.py

A year belongs into `LAST_YEAR` only once its days are published: for later years `holidays` makes up
rule-based days, without make-up workdays. China is cross-checked day by day with `chinesecalendar`.
"""

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
    checked = f"cross-checked with chinesecalendar {version('chinesecalendar')}"
    write("cn", f"{library} (China, State Council notices), {checked}", china())
    write("gb", f"{library} (England, bank holidays)", england())


def china() -> dict[date, DayKind]:
    """Statutory holidays and 调休 make-up workdays."""
    published = holidays.country_holidays("CN", years=YEARS)
    days: dict[date, DayKind] = {day: "workday" for day in published.weekend_workdays if FIRST <= day <= LAST}
    days |= {day: "holiday" for day in published if FIRST <= day <= LAST}
    for day in (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)):
        ours = days.get(day, "holiday" if day.weekday() >= 5 else "workday")
        if (ours == "workday") != chinese_calendar.is_workday(day):  # pyright: ignore[reportUnknownMemberType]
            raise SystemExit(f"{day}: holidays says {ours}, chinesecalendar does not; find out who is right")
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
