"""What the bench prints, from figures that are given."""

import json
from collections import Counter
from dataclasses import replace

from bench.__main__ import Results
from bench.append import Ratio
from bench.counts import Counts
from bench.cpu import Block, CpuComparison
from bench.plain_return import Lookups, PlainReturn

CASE = Counts(
    events=88,
    actions=25,
    history_bytes=18_350,
    by_type=Counter({"WORKFLOW_TASK_STARTED": 14, "TIMER_STARTED": 1}),
)
LOOKUPS = Lookups(idle=10, way_back_events=12, way_back_events_at_once=12, extra_events=0)
PLAIN = PlainReturn([CASE, replace(CASE, events=91), CASE], LOOKUPS)


def block(worker: float, temporal: float, postgres: float = 0.0) -> Block:
    """CPU of one block."""
    return Block({"worker": worker, "temporal": temporal, "postgres": postgres})


CPU = CpuComparison(
    ours=[block(130, 100, 20), block(150, 100, 20), block(200, 180, 20), block(200, 180, 20)],
    twins=[block(80, 80), block(80, 80), block(100, 100), block(100, 100)],
    twin_counts=CASE,
)


def full() -> Results:
    """All that a whole run measures."""
    results = Results(PLAIN)
    results.cpu = CPU
    results.append = [Ratio("200 events per transaction ÷ one COPY", 23_970, 1_831, 12.45, 2.2, 8)]
    return results


def test_a_ratio_is_the_median_of_the_rounds_and_tells_its_spread() -> None:
    assert CPU.ratios == [520 / 320, 800 / 400]
    assert (round(CPU.ratio, 4), round(CPU.deviation, 4), CPU.ok) == (1.8125, 0.1875, False)


def test_the_table_is_at_most_80_columns_wide_and_says_what_is_over() -> None:
    lines = full().table().splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("History events") and line.endswith("≤ 96 ok") for line in lines)
    assert any(line.startswith("ratio") and line.endswith("≤ 1.8 OVER") for line in lines)


def test_the_json_has_every_figure() -> None:
    told = json.loads(json.dumps(full().as_json()))
    assert [figure["maximum"] for figure in told["counters"]] == [91, 25, 18_350]
    assert told["cpu"]["ratios"] == CPU.ratios
    assert (told["ok"], told["append"][0]["ratio"]) == (True, 12.45)


def test_one_case_over_its_budget_or_one_event_by_look_ups_breaks_the_gate() -> None:
    assert PLAIN.ok
    assert not PlainReturn([CASE, replace(CASE, events=97)], LOOKUPS).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, extra_events=1)).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, way_back_events=15)).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, idle=9)).ok
