"""How a case speaks with those that belong to it: it starts them, and they tell each other where they are."""

from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    WorkflowAlreadyStartedError,
)

from workflows.case_money import CaseMoney
from workflows.local_first import is_answer
from workflows.options import UNTIL_DONE
from workflows.refusals import parse

with workflow.unsafe.imports_passed_through():
    from activities.linking import LinkActivities, LinkedOpened, OpenLinked
    from activities.names import WORKFLOW_TYPES
    from activities.starting import details_of, priority_of, search_attributes_of, summary_of
    from domain.cases.events import Linked
    from domain.cases.folding import Fact
    from domain.cases.links import OPPOSITES, UPWARD
    from domain.cases.messages import LinkReport, OpenCase
    from domain.cases.news import link_news
    from domain.cases.state import S


class CaseLinks(CaseMoney[S]):
    """Starts linked cases and tells upward: whoever this case is because of, or about, hears of it."""

    def follow(self, fact: Fact) -> None:
        """A new link upward, the end and a reopening are told to whom they concern."""
        super().follow(fact)
        event = fact.event
        if isinstance(event, Linked) and event.relation in UPWARD:
            self.spawn_to_end(self._tell(event.case_id))
        elif event.name in self.turning_points:
            for link in self.state.links:
                if link.relation in UPWARD:
                    self.spawn_to_end(self._tell(link.case_id))

    turning_points: frozenset[str] = frozenset()
    """The stored names of the facts that a kind tells upward: the end, a reopening."""

    async def _tell(self, case_id: str) -> None:
        """Signal the other case; one that no longer runs reads it in the store when it goes on.

        A run must not end before its signals are delivered: the server drops those that end with it.
        """
        link = self.state.link(case_id)
        assert link is not None
        report = LinkReport(
            case_id=self.state.case_id,
            relation=OPPOSITES[link.relation],
            stage=self.state.stage,
            outcome=self.state.outcome,
            open=self.state.open,
        )
        with suppress(ApplicationError):  # it is closed, or was never opened
            await workflow.get_external_workflow_handle(case_id).signal("linked_reported", report)

    async def open_linked(self, start: OpenCase) -> LinkedOpened | ApplicationError:
        """Open a case because of this one, and record the link; gives the refusal where it is refused.

        It is a child that outlives its parent; it signals that it is open, or ends with its refusal.
        """
        try:
            child = await workflow.start_child_workflow(
                WORKFLOW_TYPES[start.kind],
                start,
                id=start.case_id,
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
                search_attributes=search_attributes_of(start),
                static_summary=summary_of(start),
                static_details=details_of(start),
                priority=priority_of(start),
            )
        except WorkflowAlreadyStartedError:
            return await self._find_linked(start)
        await self.until(lambda: self.state.link(start.case_id) is not None or child.done())
        link = self.state.link(start.case_id)
        if link is None and child.done():
            try:
                await child
            except ChildWorkflowError as error:
                if isinstance(error.cause, ApplicationError):
                    return error.cause
                raise
        return LinkedOpened(case_id=start.case_id, stage=(link and link.stage) or "opening")

    async def _find_linked(self, start: OpenCase) -> LinkedOpened | ApplicationError:
        """It was started before, as after a reset: it answers what it decided then."""
        wanted = OpenLinked(kind=start.kind, start=start.model_dump(mode="json", exclude_defaults=True))
        try:
            opened = await workflow.execute_activity_method(
                LinkActivities.open_linked, wanted, summary=f"open {start.case_id}", **UNTIL_DONE
            )
        except ActivityError as error:
            if not is_answer(error) or not isinstance(error.cause, ApplicationError):
                raise
            return error.cause
        news = LinkReport(
            case_id=opened.case_id,
            relation=OPPOSITES[start.cause.relation] if start.cause else "started",
            stage=opened.stage,
            outcome=opened.outcome,
            open=opened.outcome is None,
        )
        if self.state.link(opened.case_id) is None:  # unless it was quicker to tell of itself
            self.record(link_news(self.state, news), "system")
        return opened

    async def linked_reported(self, raw: Any) -> None:
        """Take a linked case's news once; what is not a report is logged and dropped."""
        try:
            report = parse(LinkReport, raw)
        except ApplicationError as error:
            workflow.logger.warning("linked_reported is dropped: %s", error.message)
            return
        with suppress(ApplicationError):
            await self.until_ready()
        if self._state is not None:
            self.record(link_news(self.state, report), report.case_id)
