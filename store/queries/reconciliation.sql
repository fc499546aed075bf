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
ORDER BY reconciliation_looks.looked_at NULLS FIRST, refunds.state_since, refunds.key
LIMIT $2;

-- @ended: The same for those that ended since a moment and were sent; what was never sent nobody can know.
SELECT refunds.*
FROM refunds
LEFT JOIN reconciliation_looks USING (key)
WHERE refunds.state IN ('settled', 'failed', 'returned')
    AND refunds.state_since >= $1
    AND refunds.first_sent_at IS NOT NULL
    AND coalesce(reconciliation_looks.looked_at < $2, true)
ORDER BY reconciliation_looks.looked_at NULLS FIRST, refunds.state_since, refunds.key
LIMIT $3;

-- @looked: Notes that the gateway was asked.
INSERT INTO reconciliation_looks (key, looked_at)
SELECT key, $2 FROM unnest($1::text[]) AS key
ON CONFLICT (key) DO UPDATE SET looked_at = excluded.looked_at;

-- @forget_looks: Of refunds whose turn does not come again.
DELETE FROM reconciliation_looks WHERE looked_at < $1;

-- @paid_by: What was captured by the payment that a refund is taken from, or for its order.
SELECT coalesce(order_payments.captured_minor, order_budgets.captured_minor)
FROM refunds
JOIN order_budgets USING (merchant, order_id)
LEFT JOIN order_payments USING (merchant, order_id, payment_id)
WHERE refunds.key = $1;

-- @refunds_named: The ledger's rows of these keys, or with these numbers of the gateway.
SELECT * FROM refunds
WHERE merchant = $1 AND provider = $2 AND (key = ANY($3::text[]) OR provider_ref = ANY($4::text[]));

-- @refund_now: A row as it is by now.
SELECT * FROM refunds WHERE key = $1;

-- @is_taken: The statement of this file, if it was taken.
SELECT * FROM reconciliation_statements WHERE rail = $1 AND merchant = $2 AND digest = $3;

-- @lock_statements: Makes the statements of a merchant's gateway take turns.
SELECT pg_advisory_xact_lock(hashtextextended('statement:' || $1 || ':' || $2, 25));

-- @forget_day: An older file of the same day counts no more.
DELETE FROM reconciliation_lines
USING reconciliation_statements
WHERE reconciliation_lines.statement_id = reconciliation_statements.statement_id
    AND rail = $1 AND merchant = $2 AND day = $3;

-- @take: Notes that a statement was taken.
INSERT INTO reconciliation_statements (rail, merchant, day, digest, taken_at)
VALUES ($1, $2, $3, $4, $5)
RETURNING statement_id;

-- @days_taken: The days whose statements are here.
SELECT DISTINCT day FROM reconciliation_statements WHERE rail = $1 AND merchant = $2;

-- @counted_about: Settled refunds that the statement of a period may have.
SELECT * FROM refunds
WHERE merchant = $1 AND provider = $2 AND state = 'settled' AND first_sent_at < $4 AND state_since >= $3;

-- @told: Which of these keys, or of these numbers, a statement has.
SELECT key, ref
FROM reconciliation_lines
JOIN reconciliation_statements USING (statement_id)
WHERE rail = $1 AND merchant = $2 AND (key = ANY($3::text[]) OR ref = ANY($4::text[]));

-- @see: Writes a difference down, or that it is still there. What a person closed stays so while its facts do.
INSERT INTO reconciliation_tasks
    (kind, provider, merchant, subject, source, facts, first_seen_at, seen_again_at, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $7, CASE WHEN $8 THEN NULL ELSE $7::timestamptz END)
ON CONFLICT (kind, provider, merchant, subject) DO UPDATE
SET source = excluded.source,
    facts = excluded.facts,
    seen_again_at = excluded.seen_again_at,
    first_seen_at = CASE
        WHEN reconciliation_tasks.closed_at IS NULL THEN reconciliation_tasks.first_seen_at
        ELSE excluded.first_seen_at
    END,
    hinted_at = CASE WHEN reconciliation_tasks.closed_at IS NULL THEN reconciliation_tasks.hinted_at END,
    opened_at = CASE
        WHEN reconciliation_tasks.closed_at IS NULL
            THEN coalesce(reconciliation_tasks.opened_at, excluded.opened_at)
        ELSE excluded.opened_at
    END,
    closed_at = NULL,
    closed_by = NULL,
    words = NULL
WHERE reconciliation_tasks.closed_by IS NULL
    OR reconciliation_tasks.facts - 'row' IS DISTINCT FROM excluded.facts - 'row'
RETURNING *;

-- @hinted: Notes that the refund's workflow was told; the first time counts.
UPDATE reconciliation_tasks SET hinted_at = coalesce(hinted_at, $2) WHERE task_id = $1;

-- @open_late: What its workflow did not settle in its time becomes somebody's.
UPDATE reconciliation_tasks
SET opened_at = $1
WHERE closed_at IS NULL AND opened_at IS NULL AND hinted_at <= $2 AND seen_again_at > hinted_at
RETURNING *;

-- @live_of_statements: Differences that a statement told of and that are not closed.
SELECT * FROM reconciliation_tasks WHERE closed_at IS NULL AND source = 'statement';

-- @close_gone: Closes the differences of a query that are there no more.
UPDATE reconciliation_tasks
SET closed_at = $3
WHERE closed_at IS NULL AND subject = $1 AND source = 'query' AND NOT (kind = ANY($2::text[]));

-- @close_seen: Closes a difference that went away by itself.
UPDATE reconciliation_tasks SET closed_at = $2 WHERE task_id = $1 AND closed_at IS NULL;

-- @tasks: The tasks that are somebody's, the oldest first.
SELECT * FROM reconciliation_tasks
WHERE opened_at IS NOT NULL
    AND ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR provider = $2)
    AND ($3::boolean OR closed_at IS NULL)
ORDER BY closed_at IS NOT NULL, opened_at, task_id
LIMIT $4;

-- @task: One of them.
SELECT * FROM reconciliation_tasks WHERE task_id = $1 AND opened_at IS NOT NULL;

-- @close: A person's word on it.
UPDATE reconciliation_tasks
SET closed_at = $2, closed_by = $3, words = $4
WHERE task_id = $1 AND opened_at IS NOT NULL AND closed_at IS NULL
RETURNING *;

-- @count_open: How many are somebody's.
SELECT count(*) FROM reconciliation_tasks
WHERE opened_at IS NOT NULL AND closed_at IS NULL AND ($1::text IS NULL OR merchant = $1);
