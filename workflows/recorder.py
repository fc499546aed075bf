"""The single flusher of a stream: the case decides and goes on, the store follows."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from temporalio import workflow

from workflows.local_first import local_first

with workflow.unsafe.imports_passed_through():
    from activities.recording import RecordingActivities
    from domain.records import Batch, CaseSummary, Recorded, UnitRange


class Recorder:
    """Sends pending events in order, in one batch per transition.

    First as a local activity (one marker), and when that fails as an activity that retries for ever: the case
    never fails and never blocks because the store is down.
    """

    def __init__(self, case_id: str, on_outage: Callable[[], None]) -> None:
        self._case_id = case_id
        self._on_outage = on_outage
        self.pending: list[Recorded] = []
        self._in_flight: list[Recorded] = []
        self._summary: CaseSummary | None = None
        self._held: dict[str, list[UnitRange]] | None = None
        self._wanted = False
        self._emitted_at: datetime | None = None
        self.blocked_since: datetime | None = None

    @property
    def unrecorded(self) -> int:
        """How many events the store has not confirmed yet."""
        return len(self._in_flight) + len(self.pending)

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
        await workflow.wait_condition(lambda: not self.unrecorded)

    async def _flush(self) -> None:
        events, self.pending = self.pending, []
        self._in_flight = events
        # The store orders attempts by it: it must not go back where the server's clock was set back.
        self._emitted_at = max(workflow.now(), self._emitted_at or workflow.now())
        batch = Batch(
            case_id=self._case_id,
            first_seq=events[0].seq,
            events=events,
            summary=self._summary,
            held=self._held,
            # A reset keeps it: whichever attempt recorded first, a later one knows the stream for its own.
            run_id=UUID(workflow.info().original_execution_run_id),
            emitted_at=self._emitted_at,
        )
        what = _summary(events)
        await local_first(
            RecordingActivities.append_events, batch, what, lambda: self._blocked(workflow.now())
        )
        if self.blocked_since is not None:
            self._blocked(None)
        self._in_flight = []

    def _blocked(self, since: datetime | None) -> None:
        self.blocked_since = since
        self._on_outage()


def _summary(events: list[Recorded]) -> str:
    """What is recorded, for people: the case's own facts; clocks and notices only where there is no other."""
    names = list(dict.fromkeys(event.type for event in events))
    own = [name for name in names if not name.startswith(("clock.", "notice."))]
    return f"record {', '.join(own or names)}"[:190]
