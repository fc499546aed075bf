"""What-ifs over the store: seeded returns as cases record them, other kinds, and what cannot be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import JsonValue

from bench.past_cases import fill, library
from domain.simulation import SimulationAnswer, Under, UnderCalendars, UnderPolicy
from starters.bookkeeping import compare_books
from starters.simulating import NO_TERMS, simulate
from store.case_archive import TERMS
from store.past_cases import PastCaseFilter
from store.pinned_documents import PinnedDocuments
from store.pool import Pool
from tests.domain.sla.stories import metric, spec_of, when
from tests.store.past_streams import make_stream, store_all

CASES = 60
AS_OF = datetime(2027, 6, 1, tzinfo=UTC)
SHIPPED = library()


async def answer(pool: Pool, policy: str | None, as_of: datetime = AS_OF, **where: Any) -> SimulationAnswer:
    """The store's cases under a shipped policy, or under their own with the shipped holidays."""
    loaded = policy and SHIPPED.load(policy)
    candidate = UnderPolicy(loaded, SHIPPED.snapshots) if loaded else UnderCalendars(SHIPPED.snapshots)
    simulation = await simulate(
        pool, candidate, PastCaseFilter(**where), as_of, with_calendars=loaded is None
    )
    return simulation.answer(Under(calendars={}))


async def keep_terms(pool: Pool, terms_hash: str, **clock: Any) -> None:
    """Terms with one clock."""
    clocks = spec_of(metric(**clock)).model_dump(mode="json")
    body: dict[str, JsonValue] = {
        "policy": "old",
        "policy_hash": "p-old",
        "calendar_revision": "none",
        "clocks": clocks,
    }
    await PinnedDocuments(pool).put_policy(terms_hash, f"{TERMS}old", body)


async def test_seeded_cases_are_as_cases_record_them(pool: Pool) -> None:
    """What the bench judges is what real cases leave behind: no book disagrees."""
    await fill(pool, CASES)
    assert await pool.fetchval("SELECT count(*) FROM cases") == CASES
    assert await compare_books(pool, None) == []


async def test_verdicts_before_are_those_that_the_cases_recorded(pool: Pool) -> None:
    await fill(pool, CASES)
    recorded = await pool.fetch(
        "SELECT clock ->> 'name' AS metric, count(*) FILTER (WHERE clock ->> 'verdict' = 'breached') AS late,"
        " count(*) AS clocks FROM cases, jsonb_array_elements(clocks) AS clock WHERE NOT open GROUP BY 1"
    )
    still_open = [row["case_id"] for row in await pool.fetch("SELECT case_id FROM cases WHERE open")]
    await pool.execute("DELETE FROM cases WHERE open")
    found = await answer(pool, "surge")
    assert still_open
    assert found.cases == CASES - len(still_open)
    judged = {
        clock.metric: (clock.before.clocks, clock.before.breached)
        for clock in found.clocks
        if clock.before and clock.before.clocks
    }
    assert judged == {row["metric"]: (row["clocks"], row["late"]) for row in recorded}


@pytest.mark.parametrize("policy", [None, "standard", "surge"])
async def test_nothing_changes_for_a_case_under_what_it_had(pool: Pool, policy: str | None) -> None:
    """Under its own policy and holidays, whether that is named or not."""
    await fill(pool, CASES)
    surge_since = datetime(2026, 11, 10, 16, tzinfo=UTC)
    periods = {"standard": {"until": surge_since}, "surge": {"since": surge_since}}
    found = await answer(pool, policy, **periods.get(policy or "", {}))
    assert found.cases
    assert (found.changes, found.left_out) == ([], [])
    assert all(clock.before == clock.after for clock in found.clocks)


async def test_a_stricter_policy_names_who_would_have_been_late(pool: Pool) -> None:
    await fill(pool, CASES)
    found = await answer(pool, "surge")
    assert {terms.policy for terms in found.before} == {"standard", "surge"}
    late = {each.case_id for each in found.changes if each.after == "breached"}
    assert late
    assert {each.metric for each in found.changes} <= {"settlement", "resolution"}
    assert sum(clock.worse for clock in found.clocks) == sum(
        each.after == "breached" for each in found.changes
    )


async def test_each_case_is_judged_under_the_terms_that_it_was_opened_under(pool: Pool) -> None:
    """Not under today's policy of that name; kinds are apart, and superseded events don't count."""
    await keep_terms(pool, "t-slow", target="8h")
    await keep_terms(pool, "t-quick", target="1h")
    told = [("11-02 09:00", "opened"), ("11-02 14:00", "replied")]
    await store_all(
        pool,
        make_stream("return:m1:1", told, "t-slow"),
        make_stream("return:m1:2", told, "t-quick"),
        make_stream("refund:m1:3", told, "t-quick"),
        make_stream("return:m1:4", [("11-02 09:00", "opened"), ("11-02 09:10", "replied")], "t-quick"),
    )
    again = make_stream("return:m1:4", [("11-02 09:00", "opened"), ("11-02 11:00", "replied")], "t-quick")
    await store_all(pool, again.model_copy(update={"replaces": True}))
    found = await answer(pool, "standard", when("12-01 00:00"))
    figures = {clock.kind: clock.before for clock in found.clocks if clock.metric == "reply"}
    of_returns, of_refunds = figures["return"], figures["refund"]
    assert of_returns is not None
    assert of_refunds is not None
    assert (of_returns.met, of_returns.breached, of_refunds.breached) == (1, 2, 1)


async def test_what_cannot_be_judged_is_counted_with_its_reason(pool: Pool) -> None:
    opened = [("11-02 09:00", "opened")]
    await PinnedDocuments(pool).put_policy("t-torn", f"{TERMS}old", {"clocks": None})
    await keep_terms(pool, "t-old")
    streams = {"1": None, "2": "t-gone", "3": "t-gone", "4": "t-torn", "5": "t-old"}
    await store_all(
        pool, *(make_stream(f"return:m1:{number}", opened, terms) for number, terms in streams.items())
    )
    found = await answer(pool, "standard")
    assert found.cases == 1
    assert [(each.cases, each.example, each.reason) for each in found.left_out] == [
        (1, "return:m1:1", NO_TERMS),
        (2, "return:m1:2", "the store has no policy with hash t-gone"),
        (1, "return:m1:4", found.left_out[2].reason),
    ]
    assert "terms t-torn cannot be read by this program: clocks" in found.left_out[2].reason
    own = await answer(pool, None)
    assert (own.cases, own.left_out[-1].reason) == (0, "the store has no policy with hash p-old")


async def test_an_open_case_is_pending_until_its_time_is_up(pool: Pool) -> None:
    await keep_terms(pool, "t-old", target="4h")
    await store_all(pool, make_stream("return:m1:1", [("11-02 09:00", "opened")], "t-old"))
    due = when("11-02 14:00")
    for as_of, expected in ((due, "pending"), (due + timedelta(seconds=1), "breached")):
        [clock] = [each for each in (await answer(pool, "standard", as_of)).clocks if each.before]
        assert clock.before is not None
        assert getattr(clock.before, expected) == clock.before.clocks == 1
