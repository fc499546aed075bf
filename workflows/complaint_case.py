"""The story of a complaint: taken in, reviewed, looked into, solved, followed up, confirmed (sop C1–C14)."""

from typing import Any

from temporalio import workflow
from temporalio.common import RawValue

from workflows.complaint_desk import ComplaintDesk
from workflows.complaint_messages import ComplaintMessages
from workflows.refusals import NOTHING

with workflow.unsafe.imports_passed_through():
    from activities.names import COMPLAINT_CASE
    from domain.complaints.decisions import solution


@workflow.defn(name=COMPLAINT_CASE)
class ComplaintCase(ComplaintMessages):
    """A customer's or an authority's complaint."""

    @workflow.init
    def __init__(self, start: RawValue = NOTHING) -> None:
        self._desk = ComplaintDesk(start)

    @workflow.run
    async def run(self, start: RawValue = NOTHING) -> dict[str, Any]:
        """From receipt to close; people move it on, but for the follow-up, which the desk does by itself."""
        desk = self._desk
        desk.start_work()
        await desk.open()
        while desk.state.open or not await self._ended():
            match desk.state.stage:
                case "follow_up":
                    await self._follow_up()
                case "closed":
                    pass
                case stage:
                    await desk.until_stage_after(stage)
            await desk.continue_as_new_if_long()
        return desk.result()

    async def _follow_up(self) -> None:
        """Start each measure, see it arrive, answer in writing; what came to nothing is decided anew."""
        desk = self._desk
        match solution.next_step(desk.state):
            case solution.NextStep("start", measure) if measure is not None:
                await desk.start_measure(measure)
            case solution.NextStep("decide_anew"):
                desk.record(solution.decide_measures_failed(desk.state), "system")
            case solution.NextStep("answer"):
                desk.record(solution.decide_answer(desk.state), "system")
            case _:
                await desk.until_measures_move()

    async def _ended(self) -> bool:
        """Into the library with it, once all is told and stored; not when it was reopened meanwhile."""
        if not await self._desk.finished():
            return False
        await self._desk.archive()
        return await self._desk.finished()
