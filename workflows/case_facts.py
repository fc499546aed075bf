"""What follows from a case's facts: they are recorded, told, and shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Generic

from temporalio import workflow
from temporalio.exceptions import ActivityError

from workflows.case_work import CaseWork
from workflows.local_first import is_answer
from workflows.options import UNTIL_DONE
from workflows.recorder import Recorder

with workflow.unsafe.imports_passed_through():
    from activities.names import SLA_STATE
    from activities.notices import NoticeActivities
    from domain.cases.events import CaseEvent, NoticeReported
    from domain.cases.folding import Fact
    from domain.cases.kind import Kind
    from domain.cases.page import markdown
    from domain.cases.state import S
    from domain.cases.views import next_due, summarise
    from domain.notices import Notice
    from domain.policy.pinned import PinnedPolicy


class CaseFacts(CaseWork, Generic[S]):
    """Records facts, has the people told whom they concern, and renews the page."""

    def __init__(self, kind: Kind[S]) -> None:
        super().__init__()
        self.kind = kind
        self.recorder = Recorder(workflow.info().workflow_id, self._tell_page)
        self.next_due: tuple[datetime, str] | None = None
        self.notices_on_their_way: dict[str, Notice] = {}
        self._state: S | None = None

    @property
    def state(self) -> S:
        """The case as it is now; only asked for after the opening."""
        assert self._state is not None
        return self._state

    def record(
        self, events: Sequence[CaseEvent], actor: str, terms: Mapping[str, PinnedPolicy] | None = None
    ) -> None:
        """Make the events facts: fold them, queue them for the store, tell whom they concern."""
        before = self.state
        self._state, recorded = self.kind.fold.record(before, events, workflow.now(), actor, terms)
        if not recorded:
            return
        only_told = all(isinstance(fact.event, NoticeReported) for fact in recorded)
        self.recorder.add([fact.record for fact in recorded], soon=not only_told)
        self.recorder.describe(summarise(self.kind, self.state), self.state.held)
        if self.state.breached and not before.breached:
            workflow.upsert_search_attributes([SLA_STATE.value_set("breached")])  # pyright: ignore[reportUnknownMemberType]
        for fact in recorded:
            self.tell(fact, self.kind.notices_of(self.state, fact, workflow.now()))
            self.follow(fact)
        self.next_due = next_due(self.kind, self.state)
        self._tell_page()

    def tell(self, fact: Fact, notices: Sequence[Notice]) -> None:
        """Have the notices that a fact calls for sent."""
        for notice in notices:
            self.send(notice)

    def follow(self, fact: Fact) -> None:
        """What a fact sets going beside the notices; parts of the desk add theirs."""

    def _tell_page(self) -> None:
        text = markdown(self.kind, self.state, workflow.now())
        if since := self.recorder.blocked_since:
            text += f"\n\nThe store is unreachable since {since:%Y-%m-%d %H:%M:%S} UTC; the case goes on"
        workflow.set_current_details(text)

    def send(self, notice: Notice) -> None:
        """Have a notice sent beside the story; the same notice is on its way only once."""
        if notice.notice_id not in self.notices_on_their_way:
            self.notices_on_their_way[notice.notice_id] = notice
            self.spawn(self._send(notice))

    async def _send(self, notice: Notice) -> None:
        try:
            result = await workflow.execute_activity_method(
                NoticeActivities.send_notice, notice, summary=f"tell: {notice.kind}", **UNTIL_DONE
            )
            state, channel = result.state, result.channel
        except ActivityError as error:
            if not is_answer(error):
                raise
            state, channel = "undeliverable", None
        del self.notices_on_their_way[notice.notice_id]
        told = NoticeReported(notice_id=notice.notice_id, kind=notice.kind, state=state, channel=channel)
        self.record([told], "system")
