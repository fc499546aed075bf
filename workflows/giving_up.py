"""An activity that nobody waits for any more."""

from contextlib import suppress
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError


async def give_up(activity: workflow.ActivityHandle[Any]) -> None:
    """Cancel it, and hear the end of it: it comes at once."""
    activity.cancel()
    with suppress(ActivityError):
        await activity
