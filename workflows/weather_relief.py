"""The story of a window of extreme weather: every parcel that it touches is spared, and told of (sop L7)."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from workflows.local_first import local_first
from workflows.options import UNTIL_DONE
from workflows.refusals import NOTHING, parse, refusal, refusing

with workflow.unsafe.imports_passed_through():
    from activities.names import WEATHER_RELIEF
    from activities.weather import PAGE_CASES, OpenedWindow, OpenWindow, Page, WeatherActivities
    from domain.errors import InvalidRequest, WrongStage
    from domain.sla import parse_duration
    from domain.weather.messages import AnnounceWeather, MoveWeather, Window
    from domain.weather.rules import check_same, check_span

ENDED = timedelta(0)


@workflow.defn(name=WEATHER_RELIEF)
class WeatherRelief:
    """Walks the cases of parcels in a region, page by page, again and again while the window lasts.

    Update `announce` answers the window as it is; `move` extends it or ends it early. The cases end their own
    relief at the window's end, so that no clock rests for ever if this workflow should be stopped.
    """

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._start = start
        self._opened: OpenedWindow | None = None
        self._failure: ApplicationError | None = None
        self._walked: Window | None = None
        self._closing = False

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> Window:
        """Keep the window, wait for it, tell whom it touches, look again, and end it."""
        announced = await self._open()
        await self._sleep_until_since()
        while True:
            await self._walk(announced.by)
            if self.window == self._walked and self.window.until <= workflow.now():
                break  # all know this end; one that was moved meanwhile is walked first
            await self._until_more()
            if workflow.info().is_continue_as_new_suggested():
                await workflow.wait_condition(workflow.all_handlers_finished)
                workflow.continue_as_new(announced.model_copy(update={"until": self.window.until}))
        self._closing = True
        await workflow.execute_activity_method(
            WeatherActivities.end_window, self.window, summary="the window is over", **UNTIL_DONE
        )
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.window

    @property
    def window(self) -> Window:
        """The window as it is by now; only asked for after it was opened."""
        assert self._opened is not None
        return self._opened.window

    async def _open(self) -> AnnounceWeather:
        try:
            announced = parse(AnnounceWeather, self._start)
            if announced.window_id != workflow.info().workflow_id:
                raise refusal(InvalidRequest(f"the workflow id must be {announced.window_id}"))
            wanted = OpenWindow(window=announced, at=workflow.now())
            opened = await local_first(WeatherActivities.open_window, wanted, "keep the window")
        except ApplicationError as error:
            self._failure = error
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise
        self._opened = opened
        self._tell_page()
        return announced

    async def _sleep_until_since(self) -> None:
        wait = self.window.since - workflow.now()
        if wait > ENDED:
            begins = f"the window begins at {self.window.since:%Y-%m-%d %H:%M}Z"
            await workflow.sleep(wait, summary=begins)

    async def _walk(self, by: str) -> None:
        """Tell all that were not told this end yet; whoever moves it meanwhile is told of it next."""
        found = PAGE_CASES
        while found == PAGE_CASES:
            self._walked = self.window
            found = await workflow.execute_activity_method(
                WeatherActivities.relieve_page,
                Page(window=self._walked, by=by),
                summary=f"spare the parcels in {self._walked.region}",
                **UNTIL_DONE,
            )
        self._tell_page()

    async def _until_more(self) -> None:
        """Until the window ends, its end is moved, or it is time to look for new parcels."""
        assert self._opened is not None
        left = self.window.until - workflow.now()
        every = parse_duration(self._opened.look_again_every)
        with suppress(TimeoutError):
            await workflow.wait_condition(
                lambda: self.window != self._walked,
                timeout=min(left, every),
                timeout_summary="look for new parcels",
            )

    def _tell_page(self) -> None:
        window = self.window
        workflow.set_current_details(
            f"**{window.reason} in {window.region}** until {window.until:%Y-%m-%d %H:%M} UTC\n\n"
            f"Carriers struck: {', '.join(window.carriers) or 'all'}; "
            f"proposed instead: {', '.join(window.proposals) or 'none'}"
        )

    @workflow.update(description="Answers the window as it is; the same announcement again changes nothing.")
    async def announce(self, message: Any) -> Window:
        """Wait for the window to be kept, and answer it."""
        del message
        await workflow.wait_condition(lambda: self._opened is not None or self._failure is not None)
        if self._failure is not None:
            raise self._failure
        return self.window

    @announce.validator
    def _check_announce(self, message: Any) -> None:
        again = parse(AnnounceWeather, message)
        if self._opened is not None:
            with refusing():
                check_same(parse(AnnounceWeather, self._start), again)

    @workflow.update(description="Extends the window, or ends it early.")
    async def move(self, message: Any) -> Window:
        """Move the end; the cases hear of it at the next walk, which is now."""
        command = parse(MoveWeather, message)
        await workflow.wait_condition(lambda: self._opened is not None or self._failure is not None)
        assert self._opened is not None
        until = max(command.until, workflow.now())
        moved = self.window.model_copy(update={"until": until})
        self._opened = self._opened.model_copy(update={"window": moved})
        await workflow.execute_activity_method(
            WeatherActivities.move_window, moved, summary="move the window's end", **UNTIL_DONE
        )
        return moved

    @move.validator
    def _check_move(self, message: Any) -> None:
        command = parse(MoveWeather, message)
        if self._closing or self._opened is None:
            raise refusal(WrongStage("the window is not open"))
        with refusing():
            check_span(self.window.since, command.until, self._opened.longest)

    @workflow.query(description="The window as it is.")
    def case(self) -> dict[str, Any]:
        """For staff and systems."""
        return self.window.model_dump(mode="json") if self._opened else {"stage": "opening"}
