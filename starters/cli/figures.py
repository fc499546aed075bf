"""`casework figures`: what the desk learns from its cases (sop C15, L6, Q3)."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from pydantic import TypeAdapter, ValidationError

from domain.errors import InvalidRequest
from domain.figures import FigureFilter
from domain.peaks import PEAK_FACTOR
from domain.sla.spec import TimeZoneName
from starters.cli.exchange import print_json, reports_errors
from starters.cli.figure_pages import (
    print_attainment,
    print_complaints,
    print_deliveries,
    print_parties,
    print_peaks,
    print_refunds,
)
from starters.cli.reading import desk_timezone, duration, in_store, period
from starters.figures import FigureDesk

F = TypeVar("F")
app = typer.Typer(
    no_args_is_help=True, help="Figures: frequent types, peaks, parties, attainment, lead times."
)

Since = Annotated[str | None, typer.Option(metavar="TIME", help="Opened then or later.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Opened before then.")]
Merchant = Annotated[str | None, typer.Option(help="Only this merchant's.")]
Kind = Annotated[list[str] | None, typer.Option(help="Of which kinds, each by a --kind of its own.")]
Channel = Annotated[str | None, typer.Option(help="Only what came by this channel.")]
Team = Annotated[str | None, typer.Option(help="Only this team's; ? for what no team has.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
@reports_errors
def attainment(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    channel: Channel = None,
    team: Team = None,
    metric: Annotated[str | None, typer.Option(help="Only this clock.")] = None,
    as_json: AsJson = False,
) -> None:
    """How often promises were kept: by clock, channel and team."""
    where = _where(merchant, since, until, channel, team, kind)
    figures = _told(lambda desk: desk.attainment(where, metric))
    print_json(figures) if as_json else print_attainment(figures)


@app.command()
@reports_errors
def complaints(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    channel: Channel = None,
    team: Team = None,
    repeat_within: Annotated[
        str,
        typer.Option(metavar="TIME", help="So soon after another about the same order it is a repeat."),
    ] = "30d",
    as_json: AsJson = False,
) -> None:
    """How many complaints there are of which type, and how many of them are repeats."""
    where, within = _where(merchant, since, until, channel, team), duration(repeat_within)
    figures = _told(lambda desk: desk.complaints(where, within))
    print_json(figures) if as_json else print_complaints(figures)


@app.command()
@reports_errors
def deliveries(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    channel: Channel = None,
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """What goes wrong on the way: by carrier, lane and reason."""
    where = _where(merchant, since, until, channel, team)
    figures = _told(lambda desk: desk.deliveries(where))
    print_json(figures) if as_json else print_deliveries(figures)


@app.command()
@reports_errors
def parties(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    channel: Channel = None,
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """Who answers for the cases, and which few of them for four fifths."""
    where = _where(merchant, since, until, channel, team, kind)
    figures = _told(lambda desk: desk.parties(where))
    print_json(figures) if as_json else print_parties(figures)


@app.command()
@reports_errors
def peaks(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    channel: Channel = None,
    team: Team = None,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Local time of which zone (default: the desk's).")
    ] = None,
    factor: Annotated[
        float, typer.Option(min=0, max=1000, help="How many spreads above the median a peak is.")
    ] = PEAK_FACTOR,
    as_json: AsJson = False,
) -> None:
    """At which hours, on which weekdays and on which days cases come in."""
    where = _where(merchant, since, until, channel, team, kind)
    zone = _zone(timezone) if timezone else desk_timezone()
    figures = _told(lambda desk: desk.peaks(where, zone, factor))
    print_json(figures) if as_json else print_peaks(figures)


@app.command()
@reports_errors
def refunds(
    since: Since = None,
    until: Until = None,
    merchant: Merchant = None,
    kind: Kind = None,
    channel: Channel = None,
    team: Team = None,
    as_json: AsJson = False,
) -> None:
    """How long customers wait for their money."""
    where = _where(merchant, since, until, channel, team, kind)
    figures = _told(lambda desk: desk.refunds(where))
    print_json(figures) if as_json else print_refunds(figures)


def _where(
    merchant: str | None,
    since: str | None,
    until: str | None,
    channel: str | None,
    team: str | None,
    kinds: list[str] | None = None,
) -> FigureFilter:
    begin, end = period(since, until)
    try:
        return FigureFilter(
            merchant=merchant, kinds=kinds or None, since=begin, until=end, channel=channel, team=team
        )
    except ValidationError as error:
        name = error.errors()[0]["loc"][0]
        raise InvalidRequest(f"--{str(name).removesuffix('s')}: that is no name", field=str(name)) from None


def _told(ask: Callable[[FigureDesk], Awaitable[F]]) -> F:
    return in_store(lambda pool: ask(FigureDesk(pool)))


def _zone(name: str) -> str:
    try:
        return TypeAdapter[str](TimeZoneName).validate_python(name)
    except ValidationError:
        raise InvalidRequest(f'--timezone: "{name}" is no zone; take a name like Asia/Shanghai') from None
