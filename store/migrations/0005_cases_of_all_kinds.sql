-- Cases of all kinds: who works on them, what they are grouped by, and how they belong together.
-- migrate:up

ALTER TABLE cases
    ALTER COLUMN order_id DROP NOT NULL,
    ALTER COLUMN currency DROP NOT NULL,
    ADD COLUMN team text,
    ADD COLUMN assignee text,
    ADD COLUMN facets jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN links jsonb NOT NULL DEFAULT '[]';
CREATE INDEX cases_of_assignee ON cases (assignee) WHERE open AND assignee IS NOT NULL;
CREATE INDEX cases_of_kind ON cases (kind, merchant, opened_at);

-- One row for each direction: every case records what the other one is to it.
CREATE TABLE case_links (
    case_id text NOT NULL,
    other_id text NOT NULL,
    relation text NOT NULL,
    PRIMARY KEY (case_id, other_id)
);
CREATE INDEX case_links_of_other ON case_links (other_id);

-- As before, with the new columns and the links.
CREATE OR REPLACE FUNCTION write_batches(
    added new_event[], summaries jsonb, holders text[], held held_units[]
)
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
            clocks = excluded.clocks,
            team = excluded.team,
            assignee = excluded.assignee,
            facets = excluded.facets,
            links = excluded.links;

        DELETE FROM case_links
        USING jsonb_to_recordset(summaries) AS summary (case_id text, links jsonb)
        WHERE case_links.case_id = summary.case_id
            AND NOT summary.links @> jsonb_build_array(jsonb_build_object('case_id', case_links.other_id));
        INSERT INTO case_links (case_id, other_id, relation)
        SELECT summary.case_id, link.case_id, link.relation
        FROM jsonb_to_recordset(summaries) AS summary (case_id text, links jsonb)
        CROSS JOIN LATERAL jsonb_to_recordset(summary.links) AS link (case_id text, relation text)
        ON CONFLICT (case_id, other_id) DO UPDATE SET relation = excluded.relation;
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

-- migrate:down

DROP TABLE case_links;
DROP INDEX cases_of_kind, cases_of_assignee;
ALTER TABLE cases
    DROP COLUMN links,
    DROP COLUMN facets,
    DROP COLUMN assignee,
    DROP COLUMN team,
    ALTER COLUMN currency SET NOT NULL,
    ALTER COLUMN order_id SET NOT NULL;
CREATE OR REPLACE FUNCTION write_batches(
    added new_event[], summaries jsonb, holders text[], held held_units[]
)
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
