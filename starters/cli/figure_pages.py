"""The pages that `casework figures …` prints for people."""

from collections.abc import Sequence
from datetime import timedelta

from domain.attainment import Attained, AttainmentFigures
from domain.figures import ComplaintFigures, DeliveryFigures, PartyFigures, Share
from domain.lead_times import Band, LeadTimes, RefundFigures
from domain.peaks import PeakFigures
from starters.cli.tables import print_facts, print_table

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BAR_COLUMNS = 50
UNKNOWN = "not known"
NO_CASE = "no case in this period"


def print_attainment(figures: AttainmentFigures) -> None:
    """The whole, then clocks, channels and teams, of each the worst first."""
    if not (figures.total.met or figures.total.breached or figures.total.pending):
        print("no clock in this period")
        return
    kept, missed, running = _verdicts(figures.total)
    print_facts(
        [
            ("clocks", f"{kept} kept, {missed} missed, {running} still running"),
            ("attainment", _attained(figures.total)),
        ]
    )
    _print_attained("clock", [(f"{row.kind} {_named(row.metric)}", row) for row in figures.clocks])
    _print_attained("channel", [(_named(row.channel), row) for row in figures.channels])
    _print_attained("team", [(row.team or "no team", row) for row in figures.teams])


def print_refunds(figures: RefundFigures) -> None:
    """How many, then how long they took, from both beginnings."""
    if not (figures.paid or figures.open or figures.failed):
        print("no refund in this period")
        return
    opening, request = figures.since_opening, figures.since_request
    print_facts(
        [
            ("refunds", f"{figures.paid} paid, {figures.open} not yet, {figures.failed} failed"),
            ("since the case", _lead(opening)),
            ("since asked for", _lead(request)),
        ]
    )
    print()
    print_table(
        ("within", "since the case", "so far", "since asked for", "so far"),
        (
            (
                _band(case),
                str(case.refunds),
                _percent(case.cumulative),
                str(ask.refunds),
                _percent(ask.cumulative),
            )
            for case, ask in zip(opening.bands, request.bands, strict=True)
        ),
    )


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


def _print_attained(name: str, rows: Sequence[tuple[str, Attained]]) -> None:
    print()
    print_table(
        (name, "kept", "missed", "running", "attainment"),
        ((title, *_verdicts(row), _attained(row)) for title, row in rows),
    )


def _verdicts(row: Attained) -> tuple[str, str, str]:
    return str(row.met), str(row.breached), str(row.pending)


def _attained(row: Attained) -> str:
    return "-" if row.attainment_percent is None else f"{row.attainment_percent:.2f} %"


def _lead(times: LeadTimes) -> str:
    if times.median_minutes is None or times.most_minutes is None:
        return "none paid"
    return f"half within {_hours(times.median_minutes)}, nine in ten within {_hours(times.most_minutes)}"


def _band(band: Band) -> str:
    return "longer" if band.up_to_minutes is None else _hours(band.up_to_minutes)


def _hours(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


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
