"""What every case's workflow can be told and asked, whatever its kind."""

from typing import Any, Generic, TypeVar

from temporalio import workflow

from workflows.case_desk import CaseDesk

with workflow.unsafe.imports_passed_through():
    from domain.cases.messages import Answer


D = TypeVar("D", bound=CaseDesk[Any])


class CaseMessages(Generic[D]):
    """Updates, signals and queries that all kinds of cases have; a kind's workflow adds its own.

    Requests are updates (a refusal leaves no event in the history). Reports of refunds and linked cases are
    signals, because who reports must not wait for the case. Queries: `progress` for the customer, `case` for
    staff and systems.
    """

    _desk: D

    @workflow.update(description="Answers what was decided at opening; also reopens a case that still runs.")
    async def open(self, message: Any) -> dict[str, Any]:
        """Wait for the opening and answer what it decided."""
        return await self._desk.opened(message)

    @workflow.update(description="Gives the case to a team or a person.")
    async def assign(self, message: Any) -> Answer:
        """Assign."""
        return await self._desk.act("assign", message)

    @workflow.update(description="Links another case to this one.")
    async def link(self, message: Any) -> Answer:
        """Link, unless that would make a ring."""
        return await self._desk.act("link", message)

    @workflow.update(description="Holds the case to another policy, or to the same one as it is by now.")
    async def retarget(self, message: Any) -> Answer:
        """Hold the case to other terms."""
        return await self._desk.act("retarget", message)

    @workflow.update(description="Looks at what is due: the watchdog's word that an instant has passed.")
    async def nudge(self, message: Any) -> Answer:
        """Look again."""
        return await self._desk.act("nudge", message)

    @open.validator
    def _check_open(self, message: Any) -> None:
        self._desk.check_open(message)

    @assign.validator
    def _check_assign(self, message: Any) -> None:
        self._desk.check("assign", message)

    @link.validator
    def _check_link(self, message: Any) -> None:
        self._desk.check("link", message)

    @retarget.validator
    def _check_retarget(self, message: Any) -> None:
        self._desk.check("retarget", message)

    @nudge.validator
    def _check_nudge(self, message: Any) -> None:
        self._desk.check("nudge", message)

    @workflow.signal(description="What became of a refund of this case.")
    async def refund_reported(self, report: Any) -> None:
        """Take the refund's news."""
        await self._desk.refund_reported(report)

    @workflow.signal(description="Where a linked case is by now.")
    async def linked_reported(self, report: Any) -> None:
        """Take the linked case's news."""
        await self._desk.linked_reported(report)

    @workflow.query(description="Where the case is, for the customer's eyes: what is next, until when.")
    def progress(self) -> Any:
        """The customer's view."""
        return self._desk.progress()

    @workflow.query(description="The whole state.")
    def case(self) -> dict[str, Any]:
        """The staff's and systems' view."""
        return self._desk.view()
