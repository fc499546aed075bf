"""`python -m bench`: plain cases counted, returns against the bare twin, the append path, the what-if."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from bench import append, parcels, what_if
from bench.cpu import BUDGET, CpuComparison, compare_with_twin, median_by_part
from bench.doors import BUDGET as DOOR_BUDGET
from bench.doors import DoorLatency, compare_doors
from bench.plain_complaint import count_plain_complaints
from bench.plain_delivery import count_plain_deliveries
from bench.plain_improvement import count_plain_improvements
from bench.plain_return import CASES, PlainReturn, Spread, count_plain_returns
from bench.plain_shipment import count_plain_shipments
from bench.room import bench_room

APPEND_ROUNDS = 5
APPEND_SCALE = 4


class Results:
    """What was measured, for people and as JSON."""

    def __init__(self, plain: PlainReturn, others: Mapping[str, list[Spread]]) -> None:
        self.plain = plain
        self.others = others
        """What a plain case of each other kind costs, by the kind's name."""
        self.cpu: CpuComparison | None = None
        self.doors: DoorLatency | None = None
        self.append: list[append.Ratio] = []
        self.what_if: list[append.Ratio] = []
        self.parcels: list[append.Ratio] = []

    def table(self) -> str:
        """At most 80 columns."""
        lines = [f"{'':31}{'minimum':>9}{'median':>9}{'maximum':>9}{'budget':>17}"]
        lines += [_spread_row(_words(spread.name), spread) for spread in self.plain.spreads]
        for kind, spreads in self.others.items():
            lines += [_spread_row(f"{_words(spread.name)}, {kind}", spread) for spread in spreads]
        more = [*self._types(), *self._cpu(), *self._doors(), *self._rates()]
        return "\n".join([*lines, self._lookups(), *more])

    def _lookups(self) -> str:
        told = self.plain.lookups
        return f"{f'Events by {told.idle} idle look-ups':49}{told.extra_events:9}{_at_most(0, told.ok):>17}"

    def _types(self) -> list[str]:
        counts = self.plain.typical
        rows = [f"  {number:4}  {name}" for name, number in counts.by_type.most_common()]
        return ["", f"Events of a typical case ({counts.events}):", *rows]

    def _cpu(self) -> list[str]:
        if self.cpu is None:
            return []
        ours, twin = median_by_part(self.cpu.ours), median_by_part(self.cpu.twins)
        parts = [f"{name:31}{ms:9,.0f}{twin.get(name, 0):9,.0f}" for name, ms in ours.items()]
        ratio = f"{self.cpu.ratio:.2f} ±{self.cpu.deviation:.2f}"
        return [
            "",
            f"{'CPU, ms per case':31}{'ours':>9}{'twin':>9}",
            *parts,
            f"{'ratio':31}{ratio:>18}{_at_most(BUDGET, self.cpu.ok):>26}",
        ]

    def _doors(self) -> list[str]:
        if self.doors is None:
            return []
        ratios = self.doors.ratios()
        rows = [
            f"{name:31}{ours:9.1f}{bare:9.1f}{ratios[name]:9.2f}"
            f"{_at_most(DOOR_BUDGET, ratios[name] <= DOOR_BUDGET):>17}"
            for name, (ours, bare) in self.doors.rows().items()
        ]
        return ["", f"{'An approval, ms':31}{'by HTTP':>9}{'bare':>9}{'ratio':>9}", *rows]

    def _rates(self) -> list[str]:
        appends = _rows_of("Append, events per second", self.append)
        what_if = _rows_of("What-if, cases per second of CPU", self.what_if)
        return appends + what_if + _rows_of("Watch replay, parcels per second of CPU", self.parcels)

    def as_json(self) -> dict[str, Any]:
        """The same figures and the single rounds."""
        cpu = self.cpu and {
            "ratio": self.cpu.ratio,
            "deviation": self.cpu.deviation,
            "ratios": self.cpu.ratios,
            "ours_ms": median_by_part(self.cpu.ours),
            "twin_ms": median_by_part(self.cpu.twins),
            "twin": self.cpu.twin_counts.as_json(),
            "budget": BUDGET,
            "ok": self.cpu.ok,
        }
        return {
            "counters": _as_json(self.plain.spreads),
            **{kind: _as_json(spreads) for kind, spreads in self.others.items()},
            "lookups": {**asdict(self.plain.lookups), "ok": self.plain.lookups.ok},
            "typical": self.plain.typical.as_json(),
            "cpu": cpu,
            "doors": self.doors and self.doors.as_json(),
            "append": [asdict(ratio) for ratio in self.append],
            "what_if": [asdict(ratio) for ratio in self.what_if],
            "parcels": [asdict(ratio) for ratio in self.parcels],
            "ok": self.ok,
        }

    @property
    def ok(self) -> bool:
        """Whether every exact budget is kept."""
        return self.plain.ok and all(spread.ok for spreads in self.others.values() for spread in spreads)


