"""What-ifs over past cases: given what happened and the terms, under others, then verdicts side by side."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from pydantic import JsonValue

from domain.calendars import Snapshot, revision_of
from domain.errors import EndlessCalendar, InvalidRequest, UnknownCalendar
from domain.policy import CaseProfile, ComplaintTerms, Policy, ReturnTerms
from domain.policy.delivery_terms import ClaimTerms
from domain.simulation import (
    ChosenBy,
    PastCase,
    PastTerms,
    Simulation,
    SimulationAnswer,
    Under,
    UnderCalendars,
    UnderPolicy,
    VerdictChange,
    past_terms,
)
from domain.simulation.candidates import Candidate, calendar_rules
from domain.simulation.tally import SideTally
from domain.sla import Calendar, ClockSpec, Metric
from domain.sla.running import Heard
from domain.sla.verdicts import Judged
from tests.domain.sla.stories import Events, metric, spec_of, when
from tests.domain.test_policy import SNAPSHOTS, STANDARD, STANDARD_CONTENT, SURGE, case, changed

END = "12-31 00:00"
_numbers = count(1)


def terms(*metrics: Metric, name: str = "own") -> PastTerms:
    """Terms with these clocks."""
    return PastTerms(f"t-{name}", name, f"hash-of-{name}", "none", spec_of(*metrics))


def past(*events: tuple[str, str], **facts: Any) -> PastCase:
    """A case of some kind to which this has happened; it was opened with the first of it."""
    number = next(_numbers)
    heard = tuple(Heard(when(at), event_type) for at, event_type in events)
    usual: dict[str, Any] = {
        "case_id": f"return:m1:{number}",
        "kind": "return",
        "priority": "P3",
        "tier": "ordinary",
        "channel": "app",
        "category": None,
        "source": None,
        "carrier": None,
        "opened_at": heard[0].at,
        "pinned_at": None,
        "terms_hash": "t-own",
    }
    return PastCase(**{**usual, **facts}, events=heard)


def fixed(*metrics: Metric) -> Candidate:
    """The same clocks for everybody."""
    return lambda _case, _terms: spec_of(*metrics)


def compared(
    cases: list[PastCase], own: PastTerms, new: ClockSpec, as_of: str = END, keep: int | None = None
) -> SimulationAnswer:
    """The cases, all under their own terms, against the new clocks."""
    simulation = Simulation(lambda _case, _terms: new, when(as_of), keep)
    for each in cases:
        simulation.add(each, own)
    return simulation.answer(Under(calendars={}))


def turns(answer: SimulationAnswer) -> list[tuple[str, int, str | None, str | None]]:
    return [(change.metric, change.instance, change.before, change.after) for change in answer.changes]


# Given events and a metric, under another one, then which instance turns how.

REOPENED: Events = [("11-02 09:00", "opened"), ("11-02 10:00", "replied"), ("11-03 09:00", "opened"),
                    ("11-03 17:00", "replied")]  # fmt: skip
PAUSED: Events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked"), ("11-03 10:00", "answered"),
                  ("11-03 11:00", "replied")]  # fmt: skip
PLAIN: Events = [("11-02 09:00", "opened"), ("11-02 14:00", "replied")]
GOLDEN_WEEK: Events = [("09-30 16:00", "opened"), ("10-08 10:00", "replied")]

TABLE: list[tuple[str, Events, Metric, Metric, list[tuple[str, int, str | None, str | None]]]] = [
    ("the same", PLAIN, metric(), metric(), []),
    ("tightened", PLAIN, metric(), metric(target="3h"), [("reply", 1, "met", "breached")]),
    ("loosened", PLAIN, metric(target="3h"), metric(), [("reply", 1, "breached", "met")]),
    ("later, but still in time", PLAIN, metric(), metric(target="8h"), []),
    ("another calendar", GOLDEN_WEEK, metric(), metric(calendar="always"), [("reply", 1, "met", "breached")]),
    ("a pause that counts", PAUSED, metric(), metric(pause=[]), [("reply", 1, "met", "breached")]),
    ("a legal limit", PAUSED, metric(), metric(legal="1 days"), []),
    ("a limit that a pause doesn't move", PAUSED, metric(), metric(legal="20h", legal_calendar="always"),
     [("reply", 1, "met", "breached")]),
    ("reopened instances apart", REOPENED, metric(target="5h"), metric(target="5h", reopen="new"),
     [("reply", 2, None, "breached"), ("reply", 1, "breached", "met")]),
    ("a kept instance more", REOPENED, metric(target="9h"), metric(target="9h", reopen="new"), []),
    ("an instance less", REOPENED, metric(target="6h", reopen="new"), metric(target="9h"),
     [("reply", 2, "breached", None)]),
    ("nothing stops it", PLAIN, metric(), metric(stop=["settled"]), [("reply", 1, "met", "breached")]),
    ("withdrawn in time", [("11-02 09:00", "opened"), ("11-02 14:00", "withdrawn")], metric(),
     metric(target="3h"), [("reply", 1, "cancelled", "breached")]),
]  # fmt: skip


@pytest.mark.parametrize(("events", "own", "new", "expected"), [row[1:] for row in TABLE],
                         ids=[row[0] for row in TABLE])  # fmt: skip
def test_a_case_is_judged_under_its_own_terms_and_under_others(
    events: Events, own: Metric, new: Metric, expected: list[tuple[str, int, str | None, str | None]]
) -> None:
    assert turns(compared([past(*events)], terms(own), spec_of(new))) == expected


def test_a_change_names_case_clock_verdicts_and_how_far_the_deadline_moved() -> None:
    kept = past(*PLAIN)
    answer = compared([kept], terms(metric()), spec_of(metric(calendar="always", target="90m")))
    assert answer.changes == [
        VerdictChange(
            case_id=kept.case_id,
            kind="return",
            metric="reply",
            instance=1,
            before="met",
            after="breached",
            due_before=when("11-02 14:00"),
            due_after=when("11-02 10:30"),
            moved_seconds=-int(3.5 * 3600),
        )
    ]
    assert str(answer.changes[0].due_before) == "2026-11-02 14:00:00+08:00"


def test_an_instance_that_one_side_lacks_has_no_deadline_there() -> None:
    [lacking, _] = compared(
        [past(*REOPENED)], terms(metric(target="5h")), spec_of(metric(target="5h", reopen="new"))
    ).changes
    assert (lacking.due_before, lacking.due_after) == (None, when("11-03 15:00"))
    assert lacking.moved_seconds is None


def test_figures_stand_side_by_side() -> None:
    """In four working hours three were in time, in three hours two. One withdrew, one is open."""
    stops = ("11:30", "11:45", "14:00", "15:00")
    cases = [past(("11-02 09:00", "opened"), (f"11-02 {at}", "replied")) for at in stops]
    cases.append(past(("11-02 09:00", "opened"), ("11-02 09:30", "withdrawn")))
    cases.append(past(("11-02 14:30", "opened")))
    [clock] = compared(cases, terms(metric()), spec_of(metric(target="3h")), as_of="11-02 15:30").clocks
    assert (clock.kind, clock.metric, clock.cases) == ("return", "reply", 6)
    assert clock.before is not None
    assert clock.after is not None
    assert clock.before.model_dump() == {
        "clocks": 6,
        "met": 3,
        "breached": 1,
        "pending": 1,
        "cancelled": 1,
        "provisional": 0,
        "attainment_percent": 75.0,
    }
    assert (clock.after.met, clock.after.breached, clock.after.attainment_percent) == (2, 2, 50.0)
    assert (clock.difference_points, clock.worse, clock.better) == (-25.0, 1, 0)


def test_only_what_was_always_met_is_at_100_percent() -> None:
    side, in_time = SideTally(), Judged(1, "met", when(END), provisional=False)
    side.add([in_time] * 20_000)
    assert side.figures().attainment_percent == 100
    side.add([in_time._replace(outcome="breached")])
    assert side.figures().attainment_percent == 99.99


def test_a_clock_of_one_side_is_shown_as_such() -> None:
    """A promise that nobody made is as good as one that was kept; a breach of it is a change."""
    cases = [past(*PLAIN), past(("11-02 09:00", "opened"), ("11-03 14:00", "replied"))]
    own, new = terms(metric(name="old")), spec_of(metric(name="new"))
    answer = compared(cases, own, new)
    added, removed = answer.clocks
    assert (added.metric, added.before, removed.metric, removed.after) == ("new", None, "old", None)
    assert (added.difference_points, removed.difference_points) == (None, None)
    assert turns(answer) == [("new", 1, None, "breached"), ("old", 1, "breached", None)]
    assert (answer.changed_cases, answer.changed_clocks) == (1, 2)


def test_a_clock_that_never_ran_has_no_attainment() -> None:
    answer = compared([past(*PLAIN)], terms(metric()), spec_of(metric(start=["answered"])))
    [clock] = answer.clocks
    assert clock.before is not None
    assert clock.after is not None
    assert (clock.cases, clock.after.clocks, clock.after.attainment_percent) == (1, 0, None)
    assert clock.difference_points is None
    assert answer.changes == []


def test_an_open_case_is_judged_as_of_a_moment() -> None:
    """What happened later is not known then."""
    cases, own, new = [past(*PLAIN)], terms(metric()), spec_of(metric(target="2h"))
    assert turns(compared(cases, own, new, as_of="11-02 11:00")) == []
    assert turns(compared(cases, own, new, as_of="11-02 11:30")) == [("reply", 1, "pending", "breached")]
    assert turns(compared(cases, own, new)) == [("reply", 1, "met", "breached")]


def test_events_are_taken_by_their_time_not_by_their_place() -> None:
    late_news = past(("11-02 14:30", "opened"), ("11-02 09:00", "opened"), ("11-02 15:00", "replied"))
    assert turns(compared([late_news], terms(metric()), spec_of(metric(target="8h")))) == [
        ("reply", 1, "breached", "met")
    ]


def test_days_that_nobody_has_published_are_counted() -> None:
    last_day = past(("2026-12-31 17:00", "opened"))
    other = spec_of(metric(calendar="always"))
    [clock] = compared([last_day], terms(metric()), other, as_of="2027-02-01 00:00").clocks
    assert clock.before is not None
    assert clock.after is not None
    assert (clock.before.provisional, clock.after.provisional) == (1, 0)


def test_all_changes_are_counted_and_the_worst_are_kept() -> None:
    slow = [past(("11-02 09:00", "opened"), ("11-02 15:00", "replied")) for _ in range(3)]
    quick = [past(("11-02 09:00", "opened"), ("11-02 09:30", "replied")) for _ in range(3)]
    waiting = past(("12-30 17:30", "opened"))
    own = terms(metric(start=["opened"]), metric(name="second", target="10m"))
    new = spec_of(metric(target="20m"), metric(name="second", target="9h", stop=["replied", "opened"]))
    answer = compared([waiting, *slow, *quick], own, new, as_of="12-30 17:45", keep=3)
    assert (answer.changed_cases, answer.changed_clocks) == (7, 10)
    assert [change.case_id for change in answer.changes] == [each.case_id for each in quick]
    assert len(compared([waiting, *slow, *quick], own, new, as_of="12-30 17:45").changes) == 10
    everything = compared([waiting, *slow, *quick], own, new, as_of="12-30 17:45").changes
    weights = [
        0 if each.after == "breached" else 1 if each.before == "breached" else 2 for each in everything
    ]
    assert weights == sorted(weights)
    assert compared(slow, own, new, keep=0).changes == []


def test_kinds_have_clocks_of_their_own_whatever_the_kind() -> None:
    simulation = Simulation(fixed(metric(target="3h")), when(END))
    for kind in ("return", "refund", "return"):
        simulation.add(past(*PLAIN, kind=kind, case_id=f"{kind}:m1:1"), terms(metric()))
    answer = simulation.answer(Under(calendars={}))
    assert [(clock.kind, clock.cases) for clock in answer.clocks] == [("refund", 1), ("return", 2)]


def test_terms_are_counted_by_version() -> None:
    simulation = Simulation(fixed(metric()), when(END))
    for name in ("own", "other", "own"):
        simulation.add(past(*PLAIN), terms(metric(), name=name))
    answer = simulation.answer(Under(policy="p", policy_hash="h", calendars={"cn": "r"}))
    assert [(found.policy, found.policy_hash, found.cases) for found in answer.before] == [
        ("own", "hash-of-own", 2),
        ("other", "hash-of-other", 1),
    ]
    assert (answer.under.policy, answer.under.calendars, answer.cases) == ("p", {"cn": "r"}, 3)


def test_what_cannot_be_judged_is_left_out_and_counted() -> None:
    simulation = Simulation(fixed(metric()), when(END))
    simulation.leave_out("return:m1:90", "no terms")
    simulation.leave_out("return:m1:91", "no terms")
    simulation.add(past(*PLAIN, tier="emperor", case_id="return:m1:92"), terms(metric()))
    answer = simulation.answer(Under(calendars={}))
    assert answer.cases == 0
    assert [(found.cases, found.example) for found in answer.left_out] == [
        (2, "return:m1:90"),
        (1, "return:m1:92"),
    ]
    assert answer.left_out[1].reason.startswith("tier: Input should be 'ordinary'")


def test_a_case_that_no_channel_brought_is_judged_like_any_other() -> None:
    simulation = Simulation(fixed(metric()), when(END))
    simulation.add(past(*PLAIN, kind="claim", channel="", case_id="claim:m1:93"), terms(metric()))
    answer = simulation.answer(Under(calendars={}))
    assert (answer.cases, answer.left_out) == (1, [])


def test_a_deadline_that_never_comes_names_the_case() -> None:
    never = Calendar.model_validate({"timezone": "UTC", "week": {}})
    endless = spec_of(metric(), calendars={"desk": never})
    with pytest.raises(EndlessCalendar, match=r"return:m1:77: metric reply: the calendar has no shift"):
        compared([past(*PLAIN, case_id="return:m1:77")], terms(metric()), endless)


# Candidates: a policy for all, or everyone's own with other holidays.

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
    [clock] = simulation.answer(Under(calendars={})).clocks
    assert (clock.kind, clock.metric, clock.after) == ("refund", "reply", None)


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
    other = chosen(case(tier="key"))
    assert candidate(other, own) == own.clocks


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
