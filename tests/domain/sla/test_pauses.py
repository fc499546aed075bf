"""What a pause does to working time, to deadlines in days, to rungs, and what it does not do."""

from datetime import datetime

from tests.domain.sla.stories import metric, row_of, rungs_of, when


def test_a_pause_stops_working_time() -> None:
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked"), ("11-02 16:00", "answered")]
    row = row_of(metric(), events, "11-02 17:00")
    assert row.due_at == when("11-03 10:00")
    assert (row.elapsed_seconds, row.paused_seconds) == (2 * 3600, 5 * 3600)


def test_while_paused_the_deadline_is_as_if_resumed_now() -> None:
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked")]
    assert row_of(metric(), events, "11-02 10:00").due_at == when("11-02 14:00")
    assert row_of(metric(), events, "11-02 14:00").due_at == when("11-02 17:00")
    row = row_of(metric(), events, "11-20 20:00")
    assert (row.state, row.verdict, row.due_at) == ("paused", "pending", when("11-23 12:00"))


def test_workdays_move_by_the_working_days_that_start_inside_the_pause() -> None:
    promise = metric(target="3 workdays")
    events = [("11-02 09:00", "opened"), ("11-05 10:00", "asked"), ("11-09 08:00", "answered")]
    assert row_of(promise, events[:1], "11-02 09:00").due_at == when("11-05 18:00")
    assert row_of(promise, events, "11-09 09:00").verdict == "breached"  # 5 November ended in the pause
    events[1] = ("11-04 10:00", "asked")
    row = row_of(promise, events, "11-09 09:00")
    assert (row.due_at, row.verdict) == (
        when("11-10 18:00"),
        "pending",
    )  # Thursday, Friday, Monday start inside


def test_days_move_by_the_days_that_start_inside_the_pause() -> None:
    promise = metric(target="7 days")
    events = [("11-02 09:00", "opened"), ("11-04 10:00", "asked"), ("11-09 08:00", "answered")]
    assert row_of(promise, events, "11-09 09:00").due_at == when("11-15 00:00")
    assert row_of(promise, events[:2], "11-06 23:00").due_at == when("11-12 00:00")


def test_a_day_counts_if_the_pause_begins_with_it_but_not_if_it_ends_with_it() -> None:
    promise = metric(target="7 days")

    def due_after(asked: str, answered: str) -> datetime:
        events = [("11-02 09:00", "opened"), (asked, "asked"), (answered, "answered")]
        return row_of(promise, events, "11-05 09:00").due_at

    assert due_after("11-04 00:00", "11-04 10:00") == when("11-11 00:00")
    assert due_after("11-04 10:00", "11-05 00:00") == when("11-10 00:00")
    assert due_after("11-04 00:00", "11-05 00:00") == when("11-11 00:00")


def test_a_pause_that_begins_with_the_last_day_moves_it() -> None:
    events = [("11-02 09:00", "opened"), ("11-05 00:00", "asked")]
    row = row_of(metric(target="3 workdays"), events, "11-06 09:00")
    assert (row.verdict, row.due_at) == ("pending", when("11-09 18:00"))


def test_a_pause_within_a_day_moves_no_deadline_in_days() -> None:
    events = [("11-02 09:00", "opened"), ("11-05 09:00", "asked"), ("11-05 17:00", "answered")]
    row = row_of(metric(target="3 workdays"), events, "11-05 17:30")
    assert (row.due_at, row.paused_seconds) == (when("11-05 18:00"), 7 * 3600)


def test_a_deadline_on_the_day_of_the_pause_falls_due_inside_it() -> None:
    events = [("11-02 09:00", "opened"), ("11-05 10:00", "asked")]
    row = row_of(metric(target="3 workdays"), events, "11-06 09:00")
    assert (row.state, row.verdict, row.due_at) == ("paused", "breached", when("11-05 18:00"))
    assert row.breached_at == row.due_at


def test_a_paused_deadline_in_days_outruns_the_pause() -> None:
    events = [("11-02 09:00", "opened"), ("11-09 10:00", "asked")]
    row = row_of(metric(target="7 days"), events, "12-24 10:00")
    assert (row.verdict, row.due_at) == ("pending", when("12-25 00:00"))


def test_a_deadline_that_has_rolled_falls_due_in_a_pause_of_its_last_day() -> None:
    """Friday plus one day is Saturday, rolled to Monday; paused on Monday, it is over with Monday."""
    promise = metric(target="1 days", roll="nonworking")
    events = [("11-06 09:00", "opened"), ("11-09 10:00", "asked")]
    assert row_of(promise, events, "11-10 00:00").verdict == "pending"
    row = row_of(promise, events, "11-10 00:01")
    assert (row.verdict, row.due_at) == ("breached", when("11-10 00:00"))


