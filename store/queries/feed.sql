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

-- @checkpoint: How far a reader has come.
SELECT xid, pos FROM feed_checkpoints WHERE reader = $1;

-- @advance: Remembers how far a reader has come; never backwards.
INSERT INTO feed_checkpoints (reader, xid, pos) VALUES ($1, $2::xid8, $3)
ON CONFLICT (reader) DO UPDATE SET xid = excluded.xid, pos = excluded.pos, updated_at = now()
WHERE (feed_checkpoints.xid, feed_checkpoints.pos) < (excluded.xid, excluded.pos);

-- @forget: Lets a reader start again from the beginning.
DELETE FROM feed_checkpoints WHERE reader = $1;
