"""The clocks of any case are those of its own stored events under its last terms, to the second."""

from functools import cache
from typing import Any

import pytest

from domain.kinds import KINDS
from tests.domain.clock_stories import Driver, Played, came_in_order, check_clocks, play
from tests.domain.drivers import DRIVERS

STORIES = 200


@cache
def stories(kind: str) -> list[Played[Any]]:
    """The stories of a kind; both tests look at the same."""
    [driver] = [driver for driver in DRIVERS if driver.kind.name == kind]
    return [play(driver, seed) for seed in range(STORIES)]


def test_every_kind_is_driven() -> None:
    assert {driver.kind.name for driver in DRIVERS} == set(KINDS)


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.kind.name)
def test_the_clocks_of_200_random_cases_are_reproduced(driver: Driver[Any]) -> None:
    for story in stories(driver.kind.name):
        check_clocks(story)


@pytest.mark.parametrize("driver", DRIVERS, ids=lambda driver: driver.kind.name)
def test_the_random_cases_go_everywhere(driver: Driver[Any]) -> None:
    """What is checked above is worth something: stories end, breach, pause and are held to other terms."""
    played = stories(driver.kind.name)
    names = {fact.record.type for story in played for fact in story.facts}
    own = {name for name in driver.kind.fold.payloads if name.startswith(driver.kind.name)}
    told = {
        str(fact.record.data["change"])
        for story in played
        for fact in story.facts
        if fact.record.type == "clock.changed"
    }
    assert {"case.retargeted", f"{driver.kind.name}.closed", f"{driver.kind.name}.reopened"} <= names
    assert len(own & names) > len(own) / 2
    assert told >= {"activated", "paused", "resumed", "warned", "breached", "met", "cured", "retargeted"}
    assert sum(len(story.terms) > 1 for story in played) > STORIES // 2
    assert sum(len(story.terms) > 1 and came_in_order(story) for story in played) > STORIES // 4
