"""`python -m bench`: counts plain returns, measures them against the bare twin, times the append path."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench import append
from bench.cpu import BUDGET, CpuComparison, compare_with_twin, median_by_part
from bench.plain_return import CASES, PlainReturn, count_plain_returns
from bench.room import bench_room

APPEND_ROUNDS = 5
APPEND_SCALE = 4


class Results:
    """What was measured, for people and as JSON."""

    def __init__(self, plain: PlainReturn) -> None:
        self.plain = plain
        self.cpu: CpuComparison | None = None
        self.append: list[append.Ratio] = []

    def table(self) -> str:
        """At most 80 columns."""
        lines = [f"{'':31}{'minimum':>9}{'median':>9}{'maximum':>9}{'budget':>17}"]
        lines += [
            f"{_words(s.name):31}{s.minimum:9,.0f}{s.median:9,.0f}{s.maximum:9,.0f}"
            f"{_at_most(s.budget, s.ok):>17}"
            for s in self.plain.spreads
        ]
        return "\n".join([*lines, self._lookups(), *self._types(), *self._cpu(), *self._append()])

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

    def _append(self) -> list[str]:
        if not self.append:
            return []
        rows = [
            f"{r.name:37}{r.ours_per_second:8,.0f}{r.peer_per_second:8,.0f}"
            f"{f'{r.ratio:.2f} ±{r.deviation:.2f}':>13}{_at_least(r):>13}"
            for r in self.append
        ]
        return [
            "",
            f"{'Append, events per second':37}{'ours':>8}{'peer':>8}{'ratio':>13}{'budget':>13}",
            *rows,
        ]

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
            "counters": [{**asdict(spread), "ok": spread.ok} for spread in self.plain.spreads],
            "lookups": {**asdict(self.plain.lookups), "ok": self.plain.lookups.ok},
            "typical": self.plain.typical.as_json(),
            "cpu": cpu,
            "append": [asdict(ratio) for ratio in self.append],
            "ok": self.plain.ok,
        }


def _words(name: str) -> str:
    return {"events": "History events", "actions": "Actions", "history_bytes": "History bytes"}[name]


def _at_most(budget: float, ok: bool) -> str:
    return f"≤ {budget:,g} {'ok' if ok else 'OVER'}"


def _at_least(ratio: append.Ratio) -> str:
    if ratio.budget is None:
        return "-"
    return f"≥ {ratio.budget:g} {'ok' if ratio.ratio >= ratio.budget else 'UNDER'}"


async def measure(*, counters_only: bool, cases: int) -> Results:
    """Count first, on a fresh room; then CPU and appends, which only inform."""
    async with bench_room() as room:
        results = Results(await count_plain_returns(room, cases))
        if not counters_only:
            results.cpu = await compare_with_twin(room)
    if not counters_only:
        results.append = await asyncio.to_thread(_measure_append)
    return results


def _measure_append() -> list[append.Ratio]:
    with append.embedded_database() as dsn:
        return asyncio.run(append.measure(dsn, APPEND_ROUNDS, APPEND_SCALE))


def main(arguments: Sequence[str] | None = None) -> int:
    """Status 1 when a counter is over its budget; ratios of time only inform."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--counters", action="store_true", help="only what is exact; for CI")
    parser.add_argument("--cases", type=int, default=CASES, help=f"plain returns to count (default {CASES})")
    parser.add_argument("--json", action="store_true", help="print JSON instead of the table")
    options = parser.parse_args(arguments)
    results = asyncio.run(measure(counters_only=options.counters, cases=options.cases))
    print(json.dumps(results.as_json(), indent=2) if options.json else results.table())
    return int(not results.plain.ok)


if __name__ == "__main__":
    sys.exit(main())
