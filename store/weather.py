"""Windows of extreme weather, and the cases of parcels that they touch."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from domain.base import Model
from domain.errors import NotFound
from domain.weather.messages import AnnounceWeather, Window
from store.pool import Pool, Row, connection
from store.sql import load

Q = load("weather")
Outcome = Literal["granted", "refused", "gone"]


class Touched(Model):
    """A case in the region; `tells`: whether it is this one that tells the parcel's customer."""

    case_id: str
    tells: bool


class WeatherWindows:
    """One row for each window, one for each case that was told of it. Raises `StoreUnavailable`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def open(self, window: AnnounceWeather, proposals: Sequence[str], at: datetime) -> Window:
        """Keep the window, or find it as it was kept before."""
        async with connection(self._pool) as conn:
            await conn.execute(
                Q["open_window"],
                window.window_id,
                window.merchant,
                window.name,
                window.region,
                window.reason,
                window.since,
                window.until,
                window.carriers,
                list(proposals),
                window.by,
                at,
            )
        return await self.get(window.window_id)

    async def get(self, window_id: str) -> Window:
        """One window; raises `NotFound`."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(Q["window"], window_id)
        if row is None:
            raise NotFound(f"there is no window {window_id}")
        return _window(row)

    async def newest(self, limit: int) -> list[Window]:
        """The newest windows."""
        async with connection(self._pool) as conn:
            return [_window(row) for row in await conn.fetch(Q["windows"], limit)]

    async def move(self, window_id: str, until: datetime) -> None:
        """Move a window's end; one that is over stays so."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["move_window"], window_id, until)

    async def end(self, window_id: str, at: datetime) -> None:
        """Note that a window is over."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["end_window"], window_id, at)

    async def touched(self, window: Window, limit: int) -> list[Touched]:
        """Cases that were not told this end of the window yet."""
        async with connection(self._pool) as conn:
            rows = await conn.fetch(
                Q["touched"],
                window.window_id,
                _merchant(window.window_id),
                window.region,
                window.carriers,
                window.until,
                limit,
            )
        return [Touched.model_validate(dict(row)) for row in rows]

    async def preview(self, window: AnnounceWeather, resting: Sequence[str]) -> tuple[int, int]:
        """How many parcels' cases it touches, and how many of their clocks would rest."""
        async with connection(self._pool) as conn:
            row = await conn.fetchrow(
                Q["count_touched"], window.merchant, window.region, window.carriers, list(resting)
            )
        assert row is not None
        return row["parcels"], row["clocks"]

    async def mark(
        self, window_id: str, case_id: str, until: datetime, outcome: Outcome, at: datetime
    ) -> None:
        """Note which end of the window a case was told."""
        async with connection(self._pool) as conn:
            await conn.execute(Q["mark_told"], window_id, case_id, until, outcome, at)


def _merchant(window_id: str) -> str | None:
    named = window_id.split(":")[1]
    return None if named == "all" else named


def _window(row: Row) -> Window:
    return Window.model_validate({name: row[name] for name in Window.model_fields if name != "clocks"})
