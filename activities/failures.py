"""Turns the house's errors into Temporal failures, so that workflows and callers see one stable code."""

import functools
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from pydantic_core import to_jsonable_python
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from domain.errors import CaseworkError, InvalidRequest, NotFound, ProviderRefused, Refused

P = ParamSpec("P")
R = TypeVar("R")

ANSWERS = (Refused, NotFound, InvalidRequest, ProviderRefused)
"""Errors that are an answer: asking again gives the same one. All others are outages and are retried."""


def as_application_error(error: CaseworkError, *, is_answer: bool = False) -> ApplicationError:
    """The Temporal failure for an error: `type` is its code, its one detail is JSON.

    An answer is not retried and is benign (no traceback in the worker's log, no failure metric).
    """
    is_answer = is_answer or isinstance(error, ANSWERS)
    detail = {**error.detail, "code": error.code, "message": error.message}
    return ApplicationError(
        error.message,
        to_jsonable_python(detail, fallback=str),
        type=error.code,
        non_retryable=is_answer,
        category=ApplicationErrorCategory.BENIGN if is_answer else ApplicationErrorCategory.UNSPECIFIED,
    )


def come_again(why: str, kind: str, delay: timedelta, *details: Any) -> ApplicationError:
    """Not yet: the same attempt again after the delay. A retry leaves no event in the history.

    It is benign: waiting is no failure, so it is worth no traceback and no metric.
    """
    return ApplicationError(
        why, *details, type=kind, next_retry_delay=delay, category=ApplicationErrorCategory.BENIGN
    )


def typed_failures(method: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """Decorates an activity (under `@activity.defn`): its `CaseworkError`s leave it as typed failures.

    The original error is not chained: causes of providers' errors may quote addresses and phone numbers, and
    a history must not.
    """

    @functools.wraps(method)
    async def with_typed_failures(*args: P.args, **kwargs: P.kwargs) -> Any:
        try:
            return await method(*args, **kwargs)
        except CaseworkError as error:
            raise as_application_error(error).with_traceback(error.__traceback__) from None

    return with_typed_failures
