"""The story of an improvement: proposed, taken on, done, watched until it stays away (sop C15, C16, L6)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.case_messages import CaseMessages
from workflows.improvement_desk import ImprovementDesk
from workflows.refusals import NOTHING

with workflow.unsafe.imports_passed_through():
    from activities.names import IMPROVEMENT
    from domain.cases.messages import Answer


@workflow.defn(name=IMPROVEMENT)
class Improvement(CaseMessages[ImprovementDesk]):
    """A finding that a department does something about, and that figures tell the end of."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = ImprovementDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """People answer and act; time and the figures say whether it helped, or a new round begins."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await self._ended():
            match desk.state.stage:
                case "check":
                    await desk.ask_figures()
                case "closed":
                    pass
                case stage:
                    await desk.until_stage_after(stage)
            await desk.continue_as_new_if_long()
        return desk.result()

    async def _ended(self) -> bool:
        """Into the library with it, once all is told and stored; not when it was reopened meanwhile."""
        if not await self._desk.finished():
            return False
        await self._desk.archive()
        return await self._desk.finished()

    @workflow.update(description="The department takes it on.")
    async def accept(self, message: Any) -> Answer:
        """Take it on."""
        return await self._desk.act("accept", message)

    @workflow.update(description="The department does not, and why.")
    async def decline(self, message: Any) -> Answer:
        """Give it back."""
        return await self._desk.act("decline", message)

    @workflow.update(description="Whoever asked does not take the no; the head decides.")
    async def insist(self, message: Any) -> Answer:
        """Insist."""
        return await self._desk.act("insist", message)

    @workflow.update(description="The head's word: it goes on, or not.")
    async def rule(self, message: Any) -> Answer:
        """Rule."""
        return await self._desk.act("rule", message)

    @workflow.update(description="Something that the department will do about it.")
    async def add_action(self, message: Any) -> Answer:
        """Add it."""
        return await self._desk.act("add_action", message)

    @workflow.update(description="An action is done, and what shows it.")
    async def action_done(self, message: Any) -> Answer:
        """Tick it off."""
        return await self._desk.act("action_done", message)

    @workflow.update(description="An action is not to be done after all.")
    async def drop_action(self, message: Any) -> Answer:
        """Drop it."""
        return await self._desk.act("drop_action", message)

    @workflow.update(
        description="All is done: root cause and prevention; from now on the figures are watched."
    )
    async def done(self, message: Any) -> Answer:
        """Finish."""
        return await self._desk.act("done", message)

    @workflow.update(description="Whoever asked asks no more.")
    async def withdraw(self, message: Any) -> Answer:
        """Withdraw."""
        return await self._desk.act("withdraw", message)

    @accept.validator
    def _check_accept(self, message: Any) -> None:
        self._desk.check("accept", message)

    @decline.validator
    def _check_decline(self, message: Any) -> None:
        self._desk.check("decline", message)

    @insist.validator
    def _check_insist(self, message: Any) -> None:
        self._desk.check("insist", message)

    @rule.validator
    def _check_rule(self, message: Any) -> None:
        self._desk.check("rule", message)

    @add_action.validator
    def _check_add_action(self, message: Any) -> None:
        self._desk.check("add_action", message)

    @action_done.validator
    def _check_action_done(self, message: Any) -> None:
        self._desk.check("action_done", message)

    @drop_action.validator
    def _check_drop_action(self, message: Any) -> None:
        self._desk.check("drop_action", message)

    @done.validator
    def _check_done(self, message: Any) -> None:
        self._desk.check("done", message)

    @withdraw.validator
    def _check_withdraw(self, message: Any) -> None:
        self._desk.check("withdraw", message)
