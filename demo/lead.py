"""The lead: looks at what waits for a second person, and lets it be paid."""

import asyncio
from collections.abc import Callable

from demo.day import MERCHANT
from domain.errors import CaseworkError
from starters.approvals import ApprovalDesk

LEAD = "sv-01"
"""Of the shipped staff (deploy/staff.yaml)."""
LOOK_SECONDS = 0.5


class Lead:
    """Works through the queue of refunds above the policy's limits."""

    def __init__(self, desk: ApprovalDesk, remark: Callable[[str], None]) -> None:
        self._desk = desk
        self._remark = remark

    async def attend(self) -> None:
        """Approve whatever turns up, for ever; cancel to stop."""
        while True:
            try:
                for asked in await self._desk.waiting(MERCHANT):
                    await self._desk.approve(asked.refund_id, by=LEAD, hash=asked.hash)
            except CaseworkError as error:
                self._remark(f"{LEAD}: {error.code}: {error.message}")
            await asyncio.sleep(LOOK_SECONDS)
