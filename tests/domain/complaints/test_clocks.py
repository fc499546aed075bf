"""The clocks of a complaint: law, peak, class, channel (sop C17, Q1)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.cases.readings import clock_rows
from domain.complaints import requests as ask
from domain.sla import ReplayCase
from tests.domain.complaints.given import LIBRARY, REVIEW, Story

SHANGHAI = ZoneInfo("Asia/Shanghai")
REGULATOR: dict[str, Any] = {"source": "regulator", "regulator_reference": "12315-2026-7"}


def at(text: str) -> datetime:
    """A moment in Shanghai."""
    return datetime.fromisoformat(f"{text}+08:00")


def opened(when: str, **given: Any) -> Story:
    """A complaint that is opened then."""
    moment = at(when)
    return Story(at=moment, occurred_at=moment - timedelta(hours=1), **given)


def test_an_authoritys_complaint_has_the_laws_clocks_of_the_day_on_which_it_was_opened() -> None:
    """60 days since 2026-04-15, before that 45 working days; taken on within 7 working days (CPL 46)."""
    before, since = opened("2026-04-14T10:00:00", **REGULATOR), opened("2026-04-15T10:00:00", **REGULATOR)
    assert (before.state.policy, since.state.policy) == ("standard-2025", "standard")
    old, new = before.clock("regulator_end"), since.clock("regulator_end")
    assert new.legal_due_at == at("2026-06-15T00:00:00")  # the end of the sixtieth day, 14 June
    # 45 workdays from 15 April on, without Labour Day (1 to 5 May, 9 May worked).
    assert old.legal_due_at == at("2026-06-18T18:00:00")
    assert before.clock("regulator_decision").legal_due_at == at("2026-04-23T18:00:00")
    assert since.clock("regulator_decision").legal_due_at == at("2026-04-24T18:00:00")


def test_the_old_law_can_be_named_and_holds_a_case_to_its_end() -> None:
    story = opened("2026-08-03T10:00:00", policy="standard-2025", **REGULATOR)
    metric = next(each for each in story.state.clock_spec.metrics if each.name == "regulator_end")
    assert (metric.target, metric.legal) == ("30 workdays", "45 workdays")


def test_a_customers_complaint_has_no_clock_of_an_authority_and_nothing_pauses_the_law() -> None:
    names = {row.name for row in clock_rows(Story().state, Story().now)}
    assert not names & {"regulator_decision", "regulator_end"}
    story = Story(**REGULATOR).asked(ask.RequestInfo(agent="a17", question="?")).after(days=3)
    assert story.clock("regulator_decision").state == "running"
    assert story.asked(ask.GiveInfo(answer="."), REVIEW).clock("regulator_decision").verdict == "met"


def test_c17_in_the_peak_a_quality_complaint_is_solved_within_24_hours() -> None:
    peak = opened("2026-11-14T22:00:00")  # a Saturday night
    assert peak.state.policy == "surge"
    assert peak.clock("solution").due_at == at("2026-11-15T22:00:00")
    other = opened("2026-11-14T22:00:00", category="payment")
    assert other.clock("solution").due_at == at("2026-11-19T22:00:00")
    unclassified = opened("2026-11-14T22:00:00", category=None).after(hours=1)
    unclassified.asked(ask.Classify(agent="a17", category="product_quality"))
    assert unclassified.clock("solution").due_at == at("2026-11-15T22:00:00")
    unclassified.asked(ask.Classify(agent="a17", category="payment"))
    assert unclassified.clock("solution").due_at == at("2026-11-19T22:00:00")
    assert opened("2026-08-03T10:00:00").clock("solution").due_at == at("2026-08-10T18:00:00")


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [("phone", 1), ("chat", 3), ("social", 30), ("email", 120), ("forum", 1440), ("web", 120)],
)
def test_q1_the_first_answer_is_due_by_channel(channel: str, minutes: int) -> None:
    transcript = {"ref": "calls/1", "sha256": "0" * 64} if channel == "phone" else None
    story = Story(channel=channel, transcript=transcript)
    assert story.clock("first_response").due_at == story.now + timedelta(minutes=minutes)


def test_the_replay_takes_a_shipped_policy_for_a_class_and_a_source() -> None:
    case = ReplayCase(kind="complaint", category="product_quality", source="regulator")
    spec = LIBRARY.clocks("surge", case, at("2026-11-14T22:00:00"))
    targets = {metric.name: metric.target for metric in spec.metrics}
    assert (targets["solution"], targets["regulator_end"]) == ("24h", "40 days")
