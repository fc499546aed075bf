"""Whole past cases for the tests of what-ifs: any kind, any events at any times, terms by name."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue

from domain.records import Batch, Recorded
from store.append import append_events
from store.pool import Pool, transaction
from tests.domain.sla.stories import when
from tests.store.streams import make_summary


def make_stream(
    case_id: str, events: Sequence[tuple[str, str]], terms_hash: str | None = "t1", **row: Any
) -> Batch:
    """A case from its events as (time, type); the first carries the name of its terms."""
    first_data: dict[str, JsonValue] = {} if terms_hash is None else {"terms_hash": terms_hash}
    recorded = [
        Recorded(seq=seq, type=event_type, at=when(at), actor="agent:a1", data=first_data if seq == 1 else {})
        for seq, (at, event_type) in enumerate(events, 1)
    ]
    opened_at: datetime = when(events[0][0])
    summary = make_summary(case_id, len(recorded), **{"opened_at": opened_at, **row})
    return Batch(case_id=case_id, first_seq=1, events=recorded, summary=summary)


async def store_all(pool: Pool, *batches: Batch) -> None:
    """Append each as its case would."""
    async with transaction(pool) as conn:
        await append_events(conn, batches)
