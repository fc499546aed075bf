"""The desk that a return is worked at: opening, requests, deadlines, and handing over to the next run."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.local_first import local_first
from workflows.refusals import parse, refusal, refusing
from workflows.return_effects import ReturnEffects
from workflows.way_back import WayBack

with workflow.unsafe.imports_passed_through():
    from activities.opening import OpeningActivities
    from domain.digests import digest
    from domain.errors import IdempotencyConflict, InvalidRequest
    from domain.returns import messages as ask
    from domain.returns import views
    from domain.returns.actors import actor_of
    from domain.returns.answers import answer_to, opening_answer, whole
    from domain.returns.deadlines import decide_due
    from domain.returns.decisions import decide
    from domain.returns.decisions.opening import decide_open, decide_reopen
    from domain.returns.decisions.settlement import decide_refund_reported
    from domain.returns.handover import Carried, Handover
    from domain.returns.opening import Opening
    from domain.returns.story import blank


class ReturnDesk(ReturnEffects):
    """How a return is opened, asked, rung for and closed."""

    def __init__(self, start: Any) -> None:
        super().__init__()
        self.way_back = WayBack(self)
        self._start = start
        self._opened: ask.Opened | None = None
        self._reopen: ask.OpenReturn | None = None
        self._not_reopened: ApplicationError | None = None

    def start_work(self) -> None:
        """Also follow whatever parcel is on its way."""
        super().start_work()
        self.spawn(self.way_back.follow())

    async def open(self) -> None:
        """Load the order, pin the policy and decide; or go on where the last run or a closed case stopped."""
        try:
            if workflow.info().continued_run_id:
                self._take_over(parse(Handover, self._start).carried)
                return
            start = parse(ask.OpenReturn, self._start)
            if start.case_id != workflow.info().workflow_id:
                raise refusal(InvalidRequest(f"the workflow id must be {start.case_id}"))
            if start.application is None:
                await self._restore(start)
            else:
                await self._open_new(start, start.application)
        except ApplicationError as error:
            self._failure = error
            await workflow.wait_condition(workflow.all_handlers_finished)
            raise

    async def _open_new(self, start: ask.OpenReturn, application: ask.Application) -> None:
        workflow.set_current_details(
            f"opening; waits for the shop and the store since {workflow.now():%Y-%m-%d %H:%M}Z"
        )
        opening = _opening(start)
        what = "load the order, claim the goods"
        prepared = await local_first(OpeningActivities.prepare_return, opening, what)
        state = blank(start, prepared.terms)
        request_hash = digest(application)
        with refusing():
            applied = decide_open(application, prepared, request_hash, workflow.now())
        self._state = state
        self.record(applied[:1], "customer")
        self.record(applied[1:], "policy")
        self._opened = opening_answer(self.state)

    async def _restore(self, start: ask.OpenReturn) -> None:
        assert start.reopen is not None
        opening = _opening(start)
        what = "load the case from the store"
        restored = await local_first(OpeningActivities.restore_return, opening, what)
        with refusing():
            reopened = decide_reopen(restored.state, start.reopen, restored.units, workflow.now())
        self._state = restored.state
        self.record(reopened, f"{start.reopen.reason}:{start.reopen.by}")
        self._opened = opening_answer(self.state)
        self._go_on()

    def _take_over(self, carried: Carried) -> None:
        self._state = carried.state
        self._answers = dict(carried.answers)
        self._opened = carried.opened
        for notice in carried.notices:
            self.send(notice)
        self._go_on()

    def _go_on(self) -> None:
        """Take up what an earlier run had begun: the alarm, and a refund that may not have been started."""
        self.next_due = views.next_due(self.state)
        refund = self.state.open_refund
        if refund is not None and refund.state == "started":
            self.spawn(self._start_refund(refund))
        self._tell_page()

    async def continue_as_new_if_long(self) -> None:
        """Hand over to a new run when the history has grown long; nothing that was asked is lost."""
        if not self.history_is_long:
            return
        await self._until_all_is_answered()
        await self._recorder.drained()
        if self._reopen is not None:
            return
        assert self._opened is not None
        carried = Carried(
            state=self.state,
            answers=self._answers,
            opened=self._opened,
            notices=list(self.notices_on_their_way.values()),
        )
        workflow.continue_as_new(Handover(carried=carried))

    async def until_stage_after(self, stage: str) -> None:
        """Wait until the case leaves a stage."""
        await self.until(lambda: self.state.stage != stage or self._reopen is not None)

    async def finished(self) -> bool:
        """Wait until all is told and stored; False when the case was reopened meanwhile."""
        await self.until(lambda: not self.notices_on_their_way or self._reopen is not None)
        await self._recorder.drained()
        await self._until_all_is_answered()
        if self._reopen is not None:
            await self._reopen_here(self._reopen)
        return not self.state.open and not self.notices_on_their_way and not self._recorder.pending

    async def _until_all_is_answered(self) -> None:
        """Whoever wants a closed case reopened is answered by the story itself, so don't wait for them."""
        await workflow.wait_condition(lambda: workflow.all_handlers_finished() or self._reopen is not None)

    async def _reopen_here(self, reopen: ask.OpenReturn) -> None:
        try:
            await self._restore(reopen)
        except ApplicationError as refused:
            self._not_reopened = refused
        self._reopen = None

    # What callers ask

    @property
    def ready(self) -> bool:
        """Whether requests can be judged."""
        return self._opened is not None

    def check_open(self, message: Any) -> None:
        """Validator of `open`: the same number with other content is a conflict."""
        request = parse(ask.OpenReturn, message)
        if self._opened is not None:
            self._check_same(request)

    async def opened(self, message: Any) -> ask.Opened:
        """The first answer; a `reopen` that finds the case still running goes on in this run."""
        request = parse(ask.OpenReturn, message)
        await self.until_ready()
        self._check_same(request)
        if request.reopen is not None and not self.state.open:
            self._reopen, self._not_reopened = request, None
            await workflow.wait_condition(lambda: self.state.open or self._not_reopened is not None)
            if self._not_reopened is not None:
                raise self._not_reopened
        assert self._opened is not None
        return self._opened

    def _check_same(self, request: ask.OpenReturn) -> None:
        if request.application is not None and digest(request.application) != self.state.request_hash:
            raise refusal(
                IdempotencyConflict(
                    f"{request.case_id} was opened with other content; send that again or take a new number"
                )
            )

    def _apply(self, command: Any, now: datetime, *, commit: bool) -> None:
        events = decide(self.state, command, now)
        if commit:
            self.record(events, actor_of(command))

    def _answer(self, command: Any) -> ask.Answer:
        return answer_to(self.state, command)

    async def refund_reported(self, raw: Any) -> None:
        """Take a refund's news, whatever the case is doing; what is not a report is logged and dropped."""
        try:
            report = parse(ask.RefundReport, raw)
        except ApplicationError as error:
            workflow.logger.warning("refund_reported is dropped: %s", error.message)
            return
        with suppress(ApplicationError):  # a case that could not be opened is told of nothing
            await self.until_ready()
        if self.ready:
            self.record(decide_refund_reported(self.state, report), "payment")

    def _due(self) -> tuple[datetime, str] | None:
        return self.next_due

    def _ring(self, now: datetime) -> None:
        self.record(decide_due(self.state, now), "clock")

    def progress(self) -> ask.Progress:
        """The customer's view; before the opening is done there is nothing to show."""
        if not self.ready:
            raise refusal(InvalidRequest("the return is still being opened; ask again in a moment"))
        return views.progress(self.state)

    def view(self) -> dict[str, Any]:
        """The whole state, with what is not stored yet and since when."""
        if self._state is None:
            return {"case_id": workflow.info().workflow_id, "stage": "opening"}
        blocked = self._recorder.blocked_since
        return {
            **whole(self._state, workflow.now()),
            "unrecorded_events": self._recorder.unrecorded,
            "store_unreachable_since": blocked.isoformat() if blocked else None,
        }


def _opening(start: ask.OpenReturn) -> Opening:
    info = workflow.info()
    runs = list(dict.fromkeys([info.run_id, info.original_execution_run_id]))
    return Opening(start=start, at=workflow.now(), runs=runs)
