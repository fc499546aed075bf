"""Carriers' webhooks as hints: a hint makes the pending look-up come at once, and decides nothing itself.

A reset of an activity leaves no event in the history and wakes no workflow. The look-up is the truth: a scan
that was told before, a forged one or a million of them cost look-ups at most, and one in a while each.
"""

import time
from collections import OrderedDict
from collections.abc import Callable

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import ResetActivityRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.calls import is_unconnected, typed
from domain.errors import CaseNotFound, NoAnswer
from domain.shipments.messages import watch_of

REST_SECONDS = 5.0
"""A parcel that was hinted at is left in peace for so long: its look-up sees what came since."""
PARCELS_KEPT = 10_000
WATCHING = "watch_parcel"


class Hints:
    """Takes hints of parcels; `now` is a clock that only moves forward."""

    def __init__(self, client: Client, now: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._now = now
        self._hinted_at: OrderedDict[str, float] = OrderedDict()
        self.dropped = 0
        """Hints that came so soon after another one that they changed nothing."""

    async def take(self, merchant: str, carrier: str, tracking_no: str) -> bool:
        """Have the parcel looked for now; False where a hint before this one does it already.

        Raises `CaseNotFound` for a parcel that nobody watches.
        """
        case_id = watch_of(merchant, carrier, tracking_no)
        last = self._hinted_at.get(case_id)
        if last is not None and self._now() - last < REST_SECONDS:
            self.dropped += 1
            return False
        self._note(case_id)
        try:
            return await self._look_now(case_id)
        except BaseException:
            # Nobody looks because of this hint, so that it must not keep the next one from being taken.
            self._hinted_at.pop(case_id, None)
            raise

    def rest_seconds(self, merchant: str, carrier: str, tracking_no: str) -> float:
        """How long the parcel is still left in peace; what is hinted by then changes nothing."""
        last = self._hinted_at.get(watch_of(merchant, carrier, tracking_no))
        return 0.0 if last is None else max(0.0, last + REST_SECONDS - self._now())

    def _note(self, case_id: str) -> None:
        self._hinted_at[case_id] = self._now()
        self._hinted_at.move_to_end(case_id)
        while len(self._hinted_at) > PARCELS_KEPT:
            self._hinted_at.popitem(last=False)

    async def _look_now(self, case_id: str) -> bool:
        try:
            await self._client.workflow_service.reset_activity(
                ResetActivityRequest(
                    namespace=self._client.namespace,
                    execution=WorkflowExecution(workflow_id=case_id),
                    type=WATCHING,
                )
            )
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                return await self._is_between(case_id)
            raise typed(error) from None
        except RuntimeError as error:
            if not is_unconnected(error):
                raise
            raise NoAnswer(f"Temporal does not answer: {error}") from None
        return True

    async def _is_between(self, case_id: str) -> bool:
        """Nothing is pending: the watch is over or nobody watches, or it is about to look by itself."""
        try:
            described = await self._client.get_workflow_handle(case_id).describe()
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise CaseNotFound(f"nobody watches a parcel {case_id}", case_id=case_id) from None
            raise typed(error) from None
        if described.close_time is not None:
            raise CaseNotFound(f"the watch over {case_id} has ended", case_id=case_id)
        return False
