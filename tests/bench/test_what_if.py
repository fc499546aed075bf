"""The what-if's measurement runs on a database of its own; how fast it is, no test says."""

from bench.what_if import BUDGET, measure

ROUNDS = 2


async def test_both_sides_are_measured_over_the_seeded_cases(empty_database_dsn: str) -> None:
    found = await measure(empty_database_dsn, cases=30, rounds=ROUNDS)
    assert (found.name, found.budget) == ("30 cases judged ÷ read", BUDGET)
    assert found.ours_per_second > 0
    assert found.peer_per_second > 0
