-- @notice: Reads what was done for a notice.
SELECT notice_id, case_id, kind, state, channel, provider_ref, attempts FROM notices WHERE notice_id = $1;

-- @notices_of_case: Reads what was done for all notices of a case, in the order in which they were begun.
SELECT notice_id, case_id, kind, state, channel, provider_ref, attempts
FROM notices
WHERE case_id = $1
ORDER BY created_at, notice_id;

-- @put_notice: Keeps a notice's record; a settled one stays as it is.
INSERT INTO notices
    (notice_id, case_id, kind, state, channel, provider_ref, attempts, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, now(), now())
ON CONFLICT (notice_id) DO UPDATE SET
    state = excluded.state,
    channel = excluded.channel,
    provider_ref = excluded.provider_ref,
    attempts = excluded.attempts,
    updated_at = now()
WHERE notices.state = 'pending';
