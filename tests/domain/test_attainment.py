"""Kept and missed promises against tables that were counted by hand."""

import pytest

from domain.attainment import Attained, Verdicts, attainment_figures, attainment_percent


def verdicts(kind: str, metric: str, channel: str, team: str | None, *counts: int) -> Verdicts:
    met, breached, pending, cancelled = counts
    return Verdicts(
        kind=kind,
        metric=metric,
        channel=channel,
        team=team,
        met=met,
        breached=breached,
        pending=pending,
        cancelled=cancelled,
    )


ROWS = [
    verdicts("return", "review", "app", "returns", 8, 2, 1, 0),
    verdicts("return", "review", "phone", None, 1, 1, 0, 0),
    verdicts("complaint", "review", "app", "quality", 3, 0, 0, 2),
    verdicts("complaint", "resolution", "app", "quality", 0, 0, 4, 0),
    verdicts("delivery", "contact", "phone", "logistics", 1, 1, 0, 0),
]


@pytest.mark.parametrize(
    ("met", "breached", "percent"),
    [(0, 0, None), (0, 1, 0.0), (1, 0, 100.0), (2, 1, 66.66), (99_999, 1, 99.99)],
)
def test_only_what_was_always_kept_is_at_a_hundred(met: int, breached: int, percent: float | None) -> None:
    assert attainment_percent(met, breached) == percent


def test_clocks_of_each_kind_stand_apart_the_worst_first() -> None:
    found = attainment_figures(ROWS)
    assert [(row.kind, row.metric, row.attainment_percent) for row in found.clocks] == [
        ("delivery", "contact", 50.0),
        ("return", "review", 75.0),
        ("complaint", "review", 100.0),
        ("complaint", "resolution", None),
    ]


def test_channels_and_teams_add_up_to_the_whole() -> None:
    found = attainment_figures(ROWS)
    assert found.total == Attained(met=13, breached=4, pending=5, cancelled=2, attainment_percent=76.47)
    assert [(row.channel, row.met, row.breached) for row in found.channels] == [
        ("phone", 2, 2),
        ("app", 11, 2),
    ]
    assert [(row.team, row.met, row.breached, row.pending, row.cancelled) for row in found.teams] == [
        ("logistics", 1, 1, 0, 0),
        (None, 1, 1, 0, 0),
        ("returns", 8, 2, 1, 0),
        ("quality", 3, 0, 4, 2),
    ]


def test_of_two_that_are_as_bad_the_more_often_missed_comes_first() -> None:
    rows = [verdicts("return", name, "app", None, n, n, 0, 0) for name, n in (("a", 1), ("b", 3), ("c", 1))]
    assert [row.metric for row in attainment_figures(rows).clocks] == ["b", "a", "c"]


def test_one_clock_alone_is_counted_and_all_that_there_are_are_named() -> None:
    found = attainment_figures(ROWS, "contact")
    assert found.metrics == ["contact", "resolution", "review"]
    assert [(row.kind, row.met) for row in found.clocks] == [("delivery", 1)]
    assert [row.channel for row in found.channels] == ["phone"]


def test_without_a_clock_there_is_no_attainment() -> None:
    found = attainment_figures([])
    assert (found.total.attainment_percent, found.clocks, found.metrics) == (None, [], [])
