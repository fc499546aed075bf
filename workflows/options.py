"""Named timeouts and retry policies; no call site has a literal of its own."""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class LocalOptions(TypedDict):
    """Options of a local activity."""

    schedule_to_close_timeout: timedelta
    start_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class ActivityOptions(TypedDict):
    """Options of an activity."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


# First try beside the workflow task: one marker in the history. It must give up well before the workflow
# task's own ten seconds, so that a store that is down never stalls a case.
BRIEFLY = LocalOptions(
    schedule_to_close_timeout=timedelta(seconds=3),
    start_to_close_timeout=timedelta(seconds=2),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=50), maximum_attempts=2),
)

# Workers beat for every activity that runs long enough (workers/heartbeats.py).
WORKER_IS_DEAD_AFTER = timedelta(seconds=6)

# Then for as long as it takes: an outage is waited out, a refusal is not asked again.
UNTIL_DONE = ActivityOptions(
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=WORKER_IS_DEAD_AFTER,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(milliseconds=500),
        backoff_coefficient=2.0,
        maximum_interval=timedelta(minutes=1),
    ),
)

# Look-ups come again by the delay that each failed attempt names itself; this is only its ceiling.
UNTIL_NEWS = ActivityOptions(
    start_to_close_timeout=timedelta(seconds=30),
    heartbeat_timeout=WORKER_IS_DEAD_AFTER,
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=5), backoff_coefficient=2.0, maximum_interval=timedelta(hours=1)
    ),
)
