"""Makes the read model again from the events: one transaction per stream, while cases go on."""

from dataclasses import dataclass

from domain.records import Batch
from domain.upcasting import UPCASTERS, Upcasters, upcast
from store.append import append_one
from store.board import count_again
from store.pool import Connection, Pool, connection, transaction
from store.projection import Projector
from store.sql import load
from store.streams import Q as STREAMS
from store.streams import to_recorded

Q = load("rebuild")

PAGE_STREAMS = 500


@dataclass(frozen=True)
class Rebuilt:
    """How many rows were written again, and how many had no events behind them and were removed."""

    written: int
    removed: int


async def rebuild(pool: Pool, project: Projector, upcasters: Upcasters = UPCASTERS) -> Rebuilt:
    """Write every row and every claim again as its stream tells it, and count the board again.

    The stream's writer waits meanwhile, so that a row never falls behind its log. Raises `StoreUnavailable`,
    and what `project` raises for a stream that it cannot read; those before it are then done.
    """
    written = removed = 0
    last = ""
    while True:
        async with connection(pool) as conn:
            page = [row["case_id"] for row in await conn.fetch(Q["stream_ids"], last, PAGE_STREAMS)]
        if not page:
            async with transaction(pool) as conn:
                await count_again(conn)
            return Rebuilt(written, removed)
        for case_id in page:
            async with transaction(pool) as conn:
                if await _rebuild_stream(conn, case_id, project, upcasters):
                    written += 1
                elif await conn.fetchval(Q["remove_row"], case_id):
                    removed += 1
        last = page[-1]


async def _rebuild_stream(conn: Connection, case_id: str, project: Projector, upcasters: Upcasters) -> bool:
    """Whether the stream has a row; it is then written."""
    await conn.execute(Q["lock_stream"], case_id)
    rows = await conn.fetch(STREAMS["stream"], case_id, None, None)
    events = [upcast(to_recorded(row), upcasters) for row in rows]
    projection = project(case_id, events) if events else None
    if projection is None:
        return False
    held = projection.held
    batch = Batch(
        case_id=case_id,
        first_seq=events[-1].seq + 1,
        events=[],
        summary=projection.summary,
        held=None if held is None else {line: list(units) for line, units in held.items()},
    )
    await append_one(conn, batch)
    return True
