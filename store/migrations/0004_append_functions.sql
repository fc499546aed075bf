-- Recording a group of batches in as few round trips as can be: one when every batch just goes on.
-- migrate:up

CREATE TYPE new_batch AS (case_id text, first_seq integer, run_id uuid, emitted_at timestamptz);
CREATE TYPE new_event AS (
    case_id text,
    seq integer,
    type text,
    version integer,
    at timestamptz,
    actor text,
    data jsonb,
    content_hash bytea,
    run_id uuid,
    emitted_at timestamptz
);
CREATE TYPE held_units AS (case_id text, merchant text, order_id text, line text, units text);

-- Makes writers of the same stream take turns until commit; in key order, so that groups cannot deadlock.
CREATE FUNCTION lock_streams(batches new_batch[]) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(keys.key)
    FROM (
        SELECT DISTINCT hashtextextended(batch.case_id, 0) AS key FROM unnest(batches) AS batch ORDER BY key
    ) AS keys
$$;

-- The live rows of the batches' streams, from the row before each batch on. Two statements, because the
-- second must see what others committed while the first waited.
CREATE FUNCTION lock_and_read_tails(batches new_batch[])
RETURNS TABLE (stream text, place integer, digest bytea, writer uuid, written_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    RETURN QUERY
    SELECT events.case_id, events.seq, events.content_hash, events.run_id, events.emitted_at
    FROM unnest(batches) AS batch
    JOIN events ON events.case_id = batch.case_id
        AND events.seq >= batch.first_seq - 1
        AND events.superseded_at IS NULL
    ORDER BY events.case_id, events.seq;
END
$$;

-- Writes events (a trigger writes their outbox rows), replaces the read-model rows, and makes the claims of
-- the holders what they still hold; what they let go is free at once.
CREATE FUNCTION write_batches(added new_event[], summaries jsonb, holders text[], held held_units[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO events (case_id, seq, type, version, at, actor, data, content_hash, run_id, emitted_at)
    SELECT * FROM unnest(added);

    IF summaries IS NOT NULL THEN
        INSERT INTO cases
        SELECT * FROM jsonb_populate_recordset(NULL::cases, summaries)
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
    END IF;

    IF cardinality(holders) > 0 THEN
        DELETE FROM claims
        WHERE claims.case_id = ANY (holders)
            AND NOT EXISTS (
                SELECT FROM unnest(held) AS kept
                WHERE (kept.merchant, kept.order_id, kept.line, kept.case_id)
                    = (claims.merchant, claims.order_id, claims.line, claims.case_id)
            );
        INSERT INTO claims (case_id, merchant, order_id, line, units)
        SELECT kept.case_id, kept.merchant, kept.order_id, kept.line, kept.units::int4multirange
        FROM unnest(held) AS kept
        ON CONFLICT (merchant, order_id, line, case_id) DO UPDATE SET units = excluded.units
        WHERE claims.units <> excluded.units;
    END IF;
END
$$;

-- Writes the batches if each begins right after its stream's last event and no later attempt wrote that one.
-- False, and nothing written, when one of them needs a closer look.
CREATE FUNCTION append_at_end(
    batches new_batch[], added new_event[], summaries jsonb, holders text[], held held_units[]
)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    PERFORM FROM unnest(batches) AS batch
    LEFT JOIN events AS before ON before.case_id = batch.case_id
        AND before.seq = batch.first_seq - 1
        AND before.superseded_at IS NULL
    LEFT JOIN events AS same ON same.case_id = batch.case_id
        AND same.seq = batch.first_seq
        AND same.superseded_at IS NULL
    WHERE same.seq IS NOT NULL
        OR (before.seq IS NULL AND batch.first_seq > 1)
        OR before.run_id <> batch.run_id
        OR before.emitted_at > batch.emitted_at;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM write_batches(added, summaries, holders, held);
    RETURN true;
END
$$;

-- migrate:down

DROP FUNCTION append_at_end, write_batches, lock_and_read_tails, lock_streams;
DROP TYPE held_units, new_event, new_batch;
