"""The candidates of a what-if: a policy for all, or everyone's own with other holidays."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from pydantic import JsonValue

from domain.calendars import Snapshot, revision_of
from domain.errors import InvalidRequest, UnknownCalendar
from domain.policy import CaseProfile, ComplaintTerms, Policy, ReturnTerms
from domain.policy.delivery_terms import ClaimTerms
from domain.simulation import (
    ChosenBy,
    PastTerms,
    Simulation,
    Under,
    UnderCalendars,
    UnderPolicy,
    past_terms,
)
from domain.simulation.candidates import calendar_rules
from tests.domain.sla.stories import Events, metric, when
from tests.domain.test_policy import SNAPSHOTS, STANDARD, STANDARD_CONTENT, SURGE, case, changed
from tests.domain.what_ifs import END, PLAIN, past, terms, turns

OPENED_AT = "09-25 17:30"
RETURN: Events = [(OPENED_AT, "return.applied"), ("09-28 10:00", "return.approved"),
                  ("10-12 10:00", "return.received"), ("10-13 10:00", "return.settled")]  # fmt: skip


def body_of(policy: Policy, profile: CaseProfile) -> dict[str, JsonValue]:
    return policy.pin(ReturnTerms, profile, when(OPENED_AT), SNAPSHOTS).model_dump(mode="json")


def chosen(profile: CaseProfile | None = None, at: str = OPENED_AT) -> ChosenBy:
    return ChosenBy(profile or case(), None, when(at))


def own_terms(policy: Policy = STANDARD, profile: CaseProfile | None = None) -> PastTerms:
    return past_terms("t1", body_of(policy, profile or case()))


def holidays(**days: str) -> Mapping[str, Snapshot]:
    """China's holidays in another version: some days are otherwise."""
    shipped = SNAPSHOTS["cn"]
    changed_days: dict[Any, Any] = {
        **{day.isoformat(): kind for day, kind in shipped.days.items()},
        **{day.replace("_", "-").removeprefix("d"): kind for day, kind in days.items()},
    }
    dates = {datetime.fromisoformat(day).date(): kind for day, kind in changed_days.items()}
    content = shipped.model_dump() | {
        "days": dates,
        "revision": revision_of(shipped.valid_from, shipped.valid_through, dates),
    }
    return {"cn": Snapshot.model_validate(content)}


@pytest.mark.parametrize("policy", [STANDARD, SURGE], ids=["standard", "surge"])
@pytest.mark.parametrize("tier", ["ordinary", "key"])
def test_a_case_under_the_policy_that_it_had_changes_nothing(policy: Policy, tier: str) -> None:
    pinned = own_terms(policy, case(tier=tier))
    simulation = Simulation(UnderPolicy(policy, SNAPSHOTS), when(END))
    simulation.add(past(*RETURN, tier=tier), pinned)
    answer = simulation.answer(Under(calendars={}))
    assert answer.changes == []
    assert all(clock.before == clock.after for clock in answer.clocks)
    assert UnderPolicy(policy, SNAPSHOTS)(chosen(case(tier=tier)), pinned) == pinned.clocks


def test_the_candidate_chooses_targets_by_the_cases_profile() -> None:
    candidate = UnderPolicy(STANDARD, SNAPSHOTS)
    targets = [
        candidate(chosen(case(tier=tier), opened_at), own_terms()).metrics[0].target
        for tier, opened_at in (("ordinary", OPENED_AT), ("key", OPENED_AT), ("ordinary", "09-26 10:00"))
    ]
    assert targets == ["4h", "2h", "4h"]


def test_a_policy_that_promises_less_time_breaks_its_clock() -> None:
    strict = Policy.model_validate(changed("metrics.return.review.targets", [{"target": "1h"}]))
    simulation = Simulation(UnderPolicy(strict, SNAPSHOTS), when(END))
    simulation.add(past(("09-21 10:00", "return.applied"), ("09-21 12:00", "return.approved")), own_terms())
    assert turns(simulation.answer(Under(calendars={}))) == [("review", 1, "met", "breached")]


OF_CLASS: list[tuple[str, str | None, str]] = [
    ("P3", "product_quality", "24h"),
    ("P1", None, "24h"),
    ("P3", "logistics", "120h"),
    ("P3", None, "120h"),
]


