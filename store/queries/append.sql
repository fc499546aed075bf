-- @lock_streams: Makes writers of the same stream take turns; in key order, so that groups cannot deadlock.
SELECT count(pg_advisory_xact_lock(key))
FROM (
    SELECT DISTINCT hashtextextended(case_id, 0) AS key FROM unnest($1::text[]) AS case_id ORDER BY key
) AS keys;

-- @tails: Reads, per batch, the live rows from the one before it on.
SELECT batch.case_id, events.seq, events.content_hash, events.run_id, events.emitted_at
FROM unnest($1::text[], $2::integer[]) AS batch (case_id, first_seq)
JOIN events ON events.case_id = batch.case_id
    AND events.seq >= batch.first_seq - 1
    AND events.superseded_at IS NULL
ORDER BY events.case_id, events.seq;

-- @runs_of: Orders the runs that ever wrote to a stream by their first row.
SELECT run_id, min(pos) AS first_pos
FROM (
    SELECT run_id, pos FROM events WHERE case_id = $1 AND superseded_at IS NULL
    UNION ALL
    SELECT run_id, pos FROM events WHERE case_id = $1 AND superseded_at IS NOT NULL
) AS written
WHERE run_id IS NOT NULL
GROUP BY run_id;

-- @supersede: Marks what re-emitted events replace, and all that came after it.
UPDATE events
SET superseded_at = now(), superseded_by = pg_current_xact_id()
FROM unnest($1::text[], $2::integer[]) AS stale (case_id, from_seq)
WHERE events.case_id = stale.case_id
    AND events.seq >= stale.from_seq
    AND events.superseded_at IS NULL
RETURNING events.case_id;

-- @insert_events: Writes events and, in the same statement, their outbox rows.
WITH added AS (
    INSERT INTO events (case_id, seq, type, version, at, actor, data, content_hash, run_id, emitted_at)
    SELECT *
    FROM unnest(
        $1::text[], $2::integer[], $3::text[], $4::integer[], $5::timestamptz[], $6::text[],
        $7::jsonb[], $8::bytea[], $9::uuid[], $10::timestamptz[]
    )
    RETURNING xid, pos
)
INSERT INTO outbox (xid, pos) SELECT xid, pos FROM added;

-- @put_cases: Replaces the read-model rows of the streams whose batch is the newest.
INSERT INTO cases
SELECT * FROM jsonb_populate_recordset(NULL::cases, $1::jsonb)
ON CONFLICT (case_id) DO UPDATE SET
    kind = excluded.kind,
    merchant = excluded.merchant,
    number = excluded.number,
    order_id = excluded.order_id,
    customer_id = excluded.customer_id,
    stage = excluded.stage,
    open = excluded.open,
    outcome = excluded.outcome,
    waiting_for = excluded.waiting_for,
    waiting_since = excluded.waiting_since,
    priority = excluded.priority,
    tier = excluded.tier,
    channel = excluded.channel,
    language = excluded.language,
    policy = excluded.policy,
    policy_hash = excluded.policy_hash,
    calendar_revision = excluded.calendar_revision,
    opened_at = excluded.opened_at,
    closed_at = excluded.closed_at,
    last_seq = excluded.last_seq,
    last_event_at = excluded.last_event_at,
    sla_state = excluded.sla_state,
    due_metric = excluded.due_metric,
    due_at = excluded.due_at,
    next_instant_at = excluded.next_instant_at,
    refund_minor = excluded.refund_minor,
    currency = excluded.currency,
    clocks = excluded.clocks;

-- @put_held: Makes the claims of these cases what they still hold; what they let go is free at once.
WITH held AS (
    SELECT *
    FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        AS held (case_id, merchant, order_id, line, units)
), released AS (
    DELETE FROM claims
    WHERE claims.case_id = ANY ($1::text[])
        AND NOT EXISTS (
            SELECT FROM held
            WHERE (held.merchant, held.order_id, held.line, held.case_id)
                = (claims.merchant, claims.order_id, claims.line, claims.case_id)
        )
)
INSERT INTO claims (case_id, merchant, order_id, line, units)
SELECT case_id, merchant, order_id, line, units::int4multirange FROM held
ON CONFLICT (merchant, order_id, line, case_id) DO UPDATE SET units = excluded.units
WHERE claims.units <> excluded.units;
