"""What the dice make of a seed: always the same, of every kind, within what was captured."""

import random
from collections import Counter

import pytest

from storm.plays import SHARES, Play, plays
from storm.recovery import Recovery, percentile
from storm.strikes import victims


def drawn(seed: int = 7, cases: int = 1000) -> list[Play]:
    return plays(cases, random.Random(seed))


def test_a_seed_draws_the_same_cases_again_and_another_one_others() -> None:
    assert drawn() == drawn()
    assert drawn() != drawn(8)


def test_each_kind_comes_and_each_thing_befalls_some() -> None:
    cases = drawn()
    assert len(cases) == len({play.case_id for play in cases}) == 1000
    assert {play.kind for play in cases} == set(SHARES)
    assert all(
        any(getattr(play, name) for play in cases)
        for name in ("is_doubled", "is_reset", "is_reset_twice", "is_restarted", "is_orphaned")
    )


def test_those_who_race_want_one_order() -> None:
    orders = Counter(play.order_id for play in drawn() if play.kind == "race")
    assert set(orders.values()) == {2}


def test_no_order_is_to_pay_more_than_came_in() -> None:
    for play in drawn():
        assert 0 <= play.amount_minor <= sum(play.payments_minor.values())


@pytest.mark.parametrize(
    ("kills", "of_each"),
    [
        (60, {"worker": 36, "postgres": 8, "temporal": 8, "sandbox": 8}),
        (12, {"worker": 6, "postgres": 2, "temporal": 2, "sandbox": 2}),
        (0, {}),
        (1, {"worker": 1}),
    ],
)
def test_kills_are_shared_out(kills: int, of_each: dict[str, int]) -> None:
    assert Counter(victims(kills, random.Random(1))) == of_each


def test_only_who_waited_at_a_kill_counts_for_recovery() -> None:
    recovery = Recovery()
    with recovery.waiting():
        pass
    with recovery.waiting():
        recovery.struck()
        recovery.struck()
    with recovery.waiting():
        pass
    [waited] = recovery.seconds
    assert 0 <= waited < 60


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([], 0.99) == 0
    assert percentile([3.0], 0.5) == 3
    assert percentile([float(n) for n in range(100)], 0.99) == 99
