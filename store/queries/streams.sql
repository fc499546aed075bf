-- @stream: A stream's live events in order, up to a place or a moment.
SELECT seq, type, version, at, actor, data
FROM events
WHERE case_id = $1
    AND superseded_at IS NULL
    AND ($2::integer IS NULL OR seq <= $2)
    AND ($3::timestamptz IS NULL OR at <= $3)
ORDER BY seq;

-- @superseded: The events of a stream that later ones replaced, in the order in which they were written.
SELECT seq, type, version, at, actor, data
FROM events
WHERE case_id = $1 AND superseded_at IS NOT NULL
ORDER BY pos;

-- @first_run: The run that wrote a stream's first event before any other did; a reset may have replaced it since.
SELECT run_id::text
FROM (
    SELECT pos, run_id FROM events WHERE case_id = $1 AND seq = 1 AND superseded_at IS NULL
    UNION ALL
    SELECT pos, run_id FROM events WHERE case_id = $1 AND seq = 1 AND superseded_at IS NOT NULL
) AS began
ORDER BY pos
LIMIT 1;

-- @answers: What a case answered, by the request's key.
SELECT key, body FROM case_answers WHERE case_id = $1;

-- @answer: What it answered to one request.
SELECT body FROM case_answers WHERE case_id = $1 AND key = $2;

-- @last_seq: The place of a stream's last live event; 0 for a stream that is not there.
SELECT coalesce(max(seq), 0) FROM events WHERE case_id = $1 AND superseded_at IS NULL;
