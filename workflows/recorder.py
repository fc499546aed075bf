"""The single flusher of a stream: the case decides and goes on, the store follows."""

from datetime import datetime

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.options import BRIEFLY, UNTIL_DONE

with workflow.unsafe.imports_passed_through():
    from activities.recording import RecordingActivities
    from domain.records import Batch, CaseSummary, Recorded, UnitRange


class Recorder:
    """Sends pending events in order, in one batch per transition.

    First as a local activity (one marker), and when that fails as an activity that retries for ever: the case
    never fails and never blocks because the store is down.
    """

    def __init__(self, case_id: str, pending: list[Recorded] | None = None) -> None:
        self._case_id = case_id
        self.pending: list[Recorded] = list(pending or [])
        self._summary: CaseSummary | None = None
        self._held: dict[str, list[UnitRange]] | None = None
        self._wanted = bool(pending)
        self._in_flight = False
        self.blocked_since: datetime | None = None

    def add(self, events: list[Recorded], *, soon: bool = True) -> None:
        """Queue events. Those that no reader waits for (`soon=False`) ride with the next transition."""
        self.pending += events
        self._wanted = self._wanted or soon

    def describe(self, summary: CaseSummary | None, held: dict[str, list[UnitRange]] | None) -> None:
        """What the read model shall say once the pending events are stored."""
        self._summary, self._held = summary, held

    async def run(self) -> None:
        """Flush for ever; cancel the task to stop, after `drained`."""
        while True:
            await workflow.wait_condition(lambda: self._wanted and bool(self.pending))
            self._wanted = False
            await self._flush()

    async def drained(self) -> None:
        """Wait until everything is stored."""
        self._wanted = self._wanted or bool(self.pending)
        await workflow.wait_condition(lambda: not self.pending and not self._in_flight)

    async def _flush(self) -> None:
        events, self.pending, self._in_flight = self.pending, [], True
        batch = Batch(
            case_id=self._case_id,
            first_seq=events[0].seq,
            events=events,
            summary=self._summary,
            held=self._held,
        )
        what = _summary(events)
        try:
            await workflow.execute_local_activity_method(
                RecordingActivities.append_events, batch, summary=what, **BRIEFLY
            )
        except ActivityError:
            self.blocked_since = workflow.now()
            await workflow.execute_activity_method(
                RecordingActivities.append_events, batch, summary=what, **UNTIL_DONE
            )
            self.blocked_since = None
        self._in_flight = False


def _summary(events: list[Recorded]) -> str:
    """What is recorded, for people: the case's own facts; clocks and notices only where there is nothing else."""
    names = list(dict.fromkeys(event.type for event in events))
    own = [name for name in names if not name.startswith(("clock.", "notice."))]
    return f"record {', '.join(own or names)}"[:190]
