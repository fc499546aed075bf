-- @keep: Keep a policy or an excerpt of one under its hash.
INSERT INTO policies (hash, name, body) VALUES ($1, $2, $3::jsonb) ON CONFLICT (hash) DO NOTHING;

-- @body: What is kept under a hash.
SELECT body::text FROM policies WHERE hash = $1;

-- @stream: A case's facts in order.
SELECT seq, type, version, at, actor, data::text AS data
FROM events WHERE case_id = $1 AND superseded_at IS NULL ORDER BY seq;
