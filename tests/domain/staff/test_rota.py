"""Whose turn it is: hand-overs by the local clock, also when it changes; swaps."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from domain.staff.rota import Rota

WEEKLY: dict[str, Any] = {
    "timezone": "Europe/London",
    "starts": "2026-10-12",  # a Monday; the clocks go back on 25 October at 02:00
    "handover": "09:00",
    "turn_days": 7,
    "members": ["a", "b", "c"],
}


def rota(**changes: Any) -> Rota:
    return Rota.model_validate(WEEKLY | changes)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def whose(found: Rota, moment: str) -> str | None:
    turn = found.turn(at(moment))
    return turn.member if turn else None


@pytest.mark.parametrize(
    ("moment", "member"),
    [
        ("2026-10-12T08:59:59.999999+01:00", None),
        ("2026-01-01T00:00:00+00:00", None),
        ("2026-10-12T09:00:00+01:00", "a"),
        ("2026-10-19T08:59:59+01:00", "a"),
        ("2026-10-19T09:00:00+01:00", "b"),
        ("2026-10-26T08:59:59+00:00", "b"),
        ("2026-10-26T09:00:00+00:00", "c"),
        ("2026-11-02T09:00:00+00:00", "a"),
        ("2026-11-02T17:30:00+08:00", "a"),
    ],
)
def test_the_turn_passes_at_the_hand_over_and_goes_round(moment: str, member: str | None) -> None:
    assert whose(rota(), moment) == member


def test_a_turn_over_the_change_of_clocks_is_an_hour_longer() -> None:
    turn = rota().turn(at("2026-10-25T12:00:00+00:00"))
    assert turn is not None
    assert (turn.since, turn.until) == (
        datetime(2026, 10, 19, 8, tzinfo=UTC),
        datetime(2026, 10, 26, 9, tzinfo=UTC),
    )


DAILY_AT_HALF_PAST_ONE = {"starts": "2026-10-20", "handover": "01:30", "turn_days": 1, "members": ["a", "b"]}


@pytest.mark.parametrize(
    ("moment", "member"),
    [
        ("2026-10-25T01:29:59+01:00", "a"),
        ("2026-10-25T01:30:00+01:00", "b"),  # the first 01:30
        ("2026-10-25T01:10:00+00:00", "b"),  # the clock shows 01:10 again: handed over is handed over
        ("2026-10-25T01:30:00+00:00", "b"),  # the second 01:30
        ("2026-10-26T01:30:00+00:00", "a"),
    ],
)
def test_a_hand_over_that_comes_twice_is_the_first_time(moment: str, member: str) -> None:
    assert whose(rota(**DAILY_AT_HALF_PAST_ONE), moment) == member


@pytest.mark.parametrize(
    ("moment", "member"),
    [
        ("2026-03-29T00:59:59+00:00", "a"),
        ("2026-03-29T01:00:00+00:00", "b"),  # 01:30 is jumped over: at the jump
        ("2026-03-30T00:29:59+00:00", "b"),
        ("2026-03-30T00:30:00+00:00", "a"),
    ],
)
def test_a_hand_over_that_the_clock_jumps_over_is_at_the_jump(moment: str, member: str) -> None:
    assert whose(rota(**{**DAILY_AT_HALF_PAST_ONE, "starts": "2026-03-26"}), moment) == member


SWAPS = [
    {"member": "x", "since": "2026-10-21T09:00:00+01:00", "until": "2026-10-22T09:00:00+01:00"},
    {"member": "y", "since": "2026-10-24T00:00:00+01:00", "until": "2026-10-27T00:00:00+00:00"},
]


@pytest.mark.parametrize(
    ("moment", "member", "since", "until"),
    [
        ("2026-10-20T09:00:00+01:00", "b", "2026-10-19T09:00:00+01:00", "2026-10-21T09:00:00+01:00"),
        ("2026-10-21T09:00:00+01:00", "x", "2026-10-21T09:00:00+01:00", "2026-10-22T09:00:00+01:00"),
        ("2026-10-22T09:00:00+01:00", "b", "2026-10-22T09:00:00+01:00", "2026-10-24T00:00:00+01:00"),
        ("2026-10-26T12:00:00+00:00", "y", "2026-10-24T00:00:00+01:00", "2026-10-27T00:00:00+00:00"),
        ("2026-10-27T00:00:00+00:00", "c", "2026-10-27T00:00:00+00:00", "2026-11-02T09:00:00+00:00"),
    ],
)
def test_a_swap_takes_its_hours_out_of_the_turns(moment: str, member: str, since: str, until: str) -> None:
    assert rota(swaps=SWAPS).turn(at(moment)) == (member, at(since), at(until))


def test_who_stands_in_follows_the_order_of_turns() -> None:
    assert rota().next_after("b") == ("c", "a")
    assert rota(members=["a", "b", "a", "c"]).next_after("a") == ("b", "c")
    assert rota().next_after("x") == ("a", "b", "c")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"members": []}, "at least 1"),
        ({"turn_days": 0}, "greater than or equal to 1"),
        ({"handover": "09:00:30"}, "`handover` is a local time"),
        ({"handover": "09:00+08:00"}, "`handover` is a local time"),
        ({"timezone": "Mars/Base"}, "is no time zone"),
        ({"starts": "12 October"}, "must be a date"),
        ({"swaps": [SWAPS[0], SWAPS[0]]}, "swaps: x and x take the same hours"),
        (
            {"swaps": [{"member": "x", "since": "2026-10-21T09:00:00Z", "until": "2026-10-21T09:00:00Z"}]},
            "later",
        ),
    ],
)
def test_a_rota_that_makes_no_sense_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        rota(**changes)
