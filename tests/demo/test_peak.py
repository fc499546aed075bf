"""Double 11 inside the demo: the surge's own figures as seconds, in force in its seconds and in no others."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.peak import SURGE, announce_surge, own_policies, surge_hour
from demo.rhythm import OPENED_WITHIN_SECONDS
from demo.script import POLICY
from demo.setting import programme
from domain.policy.policy import InForce
from starters.settings import Settings
from store.policy_library import PolicyLibrary

FOLDER, CALENDARS = Settings().policies_dir, Settings().calendars_dir
SHIPPED = PolicyLibrary(FOLDER, CALENDARS)
PLAYED = programme(window_days=7)
BEGUN = datetime(2026, 11, 11, 8, 0, tzinfo=UTC)
HOUR = surge_hour(SHIPPED, PLAYED.rhythm, BEGUN)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("kind", "metric"),
    [("return", "settlement"), ("return", "resolution"), ("complaint", "solution"), ("delivery", "decision")],
)
def test_the_demos_surge_promises_what_the_shipped_surge_does_with_hours_as_seconds(
    kind: str, metric: str
) -> None:
    """sop R9: handling within 36 h, a refund within 24 h; C17: complaints about quality within 24 h."""
    real, fast = (SHIPPED.load(name).model_dump()["metrics"][kind][metric] for name in ("surge", SURGE))
    assert [{**rule, "target": re.sub("h$", "s", rule["target"])} for rule in real["targets"]] == [
        *fast["targets"]
    ]


def test_one_click_is_enough_in_both_surges_up_to_the_same_ceiling() -> None:
    surge, fast = (SHIPPED.load(name).returns.automatic_review for name in ("surge", SURGE))
    assert [(rule.reasons, _pounds(rule.up_to_minor)) for rule in surge] == [
        (rule.reasons, _pounds(rule.up_to_minor)) for rule in fast
    ]


def _pounds(ceilings: Mapping[str, int] | None) -> int | None:
    return ceilings.get("GBP") if ceilings else None


def test_the_surge_starts_and_ends_inside_the_demo_over_its_busiest_returns() -> None:
    begins, ends = ((at - BEGUN).total_seconds() for at in (HOUR.since, HOUR.until))
    assert 0 < begins < ends < OPENED_WITHIN_SECONDS
    times = [PLAYED.rhythm.moved(play.asked.requested_at, BEGUN) for play in PLAYED.returns]
    assert sum(HOUR.holds(at) for at in times) == 14
    by_kind = (PLAYED.parcels, "sent_after"), (PLAYED.complaints, "after")
    for plays, name in by_kind:
        inside = [begins < getattr(play, name) < ends for play in plays]
        assert any(inside)
        assert not all(inside)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (HOUR.since - MOMENT, POLICY),
        (HOUR.since, SURGE),
        (HOUR.until - MOMENT, SURGE),
        (HOUR.until, POLICY),
    ],
)
def test_a_library_that_works_already_finds_the_surge_within_its_window_only(
    tmp_path: Path, at: datetime, name: str
) -> None:
    folder = own_policies(FOLDER, tmp_path / "policies")
    working = PolicyLibrary(folder, CALENDARS)
    assert working.in_force(POLICY, at).name == POLICY
    announce_surge(FOLDER, folder, HOUR)
    found = working.in_force(POLICY, at)
    assert found.name == name
    if name == SURGE:
        assert found.in_force == InForce(since=HOUR.since, until=HOUR.until)
