"""Kept openings are started: one that cannot be started holds up no other, and one finds out an outage."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from domain.cases.messages import Opened
from domain.digests import digest
from domain.errors import CaseworkError, IdempotencyConflict, NoAnswer, OrderNotFound
from domain.returns.messages import OpenReturn
from starters.client import Cases
from starters.intake import Intaking
from store.intakes import Intakes
from store.pool import Pool
from tests.store.test_intakes import opening


class Desk:
    """Stands for the client of cases: answers each opening as it is told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.says: Callable[[str], Exception | None] = lambda _: None

    async def open(self, start: OpenReturn) -> Opened:
        self.asked.append(start.number)
        error = self.says(start.number)
        if error is not None:
            raise error
        return Opened(case_id=start.case_id, seq=1, stage="review", request_hash=digest(start.content))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def intakes(pool: Pool) -> Intakes:
    return Intakes(pool)


@pytest.fixture
def intaking(intakes: Intakes, desk: Desk) -> Intaking:
    cases = cast("Cases", desk)
    return Intaking(intakes, now=cases, later=cases)


async def state(intakes: Intakes, number: str) -> str:
    found = await intakes.get(f"return:m1:{number}")
    return found.state if found else "none"


async def test_what_is_answered_at_once_leaves_no_row(intakes: Intakes, intaking: Intaking) -> None:
    assert isinstance(await intaking.open(opening()), Opened)
    assert await state(intakes, "R-1") == "none"


async def test_an_opening_without_an_answer_is_kept_and_started_later(
    intakes: Intakes, intaking: Intaking, desk: Desk
) -> None:
    desk.says = lambda _: NoAnswer()
    for _ in range(2):
        assert getattr(await intaking.open(opening()), "state", None) == "kept"
    with pytest.raises(IdempotencyConflict):
        await intaking.open(opening(quantity=2))
    desk.says = lambda _: None
    assert await intaking.drain()
    assert await state(intakes, "R-1") == "opened"
    assert not await intaking.drain()
    assert isinstance(await intaking.open(opening()), Opened)


async def test_one_that_is_sent_again_in_time_is_not_started_twice(
    intakes: Intakes, intaking: Intaking, desk: Desk
) -> None:
    desk.says = lambda _: NoAnswer()
    await intaking.open(opening())
    desk.says = lambda _: None
    assert isinstance(await intaking.open(opening()), Opened)
    assert not await intaking.drain()
    assert desk.asked == ["R-1", "R-1"]


async def test_one_finds_out_that_temporal_is_away_and_the_others_wait(
    intakes: Intakes, intaking: Intaking, desk: Desk
) -> None:
    for number in range(4):
        await intakes.keep(opening(f"R-{number}"), None, datetime.now(UTC))
    desk.says = lambda _: NoAnswer()
    assert not await intaking.drain()
    first, desk.asked = len(desk.asked), []
    await intakes.keep(opening("R-9"), None, datetime.now(UTC))
    await intakes.keep(opening("R-8"), None, datetime.now(UTC))
    assert not await intaking.drain()
    assert (first, len(desk.asked)) == (4, 1)
    desk.says = lambda _: None
    assert await intaking.drain()
    assert {await state(intakes, number) for number in desk.asked[1:]} == {"opened"}


@pytest.mark.parametrize("broken", [ValueError("a mistake of ours"), CaseworkError("of another version")])
async def test_one_that_cannot_be_started_holds_up_no_other(
    pool: Pool, intakes: Intakes, intaking: Intaking, desk: Desk, broken: Exception
) -> None:
    answers: dict[str, Any] = {"R-1": broken, "R-3": OrderNotFound("no such order")}
    desk.says = answers.get
    for number in ("R-1", "R-2", "R-3", "R-4"):
        await intakes.keep(opening(number), None, datetime.now(UTC))
    await pool.execute("UPDATE intakes SET start = '{}' WHERE case_id = 'return:m1:R-4'")
    await intaking.drain()
    states = [await state(intakes, number) for number in ("R-1", "R-2", "R-3", "R-4")]
    assert states == ["kept", "opened", "refused", "kept"]
