-- @stream_ids: The next streams by id; also those that only have a row left.
SELECT case_id
FROM (
    SELECT case_id FROM events WHERE superseded_at IS NULL AND case_id > $1
    UNION
    SELECT case_id FROM cases WHERE case_id > $1
) AS streams
ORDER BY case_id
LIMIT $2;

-- @lock_stream: Keeps the stream's writer waiting until commit.
SELECT pg_advisory_xact_lock(hashtextextended($1, 0));

-- @remove_row: Removes a read-model row that no stream stands behind.
DELETE FROM cases WHERE case_id = $1 RETURNING case_id;
