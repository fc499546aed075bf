"""The watch against a model that looks at every tick, and against itself with its scans in another order."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.parcels import Course, course
from tests.domain.parcels.random_parcels import BASE, TICK, as_scan, journey_of, parcels, tick
from tests.domain.parcels.slow_model import ORDER, Row, SlowWatch


def rows_of(found: Course) -> list[Row]:
    rows: list[Row] = [
        (
            e.kind,
            (e.raised_at - BASE) // TICK,
            None if e.cleared_at is None else (e.cleared_at - BASE) // TICK,
        )
        for e in found.episodes
    ]
    return sorted(rows, key=lambda row: (row[1], row[0]))


def fast(slow: SlowWatch, as_of: int) -> Course:
    return course(journey_of(slow), [as_scan(one) for one in slow.said], tick(as_of))


@given(slow=parcels(), as_of=st.integers(-15, 110))
@settings(max_examples=400, deadline=None)
def test_the_same_exceptions_tick_by_tick(slow: SlowWatch, as_of: int) -> None:
    found = fast(slow, as_of)
    assert rows_of(found) == slow.rows(as_of)
    known = [one for one in slow.said if one.at <= as_of and one.status != "stalled"]
    last = max(known, key=lambda one: one.place, default=None)
    assert found.status == (last.status if last else ORDER[0])
    ends = [one.at for one in known if one.is_end]
    assert found.ended_at == (tick(min(ends)) if ends else None)


@given(slow=parcels(), as_of=st.integers(-15, 80))
@settings(max_examples=200, deadline=None)
def test_time_alone_changes_something_at_the_next_instant_and_not_before(slow: SlowWatch, as_of: int) -> None:
    silent = replace(slow, said=[one for one in slow.said if one.at <= as_of])
    changed = min(
        (raised_at for _, raised_at, _ in silent.rows(as_of + 150) if raised_at > as_of), default=None
    )
    assert fast(slow, as_of).next_at == (None if changed is None else tick(changed))


@given(slow=parcels(), as_of=st.integers(-15, 110), seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_order_and_repetition_of_scans_do_not_matter(slow: SlowWatch, as_of: int, seed: int) -> None:
    again = [*slow.said, *slow.said]
    random.Random(seed).shuffle(again)
    assert fast(replace(slow, said=again), as_of) == fast(slow, as_of)
