"""The single flusher of a stream: the case decides and goes on, the store follows."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.local_first import local_first
from workflows.options import UNTIL_DONE

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, JsonValue

    from activities.recording import RecordingActivities
    from activities.request_headers import REQUEST_ID, caused_by
    from domain.errors import StreamConflict
    from domain.records import Batch, CaseSummary, Recorded, UnitRange


class Recorder:
    """Sends pending events in order, in one batch per transition.

    First as a local activity (one marker), and when that fails as an activity that retries for ever: the case
    never fails and never blocks because the store is down.

    A local activity may belong to an attempt that does not count: its run was reset meanwhile, or its task
    given to another worker. So it only ever goes on with what this attempt told. Where the store has
    something else, the run tells anew all that it told, by an activity: only one that counts can have that.
    """

    def __init__(self, case_id: str, on_outage: Callable[[], None]) -> None:
        self._case_id = case_id
        self._on_outage = on_outage
        self.pending: list[Recorded] = []
        self._in_flight: list[Recorded] = []
        self._told: list[Recorded] = []
        self._answers: dict[str, dict[str, JsonValue]] = {}
        self._answered: dict[str, dict[str, JsonValue]] = {}
        self._summary: CaseSummary | None = None
        self._held: dict[str, list[UnitRange]] | None = None
        self._wanted = False
        self.unhurried = 0
        """So many of the pending events, the last ones, wait for a transition to ride with."""
        self._request_id: str | None = None
        self.blocked_since: datetime | None = None

    @property
    def unrecorded(self) -> int:
        """How many events the store has not confirmed yet."""
        return len(self._in_flight) + len(self.pending)

    def add(self, events: list[Recorded], *, soon: bool = True) -> None:
        """Queue events. Those that no reader waits for (`soon=False`) ride with the next transition."""
        self.pending += events
        self.unhurried = 0 if soon else self.unhurried + len(events)
        self._wanted = self._wanted or soon
        self._request_id = REQUEST_ID.get() or self._request_id

    def describe(self, summary: CaseSummary | None, held: dict[str, list[UnitRange]] | None) -> None:
        """What the read model shall say once the pending events are stored."""
        self._summary, self._held = summary, held

    def answered(self, key: str, answer: BaseModel) -> None:
        """Keep an answer with the events that it is about, or with the next ones."""
        self._answered[key] = answer.model_dump(mode="json", exclude_none=True)

    async def run(self) -> None:
        """Flush for ever; cancel the task to stop, after `drained`."""
        while True:
            await workflow.wait_condition(lambda: self._wanted and bool(self.pending))
            self._wanted = False
            request_id, self._request_id = self._request_id, None
            with caused_by(request_id):
                await self._flush()

    async def drained(self) -> None:
        """Wait until everything is stored."""
        self._wanted = self._wanted or bool(self.pending)
        await workflow.wait_condition(lambda: not self.unrecorded)

    async def _flush(self) -> None:
        events, self.pending, self.unhurried = self.pending, [], 0
        self._in_flight = events
        answered, self._answered = self._answered, {}
        self._answers |= answered
        batch = Batch(
            case_id=self._case_id,
            first_seq=events[0].seq,
            events=events,
            summary=self._summary,
            held=self._held,
            answers=answered,
            previous=self._told[-1] if self._told else None,
            run_id=UUID(workflow.info().original_execution_run_id),
            emitted_at=workflow.now(),
        )
        self._told += events
        what = _summary(events)
        try:
            await local_first(
                RecordingActivities.append_events, batch, what, lambda: self._blocked(workflow.now())
            )
        except ApplicationError as refused:
            if refused.type != StreamConflict.code:
                raise
            await self._tell_anew(batch)
        if self.blocked_since is not None:
            self._blocked(None)
        self._in_flight = []

    async def _tell_anew(self, last: Batch) -> None:
        first_seq = self._told[0].seq
        await workflow.execute_activity_method(
            RecordingActivities.record_anew,
            last.model_copy(
                update={
                    "first_seq": first_seq,
                    "events": self._told,
                    "answers": self._answers,
                    "previous": None,
                }
            ),
            summary=f"record anew from event {first_seq} on: another attempt had told something else",
            **UNTIL_DONE,
        )

    def _blocked(self, since: datetime | None) -> None:
        self.blocked_since = since
        self._on_outage()


def _summary(events: list[Recorded]) -> str:
    """What is recorded, for people: the case's own facts; clocks and notices only where there is no other."""
    names = list(dict.fromkeys(event.type for event in events))
    own = [name for name in names if not name.startswith(("clock.", "notice."))]
    return f"record {', '.join(own or names)}"[:190]
