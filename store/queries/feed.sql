-- @after: Events in commit order; none of a transaction while an older one may still commit.
SELECT
    outbox.xid, outbox.pos, events.case_id, events.seq, events.type, events.version, events.at, events.actor,
    events.data, events.superseded_at IS NOT NULL AS is_superseded
FROM outbox
JOIN events USING (pos)
WHERE (outbox.xid, outbox.pos) > ($1::xid8, $2::bigint)
    AND outbox.xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY outbox.xid, outbox.pos
LIMIT $3;

-- @page: As @after of the next $3 entries, those that a reader wants; the last of them in any case, as the
-- place that was looked at, without an event where it is not wanted.
WITH looked AS MATERIALIZED (
    SELECT xid, pos
    FROM outbox
    WHERE (xid, pos) > ($1::xid8, $2::bigint) AND xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY xid, pos
    LIMIT $3
),
counted AS (
    SELECT xid, pos, count(*) OVER () AS looked_at, lead(pos) OVER (ORDER BY xid, pos) IS NULL AS is_last
    FROM looked
)
SELECT
    counted.xid, counted.pos, counted.looked_at, events.case_id, events.seq, events.type, events.version,
    events.at, events.actor, events.data, events.superseded_at IS NOT NULL AS is_superseded
FROM counted
LEFT JOIN events ON events.pos = counted.pos
    AND ($4::text IS NULL OR split_part(events.case_id, ':', 2) = $4)
    AND (
        $5::text[] IS NULL OR events.type = ANY ($5) OR split_part(events.type, '.', 1) || '.*' = ANY ($5)
    )
WHERE events.pos IS NOT NULL OR counted.is_last
ORDER BY counted.xid, counted.pos
LIMIT $6;

-- @horizon: The transaction before which nothing new can be committed any more.
SELECT pg_snapshot_xmin(pg_current_snapshot()) AS xid;

-- @checkpoint: How far a reader has come.
SELECT xid, pos FROM feed_checkpoints WHERE reader = $1;

-- @advance: Remembers how far a reader has come; never backwards.
INSERT INTO feed_checkpoints (reader, xid, pos) VALUES ($1, $2::xid8, $3)
ON CONFLICT (reader) DO UPDATE SET xid = excluded.xid, pos = excluded.pos, updated_at = now()
WHERE (feed_checkpoints.xid, feed_checkpoints.pos) < (excluded.xid, excluded.pos);

-- @forget: Lets a reader start again from the beginning.
DELETE FROM feed_checkpoints WHERE reader = $1;
