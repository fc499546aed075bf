"""A month's cases for the page of figures: made from their numbers, so that they are the same each time."""

from datetime import datetime

from store.pool import Pool

CASES = """
INSERT INTO cases (
    case_id, kind, merchant, number, order_id, customer_id, stage, open, outcome, waiting_for, priority, tier,
    channel, language, policy, policy_hash, calendar_revision, opened_at, closed_at, last_seq, last_event_at,
    sla_state, refund_minor, currency, clocks, team, facets
)
SELECT
    kind || ':' || $2 || ':' || number, kind, $2, number, 'SO-' || i % again, 'c' || i % again,
    CASE WHEN is_open THEN 'review' ELSE 'closed' END, is_open, CASE WHEN NOT is_open THEN 'accepted' END,
    CASE WHEN is_open THEN 'agent' END, 'P' || 1 + h % 4, 'ordinary',
    (array['app', 'app', 'web', 'phone', 'chat', 'email'])[1 + h / 7 % 6], 'zh-CN', 'standard', 'p', 'cn@1',
    opened_at, CASE WHEN NOT is_open THEN opened_at + interval '1 day' END, 9, opened_at,
    CASE WHEN h % 9 = 0 THEN 'breached' ELSE 'ok' END, 100, 'CNY',
    jsonb_build_array(
        pg_temp.clock('first_response', h / 3 % 13 = 0, false, false),
        pg_temp.clock('resolution', h % 9 = 0, is_open, h % 40 = 39)
    ),
    CASE WHEN h / 5 % 8 > 0 THEN (array['returns', 'quality'])[1 + h / 5 % 2] END,
    CASE kind
        WHEN 'complaint' THEN jsonb_strip_nulls(jsonb_build_object(
            'category', (array['product_quality', 'product_quality', 'logistics', 'returns'])[1 + h / 3 % 4],
            'party', (array['merchant', 'merchant', 'carrier', 'platform', 'staff'])[1 + h / 13 % 6]
        ))
        WHEN 'delivery' THEN jsonb_build_object(
            'exception', 'late', 'party', (array['carrier', 'carrier', 'weather'])[1 + h / 13 % 3],
            'carrier', 'swift', 'lane', 'sha-pek', 'reason', 'weather_delay'
        )
        ELSE '{}'
    END
FROM (
    SELECT
        i, 'F-' || i AS number, abs(hashint8(i))::bigint AS h, i % 11 = 0 AS is_open,
        (array['return', 'return', 'return', 'complaint', 'complaint', 'delivery'])[1 + i % 6] AS kind,
        -- Mornings and evenings are busy, and one day is a peak.
        date_trunc('day', $3::timestamptz)
        - CASE WHEN i % 8 = 0 THEN 6 ELSE 1 + abs(hashint8(i * 3)) % 28 END * interval '1 day'
        + (1 + abs(hashint8(i * 5)) % 6 + abs(hashint8(i * 7)) % 7) * interval '1 hour'
        + abs(hashint8(i * 11)) % 60 * interval '1 minute' AS opened_at
    FROM generate_series(1, $1) AS i
) AS made
-- Every tenth comes again, as the same kind of case.
CROSS JOIN LATERAL (SELECT greatest(6, $1 * 9 / 10 / 6 * 6) AS again) AS turns
"""
CLOCK = """
CREATE OR REPLACE FUNCTION pg_temp.clock(name text, is_missed boolean, runs boolean, is_cancelled boolean)
RETURNS jsonb LANGUAGE sql IMMUTABLE RETURN jsonb_build_object(
    'name', name, 'instance', 1, 'provisional', false, 'due_at', '2026-11-01T00:00:00Z', 'rungs', '[]'::jsonb,
    'state', CASE WHEN runs THEN 'running' WHEN is_cancelled THEN 'cancelled' ELSE 'stopped' END,
    'verdict', CASE WHEN is_missed THEN 'breached' WHEN runs OR is_cancelled THEN 'pending' ELSE 'met' END
)
"""
REFUNDS = """
WITH refunded AS (
    SELECT case_id, 'refund:' || merchant || ':' || number || ':1' AS refund_id, merchant, order_id, number,
        opened_at, abs(hashtext(case_id)) AS h
    FROM cases
    WHERE kind = 'return' AND merchant = $1
), budgets AS (
    INSERT INTO order_budgets (merchant, order_id, currency, captured_minor)
    SELECT DISTINCT merchant, order_id, 'CNY', 100000 FROM refunded
), told AS (
    INSERT INTO events (case_id, seq, type, version, at, actor, data, content_hash)
    SELECT refund_id, seq, type, 1, at, 'system', '{}', decode(md5(refund_id || seq), 'hex')
    FROM refunded
    CROSS JOIN LATERAL (SELECT opened_at + h % 60 * interval '40 minutes' AS asked_at) AS asked
    CROSS JOIN LATERAL (VALUES
        (1, 'refund.requested', asked_at),
        (2, 'refund.settled', asked_at + h / 64 % 90 * interval '11 minutes')
    ) AS facts (seq, type, at)
    WHERE seq = 1 OR h % 20 > 0
)
INSERT INTO refunds (
    refund_id, key, case_id, seq, merchant, order_id, amount_minor, currency, provider, state, state_since
)
SELECT
    refund_id, 'rf-' || merchant || '-' || number, case_id, 1, merchant, order_id, 100, 'CNY', 'sandbox',
    CASE WHEN h % 20 > 0 THEN 'settled' WHEN h % 40 = 0 THEN 'failed' ELSE 'pending' END, opened_at
FROM refunded
"""


async def fill_figures(pool: Pool, cases: int, until: datetime, merchant: str = "m1") -> None:
    """So many cases of a merchant in the thirty days before."""
    async with pool.acquire() as conn, conn.transaction():
        await conn.execute("SET LOCAL statement_timeout = 0")
        await conn.execute(CLOCK)
        await conn.execute(CASES, cases, merchant, until)
        await conn.execute(REFUNDS, merchant)
