"""What a workflow test does with the weather: announces it, lets it pass, looks at whom it touched."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.weather.messages import AnnounceWeather, MoveWeather, Window
from starters.settings import Settings
from starters.weather import Weather
from store.policy_library import PolicyLibrary
from tests.workflows.case import Case
from tests.workflows.desk import Desk

DAYS = timedelta(days=2)
NOW = datetime.now(UTC).replace(microsecond=0)


def at_desk(desk: Desk) -> Weather:
    """The typed calls, by the desk's own servers."""
    library = PolicyLibrary(Settings().policies_dir, Settings().calendars_dir)
    return Weather(desk.client, desk.pool, library)


def storm(desk: Desk, **changes: Any) -> AnnounceWeather:
    """A typhoon over the destination, from now on for two days, for this merchant's parcels."""
    given: dict[str, Any] = {
        "name": "typhoon-1",
        "merchant": desk.merchant,
        "region": "CN-33",
        "reason": "typhoon",
        "since": NOW - timedelta(minutes=1),
        "until": NOW + DAYS,
        "carriers": ["swift"],
        "by": "ops",
    }
    return AnnounceWeather.model_validate({**given, **changes})


async def announce(desk: Desk, **changes: Any) -> Window:
    """Announce it."""
    return await at_desk(desk).announce(storm(desk, **changes))


async def move(desk: Desk, until: datetime, key: str = "move-1", name: str = "typhoon-1") -> Window:
    """Extend it, or end it early."""
    word = MoveWeather(by="ops", until=until)
    return await at_desk(desk).move(f"weather:{desk.merchant}:{name}", word, key)


def window_of(desk: Desk, name: str = "typhoon-1") -> Case:
    """The window's workflow, to let its time pass."""
    window_id = f"weather:{desk.merchant}:{name}"
    return Case(desk, desk.client.get_workflow_handle(window_id), name)


async def until_told(desk: Desk, count: int, name: str = "typhoon-1") -> None:
    """Wait until so many cases were told of the window."""
    await desk.until(
        "SELECT 1 FROM (SELECT count(*) AS n FROM weather_parcels "
        "WHERE window_id = $1 AND outcome = 'granted') AS found WHERE n >= $2",
        f"weather:{desk.merchant}:{name}",
        count,
    )


async def reliefs(case: Case) -> int:
    """How often a case was granted relief."""
    return sum(name.endswith(".relief_granted") for name in await case.types())
