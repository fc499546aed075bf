"""The desk that an improvement is worked at: how it is opened, checked by figures, kept in the library."""

from typing import Any

from temporalio import workflow

from workflows.case_desk import CaseDesk
from workflows.local_first import local_first
from workflows.refusals import refusing

with workflow.unsafe.imports_passed_through():
    from activities.archive import ArchiveActivities
    from activities.improvements import ImprovementActivities
    from domain.digests import digest
    from domain.improvements import events as facts
    from domain.improvements.archive import archive_entry
    from domain.improvements.decisions.check import decide_checked
    from domain.improvements.decisions.opening import decide_open, decide_reopen
    from domain.improvements.kind import IMPROVEMENT
    from domain.improvements.opening import ImprovementOpening, wanted_count
    from domain.improvements.state import ImprovementState


class ImprovementDesk(CaseDesk[ImprovementState]):
    """How an improvement is opened, and how it is known whether it helped."""

    turning_points = frozenset({facts.Accepted.name, facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(IMPROVEMENT, start)

    async def open_new(self, opening: ImprovementOpening) -> None:
        """Pin the policy, count what was before, and give it to the department."""
        start = opening.start
        assert start.improvement is not None
        what = "pin the policy, count how often it came up before"
        prepared = await local_first(ImprovementActivities.prepare_improvement, opening, what)
        with refusing():
            proposed = decide_open(start, prepared, digest(start.improvement))
        self.begin(IMPROVEMENT.blank(start.case_id, prepared.terms))
        self.record(proposed, "policy")

    async def reopen(self, opening: ImprovementOpening) -> None:
        """Begin another round of what recurs after all."""
        reopen = opening.start.reopen
        assert reopen is not None
        state = await self.stored_state(opening.start.case_id)
        with refusing():
            reopened = decide_reopen(state, reopen)
        self.begin(state)
        self.record(reopened, f"{reopen.reason}:{reopen.by}")

    async def ask_figures(self) -> None:
        """Ask the figures whether it came up again since all was done."""
        what = "count how often it came up again"
        recurrence = await local_first(ImprovementActivities.count_recurrence, wanted_count(self.state), what)
        self.record(decide_checked(self.state, recurrence), "figures")

    async def archive(self) -> None:
        """Keep what was learnt in the case library; a later closing replaces the entry."""
        await local_first(
            ArchiveActivities.archive_case, archive_entry(self.state), "archive what was learnt"
        )
