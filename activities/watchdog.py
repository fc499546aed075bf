"""The watchdog: cases that should have gone on by themselves and did not are told to look (design §4)."""

import asyncio
from datetime import timedelta

from temporalio import activity
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.service import RPCError, RPCStatusCode

from activities.clock import scheduled_at
from activities.failures import typed_failures
from domain.base import Model
from domain.cases.messages import Nudge
from store.cases import Cases, Overdue

# A timer that fires in time has its events stored well within this; what is older waits for nobody.
GRACE = timedelta(seconds=10)
PAGE_CASES = 500
AT_ONCE = 10
ANSWER_PATIENCE = timedelta(seconds=10)


class Watched(Model):
    """What a round found: cases that were nudged, that did not answer, and that no workflow runs for."""

    nudged: list[str] = []
    silent: list[str] = []
    without_workflow: list[str] = []


class WatchdogActivities:
    """Looks in the store, never in Temporal's lists: a timer that is lost is not in them either."""

    def __init__(self, client: Client, cases: Cases) -> None:
        self._client = client
        self._cases = cases

    @activity.defn
    @typed_failures
    async def nudge_overdue(self) -> Watched:
        """One round over the longest overdue cases.

        The update's id names the instant, so that a case whose store is behind is nudged once and not again
        and again for the same instant.
        """
        overdue = await self._cases.overdue(scheduled_at() - GRACE, PAGE_CASES)
        free = asyncio.Semaphore(AT_ONCE)

        async def nudge(case: Overdue) -> str:
            async with free:
                return await self._nudge(case)

        outcomes = await asyncio.gather(*map(nudge, overdue))
        told = list(zip((case.case_id for case in overdue), outcomes, strict=True))
        if told:
            activity.logger.warning("cases were overdue: %s", ", ".join(f"{a} ({b})" for a, b in told))
        return Watched(
            nudged=[case_id for case_id, outcome in told if outcome == "nudged"],
            silent=[case_id for case_id, outcome in told if outcome == "silent"],
            without_workflow=[case_id for case_id, outcome in told if outcome == "without workflow"],
        )

    async def _nudge(self, case: Overdue) -> str:
        handle = self._client.get_workflow_handle(case.case_id)
        try:
            await handle.execute_update(  # pyright: ignore[reportUnknownMemberType]
                "nudge",
                Nudge(),
                id=f"nudge-{case.next_instant_at.isoformat()}",
                rpc_timeout=ANSWER_PATIENCE,
            )
        except WorkflowUpdateFailedError:
            return "nudged"  # it refused, so it is awake: it was closing
        except RPCError as error:
            return "without workflow" if error.status == RPCStatusCode.NOT_FOUND else "silent"
        return "nudged"
