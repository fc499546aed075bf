"""One lazy timer for everything that a case must not forget."""

from collections.abc import Callable
from datetime import datetime

from temporalio import workflow


class Alarm:
    """Rings at the earliest instant that `due` names.

    The timer is re-armed only when that instant moves earlier. When it moves later the timer fires too early,
    looks again and sleeps on: a cancelled timer costs more history than a spurious one (design §4).
    """

    def __init__(
        self, due: Callable[[], tuple[datetime, str] | None], ring: Callable[[datetime], None]
    ) -> None:
        self._due = due
        self._ring = ring
        self._doubted = False

    def doubt(self) -> None:
        """The timer may be lost: look again, and arm it anew. A timer that is well is armed anew too."""
        self._doubted = True

    async def run(self) -> None:
        """Watch for ever; cancel the task to stop."""
        while True:
            await workflow.wait_condition(lambda: self._due() is not None)
            self._doubted = False
            armed_for, what = self._due() or (workflow.now(), "")
            wait = armed_for - workflow.now()
            if wait.total_seconds() > 0 and await self._moved_earlier(armed_for, what):
                continue
            self._ring(workflow.now())
            await self._something_else(armed_for, what)

    async def _something_else(self, rang_for: datetime, what: str) -> None:
        """What rang and is still due waits for somebody, not for time; never spin on it."""
        await workflow.wait_condition(lambda: self._due() != (rang_for, what) or rang_for > workflow.now())

    async def _moved_earlier(self, armed_for: datetime, what: str) -> bool:
        def earlier() -> bool:
            due = self._due()
            return self._doubted or (due is not None and due[0] < armed_for)

        try:
            await workflow.wait_condition(
                earlier,
                timeout=armed_for - workflow.now(),
                timeout_summary=f"{what} at {armed_for:%Y-%m-%d %H:%M:%S}Z",
            )
        except TimeoutError:
            return False
        return True
