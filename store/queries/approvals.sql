-- @lock_day: Makes all that moves what a member of the staff has let be paid in a day take turns.
SELECT pg_advisory_xact_lock(hashtextextended($1, 0));

-- @note_requester: Writes down whose word let a refund be paid, and the day on which it counts.
UPDATE refunds SET requested_by = $2, requested_on = $3 WHERE refund_id = $1;

-- @committed: What is paid or on its way of an order, and of a requester's day where nobody else has looked.
SELECT
    coalesce(sum(amount_minor) FILTER (WHERE order_id = $2), 0)::bigint AS order_minor,
    coalesce(
        sum(amount_minor) FILTER (WHERE requested_by = $3 AND requested_on = $4 AND approval IS NULL), 0
    )::bigint AS day_minor
FROM refunds
WHERE merchant = $1
    AND currency = $5
    AND state NOT IN ('failed', 'returned')
    AND (order_id = $2 OR (requested_by = $3 AND requested_on = $4));

-- @ask: Has a refund wait for a second person, with all its parts.
WITH asked AS (
    INSERT INTO refund_approvals (key, hash, destination, why, edited_by, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6)
)
UPDATE refunds SET approval = 'asked' WHERE refund_id = (SELECT refund_id FROM refunds WHERE key = $1);

-- @decide: Writes the second person's word down.
WITH decided AS (
    UPDATE refund_approvals
    SET decided_by = $3, decided_at = $4, words = $5, decision_key = $6
    WHERE key = $1
)
UPDATE refunds SET approval = $2 WHERE refund_id = (SELECT refund_id FROM refunds WHERE key = $1);

-- @approval: What a second person was asked about a refund, and said; no row where nobody was asked.
SELECT
    key, refund_id, case_id, seq, merchant, order_id,
    (SELECT sum(part.amount_minor)::bigint FROM refunds AS part WHERE part.refund_id = refunds.refund_id)
        AS amount_minor,
    currency, destination, hash, why, requested_by, edited_by, customer_says, asked_at, approval AS state,
    decided_by, decided_at, words, decision_key
FROM refunds
JOIN refund_approvals USING (key)
WHERE refund_id = $1;

-- @is_refund: Whether there is such a refund.
SELECT EXISTS (SELECT FROM refunds WHERE refund_id = $1);

-- @waiting: Refunds that wait for a second person, those that are due first first. Of a team: those of its cases, and
-- of cases without a team of the kinds that it alone answers for.
SELECT
    key, refund_id, refunds.case_id, seq, refunds.merchant, refunds.order_id,
    (SELECT sum(part.amount_minor)::bigint FROM refunds AS part WHERE part.refund_id = refunds.refund_id)
        AS amount_minor,
    refunds.currency, destination, hash, why, requested_by, edited_by, customer_says, asked_at,
    approval AS state, team, clock.due_at
FROM refunds
JOIN refund_approvals USING (key)
LEFT JOIN cases ON cases.case_id = refunds.case_id
LEFT JOIN LATERAL (
    SELECT (row ->> 'due_at')::timestamptz AS due_at
    FROM jsonb_array_elements(cases.clocks) AS row
    WHERE row ->> 'name' = 'refund_approval' AND row ->> 'stopped_at' IS NULL
    ORDER BY (row ->> 'instance')::integer DESC
    LIMIT 1
) AS clock ON true
WHERE approval = 'asked'
    AND ($1::text IS NULL OR refunds.merchant = $1)
    AND ($2::text IS NULL OR team = $2 OR (team IS NULL AND kind = ANY ($3::text[])))
ORDER BY coalesce(clock.due_at, 'infinity'), asked_at, key
LIMIT $4;

-- @histories: Of the customers of these cases: their other cases with the merchant, and what was refunded.
SELECT asked.case_id,
       count(other.case_id) AS cases,
       count(*) FILTER (WHERE other.refund_minor > 0) AS refunded_cases,
       coalesce(sum(other.refund_minor) FILTER (WHERE other.currency = asked.currency), 0)::bigint AS refunded_minor
FROM cases asked
LEFT JOIN cases other ON other.merchant = asked.merchant AND other.customer_id = asked.customer_id
                     AND other.case_id <> asked.case_id
WHERE asked.case_id = ANY ($1::text[])
GROUP BY asked.case_id;
