"""What the bench prints, from figures that are given."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from bench.__main__ import Results
from bench.append import Ratio
from bench.counts import Counts
from bench.cpu import Block, CpuComparison
from bench.doors import DoorLatency
from bench.plain_complaint import PlainComplaint
from bench.plain_delivery import PlainDelivery
from bench.plain_improvement import PlainImprovement
from bench.plain_return import Lookups, PlainReturn
from bench.plain_shipment import PlainShipment

CASE = Counts(
    events=88,
    actions=25,
    history_bytes=18_350,
    by_type=Counter({"WORKFLOW_TASK_STARTED": 14, "TIMER_STARTED": 1}),
)
LOOKUPS = Lookups(idle=10, way_back_events=12, way_back_events_at_once=12, extra_events=0)
PLAIN = PlainReturn([CASE, replace(CASE, events=91), CASE], LOOKUPS)
COMPLAINT = PlainComplaint([replace(CASE, events=92, actions=25, history_bytes=20_700)])
DELIVERY = PlainDelivery([replace(CASE, events=118, actions=32, history_bytes=27_388)])
IMPROVEMENT = PlainImprovement([replace(CASE, events=45, actions=15, history_bytes=10_600)])
SHIPMENT = PlainShipment([replace(CASE, events=50, actions=17, history_bytes=17_400, retries=3)], 0)
OTHERS = {
    "shipment": SHIPMENT.spreads,
    "complaint": COMPLAINT.spreads,
    "delivery": DELIVERY.spreads,
    "improvement": IMPROVEMENT.spreads,
}
DEAR = replace(CASE, events=127, actions=35, history_bytes=30_001)


def block(worker: float, temporal: float, postgres: float = 0.0) -> Block:
    """CPU of one block."""
    return Block({"worker": worker, "temporal": temporal, "postgres": postgres})


CPU = CpuComparison(
    ours=[block(130, 100, 20), block(150, 100, 20), block(200, 180, 20), block(200, 180, 20)],
    twins=[block(80, 80), block(80, 80), block(100, 100), block(100, 100)],
    twin_counts=CASE,
)


DOORS = DoorLatency(http=[0.012, 0.015, 0.030], bare=[0.010, 0.010, 0.025])


def full() -> Results:
    """All that a whole run measures."""
    results = Results(PLAIN, OTHERS)
    results.cpu = CPU
    results.doors = DOORS
    results.append = [Ratio("200 events per transaction ÷ one COPY", 23_970, 1_831, 12.45, 2.2, 8)]
    results.what_if = [Ratio("1,000 cases judged ÷ read", 1_612, 14_654, 0.04, 0.01, 0.05)]
    return results


def test_a_ratio_is_the_median_of_the_rounds_and_tells_its_spread() -> None:
    assert CPU.ratios == [520 / 320, 800 / 400]
    assert (round(CPU.ratio, 4), round(CPU.deviation, 4), CPU.ok) == (1.8125, 0.1875, False)


def test_the_table_is_at_most_80_columns_wide_and_says_what_is_over() -> None:
    lines = full().table().splitlines()
    assert [line for line in lines if len(line) > 80] == []
    assert any(line.startswith("History events") and line.endswith("≤ 96 ok") for line in lines)
    assert any(line.startswith("History events, delivery") and line.endswith("≤ 126 ok") for line in lines)
    assert any(line.startswith("ratio") and line.endswith("≤ 1.8 OVER") for line in lines)
    assert "p50                                 15.0     10.0     1.50      ≤ 1.25 OVER" in lines
    assert any(line.startswith("1,000 cases judged") and line.endswith("≥ 0.05 UNDER") for line in lines)


def test_the_json_has_every_figure() -> None:
    told = json.loads(json.dumps(full().as_json()))
    assert [figure["maximum"] for figure in told["counters"]] == [91, 25, 18_350]
    assert [figure["maximum"] for figure in told["delivery"]] == [118, 32, 27_388]
    assert [figure["maximum"] for figure in told["shipment"]] == [50, 14, 17_400, 0]
    assert [figure["maximum"] for figure in told["complaint"]] == [92, 25, 20_700]
    assert [figure["maximum"] for figure in told["improvement"]] == [45, 15, 10_600]
    assert told["cpu"]["ratios"] == CPU.ratios
    assert told["doors"]["ratios"]["p50"] == 1.5
    assert (told["ok"], told["append"][0]["ratio"]) == (True, 12.45)
    assert told["what_if"][0]["ours_per_second"] == 1_612


@pytest.mark.parametrize("plain", [PlainComplaint, PlainDelivery, PlainImprovement])
def test_a_case_of_another_kind_over_its_budget_breaks_the_gate_too(plain: Any) -> None:
    dear = plain([DEAR])
    assert (full().ok, dear.ok) == (True, False)
    assert not Results(PLAIN, {**OTHERS, "dear": dear.spreads}).ok


def test_a_look_up_that_tells_nothing_new_is_no_event_of_a_parcel_and_none_of_its_plain_cost() -> None:
    assert SHIPMENT.ok
    assert not PlainShipment([CASE], 1).ok
    assert not PlainShipment([replace(DEAR, retries=0)], 0).ok


def test_one_case_over_its_budget_or_one_event_by_look_ups_breaks_the_gate() -> None:
    assert PLAIN.ok
    assert not PlainReturn([CASE, replace(CASE, events=97)], LOOKUPS).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, extra_events=1)).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, way_back_events=15)).ok
    assert not PlainReturn([CASE], replace(LOOKUPS, idle=9)).ok
