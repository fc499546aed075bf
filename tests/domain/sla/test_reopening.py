"""A start after a stop: go on, begin again, or open a new instance; and events that do several things."""

import pytest

from tests.domain.sla.stories import metric, row_of, rows_of, rungs_of, when

LADDER = [{"at": "50%"}, {"at": "100%"}, {"after": "2h"}]
STOPPED = [("11-02 09:00", "opened"), ("11-02 10:00", "replied")]
REOPENED = [*STOPPED, ("11-03 09:00", "opened")]
LATE = [("11-02 09:00", "opened"), ("11-02 15:00", "replied"), ("11-03 09:00", "opened")]


def test_continue_goes_on_with_what_was_consumed_the_gap_not_counted() -> None:
    row = row_of(metric(reopen="continue"), REOPENED, "11-03 10:00")
    assert (row.instance, row.state, row.verdict, row.stopped_at) == (1, "running", "pending", None)
    assert (row.started_at, row.due_at) == (when("11-02 09:00"), when("11-03 12:00"))
    assert (row.elapsed_seconds, row.paused_seconds) == (2 * 3600, 0)


def test_continue_moves_a_deadline_in_days_by_the_days_of_the_gap() -> None:
    promise = metric(target="3 workdays", reopen="continue")
    events = [("11-02 09:00", "opened"), ("11-03 10:00", "replied"), ("11-09 10:00", "opened")]
    assert row_of(promise, events[:2], "11-09 09:00").due_at == when("11-05 18:00")
    assert row_of(promise, events, "11-09 11:00").due_at == when("11-11 18:00")


def test_continue_does_not_move_the_legal_limit() -> None:
    promise = metric(target="3 workdays", legal="7 days", reopen="continue")
    events = [("11-02 09:00", "opened"), ("11-03 10:00", "replied"), ("11-20 10:00", "opened")]
    assert row_of(promise, events[:2], "11-20 09:00").verdict == "met"
    row = row_of(promise, events, "11-20 10:00")
    assert (row.verdict, row.due_at) == ("breached", when("11-10 00:00"))


def test_continue_after_a_breach_keeps_it_and_counts_on() -> None:
    row = row_of(metric(reopen="continue", ladder=LADDER), LATE, "11-20 10:00")
    assert (row.verdict, row.due_at, row.breached_at) == (
        "breached",
        when("11-02 14:00"),
        when("11-02 14:00"),
    )
    assert rungs_of(row) == {
        "50%": when("11-02 11:00"),
        "100%": when("11-02 14:00"),
        "2h": when("11-03 10:00"),  # one hour before the stop, one after the reopening
    }


def test_continue_leaves_a_missed_target_where_it_was() -> None:
    row = row_of(metric(reopen="continue", legal="30 days"), LATE, "11-04 10:00")
    assert row.target_due_at == row.due_at == when("11-02 14:00")


def test_stopped_at_the_deadline_and_reopened_it_is_due_at_once() -> None:
    events = [("11-02 09:00", "opened"), ("11-02 14:00", "replied"), ("11-03 09:00", "opened")]
    assert row_of(metric(reopen="continue"), events, "11-03 09:00").verdict == "pending"
    row = row_of(metric(reopen="continue"), events, "11-03 09:01")
    assert (row.verdict, row.due_at) == ("breached", when("11-03 09:00"))


def test_restart_begins_at_zero_in_the_same_instance() -> None:
    row = row_of(metric(reopen="restart", legal="1 day"), REOPENED, "11-03 10:00")
    assert (row.instance, row.state, row.verdict, row.stopped_at) == (1, "running", "pending", None)
    assert (row.started_at, row.due_at) == (when("11-03 09:00"), when("11-03 14:00"))
    assert (row.elapsed_seconds, row.legal_due_at) == (3600, when("11-05 00:00"))


def test_restart_does_not_fire_a_rung_again_or_undo_a_breach() -> None:
    row = row_of(metric(reopen="restart", ladder=LADDER), LATE, "11-20 10:00")
    assert (row.verdict, row.breached_at) == ("breached", when("11-02 14:00"))
    assert row.due_at == when("11-03 14:00")
    assert rungs_of(row) == {
        "50%": when("11-02 11:00"),
        "100%": when("11-02 14:00"),
        "2h": when("11-03 16:00"),  # had not fired before, so it counts from the new deadline
    }


def test_a_restarted_clock_stopped_in_time_has_still_been_breached() -> None:
    row = row_of(metric(reopen="restart"), [*LATE, ("11-03 10:00", "replied")], "11-20 10:00")
    assert (row.state, row.verdict, row.stopped_at) == ("stopped", "breached", when("11-03 10:00"))


def test_new_opens_the_next_instance() -> None:
    first, second = rows_of(metric(reopen="new", ladder=LADDER), LATE, "11-03 12:00")
    assert (first.instance, first.state, first.verdict) == (1, "stopped", "breached")
    assert list(rungs_of(first)) == ["50%", "100%"]
    assert (second.instance, second.state, second.verdict) == (2, "running", "pending")
    assert (second.started_at, second.due_at) == (when("11-03 09:00"), when("11-03 14:00"))
    assert rungs_of(second) == {"50%": when("11-03 11:00")}


@pytest.mark.parametrize(
    ("reopen", "instances", "elapsed"), [("continue", 1, 7200), ("restart", 1, 3600), ("new", 2, 3600)]
)
def test_a_cancelled_clock_reopens_as_a_stopped_one_does(reopen: str, instances: int, elapsed: int) -> None:
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "withdrawn"), ("11-03 09:00", "opened")]
    found = rows_of(metric(reopen=reopen), events, "11-03 10:00")
    assert len(found) == instances
    assert (found[-1].state, found[-1].elapsed_seconds) == ("running", elapsed)


def test_one_event_may_stop_and_start_anew() -> None:
    promise = metric(start=["opened", "updated"], stop=["updated", "closed"], reopen="new")
    events = [("11-02 09:00", "opened"), ("11-02 11:00", "updated"), ("11-02 16:00", "updated")]
    verdicts = [(row.state, row.verdict) for row in rows_of(promise, events, "11-02 17:00")]
    assert verdicts == [("stopped", "met"), ("stopped", "met"), ("running", "pending")]


def test_one_event_may_start_and_pause() -> None:
    promise = metric(start=["opened"], pause=["opened"])
    row = row_of(promise, [("11-02 09:00", "opened")], "11-02 12:00")
    assert (row.state, row.elapsed_seconds, row.paused_seconds) == ("paused", 0, 3 * 3600)


def test_cancel_beats_stop() -> None:
    promise = metric(stop=["closed"], cancel=["closed"])
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "closed")]
    assert row_of(promise, events, "11-02 12:00").state == "cancelled"
