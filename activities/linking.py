"""Cases that belong together: opening one because of another, and whether a link may be."""

from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import typed
from activities.failures import typed_failures
from activities.starting import start_operation
from domain.base import Model
from domain.cases.links import Relation, refuse_ring
from domain.cases.messages import Reopen
from domain.errors import CaseNotFound
from domain.kinds import kind_of
from domain.records import CaseKind
from store.case_archive import CaseArchive
from store.cases import Cases
from store.links import Links


class OpenLinked(Model):
    """The start argument of a case that another one opens, as JSON."""

    kind: CaseKind
    start: dict[str, Any]


class LinkedOpened(Model):
    """Where the case that was opened is."""

    case_id: str
    stage: str
    outcome: str | None = None


class ReopenLinked(Model):
    """A closed case that is to go on, and why."""

    case_id: str
    reopen: Reopen


class AskLinked(Model):
    """A request of one case to another. `key` is the update's id: asked again, it is answered once."""

    case_id: str
    update: str
    message: dict[str, Any]
    key: str


class CheckLink(Model):
    """A link that somebody wants: `relation` is what the other case is to this one."""

    case_id: str
    relation: Relation
    other: str


async def asked_of(client: Client, asked: AskLinked) -> None:
    """Send the update; raises the other case's refusal, `case_not_found` where it does not run."""
    handle = client.get_workflow_handle(asked.case_id)
    try:
        await handle.execute_update(asked.update, asked.message, id=asked.key)  # pyright: ignore[reportUnknownMemberType]
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise CaseNotFound(f"no workflow runs for {asked.case_id}", case_id=asked.case_id) from None
        raise typed(error) from None
    except TemporalError as error:
        raise typed(error) from None


class LinkActivities:
    """Speaks to other cases by their workflow ids, as any client does."""

    def __init__(
        self, client: Client, task_queue: str, archive: CaseArchive, links: Links, cases: Cases
    ) -> None:
        self._client = client
        self._task_queue = task_queue
        self._archive = archive
        self._links = links
        self._cases = cases

    @activity.defn
    @typed_failures
    async def open_linked(self, wanted: OpenLinked) -> LinkedOpened:
        """Open the case, or find it as it was opened before; its refusal is raised as its own error."""
        named = f"{wanted.kind}:{wanted.start.get('merchant')}:{wanted.start.get('number')}"
        start = kind_of(named).open_message.model_validate(wanted.start)
        operation = start_operation(start, self._task_queue)
        update_id = f"open-{start.cause.case_id if start.cause else activity.info().workflow_id}"
        try:
            answer: dict[str, Any] = await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
                "open", start, start_workflow_operation=operation, id=update_id, result_type=dict[str, Any]
            )
        except WorkflowAlreadyStartedError:
            # It was opened by an earlier attempt and is over by now.
            state = await self._archive.state(start.case_id)
            return LinkedOpened(case_id=state.case_id, stage=state.stage, outcome=state.outcome)
        except TemporalError as error:
            raise typed(error) from None
        return LinkedOpened(case_id=start.case_id, stage=str(answer["stage"]), outcome=answer.get("outcome"))

    @activity.defn
    @typed_failures
    async def reopen_linked(self, wanted: ReopenLinked) -> LinkedOpened:
        """Let a closed case go on; one that runs is left as it is. Its refusal is raised as its own error."""
        kind = kind_of(wanted.case_id)
        _, merchant, number = wanted.case_id.split(":", 2)
        start = kind.open_message(merchant=merchant, number=number, reopen=wanted.reopen)
        operation = start_operation(start, self._task_queue)
        update_id = f"reopen-{activity.info().workflow_id}"
        try:
            answer: dict[str, Any] = await self._client.execute_update_with_start_workflow(  # pyright: ignore[reportUnknownMemberType]
                "open", start, start_workflow_operation=operation, id=update_id, result_type=dict[str, Any]
            )
        except TemporalError as error:
            raise typed(error) from None
        return LinkedOpened(case_id=start.case_id, stage=str(answer["stage"]), outcome=answer.get("outcome"))

    @activity.defn
    @typed_failures
    async def ask_linked(self, asked: AskLinked) -> None:
        """Send an update to another case; its refusal is raised, `case_not_found` where it does not run."""
        await asked_of(self._client, asked)

    @activity.defn
    @typed_failures
    async def check_link(self, wanted: CheckLink) -> None:
        """Raises `link_refused` for a ring, `case_not_found` where there is no such case."""
        await self._cases.get(wanted.other)
        upward = await self._links.upward(wanted.other) | await self._links.upward(wanted.case_id)
        refuse_ring(wanted.case_id, wanted.relation, wanted.other, upward)
