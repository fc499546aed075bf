"""Openings that wait for Temporal: kept once, taken by one at a time, then only their end is known."""

from datetime import UTC, datetime, timedelta

from domain.errors import OrderNotFound
from domain.returns.messages import OpenReturn
from store.intakes import Intakes
from store.pool import Pool
from tests.domain.returns.given import application

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
SOON = NOW + timedelta(seconds=30)


def opening(number: str = "R-1", quantity: int = 1) -> OpenReturn:
    return OpenReturn(merchant="m1", number=number, application=application(("1", quantity, "quality")))


async def test_an_opening_is_kept_once_and_its_first_content_stays(pool: Pool) -> None:
    intakes = Intakes(pool)
    assert await intakes.get("return:m1:R-1") is None
    first = await intakes.keep(opening(), "req-1", NOW)
    assert (first.state, first.request_id, first.received_at) == ("kept", "req-1", NOW)
    assert await intakes.keep(opening(), "req-2", SOON) == first
    assert await intakes.keep(opening(quantity=2), "req-3", SOON) == first
    assert OpenReturn.model_validate_json(first.start or "") == opening()


async def test_one_at_a_time_takes_what_is_due_the_oldest_first(pool: Pool) -> None:
    intakes = Intakes(pool)
    for seconds, number in enumerate(("R-1", "R-2", "R-3")):
        await intakes.keep(opening(number), None, NOW + timedelta(seconds=seconds))
    assert [each.case_id for each in await intakes.take(NOW, SOON, 10)] == ["return:m1:R-1"]
    later = NOW + timedelta(seconds=5)
    assert {each.case_id[-3:] for each in await intakes.take(later, SOON, 10)} == {"R-2", "R-3"}
    assert await intakes.take(later, SOON, 10) == []
    again = await intakes.take(SOON, SOON + timedelta(seconds=30), 1)
    assert [each.attempts for each in again] == [2]


async def test_what_became_of_it_is_kept_and_what_it_said_is_not(pool: Pool) -> None:
    intakes = Intakes(pool)
    kept = await intakes.keep(opening(), None, NOW)
    await intakes.refused(kept, OrderNotFound("no such order"), SOON)
    refused = await intakes.get(kept.case_id)
    assert refused is not None
    assert (refused.state, refused.code, refused.detail, refused.start) == (
        "refused",
        "order_not_found",
        "no such order",
        None,
    )
    await intakes.again(kept, NOW)
    assert await intakes.take(SOON, SOON, 10) == []
    anew = await intakes.keep(opening(quantity=2), None, SOON)
    assert (anew.state, anew.code, anew.attempts) == ("kept", None, 0)
    await intakes.opened(kept, SOON)  # what was refused came to an end; this is another one
    assert (await intakes.get(kept.case_id)) == anew
    await intakes.opened(anew, SOON)
    assert (await intakes.keep(opening(), None, SOON)).state == "opened"
