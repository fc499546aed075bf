"""A deadline that crosses into a year that nobody has published, and what its landing makes of it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendars import DayKind, Snapshot, revision_of
from domain.cases.events import ClockChanged
from domain.cases.messages import Retarget
from domain.cases.readings import clock_rows
from domain.cases.replaying import clock_replay
from domain.cases.retargeting import decide_retarget, moves
from domain.policy import CaseProfile, Policy, ReturnTerms
from domain.returns import messages as ask
from domain.returns.decisions.opening import decide_open
from domain.returns.evolve import FOLD
from domain.returns.kind import RETURN
from domain.sla import ClockRow, replay
from domain.sla.replays import in_zone
from tests.domain.returns.given import (
    APPROVE,
    CHINA,
    CONTENT,
    RECEIVE,
    SHIP,
    Story,
    application,
    order,
    prepared,
)

ZONE = ZoneInfo("Asia/Shanghai")
APPLIED_AT = datetime(2026, 12, 28, 10, tzinfo=ZONE)  # a Monday
RECEIVED_AT = datetime(2026, 12, 31, 15, tzinfo=ZONE)  # the last day that is published
NEW_YEAR: dict[date, DayKind] = {
    date(2027, 1, 1): "holiday",  # Friday to Tuesday off ...
    date(2027, 1, 4): "holiday",
    date(2027, 1, 5): "holiday",
    date(2027, 1, 9): "workday",  # ... and a Saturday that is worked in their place
}


def landed(days: Mapping[date, DayKind]) -> Snapshot:
    """What is published for 2027 beside what was."""
    through, both = date(2027, 12, 31), {**CHINA.days, **days}
    revision = revision_of(CHINA.valid_from, through, both)
    return CHINA.model_copy(update={"valid_through": through, "days": both, "revision": revision})


def pinned(snapshot: Snapshot, legal_roll: str | None = None) -> ReturnTerms:
    """The standard policy with these holidays, as of the application; the law's day may roll on."""
    settlement: dict[str, Any] = dict(CONTENT["metrics"]["return"]["settlement"])
    if legal_roll:
        settlement |= {"legal_roll": legal_roll}
    metrics = {"return": {**CONTENT["metrics"]["return"], "settlement": settlement}}
    policy = Policy.model_validate({**CONTENT, "metrics": metrics})
    return policy.pin(ReturnTerms, CaseProfile(kind="return"), APPLIED_AT, {"cn": snapshot})


def applied(terms: ReturnTerms) -> Story:
    """A return for a fault under these terms, that waits for its review."""
    story = Story()
    story.state, story.facts, story.now = RETURN.blank("return:m1:R-1", terms), [], APPLIED_AT
    bought = order(received_at=APPLIED_AT - timedelta(days=2))
    asked = application(("1", 1, "quality"))
    return story.happens(*decide_open(asked, prepared(terms, bought), "h", APPLIED_AT), by="customer")


def waits_for_its_money(terms: ReturnTerms) -> Story:
    """A return whose goods came in on New Year's Eve."""
    story = applied(terms).asked(APPROVE, SHIP)
    story.now = RECEIVED_AT
    return story.asked(RECEIVE)


def settlement(story: Story) -> ClockRow:
    """The clock of the money."""
    [row] = [row for row in clock_rows(story.state, story.now) if row.name == "settlement"]
    return in_zone(row, ZONE)


def land(story: Story, terms: ReturnTerms) -> list[tuple[str, str]]:
    """Hold the case to the same policy with the new holidays; gives what was told of which clock."""
    wanted = Retarget(by="ops", policy="standard", reason="calendar landed")
    known = len(story.facts)
    events = decide_retarget(story.state, wanted, terms, "t2")
    story.state, told = FOLD.record(story.state, events, story.now, "staff:ops", {"t2": terms})
    story.facts += told
    changes = [fact.event for fact in story.facts[known:]]
    return [(each.metric, each.change) for each in changes if isinstance(each, ClockChanged)]


def at(day: str) -> datetime:
    """A time of January 2027 in Shanghai: day and hour."""
    return datetime.fromisoformat(f"2027-01-{day}:00:00+08:00")


