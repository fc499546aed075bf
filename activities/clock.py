"""The time that activities live by: the server's, which is also the workflows'."""

from collections.abc import Callable
from datetime import UTC, datetime

from temporalio import activity


def scheduled_at() -> datetime:
    """When this attempt was due, by the server's clock.

    Never the machine's: a deadline is compared with it, and in tests the server's time runs ahead. A local
    activity has only the machine's: what it must date is given the case's own time.
    """
    return activity.info().current_attempt_scheduled_time.astimezone(UTC)


def machine_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def surely_not_earlier(machine: Callable[[], datetime] = machine_now) -> datetime:
    """The latest that it may be by now, for what must not be done after a deadline.

    An attempt may begin long after it was due, when no worker was there, and a worker may stand still in it.
    The server's clock knows the first, only the machine's the second; in tests the server's runs ahead.
    """
    return max(scheduled_at(), activity.info().started_time.astimezone(UTC), machine())
