"""The pinned policy as it travels in a case's history."""

from typing import Annotated

from pydantic import TypeAdapter

from domain.policy.packed import pack, unpacks
from domain.policy.pinned import ReturnTerms
from domain.returns.opening import Prepared
from tests.domain.returns.given import order, prepared, terms

PACKED = TypeAdapter[ReturnTerms](Annotated[ReturnTerms, unpacks(ReturnTerms)])


def unpack(packed: str) -> ReturnTerms:
    """Through a model's field, as an activity's result goes."""
    return PACKED.validate_python(packed)


def test_what_was_packed_is_the_same_policy_again() -> None:
    assert unpack(pack(terms())) == terms()


def test_a_prepared_return_carries_it_packed_and_reads_both_forms() -> None:
    given = prepared(terms(), order())
    written = given.model_dump(mode="json")
    assert written["terms"] == pack(terms())
    assert Prepared.model_validate_json(given.model_dump_json()) == given
    assert Prepared.model_validate({**written, "terms": terms().model_dump(mode="json")}) == given


def test_packed_it_takes_about_half_the_room() -> None:
    assert len(pack(terms())) < len(terms().model_dump_json()) * 0.55


def test_cases_with_the_same_terms_share_one_copy() -> None:
    assert unpack(pack(terms())) is unpack(pack(terms()))
