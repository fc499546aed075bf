"""Met or breached, by event time; which rungs of the ladder fire, and when."""

import pytest

from domain.sla import rows
from tests.domain.sla.stories import book_of, metric, row_of, rows_of, rungs_of, spec_of, when

LADDER = [{"at": "75%"}, {"at": "100%"}, {"after": "2h"}]
OPENED = ("11-02 09:00", "opened")


@pytest.mark.parametrize(
    ("stopped", "verdict"),
    [("11-02 13:59:59", "met"), ("11-02 14:00", "met"), ("11-02 14:00:00.000001", "breached")],
)
def test_stopped_by_the_deadline_is_met_later_is_breached(stopped: str, verdict: str) -> None:
    row = row_of(metric(), [OPENED, (stopped, "replied")], "11-20 09:00")
    assert (row.state, row.verdict) == ("stopped", verdict)
    assert row.breached_at == (None if verdict == "met" else when("11-02 14:00"))


@pytest.mark.parametrize(
    ("as_of", "verdict"), [("11-02 14:00", "pending"), ("11-02 14:00:00.000001", "breached")]
)
def test_an_unstopped_clock_is_breached_once_the_deadline_is_past(as_of: str, verdict: str) -> None:
    row = row_of(metric(), [OPENED], as_of)
    assert (row.state, row.verdict) == ("running", verdict)


def test_a_cured_breach_stays_a_breach() -> None:
    row = row_of(metric(), [OPENED, ("11-02 15:00", "replied")], "11-03 09:00")
    assert (row.state, row.verdict, row.breached_at) == ("stopped", "breached", when("11-02 14:00"))
    assert row.breached_at == row.due_at
    assert row.elapsed_seconds == 5 * 3600


def test_events_after_as_of_are_ignored() -> None:
    events = [OPENED, ("11-02 10:00", "replied")]
    assert row_of(metric(), events, "11-02 09:59").state == "running"
    assert row_of(metric(), events, "11-02 10:00").state == "stopped"
    assert rows_of(metric(), events, "11-02 08:59") == ()


def test_events_are_sorted_by_time_whatever_the_order_of_the_file() -> None:
    events = [("11-02 10:00", "replied"), OPENED]
    assert row_of(metric(), events, "11-02 12:00").stopped_at == when("11-02 10:00")


def test_events_of_one_instant_keep_their_order() -> None:
    asked, answered = ("11-02 10:00", "asked"), ("11-02 10:00", "answered")
    assert row_of(metric(), [OPENED, asked, answered], "11-02 11:00").state == "running"
    assert row_of(metric(), [OPENED, answered, asked], "11-02 11:00").state == "paused"


@pytest.mark.parametrize(
    "events",
    [
        [],
        [("11-02 08:00", "replied"), ("11-02 08:01", "asked")],
        [("11-02 08:00", "answered"), ("11-02 08:01", "withdrawn"), ("11-02 08:02", "rained")],
    ],
)
def test_a_metric_that_never_started_has_no_row(events: list[tuple[str, str]]) -> None:
    assert rows_of(metric(), events, "11-02 12:00") == ()


@pytest.mark.parametrize("noise", ["opened", "answered", "rained"])
def test_events_with_nothing_to_act_on_are_ignored(noise: str) -> None:
    plain = row_of(metric(ladder=LADDER), [OPENED], "11-02 16:00")
    assert row_of(metric(ladder=LADDER), [OPENED, ("11-02 10:00", noise)], "11-02 16:00") == plain


@pytest.mark.parametrize("noise", ["opened", "asked"])
def test_a_paused_clock_is_neither_started_nor_paused_again(noise: str) -> None:
    events = [OPENED, ("11-02 10:00", "asked")]
    plain = row_of(metric(), events, "11-02 16:00")
    assert row_of(metric(), [*events, ("11-02 11:00", noise)], "11-02 16:00") == plain


@pytest.mark.parametrize("noise", ["replied", "asked", "answered", "withdrawn"])
def test_a_stopped_clock_stays_as_it_stopped(noise: str) -> None:
    events = [OPENED, ("11-02 10:00", "replied")]
    plain = row_of(metric(), events, "11-02 16:00")
    assert row_of(metric(), [*events, ("11-02 11:00", noise)], "11-02 16:00") == plain


