-- @keep: Keeps an opening. One that is kept stays as it is; what was refused may be tried anew.
INSERT INTO intakes AS old (case_id, request_hash, start, state, request_id, received_at, try_at)
VALUES ($1, $2, $3, 'kept', $4, $5, $5)
ON CONFLICT (case_id) DO UPDATE
SET request_hash = excluded.request_hash, start = excluded.start, state = 'kept',
    request_id = excluded.request_id, received_at = excluded.received_at, try_at = excluded.try_at,
    attempts = 0, decided_at = NULL, code = NULL, detail = NULL
WHERE old.state = 'refused';

-- @get: What became of an opening that was kept.
SELECT case_id, request_hash, start, state, request_id, received_at, attempts, code, detail
FROM intakes
WHERE case_id = $1;

-- @take: Takes openings that are due, those that wait longest first, and puts them off for whoever else looks.
UPDATE intakes
SET try_at = $2, attempts = attempts + 1
WHERE case_id IN (
    SELECT case_id FROM intakes WHERE try_at <= $1 ORDER BY try_at, received_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
RETURNING case_id, request_hash, start, state, request_id, received_at, attempts, code, detail;

-- @again: Has an opening tried again at a time.
UPDATE intakes SET try_at = $3 WHERE case_id = $1 AND request_hash = $2 AND state = 'kept';

-- @decide: Notes what became of an opening; what it said is needed no more.
UPDATE intakes
SET state = $3, decided_at = $4, code = $5, detail = $6, start = NULL, try_at = NULL
WHERE case_id = $1 AND request_hash = $2 AND state = 'kept';
