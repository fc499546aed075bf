-- @insert: A new link; nothing where its maker has used the request's key before.
INSERT INTO customer_links (link_id, case_id, created_by, request_key, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (created_by, request_key) DO NOTHING
RETURNING link_id, case_id, created_by, created_at, expires_at, revoked_at;

-- @by_request: The link that a request made.
SELECT link_id, case_id, created_by, created_at, expires_at, revoked_at
FROM customer_links
WHERE created_by = $1 AND request_key = $2;

-- @get: A link by its id.
SELECT link_id, case_id, created_by, created_at, expires_at, revoked_at
FROM customer_links
WHERE link_id = $1;

-- @of_case: The links to a case, the newest first.
SELECT link_id, case_id, created_by, created_at, expires_at, revoked_at
FROM customer_links
WHERE case_id = $1
ORDER BY created_at DESC, link_id;

-- @revoke: Ends a link now, unless it has been ended.
UPDATE customer_links SET revoked_at = coalesce(revoked_at, $2) WHERE link_id = $1
RETURNING link_id, case_id, created_by, created_at, expires_at, revoked_at;
