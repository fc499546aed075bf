"""Why a case does not answer: it is closed, was never opened, or its workflow was stopped."""

from temporalio.api.errordetails.v1 import NamespaceNotFoundFailure
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.exceptions import TemporalError
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import has_detail, typed
from domain.cases.state import AnyState
from domain.errors import CaseClosed, CaseNotFound, CaseworkError, NoAnswer, NotReady
from starters.case_records import CaseRecords
from starters.sending import Sender


class Whereabouts:
    """Looks in Temporal and, if there is one, in the store."""

    def __init__(self, client: Client, records: CaseRecords | None, sender: Sender) -> None:
        self._client = client
        self._records = records
        self._sender = sender

    async def why(self, case_id: str, error: TemporalError) -> CaseworkError:
        """The typed error for what a call on a case raised."""
        if is_missing(error):
            return await self.absence(case_id)
        return typed(error)

    async def runs_unfound(self, case_id: str, error: TemporalError) -> bool:
        """Whether Temporal did not find what runs: it met the end of a run that goes on in another."""
        return is_missing(error) and await self._status(case_id) == WorkflowExecutionStatus.RUNNING

    async def absence(self, case_id: str) -> CaseworkError:
        """The error for a case that does not run, or did not a moment ago."""
        state = await self._recorded(case_id)
        status = await self._status(case_id)
        if status == WorkflowExecutionStatus.RUNNING:
            return NoAnswer(f"Temporal did not find {case_id}, which runs by now: send it again")
        if state is not None and state.open:
            ended = status.name.lower() if status else "gone"
            return NotReady(
                f"{case_id} is open, but its workflow is {ended}: `casework verify` says what to do"
            )
        outcome = state.outcome if state is not None else None
        if outcome or status == WorkflowExecutionStatus.COMPLETED:
            said = f" ({outcome})" if outcome else ""
            return CaseClosed(f"{case_id} is closed{said}", case_id=case_id, outcome=outcome)
        return _never_opened(case_id)

    async def unless_never_opened(self, case_id: str, error: CaseworkError) -> CaseworkError:
        """The error, or the better one where the opening was refused: such a workflow only says "not yet"."""
        is_refused = False
        if isinstance(error, NotReady):
            is_refused = await self._status(case_id) == WorkflowExecutionStatus.FAILED
        return _never_opened(case_id) if is_refused else error

    async def _recorded(self, case_id: str) -> AnyState | None:
        if self._records is None:
            return None
        try:
            return await self._records.state(case_id)
        except CaseNotFound:
            return None

    async def _status(self, case_id: str) -> WorkflowExecutionStatus | None:
        handle = self._client.get_workflow_handle(case_id)
        try:
            return (await self._sender.answered(handle.describe)).status
        except RPCError as error:
            if is_missing(error):
                return None
            raise typed(error) from None


def is_missing(error: TemporalError) -> bool:
    """Whether there is no such workflow, or none that runs."""
    if not isinstance(error, RPCError) or error.status != RPCStatusCode.NOT_FOUND:
        return False
    return not has_detail(error, NamespaceNotFoundFailure)


def _never_opened(case_id: str) -> CaseNotFound:
    return CaseNotFound(f"there is no case {case_id}", case_id=case_id)
