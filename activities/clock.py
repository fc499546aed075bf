"""The time that activities live by: the server's, which is also the workflows'."""

from datetime import UTC, datetime

from temporalio import activity


def scheduled_at() -> datetime:
    """When this attempt was due, by the server's clock.

    Never the machine's: a deadline is compared with it, and in tests the server's time runs ahead. A local
    activity has only the machine's: what it must date is given the case's own time.
    """
    return activity.info().current_attempt_scheduled_time.astimezone(UTC)
