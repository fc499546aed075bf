"""A running return, as a test acts on it, lets its time pass and looks at what became of it."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import (
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from starters.sending import Sender

if TYPE_CHECKING:
    from tests.workflows.desk import Desk

T = TypeVar("T")
_keys = count(1)
PATIENCE_SECONDS = 30
LOOK_SECONDS = 0.02

# The case was closing, or going on in a new run, in that moment: the same key may ask again.
THROWN_BACK = (
    RPCStatusCode.FAILED_PRECONDITION,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.UNAVAILABLE,
)


@dataclass
class Case:
    """A return by its workflow id, in whatever run it is."""

    desk: "Desk"
    handle: WorkflowHandle[Any, Any]
    number: str
    opened: dict[str, Any] = field(default_factory=dict[str, Any])

    async def act(self, update: str, key: str | None = None, /, **message: Any) -> dict[str, Any]:
        """Send an update, again if it was thrown back; a refusal is raised as the workflow made it."""
        key = key or f"key-{next(_keys)}"
        while True:
            try:
                handle: Any = self.handle
                return await handle.execute_update(update, message, id=key, result_type=dict[str, Any])
            except WorkflowUpdateFailedError as error:
                raise (error.cause or error) from None
            except RPCError as error:
                if error.status not in THROWN_BACK:
                    raise

    # The usual steps

    async def approve(self) -> dict[str, Any]:
        """An agent approves."""
        return await self.act("review", agent="a17", approve=True)

    async def ship(self, tracking_no: str | None = None, **more: Any) -> dict[str, Any]:
        """The customer sends the goods with a number of their own."""
        number = tracking_no or f"SW-{self.desk.merchant}-{self.number}"
        return await self.act("ship", carrier="swift", tracking_no=number, **more)

    async def receive(self, **more: Any) -> dict[str, Any]:
        """The warehouse takes everything in."""
        return await self.act("receive", warehouse="w1", **more)

    async def inspect(self, *lines: dict[str, Any]) -> dict[str, Any]:
        """The inspector's count; one unit of line 1 passed unless said otherwise."""
        return await self.act("inspect", inspector="i4", lines=list(lines) or [{"line": "1", "passed": 1}])

    async def send_in(self, *lines: dict[str, Any]) -> None:
        """Ship, receive and inspect."""
        await self.ship()
        await self.receive()
        await self.inspect(*lines)

    # Time

    async def now(self) -> datetime:
        """The case's own virtual time."""
        return await self.desk.skipper.get_current_time(self.handle)

    async def pass_time(self, **span: float) -> None:
        """Let virtual time pass."""
        async with patience(f"{span} did not pass"):
            await self.desk.skipper.fast_forward(self.handle, timedelta(**span))

    async def pass_until(self, at: datetime | str) -> None:
        """Let virtual time pass until a moment, and half a second more."""
        at = datetime.fromisoformat(at) if isinstance(at, str) else at
        await self.pass_time(seconds=(at - await self.now()).total_seconds() + 0.5)

    # What it is

    async def view(self) -> dict[str, Any]:
        """The whole state."""
        return await self._queried("case")

    async def clock(self, name: str) -> dict[str, Any]:
        """A clock, as the case shows it."""
        return next(row for row in (await self.view())["clocks"] if row["name"] == name)

    async def progress(self) -> dict[str, Any]:
        """The customer's view."""
        return await self._queried("progress")

    async def _queried(self, name: str) -> dict[str, Any]:
        """The answer; a busy machine may need a second try."""
        return await Sender().answered(lambda: self.handle.query(name, result_type=dict[str, Any]))

    async def ask_progress(self) -> dict[str, Any]:
        """The customer's view; a refusal is raised as the workflow made it."""
        try:
            return await self.progress()
        except WorkflowQueryFailedError as error:
            raise ApplicationError(error.message, type="invalid_request") from None

    async def result(self) -> dict[str, Any]:
        """How the case ended, over all of its runs."""
        return await self.handle.result()

    async def fails(self) -> None:
        """Wait for the case's failure and raise it."""
        try:
            await self.handle.result()
        except WorkflowFailureError as failure:
            raise (failure.cause or failure) from None

    async def until_view(self, fact: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """Wait until the whole state is so."""
        return await poll(self.view, fact)

    async def until_stage(self, stage: str) -> dict[str, Any]:
        """Wait for the fact that the store has the case in a stage, and give its row."""
        return await self.desk.until(
            "SELECT * FROM cases WHERE case_id = $1 AND stage = $2", self.handle.id, stage
        )

    async def until_event(self, name: str, times: int = 1) -> None:
        """Wait until the store has this event so many times."""
        await self.desk.until(
            "SELECT 1 FROM (SELECT count(*) AS n FROM events WHERE case_id = $1 AND type = $2 "
            "AND superseded_at IS NULL) AS found WHERE n >= $3",
            self.handle.id,
            name,
            times,
        )

    async def events(self) -> list[dict[str, Any]]:
        """The stored events, in order, with their payloads read."""
        rows = await self.desk.pool.fetch(
            "SELECT seq, type, at, actor, data FROM events WHERE case_id = $1 AND superseded_at IS NULL "
            "ORDER BY seq",
            self.handle.id,
        )
        return [{**row, "data": json.loads(row["data"])} for row in rows]

    async def types(self) -> list[str]:
        """The stored events' types, in order, without clocks and notices."""
        names = [event["type"] for event in await self.events()]
        return [name for name in names if not name.startswith(("clock.", "notice."))]

    async def rungs(self) -> list[tuple[str, str]]:
        """Which clock changed how, in order; a warning with its rung."""
        changes = [event["data"] for event in await self.events() if event["type"] == "clock.changed"]
        return [(each["metric"], each.get("rung") or each["change"]) for each in changes]

    async def told(self, at_least: int = 0) -> list[str]:
        """The kinds of notices that reached somebody or nobody, sorted, once there are so many."""
        settled = "FROM notices WHERE case_id = $1 AND state <> 'pending'"
        await self.desk.until(
            f"SELECT 1 FROM (SELECT count(*) AS n {settled}) AS found WHERE n >= $2",
            self.handle.id,
            at_least,
        )
        rows = await self.desk.pool.fetch(f"SELECT kind {settled} ORDER BY kind", self.handle.id)
        return [row["kind"] for row in rows]

    async def history(self) -> list[str]:
        """The names of the run's history events."""
        found = await self.handle.fetch_history()
        return [EventType.Name(event.event_type).removeprefix("EVENT_TYPE_") for event in found.events]

    async def updates(self) -> int:
        """How many events of the history speak of updates."""
        return sum("UPDATE" in name for name in await self.history())

    async def until_pending(self, activity: str, of: WorkflowHandle[Any, Any] | None = None) -> None:
        """Wait until an activity of the case, or of its refund, has failed and waits for its next attempt."""
        handle = of or self.handle
        async with patience(f"no attempt of {activity} failed"):
            while True:
                pending = (await handle.describe()).raw_description.pending_activities
                if any(each.activity_type.name == activity and each.attempt > 1 for each in pending):
                    return
                await asyncio.sleep(LOOK_SECONDS)

    def refund(self, seq: int = 1) -> WorkflowHandle[Any, Any]:
        """The workflow that pays a refund of this case."""
        number = f"{self.desk.merchant}:{self.number}:{seq}"
        return self.desk.client.get_workflow_handle(f"refund:{number}")


async def poll(
    look: Callable[[], Awaitable[T]], fact: Callable[[T], Any], seconds: float = PATIENCE_SECONDS
) -> T:
    """Look until it is so."""
    seen: T | None = None
    async with patience(lambda: f"still {seen}", seconds):
        while True:
            seen = await look()
            if fact(seen):
                return seen
            await asyncio.sleep(LOOK_SECONDS)


@contextmanager
def refused(code: str, saying: str = "") -> Generator[None]:
    """The block ends with a refusal of this code, whose message says so."""
    with pytest.raises(ApplicationError) as refusal:
        yield
    assert refusal.value.type == code
    assert saying in refusal.value.message


@asynccontextmanager
async def patience(what: str | Callable[[], str], seconds: float = PATIENCE_SECONDS) -> AsyncGenerator[None]:
    """Fail with what was waited for, long before the test itself is given up."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise AssertionError(f"waited in vain: {what if isinstance(what, str) else what()}") from None
