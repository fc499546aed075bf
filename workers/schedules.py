"""What runs by the clock: Temporal schedules that every worker makes sure of when it starts."""

from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from activities.names import WATCHDOG

WATCHDOG_SCHEDULE = "casework-watchdog"
WATCHDOG_EVERY = timedelta(seconds=30)
"""With the watchdog's grace, a lost timer is found within a minute (design §4)."""
# What was due while Temporal was away is found by the first round after it.
CATCH_UP = timedelta(minutes=1)


async def ensure_schedules(client: Client, task_queue: str, every: timedelta = WATCHDOG_EVERY) -> None:
    """Make the schedules, or bring those that are there up to date. Raises Temporal's `RPCError`."""
    wanted = _watchdog(task_queue, every)
    try:
        await client.create_schedule(WATCHDOG_SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:

        def as_wanted(found: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = found.description.schedule.state  # ops may have paused it
            return ScheduleUpdate(wanted)

        await client.get_schedule_handle(WATCHDOG_SCHEDULE).update(as_wanted)


def _watchdog(task_queue: str, every: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            WATCHDOG,
            id="watchdog",
            task_queue=task_queue,
            execution_timeout=every * 10,
            static_summary="Nudges cases whose timer was lost",
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )
