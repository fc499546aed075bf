"""How many cases come in, as tables: by day with the peaks, and by hour of the week."""

from console.figure_cells import Cells, Series, Table, chart
from domain.peaks import PeakFigures

AMONG = "brought"
"""Whose cases these are, where no kind is named."""


def peak_tables(figures: PeakFigures, cells: Cells) -> list[Table]:
    """Days, and hours."""
    return [_days(figures, cells), _hours(figures, cells)]


def _days(figures: PeakFigures, cells: Cells) -> Table:
    t, f = cells.words, cells.formats
    columns, empty = cells.columns("day", "cases", "peak"), t("figures.empty.cases")
    if not figures.cases:
        return Table("days", columns, empty=empty)
    peaks = {peak.day for peak in figures.peaks}
    links = [
        cells.cases(among=AMONG, since=each.day.isoformat(), until=each.day.isoformat())
        for each in figures.days
    ]
    told = t(
        "figures.told.days",
        n=len(peaks),
        cases=f.count(figures.cases),
        usual=f.number(figures.median_per_day),
        threshold=f.number(figures.threshold_per_day),
    )
    return Table(
        "days",
        columns,
        [
            (
                cells.text(f.local_day(each.day)),
                cells.count(each.cases, among=AMONG, since=each.day.isoformat(), until=each.day.isoformat()),
                cells.text(t("figures.peak") if each.day in peaks else ""),
            )
            for each in figures.days
        ],
        told,
        chart(
            "columns",
            [f.short_date(each.day) for each in figures.days],
            Series(t("figures.column.cases"), "main", [each.cases for each in figures.days]),
            marks=[index for index, each in enumerate(figures.days) if each.day in peaks],
            mark=t("figures.peak"),
            line={"name": t("figures.threshold"), "value": figures.threshold_per_day},
            links=links,
        ),
        empty,
    )


def _hours(figures: PeakFigures, cells: Cells) -> Table:
    t, f = cells.words, cells.formats
    columns = [*cells.columns("hour"), *(f.weekday(day) for day in range(7)), *cells.columns("all_days")]
    empty = t("figures.empty.cases")
    if not figures.cases:
        return Table("hours", columns, empty=empty)
    names = [f"{hour:02d}:00" for hour in range(24)]
    busiest = max(range(24), key=lambda hour: figures.hours[hour])
    day = max(range(7), key=lambda each: figures.weekdays[each])
    return Table(
        "hours",
        columns,
        [
            (
                cells.text(names[hour]),
                *(
                    cells.count(figures.hours_by_weekday[each][hour], among=AMONG, weekday=each, hour=hour)
                    for each in range(7)
                ),
                cells.count(figures.hours[hour], among=AMONG, hour=hour),
            )
            for hour in range(24)
        ],
        t("figures.told.hours", hour=names[busiest], day=f.weekday(day, whole=True), zone=figures.timezone),
        chart(
            "columns",
            names,
            Series(t("figures.column.cases"), "main", figures.hours),
            links=[cells.cases(among=AMONG, hour=hour) for hour in range(24)],
        ),
        empty,
    )
