"""Recording: a case's events go to the store, as often as it takes and never twice."""

from temporalio import activity

from activities.failures import typed_failures
from domain.records import Batch
from store.appender import Appender


class RecordingActivities:
    """One appender per worker commits for all of its cases together."""

    def __init__(self, appender: Appender) -> None:
        self._appender = appender

    @activity.defn
    @typed_failures
    async def append_events(self, batch: Batch) -> None:
        """Append the batch; a repeat is a no-op. Raises `stream_conflict`, `store_unavailable`."""
        await self._appender.append(batch)
