"""What a what-if costs: `policy simulate` over seeded cases, against merely reading the same rows.

Counted is this process's CPU, so rates are cases per second of CPU; PostgreSQL's is the same on both sides.
Rounds are interleaved and the first is thrown away; the figure is the median ratio.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from bench.append import Ratio, compare, embedded_database
from bench.past_cases import fill, library
from domain.simulation import UnderPolicy
from starters.simulating import simulate
from store.migrate import migrate
from store.past_cases import PastCaseFilter, PastCases
from store.pool import Pool, create_pool

CASES = 1_000
ROUNDS = 5
BUDGET = 0.05
"""Of the rate of reading the rows, which takes about a tenth of a millisecond per case."""
AS_OF = datetime(2027, 1, 1, tzinfo=UTC)
EVERYTHING = PastCaseFilter()


async def judge_all(pool: Pool) -> None:
    """Ours: all cases under the surge policy, most clocks unlike what they were."""
    shipped = library()
    await simulate(pool, UnderPolicy(shipped.load("surge"), shipped.snapshots), EVERYTHING, AS_OF)


async def read_all(pool: Pool) -> None:
    """The peer: the same rows, and nothing done with them."""
    async for _ in PastCases(pool).pages(EVERYTHING, AS_OF):
        pass


async def per_cpu_second(pool: Pool, cases: int, run: Callable[[Pool], Awaitable[None]]) -> float:
    """Cases per second of this process's CPU."""
    started = time.process_time()
    await run(pool)
    return cases / (time.process_time() - started)


async def measure(dsn: str, cases: int, rounds: int) -> Ratio:
    """Fill a database, then judge and read it in turns."""
    await migrate(dsn)
    pool = await create_pool(dsn)
    try:
        await fill(pool, cases)
        await pool.execute("ANALYZE")
        seen = [
            (await per_cpu_second(pool, cases, judge_all), await per_cpu_second(pool, cases, read_all))
            for _ in range(rounds + 1)
        ]
    finally:
        await pool.close()
    return compare(f"{cases:,} cases judged ÷ read", seen[1:], BUDGET)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; status 1 when the budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.what_if", description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with embedded_database() as dsn:
        found = asyncio.run(measure(dsn, options.cases, options.rounds))
    if options.json:
        print(json.dumps(asdict(found), ensure_ascii=False))
    else:
        cost = f"{1000 / found.ours_per_second:.2f} s of CPU per 1,000 cases"
        print(f"{found.name}: {cost}, ratio {found.ratio:.2f} ±{found.deviation:.2f} (at least {BUDGET})")
    return int(found.ratio < BUDGET)


if __name__ == "__main__":
    raise SystemExit(main())
