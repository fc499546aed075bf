"""The desk that every kind of case is worked at: opening, deadlines, an orderly end."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.alarm import Alarm
from workflows.case_requests import CaseRequests
from workflows.local_first import local_first
from workflows.refusals import parse, refusal, refusing

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities.linking import CheckLink, LinkActivities
    from activities.opening import OpeningActivities
    from activities.request_headers import caused_by, request_id_in
    from domain.cases import messages as shared
    from domain.cases.events import Linked
    from domain.cases.handover import Carried, Handover
    from domain.cases.kind import Kind
    from domain.cases.messages import OpenCase
    from domain.cases.opening import Opening, Stored
    from domain.cases.state import S
    from domain.cases.views import next_due
    from domain.digests import digest
    from domain.errors import IdempotencyConflict, InvalidRequest


class CaseDesk(CaseRequests[S], ABC):
    """Opens the case, keeps its alarm set, and hands it over or ends it when all is told.

    A kind of case says how it is opened; see `ReturnDesk`.
    """

    def __init__(self, kind: Kind[S], start: Any) -> None:
        super().__init__(kind)
        self._alarm = Alarm(lambda: self.next_due, self._ring)
        self._start = start
        self._reopen: OpenCase | None = None
        self._not_reopened: ApplicationError | None = None

    @abstractmethod
    async def open_new(self, opening: Opening[Any]) -> None:
        """Prepare and decide a new case: set its state by `begin`, record the opening's facts."""

    @abstractmethod
    async def reopen(self, opening: Opening[Any]) -> None:
        """Take a case up again: set its state by `begin` to what the store knows, record how it goes on."""

    def start_work(self) -> None:
        """Keep the recorder and the alarm going for as long as the case runs.

        Nothing stops them: an armed timer ends with the workflow, without an event of its own.
        """
        self.spawn(self.recorder.run())
        self.spawn(self._alarm.run())

    # Opening

    async def open(self) -> None:
        """Load, pin the policy and decide; or go on where the last run or a closed case stopped."""
        try:
            if workflow.info().continued_run_id:
                self._take_over()
                return
            start = parse(self.kind.open_message, self._start)
            if start.case_id != workflow.info().workflow_id:
                raise refusal(InvalidRequest(f"the workflow id must be {start.case_id}"))
            with caused_by(request_id_in(workflow.info().headers)):
                await (self._open_new(start) if start.content is not None else self._restore(start))
        except ApplicationError as error:
            self._failure = error
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    async def _open_new(self, start: OpenCase) -> None:
        since = f"{workflow.now():%Y-%m-%d %H:%M}Z"
        workflow.set_current_details(f"opening; waits for the shop and the store since {since}")
        await self.open_new(self._opening(start))
        self._note_opened()
        self._note_cause(start)

    def begin(self, state: S) -> None:
        """The case exists from here on; what is recorded next is its opening."""
        self._state = state

    def _note_cause(self, start: OpenCase) -> None:
        """Who opened this case because of another one finds it by its link, and hears of its end."""
        cause = start.cause
        if cause is not None and self.state.link(cause.case_id) is None:
            self.record([Linked(case_id=cause.case_id, relation=cause.relation)], "system")

    def _note_opened(self) -> None:
        self._opened = self.kind.opening_answer(self.state).model_dump(mode="json", exclude_defaults=True)

    async def _restore(self, start: OpenCase) -> None:
        await self.reopen(self._opening(start))
        self._note_opened()
        self._go_on()

    async def stored_state(self, case_id: str) -> S:
        """The case as the store knows it."""
        what = "load the case from the store"
        restored = await local_first(OpeningActivities.restore_case, Stored(case_id=case_id), what)
        self.recall(restored.answers)
        return self.kind.state.model_validate(restored.state)

    def _take_over(self) -> None:
        carried = parse(Handover[self.kind.state], self._start).carried
        self.begin(carried.state)
        self.recall(carried.answers)
        self._opened = carried.opened
        for notice in carried.notices:
            self.send(notice)
        self._go_on()

    def _go_on(self) -> None:
        """Take up what an earlier run had begun: the alarm, and a refund that may not have been started."""
        self.next_due = next_due(self.kind, self.state)
        self.resume_refund()
        self._tell_page()

    # The end of a run

    async def continue_as_new_if_long(self) -> None:
        """Hand over to a new run when the history has grown long; nothing that was asked is lost."""
        if not self.history_is_long:
            return
        await self._until_all_is_answered()
        await workflow.wait_condition(lambda: not self.under_way)
        await self.recorder.drained()
        if self._reopen is not None:
            return
        assert self._opened is not None
        carried = Carried[self.kind.state](
            state=self.state,
            answers=self._answers,
            opened=self._opened,
            notices=list(self.notices_on_their_way.values()),
        )
        workflow.continue_as_new(Handover[self.kind.state](carried=carried))

    async def until_stage_after(self, stage: str) -> None:
        """Wait until the case leaves a stage."""
        await self.until(lambda: self.state.stage != stage or self._reopen is not None)

    async def finished(self) -> bool:
        """Wait until all is told and stored; False when the case was reopened meanwhile."""
        await self.until(lambda: self._nothing_to_tell or self._reopen is not None)
        await self.recorder.drained()
        await self._until_all_is_answered()
        if self._reopen is not None:
            await self._reopen_here(self._reopen)
        return not self.state.open and self._nothing_to_tell and not self.recorder.unrecorded

    @property
    def _nothing_to_tell(self) -> bool:
        """Whether everybody was told: customers and staff by notices, other cases by signals."""
        return not (self.notices_on_their_way or self.under_way)

    def result(self) -> dict[str, Any]:
        """What the workflow gives to who waits for its end."""
        return {"case_id": self.state.case_id, "outcome": self.state.outcome, "seq": self.state.seq}

    async def _until_all_is_answered(self) -> None:
        """Whoever wants a closed case reopened is answered by the story itself, so don't wait for them."""
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() or self._reopen is not None)

    async def _reopen_here(self, reopen: OpenCase) -> None:
        try:
            await self._restore(reopen)
        except ApplicationError as refused:
            self._not_reopened = refused
        self._reopen = None

    # What callers ask

    def check_open(self, message: Any) -> None:
        """Validator of `open`: the same number with other content is a conflict."""
        request = parse(self.kind.open_message, message)
        if self._opened is not None:
            self._check_same(request)

    async def opened(self, message: Any) -> dict[str, Any]:
        """The first answer; a `reopen` that finds the case still running goes on in this run."""
        request = parse(self.kind.open_message, message)
        await self.until_ready()
        self._check_same(request)
        if request.reopen is not None and not self.state.open:
            self._reopen, self._not_reopened = request, None
            await workflow.wait_condition(lambda: self.state.open or self._not_reopened is not None)
            if self._not_reopened is not None:
                raise self._not_reopened
        assert self._opened is not None
        return self._opened

    def _check_same(self, request: OpenCase) -> None:
        if request.content is not None and digest(request.content) != self.state.request_hash:
            raise refusal(
                IdempotencyConflict(
                    f"{request.case_id} was opened with other content; send that again or take a new number"
                )
            )

    async def apply(self, command: BaseModel) -> None:
        """Look at what only the store and the alarm know, decide, record."""
        if isinstance(command, shared.Link):
            await self._check_link(command)
        if isinstance(command, shared.Nudge):
            self._alarm.doubt()
        with refusing():
            decide, actor = self._decide(command), self._actor(command)
        self.record(decide, actor)

    async def _check_link(self, link: shared.Link) -> None:
        """Whether there is such a case and no ring: only the store knows."""
        wanted = CheckLink(case_id=self.state.case_id, relation=link.relation, other=link.case_id)
        await local_first(LinkActivities.check_link, wanted, f"may {link.case_id} be linked")

    def _ring(self, now: datetime) -> None:
        self.record([*self.kind.decide_due(self.state, now)], "clock")

    def _opening(self, start: OpenCase) -> Opening[Any]:
        info = workflow.info()
        runs = list(dict.fromkeys([info.run_id, info.original_execution_run_id]))
        return Opening[self.kind.open_message](start=start, at=workflow.now(), runs=runs)
