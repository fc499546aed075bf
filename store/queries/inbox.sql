-- @keep: Writes down a webhook that is to be applied, or of which nothing becomes; no row for a repeat.
INSERT INTO inbox (
    source, merchant, webhook_id, body_hash, body, type, about, in_order, place, occurred_at, sent_at,
    received_at, state, since, try_at, ended_at, code, detail
)
VALUES (
    $1, $2, $3, $4, CASE WHEN $12 IN ('waiting', 'dead') THEN $5::bytea END, $6, $7, $8, $9, $10, $11,
    $13::timestamptz, $12, $13::timestamptz,
    CASE WHEN $12 = 'waiting' THEN $13::timestamptz END,
    CASE WHEN $12 <> 'waiting' THEN $13::timestamptz END, $14, $15
)
ON CONFLICT (source, merchant, webhook_id) DO NOTHING
RETURNING entry;

-- @body_hash: What came under this name before.
SELECT body_hash FROM inbox WHERE source = $1 AND merchant = $2 AND webhook_id = $3;

-- @take: Takes what is due, those that wait longest first: puts it off for all others, and counts the try.
-- What has an order waits for all before it, and for a place that has not come, unless it has waited too long.
UPDATE inbox
SET try_at = $2, tries = tries + 1
WHERE entry IN (
    SELECT due.entry FROM inbox AS due
    WHERE due.try_at <= $1
        AND NOT (due.in_order AND EXISTS (
            SELECT FROM inbox AS before
            WHERE before.about = due.about AND before.state = 'waiting' AND before.in_order
                AND (coalesce(before.place, 0), before.occurred_at, before.entry)
                < (coalesce(due.place, 0), due.occurred_at, due.entry)
        ))
        AND (
            coalesce(due.place, 1) = 1
            OR due.since <= $4
            OR EXISTS (SELECT FROM inbox AS before WHERE before.about = due.about AND before.place = due.place - 1)
        )
    ORDER BY due.try_at, due.entry
    LIMIT $3
    FOR UPDATE SKIP LOCKED
)
AND try_at <= $1
RETURNING *;

-- @end: It is done with: applied, or nothing becomes of it.
UPDATE inbox
SET state = $3, ended_at = $4, try_at = NULL, code = $5, detail = $6,
    body = CASE WHEN $3 = 'dead' THEN body END
WHERE entry = $1 AND tries = $2 AND state = 'waiting';

-- @looked: All hints at a case that had come by then are applied by one look.
UPDATE inbox
SET state = 'applied', ended_at = $3, try_at = NULL, code = NULL, detail = NULL, body = NULL
WHERE about = $1 AND state = 'waiting' AND source = $2 AND received_at <= $3;

-- @again: Puts it off, and says why.
UPDATE inbox
SET try_at = $3, code = $4, detail = $5
WHERE entry = $1 AND tries = $2 AND state = 'waiting';

-- @rest: Puts it off without counting the try.
UPDATE inbox
SET try_at = $3, tries = tries - 1
WHERE entry = $1 AND tries = $2 AND state = 'waiting';

-- @replay: Has a dead letter applied again, with all its patience.
UPDATE inbox
SET state = 'waiting', try_at = $2, since = $2, tries = 0, ended_at = NULL, replays = replays + 1
WHERE entry = $1 AND state = 'dead'
RETURNING *;

-- @get: One of them.
SELECT * FROM inbox WHERE entry = $1;

-- @page: Those that fit, the latest first, before a given one.
SELECT * FROM inbox
WHERE ($1::text IS NULL OR state = $1)
    AND ($2::text IS NULL OR source = $2)
    AND ($3::text IS NULL OR merchant = $3)
    AND ($4::text IS NULL OR about = $4)
    AND ($5::bigint IS NULL OR entry < $5)
ORDER BY entry DESC
LIMIT $6;

-- @forget: Lets go of what was done with long ago; a dead letter stays.
DELETE FROM inbox WHERE state IN ('applied', 'ignored') AND ended_at < $1;
