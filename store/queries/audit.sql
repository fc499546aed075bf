-- @add: Something that happened at a door.
INSERT INTO audit_log (at, kind, door, subject, role, merchant, action, target, code, reason, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- @page: The latest entries that fit, those before a given one.
SELECT entry, at, kind, door, subject, role, merchant, action, target, code, reason, request_id
FROM audit_log
WHERE ($1::text IS NULL OR kind = $1)
    AND ($2::text IS NULL OR subject = $2)
    AND ($3::text IS NULL OR target = $3)
    AND ($4::timestamptz IS NULL OR at >= $4)
    AND ($5::bigint IS NULL OR entry < $5)
ORDER BY entry DESC
LIMIT $6;