def test_a_deadline_beyond_what_is_published_is_given_and_provisional() -> None:
    row = settlement(waits_for_its_money(pinned(CHINA)))
    assert (row.due_at, row.provisional) == (at("05T18"), True)  # Friday, Monday, Tuesday
    assert row.legal_due_at == at("08T00")


def test_when_the_year_lands_the_deadline_moves_over_its_holidays_and_is_certain() -> None:
    story = waits_for_its_money(pinned(CHINA))
    terms = pinned(landed(NEW_YEAR))
    [preview] = [move for move in moves(story.state, terms, story.now) if move.metric == "settlement"]
    assert land(story, terms) == [("inspection", "retargeted"), ("settlement", "retargeted")]
    row = settlement(story)
    # By working days it would be Friday the 8th at 18:00; the law's seven days are over before.
    assert (row.target_due_at, row.legal_due_at) == (at("08T18"), at("08T00"))
    assert (row.due_at, row.provisional) == (at("08T00"), False)
    assert (preview.due_before, preview.due_after) == (at("05T18"), at("08T00"))
    assert story.state.calendar_revision == f"cn@{landed(NEW_YEAR).revision}"


def test_a_make_up_workday_counts_once_it_is_published() -> None:
    story = waits_for_its_money(pinned(CHINA))
    off: dict[date, DayKind] = {date(2027, 1, day): "holiday" for day in (1, 4, 5, 6, 7)}
    land(story, pinned(landed({**off, date(2027, 1, 9): "workday"})))
    row = settlement(story)
    assert row.target_due_at == at("11T18")  # Friday, the Saturday in its place, Monday
    assert not row.provisional


def test_the_legal_day_is_provisional_too_where_it_rolls_and_settles_with_the_rest() -> None:
    """The last of the law's seven days is the 7th; where it is a holiday, the next working day counts."""
    story = waits_for_its_money(pinned(CHINA, legal_roll="nonworking"))
    before = settlement(story)
    assert (before.legal_due_at, before.provisional) == (at("08T00"), True)
    days: dict[date, DayKind] = {date(2027, 1, day): "holiday" for day in (6, 7, 8)}
    days[date(2027, 1, 9)] = "workday"
    land(story, pinned(landed(days), legal_roll="nonworking"))
    after = settlement(story)
    assert (after.legal_due_at, after.provisional) == (at("10T00"), False)


def test_a_year_without_surprises_makes_the_deadline_certain_where_it_was() -> None:
    story = waits_for_its_money(pinned(CHINA))
    due = settlement(story).due_at
    terms = pinned(landed({}))
    moved = {move.metric: move.moved_seconds for move in moves(story.state, terms, story.now)}
    assert moved == {"inspection": 0, "settlement": 0}
    assert land(story, terms) == []
    assert (settlement(story).due_at, settlement(story).provisional) == (due, False)


def test_a_breach_of_a_provisional_deadline_stays_recorded_and_the_row_says_what_holds_now() -> None:
    story = waits_for_its_money(pinned(CHINA))
    story.now = at("06T10")
    story.happens()
    assert settlement(story).verdict == "breached"
    assert ("settlement", "retargeted") in land(story, pinned(landed(NEW_YEAR)))
    assert settlement(story).verdict == "pending"
    assert story.state.breached
    found = replay(clock_replay(story.state, [fact.record for fact in story.facts], story.now)).metrics
    assert found == clock_rows(story.state, story.now)


def test_a_paused_clock_is_settled_as_well() -> None:
    """A review that waits for the customer over New Year's: its deadline moves with the answer."""
    story = applied(pinned(CHINA)).asked(ask.RequestInfo(agent="a", question="?"))
    story.now = at("01T10")
    provisional = {row.name for row in clock_rows(story.state, story.now) if row.provisional}
    assert "review" in provisional
    land(story, pinned(landed(NEW_YEAR)))
    [review] = [row for row in clock_rows(story.state, story.now) if row.name == "review"]
    assert (review.due_at, review.provisional) == (at("06T13"), False)
