"""Rows of the `cases` read model for tests that only read it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from store.pool import Pool

INSERT = """
INSERT INTO cases (
    case_id, kind, merchant, number, order_id, customer_id, stage, open, priority, tier, language,
    policy, policy_hash, calendar_revision, opened_at, closed_at, last_seq, last_event_at, sla_state,
    refund_minor, currency, clocks, facets, channel, team
) VALUES (
    $1, split_part($1, ':', 1), split_part($1, ':', 2), split_part($1, ':', 3), $2, $3, 'review', $4::boolean,
    'P3', 'ordinary', 'zh-CN', 'standard', 'p0', 'r0', $5::timestamptz,
    CASE WHEN NOT $4 THEN $5::timestamptz END, 1, $5, 'ok',
    0, 'CNY', $7::jsonb, $6::jsonb, $8, $9
)
"""


async def put_case(
    pool: Pool,
    case_id: str,
    opened_at: datetime,
    facets: Mapping[str, str] | None = None,
    *,
    order_id: str | None = "SO-1",
    customer_id: str | None = "c1",
    is_open: bool = True,
    clocks: Sequence[Mapping[str, Any]] = (),
    channel: str = "app",
    team: str | None = None,
) -> None:
    """A case in the read model, without a stream behind it."""
    async with pool.acquire() as conn:
        await conn.execute(
            INSERT,
            case_id,
            order_id,
            customer_id,
            is_open,
            opened_at,
            json.dumps(dict(facets or {})),
            json.dumps([dict(clock) for clock in clocks]),
            channel,
            team,
        )
