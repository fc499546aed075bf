"""What-ifs over past cases: given what happened and the terms, under others, then verdicts side by side."""

import pytest

from domain.errors import EndlessCalendar
from domain.simulation import (
    Simulation,
    Under,
    VerdictChange,
)
from domain.simulation.tally import SideTally
from domain.sla import Calendar, Metric
from domain.sla.verdicts import Judged
from tests.domain.sla.stories import Events, metric, spec_of, when
from tests.domain.what_ifs import END, PLAIN, compared, fixed, past, terms, turns

# Given events and a metric, under another one, then which instance turns how.

REOPENED: Events = [("11-02 09:00", "opened"), ("11-02 10:00", "replied"), ("11-03 09:00", "opened"),
                    ("11-03 17:00", "replied")]  # fmt: skip
PAUSED: Events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked"), ("11-03 10:00", "answered"),
                  ("11-03 11:00", "replied")]  # fmt: skip
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
