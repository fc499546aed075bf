"""Claims: the lowest free units, the same answer to the same question, and never one unit to two cases."""

import asyncio

import pytest

from domain.errors import InvalidRequest
from domain.records import UnitRange
from store.append import append_one
from store.claims import Claim, Claims
from store.pool import Pool, transaction
from tests.store.streams import make_batch, units


async def claim(pool: Pool, number: int, *, bought: int = 3, **wanted: int) -> dict[str, Claim]:
    wanted = wanted or {"L1": 1}
    return await Claims(pool).claim_units(
        "m1", "SO-1", f"return:m1:{number}", dict.fromkeys(wanted, bought), wanted
    )


async def test_the_lowest_free_units_are_given(pool: Pool) -> None:
    assert await claim(pool, 1, L1=2) == {"L1": Claim(units=units((1, 2)), held_elsewhere=0)}
    assert await claim(pool, 2, L1=1) == {"L1": Claim(units=units((3, 3)), held_elsewhere=2)}


async def test_more_than_is_left_gets_nothing_on_that_line_only(pool: Pool) -> None:
    """A line is all or nothing; the other lines of the same request are not held back by it."""
    await claim(pool, 1, L1=2)
    claims = await claim(pool, 2, L1=2, L2=3)
    assert claims == {
        "L1": Claim(units=[], held_elsewhere=2),
        "L2": Claim(units=units((1, 3)), held_elsewhere=0),
    }
    assert await Claims(pool).held("m1", "SO-1") == {"L1": units((1, 2)), "L2": units((1, 3))}


async def test_the_same_claim_again_gives_the_same_units(pool: Pool) -> None:
    """Also after lower numbers became free in between: what a case was told stays true."""
    await claim(pool, 1, L1=1)
    first = await claim(pool, 2, L1=1)
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(1, 1, case_id="return:m1:1", held={}))
    assert await claim(pool, 2, L1=1) == {"L1": Claim(units=first["L1"].units, held_elsewhere=0)}


async def test_another_wish_of_the_same_case_replaces_its_claim(pool: Pool) -> None:
    """After a reset the customer may have asked for more, or for too many."""
    await claim(pool, 1, L1=1)
    assert (await claim(pool, 1, L1=3))["L1"].units == units((1, 3))
    assert (await claim(pool, 1, L1=4))["L1"].units == []
    assert await Claims(pool).held("m1", "SO-1") == {}


async def test_units_that_another_case_took_meanwhile_are_not_kept(pool: Pool) -> None:
    """A reset brings a case back that says it holds unit 1, which was given away by then: it gets another."""
    await claim(pool, 2)
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(1, 1, case_id="return:m1:1", held={"L1": units((1, 1))}))
    assert await claim(pool, 1) == {"L1": Claim(units=units((2, 2)), held_elsewhere=1)}


async def test_lines_that_belong_together_are_claimed_all_or_none(pool: Pool) -> None:
    """One line that falls short leaves the case with what it held before, on every line."""
    await claim(pool, 1, L1=2)
    await claim(pool, 2, L2=1)
    bought, wanted = {"L1": 3, "L2": 3}, {"L1": 2, "L2": 2}
    told = await Claims(pool).claim_units("m1", "SO-1", "return:m1:2", bought, wanted, together=True)
    assert told == {
        "L1": Claim(units=[], held_elsewhere=2),
        "L2": Claim(units=units((1, 1)), held_elsewhere=0),
    }
    assert await Claims(pool).held("m1", "SO-1", except_case="return:m1:1") == {"L2": units((1, 1))}
    fewer = {"L1": 1, "L2": 2}
    told = await Claims(pool).claim_units("m1", "SO-1", "return:m1:2", bought, fewer, together=True)
    assert {line: one.units for line, one in told.items()} == {"L1": units((3, 3)), "L2": units((1, 2))}


async def test_units_that_were_let_go_are_given_again(pool: Pool) -> None:
    """Holes are filled from below, so that a claim may have several ranges."""
    for number in (1, 2, 3):
        await claim(pool, number, bought=5)
    async with transaction(pool) as conn:
        await append_one(conn, make_batch(1, 1, case_id="return:m1:2", held={}))
    assert (await claim(pool, 4, bought=5, L1=3))["L1"].units == units((2, 2), (4, 5))


async def test_a_case_can_be_left_out_of_what_is_held(pool: Pool) -> None:
    await claim(pool, 1)
    await claim(pool, 2)
    assert await Claims(pool).held("m1", "SO-1", except_case="return:m1:1") == {"L1": units((2, 2))}
    assert await Claims(pool).held("m1", "SO-2") == {}


async def test_orders_and_merchants_do_not_mix(pool: Pool) -> None:
    claims = Claims(pool)
    for merchant, order_id in (("m1", "SO-1"), ("m1", "SO-2"), ("m2", "SO-1")):
        case_id = f"return:{merchant}:{order_id}"
        got = await claims.claim_units(merchant, order_id, case_id, {"L1": 1}, {"L1": 1})
        assert got["L1"].units == units((1, 1))


async def test_a_line_that_was_not_bought_is_refused(pool: Pool) -> None:
    with pytest.raises(InvalidRequest, match="no line L9"):
        await Claims(pool).claim_units("m1", "SO-1", "return:m1:1", {"L1": 1}, {"L9": 1})


async def test_cases_at_the_same_moment_never_share_a_unit(pool: Pool) -> None:
    """Twelve cases want two of ten units each: five get them, all disjoint, and seven get none."""
    answers = await asyncio.gather(*(claim(pool, number, bought=10, L1=2) for number in range(12)))
    given = [part for answer in answers for part in answer["L1"].units]
    numbers = [unit for part in given for unit in _unit_numbers(part)]
    assert sorted(numbers) == list(range(1, 11))
    assert sum(not answer["L1"].units for answer in answers) == 7


def _unit_numbers(part: UnitRange) -> range:
    return range(part.first, part.last + 1)
