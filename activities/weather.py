"""Extreme weather: windows are kept, and every parcel that one touches is told of it once (sop L7)."""

import asyncio

from temporalio import activity
from temporalio.client import Client

from activities.clock import scheduled_at
from activities.failures import typed_failures
from activities.linking import AskLinked, asked_of
from domain.base import Instant, Model
from domain.cases.relief import GRANT_RELIEF
from domain.errors import NotFound, Refused
from domain.weather.messages import AnnounceWeather, Window, relief_for
from domain.weather.rules import check_window, resting_clocks, rules_of
from store.policy_library import PolicyLibrary
from store.weather import Outcome, Touched, WeatherWindows

PAGE_CASES = 100
AT_ONCE = 10


class OpenWindow(Model):
    """A window that is announced; `at`: its workflow's own time."""

    window: AnnounceWeather
    at: Instant


class OpenedWindow(Model):
    """The window as it is kept, and how often parcels are looked for meanwhile."""

    window: Window
    look_again_every: str
    longest: str


class Page(Model):
    """Some more cases are to be told of a window."""

    window: Window
    by: str


class WeatherActivities:
    """Idempotent: a case is told an end of a window once, by an update under the window's name."""

    def __init__(self, client: Client, library: PolicyLibrary, windows: WeatherWindows) -> None:
        self._client = client
        self._library = library
        self._windows = windows

    @activity.defn
    @typed_failures
    async def open_window(self, wanted: OpenWindow) -> OpenedWindow:
        """Check and keep; raises `unknown_region`, `invalid_request`, `unknown_policy`."""
        policy = self._library.in_force(wanted.window.policy, wanted.at)
        rules = rules_of(policy)
        check_window(wanted.window, rules, wanted.at)
        proposals = rules.proposals(wanted.window.region, tuple(wanted.window.carriers))
        window = await self._windows.open(wanted.window, proposals, wanted.at)
        parcels, clocks = await self._windows.preview(wanted.window, resting_clocks(policy))
        counted = window.model_copy(update={"parcels": max(parcels, window.parcels), "clocks": clocks})
        return OpenedWindow(window=counted, look_again_every=rules.look_again_every, longest=rules.longest)

    @activity.defn
    @typed_failures
    async def relieve_page(self, page: Page) -> int:
        """Tell the next cases; gives how many there were, fewer than a page when none is left."""
        touched = await self._windows.touched(page.window, PAGE_CASES)
        gate = asyncio.Semaphore(AT_ONCE)

        async def tell(case: Touched) -> None:
            async with gate:
                await self._tell(page, case)

        async with asyncio.TaskGroup() as group:
            for case in touched:
                group.create_task(tell(case))
        return len(touched)

    async def _tell(self, page: Page, case: Touched) -> None:
        window = page.window
        relief = relief_for(window, page.by, tell=case.tells)
        asked = AskLinked(
            case_id=case.case_id,
            update=GRANT_RELIEF,
            message=relief.model_dump(mode="json", exclude_defaults=True),
            key=f"{window.window_id}-{window.until.isoformat()}",
        )
        outcome: Outcome = "granted"
        try:
            await asked_of(self._client, asked)
        except NotFound:
            outcome = "gone"
        except Refused:
            outcome = "refused"
        await self._windows.mark(window.window_id, case.case_id, window.until, outcome, scheduled_at())

    @activity.defn
    @typed_failures
    async def move_window(self, window: Window) -> None:
        """Keep the window's new end."""
        await self._windows.move(window.window_id, window.until)

    @activity.defn
    @typed_failures
    async def end_window(self, window: Window) -> None:
        """Note that the window is over."""
        await self._windows.end(window.window_id, window.until)
