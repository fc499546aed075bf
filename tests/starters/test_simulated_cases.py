"""A what-if of a case under the policy that it has: random cases come out as they recorded it."""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from bench.past_cases import library
from domain.cases.readings import clock_rows
from domain.cases.views import summarise
from domain.policy import Policy
from domain.records import Batch
from domain.simulation import (
    PastCase,
    PastTerms,
    Simulation,
    SimulationAnswer,
    Under,
    UnderCalendars,
    UnderPolicy,
)
from domain.simulation.answer import SideFigures
from domain.sla import ClockRow
from starters.simulating import StoredTerms
from store.case_archive import CaseArchive
from store.past_cases import PastCaseFilter, PastCases
from store.pool import Pool
from tests.domain.clock_stories import Driver, Played, play
from tests.domain.drivers import DRIVERS
from tests.domain.shipments.dice import POLICY
from tests.store.past_streams import store_all

STORIES = 40
SHIPPED = library()
POLICIES = {policy.hash: policy for policy in (*map(SHIPPED.load, SHIPPED.names), POLICY)}

Figures = dict[str, Counter[str]]


async def keep(pool: Pool, driver: Driver[Any]) -> list[Played[Any]]:
    """Random cases, stored as cases store themselves, with the terms that they were ever held to."""
    archive = CaseArchive(pool)
    stories: list[Played[Any]] = []
    for seed in range(STORIES):
        story = play(replace(driver, case_id=f"{driver.kind.name}:m1:{seed}"), seed)
        for terms in story.terms.values():
            await archive.keep_terms(POLICIES[terms.policy_hash], SHIPPED.snapshots.values(), terms)
        summary = summarise(driver.kind, story.state)
        batch = Batch(case_id=story.driver.case_id, first_seq=1, events=story.records, summary=summary)
        await store_all(pool, batch)
        stories.append(story)
    return stories


async def past_case(pool: Pool, story: Played[Any]) -> PastCase:
    """The case as the store has it at the story's end."""
    pages = PastCases(pool).pages(PastCaseFilter(), story.now)
    found = [case async for page in pages for case in page if case.case_id == story.driver.case_id]
    return found[0]


def simulated(case: PastCase, terms: PastTerms, as_of: datetime, policy: Policy | None) -> SimulationAnswer:
    """This one case under a policy, or under its own with the same holidays."""
    candidate = UnderPolicy(policy, SHIPPED.snapshots) if policy else UnderCalendars(SHIPPED.snapshots)
    simulation = Simulation(candidate, as_of)
    simulation.add(case, terms)
    return simulation.answer(Under(calendars={}))


def recorded(story: Played[Any]) -> Figures:
    """How often each clock came out how, by the case's own word."""
    figures: Figures = {}
    for row in clock_rows(story.state, story.now):
        figures.setdefault(row.name, Counter()).update([_outcome(row), *["provisional"] * row.provisional])
    return figures


def _outcome(row: ClockRow) -> str:
    return "cancelled" if row.state == "cancelled" and row.verdict == "pending" else row.verdict


def told(side: SideFigures | None) -> Counter[str]:
    """The same of a side, without what never happened."""
    counted = side.model_dump(exclude={"clocks", "attainment_percent"}) if side else {}
    return +Counter(counted)


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.kind.name)
async def test_a_case_under_what_it_had_comes_out_as_it_was_recorded(pool: Pool, driver: Driver[Any]) -> None:
    """Whatever its class, grade, source or carrier, and whether it was held to other terms or not."""
    own_terms, judged = StoredTerms(pool, with_calendars=True), 0
    for story in await keep(pool, driver):
        case = await past_case(pool, story)
        terms = await own_terms.find(case.terms_hash)
        assert isinstance(terms, PastTerms)
        assert terms.clocks_of(case.chosen_by) == story.state.clock_spec
        # Only terms that were never changed by the dice are what a policy would say of the case.
        policy = POLICIES[terms.policy_hash] if len(story.terms) == 1 else None
        for under in {None, policy and policy.hash}:
            answer = simulated(case, terms, story.now, POLICIES[under] if under else None)
            assert answer.changes == []
            before = {clock.metric: told(clock.before) for clock in answer.clocks}
            after = {clock.metric: told(clock.after) for clock in answer.clocks}
            assert before == after
            assert {metric: figures for metric, figures in before.items() if figures} == recorded(story)
            judged += len(recorded(story))
    assert judged > STORIES
