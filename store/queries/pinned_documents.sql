-- @put_policy: Stores a policy under its hash; what is there stays.
INSERT INTO policies (hash, name, body) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING;

-- @policy: A policy by its hash.
SELECT body FROM policies WHERE hash = $1;

-- @put_calendar: Stores a calendar under its revision; what is there stays, and tells whether it is the same.
WITH added AS (
    INSERT INTO calendars (revision, name, body) VALUES ($1, $2, $3::jsonb) ON CONFLICT DO NOTHING
)
SELECT coalesce((SELECT body = $3::jsonb AND name = $2 FROM calendars WHERE revision = $1), true);

-- @calendar: A calendar by its revision.
SELECT body FROM calendars WHERE revision = $1;

-- @policies_named: The policies whose names begin so, by hash.
SELECT hash, body FROM policies WHERE starts_with(name, $1);