def test_round_the_clock_working_days_are_outrun_for_years() -> None:
    events = [("11-02 09:00", "opened"), ("11-03 10:00", "asked")]
    row = row_of(metric(target="1 workday", calendar="always"), events, "2027-11-03 10:00")
    assert (row.verdict, row.due_at) == ("pending", when("2027-11-04 00:00"))


def test_no_pause_undoes_a_breach() -> None:
    for target, late in (("4h", "11-02 14:01"), ("1 workday", "11-03 18:01"), ("1 day", "11-04 00:01")):
        events = [("11-02 09:00", "opened"), (late, "asked"), ("11-20 10:00", "answered")]
        row = row_of(metric(target=target), events, "11-25 10:00")
        assert row.verdict == "breached"
        assert row.breached_at == row.due_at < when(late)


def test_pauses_do_not_move_the_legal_limit() -> None:
    promise = metric(target="3 workdays", legal="7 days")
    events = [("11-02 09:00", "opened"), ("11-03 10:00", "asked")]
    row = row_of(promise, events, "11-12 09:00")
    assert (row.state, row.verdict) == ("paused", "breached")
    assert row.due_at == row.legal_due_at == row.breached_at == when("11-10 00:00")
    assert row.target_due_at == when("11-16 18:00")


def test_a_missed_target_stays_where_it_was_although_the_law_allows_more() -> None:
    promise = metric(legal="30 days")
    events = [("11-02 09:00", "opened"), ("11-02 15:00", "asked"), ("11-02 16:00", "answered")]
    for count in (2, 3):
        assert row_of(promise, events[:count], "11-03 10:00").target_due_at == when("11-02 14:00")


def test_paused_at_the_very_deadline_is_in_time() -> None:
    events = [("11-02 09:00", "opened"), ("11-02 14:00", "asked"), ("11-02 16:00", "answered")]
    paused = row_of(metric(), events[:2], "11-02 15:00")
    assert (paused.verdict, paused.due_at) == ("pending", when("11-02 15:00"))
    resumed = row_of(metric(), events, "11-02 16:01")
    assert (resumed.verdict, resumed.due_at) == ("breached", when("11-02 16:00"))


def test_a_stop_while_paused_counts_as_resumed_and_stopped() -> None:
    events = [("11-02 09:00", "opened"), ("11-02 10:00", "asked"), ("11-03 10:00", "replied")]
    row = row_of(metric(), events, "11-20 10:00")
    assert (row.state, row.verdict, row.stopped_at) == ("stopped", "met", when("11-03 10:00"))
    assert row.due_at == when("11-03 14:00")
    assert (row.elapsed_seconds, row.paused_seconds) == (3600, 8 * 3600)


def test_no_rung_fires_while_paused_before_the_breach() -> None:
    promise = metric(target="3 workdays", ladder=[{"at": "25%"}, {"at": "50%"}])
    events = [("11-02 18:00", "opened"), ("11-03 10:00", "asked"), ("11-03 17:00", "answered")]
    assert row_of(promise, events, "11-03 16:59").rungs == ()  # a quarter has gone by at noon
    assert rungs_of(row_of(promise, events, "11-03 20:00")) == {"25%": when("11-03 17:00")}


def test_a_stop_while_paused_fires_nothing() -> None:
    promise = metric(target="3 workdays", ladder=[{"at": "25%"}])
    events = [("11-02 18:00", "opened"), ("11-03 10:00", "asked"), ("11-03 17:00", "replied")]
    assert row_of(promise, events, "11-05 10:00").rungs == ()


def test_a_breach_while_paused_frees_the_rungs() -> None:
    ladder = [{"at": "50%"}, {"at": "100%"}, {"at": "150%"}, {"after": "2h"}]
    promise = metric(target="9 days", legal="4 days", ladder=ladder)
    events = [("11-02 00:00", "opened"), ("11-03 10:00", "asked")]
    assert row_of(promise, events, "11-07 00:00").rungs == ()
    assert rungs_of(row_of(promise, events, "11-20 00:00")) == {
        "50%": when("11-07 00:00"),
        "100%": when("11-07 00:00"),
        "150%": when("11-09 12:00"),
        "2h": when("11-09 11:00"),
    }


def test_time_past_due_counts_while_paused() -> None:
    promise = metric(ladder=[{"after": "2h"}])
    events = [("11-02 09:00", "opened"), ("11-02 15:00", "asked")]
    assert rungs_of(row_of(promise, events, "11-02 17:00")) == {"2h": when("11-02 16:00")}
