"""Effects that are nearly always done at once: first beside the workflow task, then as long as it takes."""

from collections.abc import Callable
from typing import Any

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, TimeoutError

from workflows.options import BRIEFLY, UNTIL_DONE


async def local_first(
    activity: Any, argument: Any, summary: str, on_outage: Callable[[], None] | None = None
) -> Any:
    """The activity's result: one marker in the history when all is well.

    When the short try fails for want of an answer, `on_outage` is told and the activity is retried for ever.
    An answer that is no is raised as the `ApplicationError` that the activity made.
    """
    try:
        return await workflow.execute_local_activity_method(activity, argument, summary=summary, **BRIEFLY)
    except (ActivityError, ApplicationError) as error:
        _raise_answer(error)
    except TimeoutError:
        pass  # a replay tells a timeout so, which came as an `ActivityError` when it happened
    if on_outage is not None:
        on_outage()
    try:
        return await workflow.execute_activity_method(activity, argument, summary=summary, **UNTIL_DONE)
    except ActivityError as error:
        _raise_answer(error)
        raise


def is_answer(error: ActivityError | ApplicationError) -> bool:
    """Whether the activity failed because the answer is no, rather than for want of one."""
    cause = _cause(error)
    return isinstance(cause, ApplicationError) and cause.non_retryable


def _raise_answer(error: ActivityError | ApplicationError) -> None:
    if is_answer(error):
        raise _cause(error) or error from None


def _cause(error: ActivityError | ApplicationError) -> BaseException | None:
    """What a local activity raises comes bare; of an activity, and of a timeout, it is the cause."""
    return error if isinstance(error, ApplicationError) else error.cause
