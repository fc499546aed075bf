-- @insert: Writes down the first news of a refund; no row where there is one already.
INSERT INTO provider_refunds (
    provider, merchant, provider_ref, key, state, amount_minor, currency, event_id, occurred_at,
    received_at, hint_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $4::text IS NOT NULL THEN $10::timestamptz END)
ON CONFLICT (provider, merchant, provider_ref) DO NOTHING
RETURNING 1;

-- @lock: Reads what is known of a refund and makes its news take turns.
SELECT * FROM provider_refunds
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3
FOR UPDATE;

-- @move: Believes further news, which is to be hinted at.
UPDATE provider_refunds
SET key = coalesce(key, $4), state = $5, amount_minor = coalesce(amount_minor, $6), event_id = $7,
    occurred_at = $8, received_at = $9, hinted_at = NULL,
    hint_at = CASE WHEN coalesce(key, $4) IS NOT NULL THEN $9::timestamptz END
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3;

-- @contradict: Keeps news that contradicts what was believed; the first of them stands.
UPDATE provider_refunds
SET contradicted_at = coalesce(contradicted_at, $4), contradicted_by = coalesce(contradicted_by, $5),
    hint_at = CASE WHEN contradicted_at IS NULL AND key IS NOT NULL THEN $6::timestamptz ELSE hint_at END
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3;

-- @get: Reads what is known of a refund.
SELECT * FROM provider_refunds
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3;

-- @due: The refunds that are to be hinted at by now, those that wait longest first.
SELECT * FROM provider_refunds
WHERE hint_at <= $1
ORDER BY hint_at
LIMIT $2;

-- @hinted: Notes a hint, unless there is other news since.
UPDATE provider_refunds
SET hinted_at = $5, hint_at = NULL
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3 AND event_id = $4;

-- @hint_again: Puts a hint off, or with null gives it up, unless there is other news since.
UPDATE provider_refunds
SET hint_at = $5
WHERE provider = $1 AND merchant = $2 AND provider_ref = $3 AND event_id = $4;

-- @is_known: Whether the ledger has a refund in this state.
SELECT EXISTS (SELECT 1 FROM refunds WHERE merchant = $1 AND key = $2 AND state = $3);
