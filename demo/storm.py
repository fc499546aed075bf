"""A storm over one region, by the very code of `casework weather`: announced, announced again, prolonged."""

import asyncio
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from demo.day import MERCHANT
from demo.parcel_script import STRUCK_CARRIER, STRUCK_REGION
from demo.script import POLICY
from demo.tasks import answered
from demo.watch import Watch
from domain.weather.messages import AnnounceWeather, MoveWeather, Window
from sandbox.client import SandboxClient
from starters.weather import Weather

ANNOUNCED_FOR = timedelta(seconds=12)
LASTS = timedelta(seconds=15)
AGAIN_AFTER_SECONDS = 2.0
REASON = "storm"
BY = "ops"


def announcement(now: datetime) -> AnnounceWeather:
    """What is announced: the parcels of one carrier to one region stand still."""
    return AnnounceWeather(
        name=f"{STRUCK_REGION}-{REASON}-{now:%Y-%m-%d}",
        merchant=MERCHANT,
        region=STRUCK_REGION,
        reason=REASON,
        since=now,
        until=now + ANNOUNCED_FOR,
        carriers=[STRUCK_CARRIER],
        by=BY,
        policy=POLICY,
    )


class Storm:
    """The storm of the day. `over` is set when it has passed."""

    def __init__(self, weather: Weather, sandbox: SandboxClient, watch: Watch) -> None:
        self._weather = weather
        self._sandbox = sandbox
        self._watch = watch
        self.window: AnnounceWeather | None = None
        self.over = asyncio.Event()

    async def blow(self, struck: AbstractSet[str]) -> None:
        """Announce it, twice by mistake; it lasts longer than was said. Returns when it has passed.

        It comes once the parcels that it is to strike, `struck` by their case ids, are on their way.
        """
        await self._watch.until_all(lambda rows: rows.keys() >= struck)
        window = announcement(await self._sandbox.now())
        await answered(lambda: self._weather.announce(window))
        self.window = window
        await asyncio.sleep(AGAIN_AFTER_SECONDS)
        await answered(lambda: self._weather.announce(window))
        longer = MoveWeather(by=BY, until=window.since + LASTS)
        await answered(lambda: self._weather.move(window.window_id, longer, "longer"))
        left = longer.until - await self._sandbox.now()
        await asyncio.sleep(max(0.0, left.total_seconds()))
        self.over.set()

    def say(self) -> str:
        """Where it stands, in a few words."""
        if self.window is None:
            return "none yet"
        return f"over {STRUCK_REGION}" + (", passed" if self.over.is_set() else ", parcels are spared")

    async def seen(self) -> Window | None:
        """The window as the store has it; None where it was not announced."""
        return await self._weather.show(self.window.window_id) if self.window else None
