"""`casework weather …`: announce extreme weather over a region, look first, extend it, end it (sop L7)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import typer

from domain.errors import InvalidRequest
from domain.weather.messages import EVERYBODY, AnnounceWeather, MoveWeather, Window
from starters.cli.desk import AsJson, Explain, Key, commands, new_key
from starters.cli.exchange import print_json, reports_errors
from starters.cli.reading import instant
from starters.cli.rules import shipped_policies
from starters.cli.tables import print_facts, print_table
from starters.moments import moment
from starters.requests import message
from starters.settings import Settings
from starters.temporal_client import connect
from starters.weather import Weather
from store.pool import create_pool

R = TypeVar("R")
app = typer.Typer(no_args_is_help=True, help="Extreme weather: announce, move, end, show, list.")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The window's name, or weather:<merchant>:<name>.")]
Merchant = Annotated[str | None, typer.Option(help="Only this merchant's parcels (default: everybody's).")]
By = Annotated[str, typer.Option(help="Who says so.")]
DEFAULT_LIMIT = 20


def _with_weather(work: Callable[[Weather], Awaitable[R]], *, reads_only: bool = False) -> R:
    async def run() -> R:
        settings = Settings()
        client = None if reads_only else await connect(settings)
        dsn = settings.required_database_url()
        pool = await create_pool(dsn, application_name="casework-cli", max_size=2)
        try:
            weather = Weather(client, pool, shipped_policies(), task_queue=settings.task_queue)
            return await work(weather)
        finally:
            await pool.close()

    return asyncio.run(run())


@app.command()
@reports_errors
def announce(
    region: Annotated[str, typer.Option(help="ISO 3166 code, as in CN-33; a country means all of it.")],
    since: Annotated[str, typer.Option(metavar="TIME", help="When it begins, with its offset.")],
    until: Annotated[str, typer.Option(metavar="TIME", help="When it is over.")],
    reason: Annotated[str, typer.Option(help="typhoon, snow, flood, storm, heat, …")],
    carriers: Annotated[
        str | None, typer.Option(help="Those that are struck, by commas (default: all).")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="The window's name (default: region, reason and day).")
    ] = None,
    merchant: Merchant = None,
    by: By = "ops",
    policy: Annotated[str, typer.Option(help="Whose regions and clocks count.")] = "standard",
    preview: Annotated[bool, typer.Option("--preview", help="Only say whom it would touch.")] = False,
    explain: Explain = False,
    as_json: AsJson = False,
) -> None:
    """Tell every parcel in the region once, and let its clocks rest until it is over.

    The same announcement again changes nothing.
    """
    begins = instant(since)
    window = message(
        AnnounceWeather,
        name=name or f"{region}-{reason}-{since[:10]}",
        merchant=merchant,
        region=region,
        reason=reason,
        since=begins,
        until=instant(until),
        carriers=carriers.split(",") if carriers else None,
        by=by,
        policy=policy,
    )
    if explain:
        print(commands().weather(window, new_key()))
        return
    if preview:
        found = _with_weather(lambda weather: weather.preview(window), reads_only=True)
        _tell(found, as_json, "would touch")
        return
    _tell(_with_weather(lambda weather: weather.announce(window)), as_json, "touches")


@app.command()
@reports_errors
def move(
    name: Name,
    until: Annotated[str, typer.Option(metavar="TIME", help="The new end.")],
    merchant: Merchant = None,
    by: By = "ops",
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """It lasts longer, or is over earlier, than was announced."""
    _move(name, merchant, instant(until), by, key, as_json)


@app.command()
@reports_errors
def end(
    name: Name, merchant: Merchant = None, by: By = "ops", key: Key = None, as_json: AsJson = False
) -> None:
    """It is over now; all clocks go on."""
    _move(name, merchant, datetime.now(UTC), by, key, as_json)


def _move(
    name: str, merchant: str | None, until: datetime | None, by: str, key: str | None, as_json: bool
) -> None:
    word = message(MoveWeather, by=by, until=until)
    window_id = _window_id(name, merchant)
    moved = _with_weather(lambda weather: weather.move(window_id, word, key or new_key()))
    _tell(moved, as_json, "touches")


@app.command()
@reports_errors
def show(name: Name, merchant: Merchant = None, as_json: AsJson = False) -> None:
    """A window: until when, whom it touched, who carries instead."""
    window_id = _window_id(name, merchant)
    _tell(_with_weather(lambda weather: weather.show(window_id), reads_only=True), as_json, "touched")


@app.command("list")
@reports_errors
def list_windows(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = DEFAULT_LIMIT,
    as_json: AsJson = False,
) -> None:
    """The newest windows."""
    windows = _with_weather(lambda weather: weather.newest(limit), reads_only=True)
    if as_json:
        print_json([window.model_dump(mode="json", exclude_none=True) for window in windows])
        return
    rows = (
        (each.window_id, each.region, each.reason, moment(each.until), _state(each), str(each.parcels))
        for each in windows
    )
    print_table(("window", "region", "reason", "until", "state", "parcels"), rows)


def _window_id(name: str, merchant: str | None) -> str:
    if name.count(":") == 2 and name.startswith("weather:"):
        return name
    if ":" in name:
        raise InvalidRequest(f"{name}: write a window's name, or weather:<merchant>:<name>")
    return f"weather:{merchant or EVERYBODY}:{name}"


def _state(window: Window) -> str:
    if window.ended_at is not None:
        return "over"
    return "announced" if window.since > datetime.now(UTC) else "in force"


def _tell(window: Window, as_json: bool, touches: str) -> None:
    if as_json:
        print_json(window.model_dump(mode="json", exclude_none=True))
        return
    clocks = f", {window.clocks} clocks rest" if window.clocks else ""
    print_facts(
        [
            ("window", window.window_id),
            ("region", f"{window.region}: {window.reason}"),
            ("from", moment(window.since)),
            ("until", moment(window.until)),
            (touches, f"{window.parcels} cases of parcels{clocks}"),
            ("struck", ", ".join(window.carriers) or "all carriers"),
            ("instead", ", ".join(window.proposals) or "no other carrier serves the region"),
            ("over since", moment(window.ended_at) if window.ended_at else None),
        ]
    )
