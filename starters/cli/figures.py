"""`casework figures`: what the desk learns from its cases (sop C15, L6)."""

from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from domain.errors import InvalidRequest
from domain.figures import Facets, FigureFilter, complaint_figures, delivery_figures, party_figures
from domain.peaks import PEAK_FACTOR, peak_figures
from domain.sla.spec import TimeZoneName
from starters.cli.exchange import print_json, reports_errors
from starters.cli.figure_pages import print_complaints, print_deliveries, print_parties, print_peaks
from starters.cli.reading import desk_timezone, duration, in_store, period
from store.figures import FigureCounts

app = typer.Typer(no_args_is_help=True, help="Figures: frequent types, peaks, parties, root causes.")

COMPLAINTS, DELIVERIES = ["complaint"], ["delivery"]
ANSWERED_FOR = ["complaint", "delivery"]
"""Kinds of cases that somebody is responsible for."""
BROUGHT = ["return", "complaint", "delivery"]
"""Kinds of cases that come in from outside; others follow from them."""
Since = Annotated[str | None, typer.Option(metavar="TIME", help="Opened then or later.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Opened before then.")]
Merchant = Annotated[str | None, typer.Option(help="Only this merchant's.")]
Kind = Annotated[list[str] | None, typer.Option(help="Of which kinds, each by a --kind of its own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
@reports_errors
def complaints(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    repeat_within: Annotated[
        str,
        typer.Option(metavar="TIME", help="So soon after another about the same order it is a repeat."),
    ] = "30d",
    as_json: AsJson = False,
) -> None:
    """How many complaints there are of which type, and how many of them are repeats."""
    where = _where(merchant, COMPLAINTS, since, until)
    figures = complaint_figures(_facets(where, duration(repeat_within)))
    print_json(figures) if as_json else print_complaints(figures)


@app.command()
@reports_errors
def deliveries(
    since: Since = None, until: Until = None, merchant: Merchant = None, as_json: AsJson = False
) -> None:
    """What goes wrong on the way: by carrier, lane and reason."""
    figures = delivery_figures(_facets(_where(merchant, DELIVERIES, since, until)))
    print_json(figures) if as_json else print_deliveries(figures)


@app.command()
@reports_errors
def parties(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Who answers for the cases, and which few of them for four fifths."""
    figures = party_figures(_facets(_where(merchant, kind or ANSWERED_FOR, since, until)))
    print_json(figures) if as_json else print_parties(figures)


@app.command()
@reports_errors
def peaks(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Local time of which zone (default: the desk's).")
    ] = None,
    factor: Annotated[
        float, typer.Option(min=0, max=1000, help="How many spreads above the median a peak is.")
    ] = PEAK_FACTOR,
    as_json: AsJson = False,
) -> None:
    """At which hours, on which weekdays and on which days cases come in."""
    where = _where(merchant, kind or BROUGHT, since, until)
    zone = _zone(timezone) if timezone else desk_timezone()
    figures = peak_figures(in_store(lambda pool: FigureCounts(pool).arrivals(where)), zone, factor)
    print_json(figures) if as_json else print_peaks(figures)


def _where(merchant: str | None, kinds: list[str], since: str | None, until: str | None) -> FigureFilter:
    begin, end = period(since, until)
    return FigureFilter(merchant=merchant, kinds=kinds, since=begin, until=end)


def _facets(where: FigureFilter, repeat_within: timedelta | None = None) -> list[Facets]:
    limits = () if repeat_within is None else (repeat_within,)
    return in_store(lambda pool: FigureCounts(pool).facets(where, *limits))


def _zone(name: str) -> str:
    try:
        return TypeAdapter[str](TimeZoneName).validate_python(name)
    except ValidationError:
        raise InvalidRequest(f'--timezone: "{name}" is no zone; take a name like Asia/Shanghai') from None
