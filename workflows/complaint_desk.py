"""The desk that a complaint is worked at: how it is opened and reopened, and what its solution sets going."""

from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

from workflows.case_desk import CaseDesk
from workflows.local_first import is_answer, local_first
from workflows.options import UNTIL_DONE
from workflows.refusals import refusing

with workflow.unsafe.imports_passed_through():
    from activities.archive import ArchiveActivities
    from activities.complaint_opening import ComplaintActivities
    from activities.linking import LinkActivities, ReopenLinked
    from domain.cases.events import CaseEvent
    from domain.cases.folding import Fact
    from domain.cases.messages import Assign, Reopen
    from domain.complaints import events as facts
    from domain.complaints import solution_events as solving
    from domain.complaints.archive import archive_entry
    from domain.complaints.decisions import opening as opening_rules
    from domain.complaints.decisions import solution
    from domain.complaints.decisions.intake import refuse_hidden_transfer
    from domain.complaints.kind import COMPLAINT
    from domain.complaints.measures import linked_start
    from domain.complaints.opening import AboutCase, Compared, ComplaintOpening
    from domain.complaints.record import Measure
    from domain.complaints.requests import DecideFinal, Propose
    from domain.complaints.state import ComplaintState
    from domain.digests import digest


class ComplaintDesk(CaseDesk[ComplaintState]):
    """How a complaint is opened, compared with others, solved by measures and archived."""

    refund_report = solving.RefundReported
    turning_points = frozenset({facts.Closed.name, facts.Reopened.name})

    def __init__(self, start: Any) -> None:
        super().__init__(COMPLAINT, start)

    async def open_new(self, opening: ComplaintOpening) -> None:
        """Load the order, find what the complaint belongs to, write it down and send it to its team."""
        start = opening.start
        assert start.complaint is not None
        what = "load the order, find what it belongs to"
        prepared = await local_first(ComplaintActivities.prepare_complaint, opening, what)
        with refusing():
            opened = opening_rules.decide_open(
                start.complaint, prepared, digest(start.complaint), workflow.now()
            )
        self.begin(COMPLAINT.blank(start.case_id, prepared.terms))
        self.record(opened[:1], "customer")
        belongs = [*opening_rules.links_caused(start.cause), *opening_rules.links_alike(prepared.alike)]
        self.record([*belongs, *opened[1:]], "policy")
        reopened = prepared.about is not None and await self._goes_on(prepared.about)
        self.record(opening_rules.links_about(self.state, prepared.about, reopened=reopened), "policy")

    async def reopen(self, opening: ComplaintOpening) -> None:
        """Load the case, and look into it again."""
        reopen = opening.start.reopen
        assert reopen is not None
        state = await self.stored_state(opening.start.case_id)
        self.begin(state)
        self.record(opening_rules.decide_reopen(state, reopen.reason), f"{reopen.reason}:{reopen.by}")

    async def _goes_on(self, about: AboutCase) -> bool:
        """Let a closed case that the complaint is about go on, where the policy says so and the case may."""
        if not opening_rules.may_reopen(about, self.state.terms.complaints, workflow.now()):
            return False
        wanted = ReopenLinked(case_id=about.case_id, reopen=Reopen(reason="complaint", by="complaint"))
        try:
            await workflow.execute_activity_method(
                LinkActivities.reopen_linked, wanted, summary=f"reopen {about.case_id}", **UNTIL_DONE
            )
        except ActivityError as error:
            if not is_answer(error):
                raise
            return False
        return True

    # While it is worked on

    def _decide(self, command: Any) -> list[CaseEvent]:
        if isinstance(command, Assign):
            refuse_hidden_transfer(self.state, command)
        return super()._decide(command)

    async def apply(self, command: Any) -> None:
        """Above what the desk may promise or decide, the staff's own list has the last word."""
        if isinstance(command, Propose) and command.approval is not None:
            await self.check_word(command.approval.by, command.approval.role, "approve")
        elif isinstance(command, DecideFinal):
            await self.check_word(command.by, command.role, "decide_final")
        await super().apply(command)

    def follow(self, fact: Fact) -> None:
        """A team that has got the complaint gives it to one of its members (sop C5)."""
        super().follow(fact)
        if isinstance(fact.event, facts.Dispatched | facts.Transferred):
            skills, category = self.state.terms.complaints.dispatch.skills, self.state.category
            self.seek_owner(fact.event.team, skills.get(category, ()) if category else ())

    async def compare(self) -> None:
        """Look for complaints like this one, now that its class is known."""
        state = self.state
        if state.category is None or state.opened_at is None:
            return
        like = Compared(
            case_id=state.case_id,
            merchant=state.merchant,
            customer_id=state.customer_id,
            order_id=state.order.order_id if state.order else None,
            category=state.category,
            opened_at=state.opened_at,
            within=state.terms.complaints.repeats_within,
        )
        found = await local_first(ComplaintActivities.find_alike, like, "find complaints like this one")
        new = [case for case in found.cases if state.link(case.case_id) is None]
        self.record(opening_rules.links_alike(new), "policy")

    async def start_measure(self, measure: Measure) -> None:
        """Put money on its way, or open the case that the measure is."""
        if measure.is_money:
            self.record(solution.decide_payment(self.state, measure), "system")
            return
        opened = await self.open_linked(linked_start(self.state, measure))
        if isinstance(opened, ApplicationError):
            code = opened.type or "refused"
            self.record([solving.MeasureRefused(measure=measure.number, code=code)], "system")

    async def until_measures_move(self) -> None:
        """Wait for money or goods to arrive, or to come to nothing."""
        await self.until(
            lambda: self.state.stage != "follow_up" or solution.next_step(self.state).what != "wait"
        )

    async def archive(self) -> None:
        """Keep the closed case in the library; a later closing replaces the entry."""
        await local_first(ArchiveActivities.archive_case, archive_entry(self.state), "archive the case")
