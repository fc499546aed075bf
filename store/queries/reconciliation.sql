-- @lock_cycle: One cycle at a time over all processes; held by the connection, let go with it.
SELECT pg_try_advisory_lock(hashtextextended('casework-reconciler', 25));

-- @unlock_cycle: Lets the next one begin.
SELECT pg_advisory_unlock(hashtextextended('casework-reconciler', 25));

-- @on_their_way: Refunds without an end for longer than the grace, those first that were not looked at for longest.
SELECT refunds.*
FROM refunds
LEFT JOIN reconciliation_looks USING (key)
WHERE refunds.state IN ('intent', 'sent', 'unknown', 'pending')
    AND refunds.state_since <= $1
    AND ($3::text IS NULL OR refunds.merchant = $3)
ORDER BY reconciliation_looks.looked_at NULLS FIRST, refunds.state_since, refunds.key
LIMIT $2;

-- @ended: The same for those that ended since a moment, and those with a difference; what was never sent nobody can know.
SELECT refunds.*
FROM refunds
LEFT JOIN reconciliation_looks USING (key)
WHERE refunds.state IN ('settled', 'failed', 'returned')
    AND ($4::text IS NULL OR refunds.merchant = $4)
    AND (
        (
            refunds.state_since >= $1
            AND refunds.first_sent_at IS NOT NULL
            AND coalesce(reconciliation_looks.looked_at < $2, true)
        )
        OR refunds.key IN (SELECT subject FROM reconciliation_tasks WHERE closed_at IS NULL)
    )
ORDER BY reconciliation_looks.looked_at NULLS FIRST, refunds.state_since, refunds.key
LIMIT $3;

-- @looked: Notes that these had their turn.
INSERT INTO reconciliation_looks (key, looked_at)
SELECT key, $2 FROM unnest($1::text[]) AS key
ON CONFLICT (key) DO UPDATE SET looked_at = excluded.looked_at;

-- @forget_looks: Of refunds whose turn does not come again.
DELETE FROM reconciliation_looks WHERE looked_at < $1;

-- @unheard: Refunds that open cases have put on their way and heard nothing of since, those first that had no turn.
-- One that was begun again waits for its next turn: a pause that doubles each time, up to a longest.
SELECT cases.case_id, (started.data->>'refund_seq')::integer AS seq
FROM cases
JOIN events AS started ON started.case_id = cases.case_id AND started.superseded_at IS NULL
LEFT JOIN reconciliation_unheard AS seen
    ON seen.case_id = cases.case_id AND seen.seq = (started.data->>'refund_seq')::integer
WHERE cases.open
    AND started.type LIKE '%.refund_started'
    AND started.at <= $1
    AND ($3::text IS NULL OR cases.merchant = $3)
    AND NOT EXISTS (
        SELECT 1
        FROM events AS heard
        WHERE heard.case_id = cases.case_id
            AND heard.superseded_at IS NULL
            AND heard.type = replace(started.type, '_started', '_reported')
            AND heard.data->>'refund_seq' = started.data->>'refund_seq'
    )
    AND coalesce(
        seen.begun_at + least($5::interval * power(2, least(seen.begun - 1, 20)), $6::interval) <= $4, true
    )
ORDER BY seen.looked_at NULLS FIRST, started.at, cases.case_id
LIMIT $2;

-- @unheard_looked: Notes that these had their turn, and which of them were begun again.
INSERT INTO reconciliation_unheard AS seen (case_id, seq, looked_at, begun_at, begun)
SELECT case_id, seq, $4, CASE WHEN was_begun THEN $4::timestamptz END, was_begun::integer
FROM unnest($1::text[], $2::integer[], $3::boolean[]) AS turn (case_id, seq, was_begun)
ON CONFLICT (case_id, seq) DO UPDATE
SET looked_at = excluded.looked_at,
    begun_at = coalesce(excluded.begun_at, seen.begun_at),
    begun = seen.begun + excluded.begun;

-- @forget_unheard: Of refunds whose cases have heard of them by now.
DELETE FROM reconciliation_unheard WHERE looked_at < $1;
