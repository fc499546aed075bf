-- @insert: A new key.
INSERT INTO api_keys (key_id, secret_hash, subject, role, merchant, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- @get: A key by its id.
SELECT key_id, secret_hash, subject, role, merchant, created_at, expires_at, revoked_at
FROM api_keys
WHERE key_id = $1;

-- @all: All keys, the newest first.
SELECT key_id, subject, role, merchant, created_at, expires_at, revoked_at
FROM api_keys
ORDER BY created_at DESC, key_id;

-- @revoke: Ends a key now, unless it has ended.
UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE key_id = $1 RETURNING key_id;
