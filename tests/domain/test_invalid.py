"""A malformed message is answered with the field and the reason, never with the value."""

from collections.abc import Mapping

import pytest
from pydantic import ValidationError

from domain.invalid import invalid_request, where_and_why
from domain.returns.messages import OpenReturn, Ship

SECRET = "Ms Somebody, 1 Some Street"


def error_of(content: Mapping[str, object]) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Ship.model_validate(content)
    return caught.value


def test_the_field_is_named_and_the_value_is_not():
    refusal = invalid_request(error_of({"carrier": SECRET, "tracking_no": "SW123456"}))
    assert (refusal.code, refusal.detail) == ("invalid_request", {"field": "carrier"})
    assert SECRET not in refusal.message


def test_a_version_from_the_future_has_a_code_of_its_own():
    future = {"carrier": "swift", "tracking_no": "SW123456", "schema_version": 2}
    assert invalid_request(error_of(future)).code == "unsupported_schema"


def test_a_problem_of_the_whole_is_placed_there():
    with pytest.raises(ValidationError) as caught:
        OpenReturn.model_validate({"merchant": "m1", "number": "R-1"})
    where, why = where_and_why(caught.value, whole="input")
    assert (where, why.split(" (")[0]) == ("input", "give either `application`")
