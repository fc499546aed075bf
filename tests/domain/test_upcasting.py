"""Upcasting: each old version becomes today's through every step, and the future is not guessed at."""

from datetime import UTC, datetime

import pytest

from domain.errors import UnsupportedSchema
from domain.records import Recorded
from domain.returns.evolve import FOLD
from domain.upcasting import Payload, current_version, upcast


def _name_the_unit(data: Payload) -> Payload:
    return {"refund_minor": data["refund"]}


def _add_currency(data: Payload) -> Payload:
    return {**data, "currency": "CNY"}


UPCASTERS = {("return.settled", 1): _name_the_unit, ("return.settled", 2): _add_currency}


def settled(version: int, data: Payload) -> Recorded:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    return Recorded(seq=7, type="return.settled", version=version, at=at, actor="system", data=data)


@pytest.mark.parametrize(
    ("version", "data"),
    [
        (1, {"refund": 500}),
        (2, {"refund_minor": 500}),
        (3, {"refund_minor": 500, "currency": "CNY"}),
    ],
)
def test_every_version_reads_as_todays(version: int, data: Payload) -> None:
    today = settled(3, {"refund_minor": 500, "currency": "CNY"})
    assert upcast(settled(version, data), UPCASTERS) == today


def test_the_stored_event_stays_as_it_was() -> None:
    stored = settled(1, {"refund": 500})
    upcast(stored, UPCASTERS)
    assert stored == settled(1, {"refund": 500})


def test_a_type_that_never_changed_is_version_one() -> None:
    assert current_version("return.noted", UPCASTERS) == 1
    assert current_version("return.settled", UPCASTERS) == 3


def test_a_version_from_the_future_is_an_error_that_says_what_to_do() -> None:
    with pytest.raises(UnsupportedSchema, match=r"event 7 is return\.settled version 4.*a newer one"):
        upcast(settled(4, {}), UPCASTERS)


@pytest.mark.parametrize("name", sorted(FOLD.payloads))
def test_each_event_is_written_in_the_version_that_its_upcasters_lead_to(name: str) -> None:
    """Whoever raises a version has to say how the older ones are read."""
    assert FOLD.payloads[name].version == current_version(name)
