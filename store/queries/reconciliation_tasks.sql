-- @see: Writes a difference down, or that it is still there. What a person closed stays so while its mark does.
INSERT INTO reconciliation_tasks
    (kind, provider, merchant, subject, source, facts, mark, hint, first_seen_at, seen_again_at, opened_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, CASE WHEN $10 THEN NULL ELSE $9::timestamptz END)
ON CONFLICT (kind, provider, merchant, subject) DO UPDATE
SET source = excluded.source,
    facts = excluded.facts,
    mark = excluded.mark,
    hint = excluded.hint,
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
    OR reconciliation_tasks.mark <> excluded.mark
RETURNING *;

-- @hinted: Notes that the refund's workflow was told; the first time counts.
UPDATE reconciliation_tasks SET hinted_at = coalesce(hinted_at, $2) WHERE task_id = $1;

-- @open_late: What its workflow did not settle in its time, or what was still so later, becomes somebody's.
UPDATE reconciliation_tasks
SET opened_at = $1
WHERE closed_at IS NULL
    AND opened_at IS NULL
    AND ($3::text IS NULL OR merchant = $3)
    AND seen_again_at > first_seen_at
    AND CASE WHEN hint THEN hinted_at ELSE first_seen_at END <= $2
RETURNING *;

-- @live_of_statements: Differences that a statement told of and that are not closed.
SELECT * FROM reconciliation_tasks
WHERE closed_at IS NULL AND source = 'statement' AND ($1::text IS NULL OR merchant = $1);

-- @seen_still: Notes that a statement's difference holds.
UPDATE reconciliation_tasks SET seen_again_at = $2 WHERE task_id = $1;

-- @close_gone: Closes the differences of a query that are there no more.
UPDATE reconciliation_tasks
SET closed_at = $3
WHERE closed_at IS NULL
    AND source = 'query'
    AND subject = ANY($1::text[])
    AND NOT (kind || ' ' || subject = ANY($2::text[]));

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