def test_a_cancelled_clock_is_judged_no_more() -> None:
    row = row_of(metric(ladder=LADDER), [OPENED, ("11-02 10:00", "withdrawn")], "11-20 16:00")
    assert (row.state, row.verdict, row.stopped_at, row.breached_at) == ("cancelled", "pending", None, None)
    assert (row.due_at, row.elapsed_seconds, row.rungs) == (when("11-02 14:00"), 3600, ())


def test_a_breach_survives_the_cancelling() -> None:
    row = row_of(metric(), [OPENED, ("11-02 16:00", "withdrawn")], "11-20 16:00")
    assert (row.state, row.verdict) == ("cancelled", "breached")


def test_rungs_fire_by_working_time_those_of_the_future_are_not_listed() -> None:
    def fired(as_of: str) -> list[str]:
        return [rung.rung for rung in row_of(metric(ladder=LADDER), [OPENED], as_of).rungs]

    assert fired("11-02 11:59") == []
    assert fired("11-02 12:00") == ["75%"]
    assert fired("11-02 14:00") == ["75%", "100%"]
    assert fired("11-02 15:59") == ["75%", "100%"]
    assert fired("11-02 16:00") == ["75%", "100%", "2h"]


def test_time_past_due_is_working_time() -> None:
    row = row_of(metric(ladder=[{"after": "8h"}]), [OPENED], "11-20 16:00")
    assert rungs_of(row) == {"8h": when("11-03 14:00")}


def test_no_rung_fires_after_the_stop() -> None:
    at_noon = row_of(metric(ladder=LADDER), [OPENED, ("11-02 12:00", "replied")], "11-20 16:00")
    assert rungs_of(at_noon) == {"75%": when("11-02 12:00")}
    before = row_of(metric(ladder=LADDER), [OPENED, ("11-02 11:59:59", "replied")], "11-20 16:00")
    assert before.rungs == ()


def test_for_day_targets_a_share_is_of_the_time_from_start_to_due() -> None:
    promise = metric(target="3 days", ladder=[{"at": "50%"}, {"at": "100%"}])
    row = row_of(promise, [("11-02 00:00", "opened")], "11-20 09:00")
    assert rungs_of(row) == {"50%": when("11-04 00:00"), "100%": when("11-06 00:00")}


def test_a_legal_limit_that_is_earlier_shortens_the_time_from_start_to_due() -> None:
    promise = metric(target="9 days", legal="3 days", ladder=[{"at": "50%"}])
    assert rungs_of(row_of(promise, [("11-02 00:00", "opened")], "11-20 09:00")) == {
        "50%": when("11-04 00:00")
    }


def test_for_time_targets_a_share_is_of_the_target_even_past_the_legal_limit() -> None:
    promise = metric(legal="1h", legal_calendar="always", ladder=[{"after": "90m"}, {"at": "75%"}])
    row = row_of(promise, [OPENED], "11-02 16:00")
    assert row.breached_at == when("11-02 10:00")
    assert [(rung.rung, rung.at) for rung in row.rungs] == [
        ("90m", when("11-02 11:30")),
        ("75%", when("11-02 12:00")),
    ]


def test_shares_beyond_the_whole_go_on_with_the_work() -> None:
    promise = metric(ladder=[{"at": "150%"}])
    events = [OPENED, ("11-02 15:00", "asked"), ("11-02 17:00", "answered")]
    assert rungs_of(row_of(promise, events, "11-20 16:00")) == {"150%": when("11-02 18:00")}


def test_the_text_of_a_rung_is_kept() -> None:
    promise = metric(ladder=[{"after": "120m"}, {"after": "2h"}, {"after": "0s"}])
    row = row_of(promise, [OPENED], "11-20 16:00")
    assert [rung.rung for rung in row.rungs] == ["0s", "120m", "2h"]


def test_every_metric_has_its_own_rows_in_the_order_of_the_metrics() -> None:
    spec = spec_of(metric(name="b"), metric(name="a", calendar="always"), metric(name="c", start=["never"]))
    found = rows(book_of(spec, [OPENED]), spec, when("11-02 13:00"))
    assert [row.name for row in found] == ["b", "a"]
    assert [row.elapsed_seconds for row in found] == [3 * 3600, 4 * 3600]
