-- @start: A new session; those that are long over are swept out.
WITH over AS (
    DELETE FROM sessions WHERE ends_at <= $6
)
INSERT INTO sessions (session_hash, subject, name, role, merchant, created_at, seen_at, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $6, $7);

-- @get: A session that has neither ended nor lain idle.
SELECT subject, name, role, merchant, seen_at, ends_at
FROM sessions
WHERE session_hash = $1 AND ends_at > $2 AND seen_at > $3;

-- @seen: Somebody uses a session.
UPDATE sessions SET seen_at = greatest(seen_at, $2) WHERE session_hash = $1;

-- @end: Ends a session.
DELETE FROM sessions WHERE session_hash = $1;
