-- @broken_streams: Streams whose live events do not count 1, 2, 3 …
SELECT case_id, min(seq) AS first_seq, max(seq) AS last_seq, count(*) AS events
FROM events
WHERE superseded_at IS NULL
GROUP BY case_id
HAVING min(seq) <> 1 OR max(seq) <> count(*)
ORDER BY case_id;

-- @all_streams: Every live event, stream by stream.
SELECT case_id, seq, type, version, at, actor, data, content_hash
FROM events
WHERE superseded_at IS NULL
ORDER BY case_id, seq;

-- @rows: The read-model rows of these cases.
SELECT * FROM cases WHERE case_id = ANY ($1::text[]);

-- @rows_without_stream: Read-model rows that no event stands behind.
SELECT case_id
FROM cases
WHERE NOT EXISTS (
    SELECT FROM events WHERE events.case_id = cases.case_id AND superseded_at IS NULL
)
ORDER BY case_id;

-- @open_cases: All cases that should be running.
SELECT case_id FROM cases WHERE open ORDER BY case_id;

-- @known_streams: Which of these streams the store knows.
SELECT DISTINCT case_id FROM events WHERE case_id = ANY ($1::text[]) AND superseded_at IS NULL;

-- @claims_of: What these cases claim.
SELECT case_id, line, units FROM claims WHERE case_id = ANY ($1::text[]) ORDER BY case_id, line;

-- @claims_without_case: Claims of cases that never recorded anything.
SELECT DISTINCT case_id
FROM claims
WHERE NOT EXISTS (SELECT FROM events WHERE events.case_id = claims.case_id AND superseded_at IS NULL)
ORDER BY case_id;

-- @claims_that_overlap: Units that two cases claim at once, or that were never bought.
SELECT one.merchant, one.order_id, one.line, one.case_id, other.case_id AS other_case_id
FROM claims AS one
LEFT JOIN claims AS other
    ON (other.merchant, other.order_id, other.line) = (one.merchant, one.order_id, one.line)
    AND other.case_id > one.case_id
    AND other.units && one.units
WHERE other.case_id IS NOT NULL OR upper(one.units) > one.bought + 1
ORDER BY one.merchant, one.order_id, one.line, one.case_id, other.case_id;
