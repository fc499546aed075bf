"""The typed client of cases: open, act, read, follow. Update ids are the caller's idempotency keys."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar, cast
from uuid import uuid4

from pydantic import BaseModel
from temporalio.client import Client
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError

from activities.calls import typed
from activities.names import TASK_QUEUE
from activities.request_headers import expecting
from activities.starting import start_operation
from domain.cases.decisions import check_unchanged
from domain.cases.messages import Answer, OpenCase, Opened, Reopen
from domain.digests import digest
from domain.errors import (
    CaseClosed,
    CaseNotFound,
    CaseworkError,
    IdempotencyConflict,
    NotReady,
    StoreUnavailable,
)
from domain.kinds import kind_of
from domain.records import Recorded
from domain.returns import messages as ask
from starters.case_ids import parse_case_id
from starters.case_records import CaseRecords
from starters.requests import ReturnRequests
from starters.sending import ANSWER_PATIENCE_SECONDS, Sender
from starters.updates import NAMES
from starters.whereabouts import Whereabouts

A = TypeVar("A", bound=Answer)
R = TypeVar("R")

QUERY_TIMEOUT = timedelta(seconds=5)
QUERY_PATIENCE_SECONDS = 6.0
LATE_PARCEL_OUTCOMES = ("expired", "cancelled", "parcel_lost", "clawed_back", "written_off")
"""Closed cases that a parcel which arrives after all opens again."""


class Cases(ReturnRequests):
    """Cases, by a Temporal client and, for reading what is recorded, the store.

    All calls raise the typed errors of `domain.errors`, never Temporal's. A call that ends in `NoAnswer`, or
    whose caller died, is to be made again with the same key: what was done is not done twice.
    """

    def __init__(
        self,
        client: Client,
        records: CaseRecords | None = None,
        *,
        task_queue: str = TASK_QUEUE,
        patience_seconds: float = ANSWER_PATIENCE_SECONDS,
    ) -> None:
        self._client = client
        self._records = records
        self._task_queue = task_queue
        self._sender = Sender(patience_seconds)
        self._asker = Sender(min(patience_seconds, QUERY_PATIENCE_SECONDS))
        self._whereabouts = Whereabouts(client, records, self._asker)

    @property
    def client(self) -> Client:
        """The connection to Temporal, for who looks at workflows themselves."""
        return self._client

    @property
    def resent(self) -> int:
        """How many requests had to be sent again, for example after `WorkflowNotReadyFailure`."""
        return self._sender.resent

    # Open and act

    async def open_return(self, merchant: str, number: str, application: ask.Application) -> ask.Opened:
        """Open a return (sop R1); the same number with the same content gets the first answer.

        Raises `IdempotencyConflict` for other content, `OrderNotFound`, `UnknownPolicy`, `InvalidRequest`.
        """
        start = ask.OpenReturn(merchant=merchant, number=number, application=application)
        return cast("ask.Opened", await self.open(start))

    async def reopen(self, case_id: str, reopen: Reopen, key: str) -> Opened:
        """Let a closed case go on from what the store knows; one that is not closed is left as it is."""
        named, kind = parse_case_id(case_id), kind_of(case_id)
        start = kind.open_message(merchant=named.merchant, number=named.number, reopen=reopen)
        return await self._open(start, key)

    async def open(self, start: OpenCase, key: str | None = None) -> Opened:
        """Open or reopen a case of any kind by its start argument; only `reopen` needs the key."""
        if start.content is None:
            return await self._open(start, key)
        content = digest(start.content)
        first = await self._first_answer(start.case_id)
        if first is not None:
            return _same(first, content)
        try:
            return _same(await self._open(start), content)
        except CaseClosed:
            first = await self._first_answer(start.case_id)
            if first is None:
                raise
            return _same(first, content)

    async def act(
        self, case_id: str, request: BaseModel, key: str, expected_seqs: Sequence[int] | None = None
    ) -> Answer:
        """Send a message; the same key gets the first answer, also after the case went on or closed.

        Raises `IdempotencyConflict` when the key was used for other content, `Refused` and its kin when the
        case's rules say no, `CaseClosed`, `CaseNotFound`. `Receive` reopens a case whose parcel comes late;
        a closed case takes an `Appeal` and stays closed. With `expected_seqs`, `CaseChanged` unless one of
        them is the case's last event when it decides; what was answered is answered again all the same.
        """
        try:
            with expecting(expected_seqs):
                answer = await self._update(case_id, request, key)
        except CaseClosed as closed:
            if told := await self._told(case_id, key):
                return _same(told, digest(request))
            if expected_seqs is not None:
                check_unchanged(await self.records.state(case_id), expected_seqs)
            if isinstance(request, ask.Appeal):
                return _same(await self._appeal_closed(case_id, request, key), digest(request))
            if (
                not isinstance(request, ask.Receive)
                or closed.detail.get("outcome") not in LATE_PARCEL_OUTCOMES
            ):
                raise
            late = Reopen(reason="late_parcel", by=request.warehouse)
            await self.reopen(case_id, late, f"reopen-{key}")
            answer = await self._update(case_id, request, key)
        return _same(answer, digest(request))

    async def _told(self, case_id: str, key: str) -> Answer | None:
        """What an earlier run answered, where a later one took the case up since and closed it again."""
        return await self._records.answer(case_id, key) if self._records else None

    async def _appeal_closed(self, case_id: str, appeal: ask.Appeal, key: str) -> Answer:
        """A new run takes the closed case up, hears the appeal, and ends again."""
        named, kind = parse_case_id(case_id), kind_of(case_id)
        reopen = Reopen(reason="appeal", by=appeal.by)
        start = kind.open_message(merchant=named.merchant, number=named.number, reopen=reopen)
        return await self._start_with(start, NAMES[type(appeal)], appeal, key, Answer)

    async def _first_answer(self, case_id: str) -> Opened | None:
        """What the store says that the opening answered.

        Thus a case that is closed, or was terminated, is never begun a second time under its number. When the
        store is away, the case itself waits for it.
        """
        if self._records is None:
            return None
        try:
            return await self._records.first_answer(case_id)
        except StoreUnavailable:
            return None

    async def _open(self, start: OpenCase, key: str | None = None) -> Opened:
        # An opening that was refused may be tried again, so it has no lasting key: its number is what counts.
        update_id = key or f"open-{uuid4()}"
        return await self._start_with(start, "open", start, update_id, kind_of(start.case_id).opened)

    async def _start_with(
        self, start: OpenCase, update: str, message: BaseModel, key: str, result: type[A]
    ) -> A:
        """Start a case unless it runs, and have it answer an update, in one call."""

        async def send() -> A:
            operation = start_operation(start, self._task_queue)
            try:
                # Temporal's own overloads are partly untyped.
                return await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
                    update,
                    message,
                    start_workflow_operation=operation,
                    id=key,
                    result_type=result,
                )
            except TemporalError:
                # What became of the start is told twice; the second copy must be taken too.
                await asyncio.gather(operation.workflow_handle(), return_exceptions=True)
                raise

        try:
            return await self._sender.answered(send)
        except WorkflowAlreadyStartedError:
            raise await self._whereabouts.absence(start.case_id) from None
        except TemporalError as error:
            raise typed(error) from None

    async def _update(self, case_id: str, request: BaseModel, key: str) -> Answer:
        handle = self._client.get_workflow_handle(case_id)

        async def send() -> Answer:
            return await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                NAMES[type(request)], request, id=key, result_type=Answer
            )

        try:
            return await self._sender.answered(send, partial(self._whereabouts.runs_unfound, case_id))
        except TemporalError as error:
            raise await self._whereabouts.why(case_id, error) from None

    # Read

    async def progress(self, case_id: str) -> Any:
        """The customer's view (sop R6), the kind's own model: from the running case, else as recorded."""
        return await self._ask(case_id, "progress", kind_of(case_id).progress_model, CaseRecords.progress)

    async def case(self, case_id: str) -> dict[str, Any]:
        """The whole state: from the running case, else from what is recorded."""
        return await self._ask(case_id, "case", dict[str, Any], CaseRecords.view)

    async def events(self, case_id: str, after_seq: int = 0) -> list[Recorded]:
        """The recorded facts of a case, in order. Raises `CaseNotFound`."""
        return await self.records.events(case_id, after_seq)

    async def wait_for(self, case_id: str, seq: int) -> None:
        """Wait until the store has the event that an answer named. Raises `NoAnswer`."""
        await self.records.wait_for(case_id, seq)

    def follow(self, case_id: str, after_seq: int = 0) -> AsyncIterator[Recorded]:
        """The facts of a case as they are recorded, until it is closed."""
        return self.records.follow(case_id, after_seq)

    @property
    def records(self) -> CaseRecords:
        """What the store knows. Raises `NotReady` when this client was given no store."""
        if self._records is None:
            raise NotReady("this reads the store: set CASEWORK_DATABASE_URL, or start one with `casework up`")
        return self._records

    async def _ask(self, case_id: str, query: str, result: type[R], recorded: Any) -> R:
        handle = self._client.get_workflow_handle(case_id)
        try:
            return await self._asker.answered(
                lambda: handle.query(query, result_type=result, rpc_timeout=QUERY_TIMEOUT)
            )
        except (TemporalError, CaseworkError) as error:
            why = error if isinstance(error, CaseworkError) else await self._whereabouts.why(case_id, error)
        if self._records is not None:
            try:
                return await recorded(self._records, case_id)
            except CaseNotFound:
                pass
        raise await self._whereabouts.unless_never_opened(case_id, why)


def _same(answer: A, request_hash: str) -> A:
    """The answer, if it is to this content."""
    if answer.request_hash != request_hash:
        raise IdempotencyConflict(case_id=answer.case_id)
    return answer
