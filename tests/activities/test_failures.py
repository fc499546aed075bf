"""Errors of the house become Temporal failures that keep their code and say whether to try again."""

from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from temporalio import activity
from temporalio.api.failure.v1 import Failure
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory
from temporalio.testing import ActivityEnvironment

from activities.failures import as_application_error, typed_failures
from domain.errors import (
    CaseworkError,
    InvalidRequest,
    NotFound,
    NotReady,
    OutOfStock,
    OverCap,
    ProviderRefused,
    ProviderUnavailable,
    QuantityExceeds,
    Refused,
    UnknownPolicy,
)


@pytest.mark.parametrize(
    "error_type",
    [Refused, QuantityExceeds, OverCap, NotFound, UnknownPolicy, InvalidRequest, ProviderRefused, OutOfStock],
)
def test_an_answer_is_final_and_benign(error_type: type[CaseworkError]):
    failure = as_application_error(error_type("No, because."))
    assert failure.type == error_type.code
    assert failure.message == "No, because."
    assert failure.non_retryable
    assert failure.category is ApplicationErrorCategory.BENIGN


@pytest.mark.parametrize("error_type", [ProviderUnavailable, NotReady, CaseworkError])
def test_an_outage_is_tried_again(error_type: type[CaseworkError]):
    failure = as_application_error(error_type())
    assert failure.type == error_type.code
    assert not failure.non_retryable
    assert failure.category is ApplicationErrorCategory.UNSPECIFIED


def test_the_detail_is_json_beside_code_and_message():
    failure = as_application_error(
        QuantityExceeds("Too many.", line="1", left=2, asked_at=datetime(2026, 11, 20, tzinfo=UTC))
    )
    assert failure.details == (
        {
            "code": "quantity_exceeds",
            "message": "Too many.",
            "line": "1",
            "left": 2,
            "asked_at": "2026-11-20T00:00:00Z",
        },
    )


def test_a_detail_that_json_does_not_know_is_written_as_text():
    failure = as_application_error(NotFound("Gone.", path=PurePosixPath("a/b"), thing=Thing()))
    assert failure.details[0]["path"] == "a/b"
    assert failure.details[0]["thing"] == "a thing"


def test_a_detail_never_hides_the_code():
    failure = as_application_error(NotFound("Gone.", code="200", message="fine"))
    assert failure.details == ({"code": "not_found", "message": "Gone."},)


class Thing:
    def __str__(self) -> str:
        return "a thing"


class Desk:
    """An activity class as the house writes them."""

    @activity.defn
    @typed_failures
    async def ask(self, question: str) -> int:
        if question == "refused":
            try:
                raise ValueError("call +86 138 0000 0000")
            except ValueError as cause:
                raise ProviderRefused("The line is dead.") from cause
        if question == "bug":
            raise ZeroDivisionError("a bug")
        return len(question)


async def test_the_decorator_leaves_results_and_signature_alone():
    assert await ActivityEnvironment().run(Desk().ask, "four") == 4
    arg_types, ret_type = Desk.ask.__annotations__["question"], Desk.ask.__annotations__["return"]
    assert (arg_types, ret_type) == (str, int)


async def test_a_failure_carries_no_cause_into_the_history():
    with pytest.raises(ApplicationError) as caught:
        await ActivityEnvironment().run(Desk().ask, "refused")
    assert caught.value.type == "provider_refused"
    recorded = Failure()
    await pydantic_data_converter.encode_failure(caught.value, recorded)
    assert b"138 0000" not in recorded.SerializeToString()
    assert "in ask" in recorded.stack_trace


async def test_an_unexpected_error_is_not_dressed_up():
    with pytest.raises(ZeroDivisionError):
        await ActivityEnvironment().run(Desk().ask, "bug")
