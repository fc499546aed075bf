"""What callers ask of a case: read, judged by the domain, and answered once for each key."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.case_terms import CaseTerms
from workflows.refusals import parse, refusal, refusing, update_id

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from activities.request_headers import EXPECTED_SEQS
    from domain.cases import messages as shared
    from domain.cases.answers import answer_to
    from domain.cases.decisions import SHARED_COMMANDS, actor_of_shared, check_unchanged, decide_shared
    from domain.cases.events import CaseEvent
    from domain.cases.kind import Kind
    from domain.cases.messages import Answer
    from domain.cases.retargeting import decide_retarget
    from domain.cases.state import S
    from domain.cases.views import whole
    from domain.errors import InvalidRequest


class CaseRequests(CaseTerms[S], ABC):
    """Takes requests, has the domain decide, and shows the case."""

    def __init__(self, kind: Kind[S]) -> None:
        super().__init__(kind)
        self._answers: dict[str, Answer] = {}
        self._opened: dict[str, Any] | None = None
        self._failure: ApplicationError | None = None

    @abstractmethod
    async def apply(self, command: BaseModel) -> None:
        """Decide a request and record what follows. Its refusal is raised."""

    @property
    def ready(self) -> bool:
        """Whether requests can be judged."""
        return self._opened is not None

    async def until_ready(self) -> None:
        """Wait for the opening; raises its failure.

        An open case does not wait at all: of requests that arrive together, as after a reset, each must have
        been applied before the next one is judged.
        """
        if not self.ready:
            await workflow.wait_condition(lambda: self.ready or self._failure is not None)
        if self._failure is not None:
            raise self._failure

    def recall(self, answers: Mapping[str, Answer]) -> None:
        """Know what an earlier run answered."""
        self._answers = dict(answers)

    def check(self, update: str, raw: Any) -> None:
        """Validator: refuse before anything is written to the history."""
        command = parse(self._model(update), raw)
        if self.ready and update_id() not in self._answers:
            with refusing():
                self._decide(command)

    async def act(self, update: str, raw: Any) -> Answer:
        """Apply a request once: the same update id gets the first answer, also after a continue-as-new."""
        command = parse(self._model(update), raw)
        await self.until_ready()
        key = update_id()
        if key not in self._answers:
            if isinstance(command, shared.Retarget):
                await self._retarget(command)
            else:
                await self.apply(command)
            self._answers[key] = answer_to(self.state, command)
            self.recorder.answered(key, self._answers[key])
        return self._answers[key]

    async def _retarget(self, command: shared.Retarget) -> None:
        """The case may have gone on while the terms were looked up, so it is judged with them at hand."""
        other = await self.other_terms(command)
        with refusing():
            self._check_unchanged()
            decided = decide_retarget(self.state, command, other.terms, other.terms_hash)
        self.record(decided, actor_of_shared(command), {other.terms_hash: other.terms})

    def _check_unchanged(self) -> None:
        check_unchanged(self.state, EXPECTED_SEQS.get(), self.recorder.unhurried)

    def _model(self, update: str) -> type[BaseModel]:
        return SHARED_COMMANDS.get(update) or self.kind.commands[update]

    def _decide(self, command: Any) -> list[CaseEvent]:
        self._check_unchanged()
        now = workflow.now()
        if isinstance(command, shared.Nudge):
            return [*self.kind.decide_due(self.state, now)]
        if type(command) in SHARED_COMMANDS.values():
            return [*decide_shared(self.state, command, now)]
        return [*self.kind.decide(self.state, command, now)]

    def _actor(self, command: Any) -> str:
        if type(command) in SHARED_COMMANDS.values():
            return actor_of_shared(command)
        return self.kind.actor_of(command)

    def progress(self) -> BaseModel:
        """The customer's view; before the opening is done there is nothing to show."""
        if not self.ready:
            raise refusal(
                InvalidRequest(f"the {self.kind.name} is still being opened; ask again in a moment")
            )
        return self.kind.progress(self.state)

    def view(self) -> dict[str, Any]:
        """The whole state, with what is not stored yet and since when."""
        if self._state is None:
            return {"case_id": workflow.info().workflow_id, "stage": "opening"}
        blocked = self.recorder.blocked_since
        return {
            **whole(self.kind, self._state, workflow.now()),
            "unrecorded_events": self.recorder.unrecorded,
            "store_unreachable_since": blocked.isoformat() if blocked else None,
        }
