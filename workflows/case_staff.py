"""What a case asks the staff: whom a rung of its clocks tells, and who gets the case."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ApplicationError

from workflows.case_facts import CaseFacts
from workflows.local_first import local_first

with workflow.unsafe.imports_passed_through():
    from activities.staff import StaffActivities, Word
    from domain.cases.escalating import addressed, decide_given, rung_of
    from domain.cases.folding import Fact
    from domain.cases.state import S
    from domain.notices import Notice
    from domain.staff.ladder import Climbed, OwnerWanted, RungFired
    from domain.staff.roles import Action, LadderRole


class CaseStaff(CaseFacts[S]):
    """Has rungs climbed beside the story: the staff says at that moment who is meant."""

    def tell(self, fact: Fact, notices: Sequence[Notice]) -> None:
        """A rung's notices wait for the members that they go to; all others are sent as they are."""
        fired = rung_of(self.kind, self.state, fact.event, workflow.now())
        if fired is None or not (notices or fired.reassign):
            super().tell(fact, notices)
            return
        self.spawn_to_end(self._climb(fact.record.seq, fired, notices))

    async def _climb(self, seq: int, fired: RungFired, notices: Sequence[Notice]) -> None:
        climbed: Climbed = await self._asked(
            StaffActivities.climb_rung, fired, f"whom {fired.clock} {fired.rung} tells", Climbed()
        )
        given = decide_given(self.state, climbed.given, team=fired.team, assignee=fired.assignee)
        self.record(given, "clock")
        for notice in addressed(notices, seq, climbed):
            self.send(notice)

    def seek_owner(self, team: str, skills: tuple[str, ...]) -> None:
        """Have a case that its team has just got given to one of it."""
        self.spawn_to_end(self._seek_owner(team, skills))

    async def _seek_owner(self, team: str, skills: tuple[str, ...]) -> None:
        with suppress(ApplicationError):  # a case that could not be opened is nobody's
            await self.until_ready()
            wanted = OwnerWanted(team=team, skills=skills, language=self.state.language, at=workflow.now())
            given = await self._asked(StaffActivities.find_owner, wanted, f"who of {team} gets it", None)
            self.record(decide_given(self.state, given, team=team, assignee=None), "policy")

    async def until_ready(self) -> None:
        """Wait for the opening; raises its failure."""
        raise AssertionError("the desk says when it is ready")

    async def check_word(self, by: str, role: LadderRole, action: Action) -> None:
        """Raise the refusal of somebody who, as the staff knows, may not say that."""
        word = Word(by=by, role=role, action=action, at=workflow.now())
        await local_first(StaffActivities.check_word, word, f"may {by} {action.replace('_', ' ')}")

    async def _asked(self, question: Any, about: Any, what: str, otherwise: Any) -> Any:
        """The staff's answer; a staff that is not well written down stops no case."""
        try:
            return await local_first(question, about, what)
        except ApplicationError as error:
            workflow.logger.warning("the staff has no answer: %s", error.message)
            return otherwise
