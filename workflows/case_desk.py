"""What every kind of case is worked with: background tasks, idempotent answers, refusals, an orderly end."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.alarm import Alarm
from workflows.recorder import Recorder
from workflows.refusals import parse, refusing

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel

    from domain.returns.messages import Answer

C = TypeVar("C", bound=BaseModel)


class CaseDesk(ABC):
    """Takes requests, has the domain decide, records, and keeps the alarm set.

    A kind of case says how it decides and what its state is; see `ReturnDesk`.
    """

    def __init__(self) -> None:
        self._recorder = Recorder(workflow.info().workflow_id, self._tell_page)
        self._alarm = Alarm(self._due, self._ring)
        self._answers: dict[str, Answer] = {}
        self._failure: ApplicationError | None = None
        self._crash: BaseException | None = None
        self._background: set[asyncio.Task[None]] = set()

    @property
    @abstractmethod
    def ready(self) -> bool:
        """Whether the case is open for requests."""

    @abstractmethod
    def _apply(self, command: Any, now: datetime, *, commit: bool) -> None:
        """Decide; record what was decided only if `commit`. Raises `CaseworkError` for a refusal."""

    @abstractmethod
    def _answer(self, command: Any) -> Answer:
        """The answer to a request that was just applied."""

    @abstractmethod
    def _tell_page(self) -> None:
        """Renew the page that Temporal UI shows."""

    @abstractmethod
    def _due(self) -> tuple[datetime, str] | None:
        """The earliest instant that must not be missed, and what it is."""

    @abstractmethod
    def _ring(self, now: datetime) -> None:
        """That instant has come, or was looked at too early."""

    def start_work(self) -> None:
        """Keep the recorder and the alarm going for as long as the case runs.

        Nothing stops them: an armed timer ends with the workflow, without an event of its own.
        """
        self.spawn(self._recorder.run())
        self.spawn(self._alarm.run())

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run beside the story. What goes wrong there stops the story too, where ops can see it."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - kept and raised again by the story
                self._crash = error

        task = asyncio.create_task(guarded())
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def until(self, fact: Callable[[], bool]) -> None:
        """Wait for a fact, a history that has grown long, or a background failure, which is raised."""
        await workflow.wait_condition(lambda: fact() or self.history_is_long or self._crash is not None)
        if self._crash is not None:
            raise self._crash

    @property
    def history_is_long(self) -> bool:
        """Whether the server suggests to go on in a new run."""
        return workflow.info().is_continue_as_new_suggested()

    def check(self, model: type[C], raw: Any) -> None:
        """Validator: refuse before anything is written to the history."""
        command = parse(model, raw)
        if self.ready and self._update_id() not in self._answers:
            self._try(command, commit=False)

    async def until_ready(self) -> None:
        """Wait for the opening; raises its failure.

        An open case does not wait at all: of requests that arrive together, as after a reset, each must have
        been applied before the next one is judged.
        """
        if not self.ready:
            await workflow.wait_condition(lambda: self.ready or self._failure is not None)
        if self._failure is not None:
            raise self._failure

    async def act(self, model: type[C], raw: Any) -> Answer:
        """Apply a request once: the same update id gets the first answer, also after a continue-as-new."""
        command = parse(model, raw)
        await self.until_ready()
        key = self._update_id()
        if key not in self._answers:
            self._try(command, commit=True)
            self._answers[key] = self._answer(command)
        return self._answers[key]

    def _try(self, command: Any, *, commit: bool) -> None:
        with refusing():
            self._apply(command, workflow.now(), commit=commit)

    @staticmethod
    def _update_id() -> str:
        update = workflow.current_update_info()
        assert update is not None
        return update.id
