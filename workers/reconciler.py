"""`python -m workers.reconciler`: compares ledger and gateways, cycle after cycle, until told to stop.

It is no worker of Temporal's: what it is for is most wanted when Temporal is not well.
"""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from domain.errors import CaseworkError
from starters import log
from starters.reconcilers import reconciler
from starters.reconciling import Cycle, Reconciler
from starters.running import run_until_told
from starters.settings import Settings

STOP_PATIENCE_SECONDS = 10.0
"""What a cycle that runs has to end in; cut short, it is done again by the next."""


async def main() -> None:
    """Run until SIGTERM or SIGINT; the cycle that runs is ended first."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    async with reconciler(settings) as desk:
        # The supervisor reads this line.
        sys.stdout.write(json.dumps({"ready": True}) + "\n")
        sys.stdout.flush()
        await keep_on(desk, settings.reconcile_every_seconds, stop)


async def keep_on(desk: Reconciler, every_seconds: float, stop: asyncio.Event) -> None:
    """A cycle, a pause, and so on; the stop is heard in both."""
    stopped = asyncio.create_task(stop.wait())
    while not stopped.done():
        cycle = asyncio.create_task(one(desk))
        await asyncio.wait((cycle, stopped), return_when=asyncio.FIRST_COMPLETED)
        if not cycle.done():
            await asyncio.wait((cycle,), timeout=STOP_PATIENCE_SECONDS)
        if not cycle.done():
            cycle.cancel()
        with suppress(asyncio.CancelledError):
            await cycle
        await asyncio.wait((stopped,), timeout=every_seconds)


async def one(desk: Reconciler) -> None:
    """One cycle, and a line about it where there is something to say."""
    logger = structlog.get_logger()
    try:
        done = await desk.cycle(datetime.now(UTC))
    except CaseworkError as error:
        logger.warning("no cycle", code=error.code)
        return
    for task in done.opened:
        logger.warning("somebody must look", task=task.task_id, kind=task.kind, subject=task.subject)
    if _is_worth_a_line(done):
        logger.info(
            "cycle",
            **done.model_dump(include={"looked", "unanswered", "hinted", "begun", "temporal_answers"}),
        )


def _is_worth_a_line(done: Cycle) -> bool:
    return bool(done.hinted or done.begun or done.unanswered or not done.temporal_answers)


if __name__ == "__main__":
    run_until_told(main)
