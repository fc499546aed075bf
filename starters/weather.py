"""Windows of extreme weather for callers: look first, announce, move, see (sop L7)."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import typed
from activities.names import TASK_QUEUE, WEATHER_RELIEF
from domain.errors import WrongStage
from domain.weather.messages import AnnounceWeather, MoveWeather, Window
from domain.weather.rules import check_same, check_window, resting_clocks, rules_of
from starters.sending import Sender
from store.policy_library import PolicyLibrary
from store.pool import Pool
from store.weather import WeatherWindows


class Weather:
    """All calls raise the typed errors of `domain.errors`. The same announcement again changes nothing."""

    def __init__(
        self, client: Client | None, pool: Pool, library: PolicyLibrary, *, task_queue: str = TASK_QUEUE
    ) -> None:
        self._client = client
        self._windows = WeatherWindows(pool)
        self._library = library
        self._task_queue = task_queue
        self._sender = Sender()

    async def preview(self, window: AnnounceWeather) -> Window:
        """What it would touch, without announcing it. Raises `UnknownRegion`, `InvalidRequest`."""
        policy = self._library.in_force(window.policy, datetime.now(UTC))
        rules = rules_of(policy)
        check_window(window, rules, datetime.now(UTC))
        parcels, clocks = await self._windows.preview(window, resting_clocks(policy))
        return Window(
            window_id=window.window_id,
            region=window.region,
            reason=window.reason,
            since=window.since,
            until=window.until,
            carriers=window.carriers,
            proposals=list(rules.proposals(window.region, tuple(window.carriers))),
            parcels=parcels,
            clocks=clocks,
        )

    async def announce(self, window: AnnounceWeather) -> Window:
        """Announce it: every parcel that it touches is spared and told of it.

        Raises `UnknownRegion`, `InvalidRequest`, and `IdempotencyConflict` for another window of this name.
        """
        assert self._client is not None
        client = self._client

        async def send() -> Window:
            operation: WithStartWorkflowOperation[Any, Any] = WithStartWorkflowOperation(
                WEATHER_RELIEF,
                window,
                id=window.window_id,
                task_queue=self._task_queue,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                static_summary=f"{window.reason} in {window.region}",
            )
            return await client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
                "announce",
                window,
                start_workflow_operation=operation,
                id=f"announce-{uuid4()}",
                result_type=Window,
            )

        try:
            return await self._sender.answered(send)
        except WorkflowAlreadyStartedError:
            known = await self._windows.get(window.window_id)  # it is over by now
            first = {"region": known.region, "reason": known.reason, "carriers": known.carriers}
            check_same(window.model_copy(update={**first, "since": known.since}), window)
            return known
        except TemporalError as error:
            raise typed(error) from None

    async def move(self, window_id: str, move: MoveWeather, key: str) -> Window:
        """Extend it, or end it early. Raises `NotFound`, and `WrongStage` for one that is over."""
        assert self._client is not None
        known = await self._windows.get(window_id)
        handle = self._client.get_workflow_handle(window_id)

        async def send() -> Window:
            return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                "move", move, id=key, result_type=Window
            )

        try:
            return await self._sender.answered(send)
        except TemporalError as error:
            if isinstance(error, RPCError) and error.status == RPCStatusCode.NOT_FOUND:
                raise WrongStage(f"{window_id} is over since {known.until.isoformat()}") from None
            raise typed(error) from None

    async def show(self, window_id: str) -> Window:
        """A window as the store has it. Raises `NotFound`."""
        return await self._windows.get(window_id)

    async def newest(self, limit: int = 20) -> list[Window]:
        """The newest windows."""
        return await self._windows.newest(limit)