@pytest.mark.parametrize(("priority", "category", "target"), OF_CLASS)
def test_a_complaint_is_held_to_its_class_and_grade_on_both_sides(
    priority: str, category: str | None, target: str
) -> None:
    """The terms that were pinned at its opening had the targets of another class."""
    pinned = SURGE.pin(ComplaintTerms, CaseProfile(kind="complaint"), when(OPENED_AT), SNAPSHOTS)
    own = past_terms("t1", pinned.model_dump(mode="json"))
    opened = [("11-16 10:00", "complaint.opened")]
    facts = {"kind": "complaint", "case_id": "complaint:m1:1", "priority": priority}
    by = past(*opened, **facts, category=category).chosen_by
    assert own.clocks_of(by) is own.clocks_of(by)
    for clocks in (own.clocks_of(by), UnderPolicy(SURGE, SNAPSHOTS)(by, own)):
        assert [each.target for each in clocks.metrics if each.name == "solution"] == [target]


@pytest.mark.parametrize(
    ("carrier", "window"), [("swift", "30 days"), ("harbour", "60 days"), (None, "30 days")]
)
def test_a_claim_has_the_window_of_its_carrier_on_both_sides(carrier: str | None, window: str) -> None:
    pinned = STANDARD.pin(ClaimTerms, CaseProfile(kind="claim"), when(OPENED_AT), SNAPSHOTS)
    own = replace(past_terms("t1", pinned.model_dump(mode="json")), calendars=STANDARD.calendars)
    by = past((OPENED_AT, "claim.opened"), kind="claim", case_id="claim:m1:1", carrier=carrier).chosen_by
    for clocks in (
        own.clocks_of(by),
        UnderPolicy(STANDARD, SNAPSHOTS)(by, own),
        UnderCalendars(SNAPSHOTS)(by, own),
    ):
        assert [each.target for each in clocks.metrics if each.name == "filing_window"] == [window]


def test_a_kind_that_the_policy_does_not_know_has_no_clock_there() -> None:
    simulation = Simulation(UnderPolicy(STANDARD, SNAPSHOTS), when(END))
    simulation.add(past(*PLAIN, kind="refund"), terms(metric()))
    told = [(each.kind, each.metric, each.after) for each in simulation.answer(Under(calendars={})).clocks]
    assert told == [("refund", "reply", None)]


def test_a_makeup_workday_that_is_taken_back_moves_the_deadline() -> None:
    """Applied on Friday at 17:30, answered on Monday at 10:00: late if Sunday was worked, else in time."""
    own = replace(own_terms(), calendars=STANDARD.calendars)
    assert SNAPSHOTS["cn"].days[datetime(2026, 9, 20).date()] == "workday"  # noqa: DTZ001
    events: Events = [("09-18 17:30", "return.applied"), ("09-21 10:00", "return.approved")]
    candidate = UnderCalendars(holidays(d2026_09_20="holiday"))
    simulation = Simulation(candidate, when(END))
    simulation.add(past(*events), own)
    changes = simulation.answer(Under(calendars={})).changes
    assert [(each.metric, each.before, each.after) for each in changes] == [("review", "breached", "met")]
    assert changes[0].due_before == when("09-20 12:30")
    assert changes[0].due_after == when("09-21 12:30")


def test_own_policies_under_the_same_holidays_change_nothing() -> None:
    own = replace(own_terms(), calendars=STANDARD.calendars)
    candidate = UnderCalendars(SNAPSHOTS)
    assert candidate(chosen(), own) == own.clocks
    assert candidate(chosen(), own) is candidate(chosen(), own)
    assert candidate(chosen(case(tier="key")), own) == own.clocks


def test_own_policies_need_their_calendars_and_their_holidays() -> None:
    with pytest.raises(UnknownCalendar, match="has no calendar desk"):
        UnderCalendars(SNAPSHOTS)(chosen(), own_terms())
    with pytest.raises(UnknownCalendar, match='holidays: there is no snapshot "cn"'):
        UnderCalendars({})(chosen(), replace(own_terms(), calendars=STANDARD.calendars))


def test_stored_terms_are_read_for_their_clocks_alone() -> None:
    """The other rules of an old excerpt may have a shape that this program does not know any more."""
    body = body_of(STANDARD, case()) | {"returns": {"window": "unlimited"}}
    read = past_terms("t1", body)
    assert (read.policy, read.policy_hash) == ("standard", STANDARD.hash)
    assert read.calendar_revision.startswith("cn@")
    assert [found.name for found in read.clocks.metrics] == [
        "review",
        "inspection",
        "settlement",
        "resolution",
        "repair",
        "refund_approval",
        "repayment",
    ]
    unread = "terms t1 cannot be read by this program: metrics: Field required"
    with pytest.raises(InvalidRequest, match=unread):
        past_terms("t1", {"clocks": {"calendars": {}}})


def test_stored_policies_are_read_for_their_calendars_alone() -> None:
    rules = calendar_rules("h1", {"calendars": STANDARD_CONTENT["calendars"], "returns": "other"})
    assert rules == STANDARD.calendars
    with pytest.raises(InvalidRequest, match="policy h1 cannot be read by this program"):
        calendar_rules("h1", {})
