"""The pages that `casework figures …` prints for people."""

from collections.abc import Sequence
from datetime import timedelta

from domain.figures import ComplaintFigures, DeliveryFigures, PartyFigures, Share
from domain.peaks import PeakFigures
from starters.cli.tables import print_facts, print_table

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BAR_COLUMNS = 50
UNKNOWN = "not known"
NO_CASE = "no case in this period"


def print_complaints(figures: ComplaintFigures) -> None:
    """Totals, then types with the most frequent first."""
    if not figures.cases:
        print(NO_CASE)
        return
    rate = figures.repeat_rate or 0.0
    print_facts(
        [
            ("complaints", f"{figures.cases}, {figures.open} of them open"),
            ("repeats", f"{figures.repeats} ({_percent(rate)})"),
            ("severities", _in_a_line(figures.severities)),
        ]
    )
    _print_shares("category", figures.categories)
    print()
    print_table(
        ("category", "reason", "cases", "share", "repeats"),
        (
            (_named(row.category), _named(row.reason), str(row.cases), _percent(row.share), str(row.repeats))
            for row in figures.types
        ),
    )


def print_deliveries(figures: DeliveryFigures) -> None:
    """By carrier, by lane, by reason, and what comes together."""
    if not figures.cases:
        print(NO_CASE)
        return
    print_facts([("exceptions", f"{figures.cases}, {figures.open} of them open")])
    for name, shares in (
        ("carrier", figures.carriers),
        ("lane", figures.lanes),
        ("reason", figures.reasons),
    ):
        _print_shares(name, shares)
    print()
    print_table(
        ("carrier", "lane", "reason", "cases", "share", "so far"),
        (
            (
                _named(row.carrier),
                _named(row.lane),
                _named(row.reason),
                str(row.cases),
                _percent(row.share),
                _percent(row.cumulative),
            )
            for row in figures.causes
        ),
    )


def print_parties(figures: PartyFigures) -> None:
    """The parties, and how few make up most."""
    if not figures.cases:
        print(NO_CASE)
        return
    print_facts(
        [("cases", str(figures.cases)), ("vital few", f"the first {figures.vital} make up four fifths")]
    )
    _print_shares("responsible", figures.parties)


def print_peaks(figures: PeakFigures) -> None:
    """Hours and weekdays as bars, and the days that stand out."""
    if not figures.cases:
        print(NO_CASE)
        return
    print_facts(
        [
            ("cases", f"{figures.cases} on {len(figures.days)} days"),
            ("times", figures.timezone),
            ("a day", f"{figures.median_per_day:g} is usual, above {figures.threshold_per_day:g} is a peak"),
            ("peaks", ", ".join(f"{day.day} ({day.cases})" for day in figures.peaks) or "none"),
        ]
    )
    print()
    _print_bars([f"{timedelta(hours=hour)}"[:-3].zfill(5) for hour in range(24)], figures.hours)
    print()
    _print_bars(WEEKDAYS, figures.weekdays)


def _print_bars(names: Sequence[str], counts: Sequence[int]) -> None:
    longest = max(counts)
    print_facts(
        [
            (name, f"{'█' * round(BAR_COLUMNS * count / longest)} {count}".lstrip())
            for name, count in zip(names, counts, strict=True)
        ]
    )


def _print_shares(name: str, shares: Sequence[Share]) -> None:
    print()
    print_table(
        (name, "cases", "share", "so far"),
        (
            (_named(share.value), str(share.cases), _percent(share.share), _percent(share.cumulative))
            for share in shares
        ),
    )


def _in_a_line(shares: Sequence[Share]) -> str:
    return ", ".join(f"{_named(share.value)} {share.cases}" for share in shares)


def _named(value: str | None) -> str:
    return UNKNOWN if value is None else value.replace("_", " ")


def _percent(share: float) -> str:
    return f"{share:.1%}"
