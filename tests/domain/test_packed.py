"""The pinned policy as it travels in a case's history."""

import base64
import zlib
from hashlib import sha256
from typing import Annotated

from pydantic import TypeAdapter

from domain.policy.dictionary import DICTIONARY_1
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


def test_packed_it_takes_a_tenth_of_the_room() -> None:
    assert len(pack(terms())) < len(terms().model_dump_json()) * 0.1


def test_other_terms_than_the_shipped_ones_are_packed_as_well() -> None:
    other = terms(confirm_within="11 days", failed_goods="keep")
    assert unpack(pack(other)) == other
    assert len(pack(other)) < len(other.model_dump_json()) * 0.1


def test_what_was_packed_without_a_dictionary_is_still_read() -> None:
    """In histories and stored handovers of earlier days."""
    plain = base64.b64encode(zlib.compress(terms().model_dump_json().encode(), 9)).decode()
    assert unpack(plain) == terms()


def test_the_dictionary_never_changes() -> None:
    assert (
        sha256(DICTIONARY_1).hexdigest() == "ff78d08eccbac54faa3e4f8423a1a9f48d26f526fc821fa3098fbeb75979280d"
    )


def test_cases_with_the_same_terms_share_one_copy() -> None:
    assert unpack(pack(terms())) is unpack(pack(terms()))
