"""Recording: a case's events go to the store, as often as it takes and never twice."""

from temporalio import activity
from temporalio.client import Client
from temporalio.exceptions import TemporalError

from activities.calls import RPC_TIMEOUT, typed
from activities.failures import as_application_error, typed_failures
from domain.errors import StreamConflict
from domain.records import Batch
from store.appender import Appender


class RecordingActivities:
    """One appender per worker commits for all of its cases together."""

    def __init__(self, appender: Appender, client: Client) -> None:
        self._appender = appender
        self._client = client

    @activity.defn
    @typed_failures
    async def append_events(self, batch: Batch) -> None:
        """Append the batch; a repeat is a no-op. Raises `stream_conflict`, `store_unavailable`."""
        try:
            await self._appender.append(batch)
        except StreamConflict as conflict:  # sent again it would find the same
            raise as_application_error(conflict, is_answer=True) from None

    @activity.defn
    @typed_failures
    async def record_anew(self, batch: Batch) -> None:
        """Put what the run has told in the place of what another attempt told; only for the run that goes on.

        That an activity of the run was scheduled proves that this attempt counts, and Temporal says which run
        does. Raises `stream_conflict` for one that was reset or terminated, `store_unavailable`, `no_answer`.
        """
        info = activity.info()
        assert info.workflow_id is not None
        try:
            shown = await self._client.get_workflow_handle(info.workflow_id).describe(rpc_timeout=RPC_TIMEOUT)
        except TemporalError as error:
            raise typed(error) from None
        if shown.run_id != info.workflow_run_id:
            gone = StreamConflict(f"{info.workflow_id}: its run {shown.run_id} goes on", reason="overtaken")
            raise as_application_error(gone, is_answer=True)
        await self._appender.append(batch.model_copy(update={"replaces": True}))
