"""What a plain return costs: events, Actions and bytes of its two histories, against the budgets (design §8).

Applied for above the automatic ceiling, approved by an agent, sent back, seen delivered by the carrier,
received, inspected, refunded and confirmed, with a notice after each of three stages; on the real parts.
"""

import asyncio
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from temporalio.client import WorkflowHandle

from bench.counts import Counts, Name, counts_of, stretch
from bench.drive import CARRIER, LOOK_AGAIN_SECONDS, drive, until_quiet
from bench.room import Room
from sandbox.messages import Scan

BUDGETS = {"events": 96, "actions": 26, "history_bytes": 20_000}
IDLE_LOOKUPS = 10
CASES = 5


@dataclass(frozen=True)
class Spread:
    """One figure over several cases."""

    name: str
    minimum: float
    median: float
    maximum: float
    budget: float

    @property
    def ok(self) -> bool:
        """Whether even the dearest case is within the budget."""
        return self.maximum <= self.budget


@dataclass(frozen=True)
class Lookups:
    """The way back of a case whose carrier had nothing new to say, beside that of one told at once."""

    idle: int
    way_back_events: int
    way_back_events_at_once: int
    extra_events: int
    """Events of the whole case beyond the other's; how they fall into workflow tasks is left out."""

    @property
    def ok(self) -> bool:
        """Whether the look-ups left no trace."""
        return self.idle >= IDLE_LOOKUPS and not self.extra_events and not self.extra_on_the_way

    @property
    def extra_on_the_way(self) -> int:
        """Events between shipping and receipt that the other case does not have."""
        return self.way_back_events - self.way_back_events_at_once


@dataclass(frozen=True)
class PlainReturn:
    """What was counted."""

    cases: list[Counts]
    lookups: Lookups

    @property
    def spreads(self) -> list[Spread]:
        """Each budget's figure over the cases."""
        return [spread_of(name, self.cases, budget) for name, budget in BUDGETS.items()]

    @property
    def typical(self) -> Counts:
        """A case with the median of events, for the breakdown."""
        return sorted(self.cases, key=lambda case: case.events)[len(self.cases) // 2]

    @property
    def ok(self) -> bool:
        """Whether every exact budget is kept."""
        return self.lookups.ok and all(spread.ok for spread in self.spreads)


async def count_plain_returns(room: Room, cases: int = CASES) -> PlainReturn:
    """Drive the cases beside each other, and one more whose parcel takes its time."""
    slow = asyncio.create_task(_slow_parcel(room))
    subjects = [await room.plain_return() for _ in range(cases)]
    results = await asyncio.gather(*(drive(room.client, subject) for subject in subjects))
    _all_refunded(results)
    counted = [await counts_of(room.client, subject.workflow_ids) for subject in subjects]
    at_once = await _way_back(room, subjects[0].workflow_id)
    (slow_counts, slow_way_back) = await slow
    lookups = Lookups(
        idle=slow_counts.retries - counted[0].retries,
        way_back_events=len(slow_way_back),
        way_back_events_at_once=len(at_once),
        extra_events=own_events(slow_counts) - own_events(counted[0]),
    )
    return PlainReturn(counted, lookups)


async def _slow_parcel(room: Room) -> tuple[Counts, list[Name]]:
    subject = await room.plain_return(delivered=False)

    async def until_told(handle: WorkflowHandle[Any, Any]) -> None:
        """The parcel is scanned on its way, which changes nothing, and arrives after the tenth look-up."""
        await until_looked_up(handle, IDLE_LOOKUPS // 2)
        await room.sandbox.push_scan(CARRIER, subject.tracking_no, Scan(status="in_transit"))
        await until_looked_up(handle, IDLE_LOOKUPS)
        await room.sandbox.push_scan(CARRIER, subject.tracking_no, Scan(status="delivered"))
        await until_quiet(handle)

    _all_refunded([await drive(room.client, subject, after={"ship": until_told})])
    return await counts_of(room.client, subject.workflow_ids), await _way_back(room, subject.workflow_id)


async def until_looked_up(handle: WorkflowHandle[Any, Any], times: int) -> None:
    """Wait until the look-up that is pending has been made so often in vain."""
    while True:
        pending = (await handle.describe()).raw_description.pending_activities
        if any(activity.attempt > times for activity in pending):
            return
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def _way_back(room: Room, case_id: str) -> list[Name]:
    history = await room.client.get_workflow_handle(case_id).fetch_history()
    return stretch(history.events, after="ship", until="receive")


def own_events(counts: Counts) -> int:
    """Events but for how they fall into workflow tasks."""
    return sum(n for name, n in counts.by_type.items() if not name.startswith("WORKFLOW_TASK_"))


def _all_refunded(results: list[Any]) -> None:
    outcomes = {result["outcome"] for result in results}
    if outcomes != {"refunded"}:
        raise RuntimeError(f"a plain return ends refunded; these ended {outcomes}")


def spread_of(name: str, cases: list[Counts], budget: float) -> Spread:
    """One figure over several cases."""
    figure: Callable[[Counts], int] = lambda case: getattr(case, name)  # noqa: E731
    values = [figure(case) for case in cases]
    return Spread(name, min(values), statistics.median(values), max(values), budget)