def _as_json(spreads: list[Spread]) -> list[dict[str, Any]]:
    return [{**asdict(spread), "ok": spread.ok} for spread in spreads]


def _spread_row(name: str, spread: Spread) -> str:
    figures = f"{spread.minimum:9,.0f}{spread.median:9,.0f}{spread.maximum:9,.0f}"
    return f"{name:31}{figures}{_at_most(spread.budget, spread.ok):>17}"


def _rows_of(title: str, ratios: list[append.Ratio]) -> list[str]:
    if not ratios:
        return []
    rows = [
        f"{r.name:37}{r.ours_per_second:8,.0f}{r.peer_per_second:8,.0f}"
        f"{f'{r.ratio:.2f} ±{r.deviation:.2f}':>13}{_at_least(r):>13}"
        for r in ratios
    ]
    return ["", f"{title:37}{'ours':>8}{'peer':>8}{'ratio':>13}{'budget':>13}", *rows]


def _words(name: str) -> str:
    return {
        "events": "History events",
        "actions": "Actions",
        "history_bytes": "History bytes",
        "look_up_events": "Events by look-ups",
    }[name]


def _at_most(budget: float, ok: bool) -> str:
    return f"≤ {budget:,g} {'ok' if ok else 'OVER'}"


def _at_least(ratio: append.Ratio) -> str:
    if ratio.budget is None:
        return "-"
    return f"≥ {ratio.budget:g} {'ok' if ratio.ratio >= ratio.budget else 'UNDER'}"


async def measure(*, counters_only: bool, cases: int) -> Results:
    """Count first, on a fresh room; then CPU and appends, which only inform."""
    async with bench_room() as room:
        plain = await count_plain_returns(room, cases)
        others = {
            "complaint": (await count_plain_complaints(room, cases)).spreads,
            "shipment": (await count_plain_shipments(room, cases)).spreads,
            "delivery": (await count_plain_deliveries(room, cases)).spreads,
            "improvement": (await count_plain_improvements(room, cases)).spreads,
        }
        results = Results(plain, others)
        if not counters_only:
            results.cpu = await compare_with_twin(room)
            results.doors = await compare_doors(room)
    if not counters_only:
        results.append = await asyncio.to_thread(_measure_append)
        results.what_if = [await asyncio.to_thread(_measure_what_if)]
        results.parcels = [await asyncio.to_thread(parcels.measure)]
    return results


def _measure_append() -> list[append.Ratio]:
    with append.embedded_database() as dsn:
        return asyncio.run(append.measure(dsn, APPEND_ROUNDS, APPEND_SCALE))


def _measure_what_if() -> append.Ratio:
    with append.embedded_database() as dsn:
        return asyncio.run(what_if.measure(dsn, what_if.CASES, what_if.ROUNDS))


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 1 when a counter is over its budget; ratios of time only inform."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--counters", action="store_true", help="only what is exact; for CI")
    parser.add_argument("--cases", type=int, default=CASES, help=f"plain returns to count (default {CASES})")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(arguments)
    results = asyncio.run(measure(counters_only=options.counters, cases=options.cases))
    print(json.dumps(results.as_json(), indent=2) if options.json else results.table())
    return int(not results.ok)


if __name__ == "__main__":
    sys.exit(main())
