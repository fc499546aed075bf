-- @open_budget: Makes the order's budget or renews what was captured; no row when that would not be lawful.
INSERT INTO order_budgets (merchant, order_id, currency, captured_minor, payments)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (merchant, order_id) DO UPDATE
SET captured_minor = excluded.captured_minor, payments = greatest(order_budgets.payments, excluded.payments)
WHERE order_budgets.currency = excluded.currency
    AND order_budgets.settled_minor + order_budgets.reserved_minor - order_budgets.recovered_minor
        <= excluded.captured_minor
RETURNING *;

-- @open_payment: Makes a payment's budget or renews it; no row when less was captured than is committed.
INSERT INTO order_payments (merchant, order_id, payment_id, position, rail, captured_minor)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (merchant, order_id, payment_id) DO UPDATE
SET position = excluded.position, rail = excluded.rail, captured_minor = excluded.captured_minor
WHERE order_payments.settled_minor + order_payments.reserved_minor <= excluded.captured_minor
RETURNING 1;

-- @payments_left: What the payments of an order have left, in order of capture.
SELECT payment_id, rail, captured_minor - settled_minor - reserved_minor AS left_minor
FROM order_payments
WHERE merchant = $1 AND order_id = $2
ORDER BY position, payment_id;

-- @payment: Reads a payment's budget.
SELECT * FROM order_payments WHERE merchant = $1 AND order_id = $2 AND payment_id = $3;

-- @move_payment: As `move_budget`, for one payment of the order.
UPDATE order_payments
SET reserved_minor = reserved_minor + $3, settled_minor = settled_minor + $4
WHERE merchant = $1 AND order_id = $2 AND payment_id = $5;

-- @budget: Reads an order's budget.
SELECT * FROM order_budgets WHERE merchant = $1 AND order_id = $2;

-- @lock_budget: Makes all that moves an order's money take turns.
SELECT * FROM order_budgets WHERE merchant = $1 AND order_id = $2 FOR UPDATE;

-- @lock_budget_of: The same, for the order of the refund with this key.
SELECT order_budgets.*
FROM order_budgets
JOIN refunds USING (merchant, order_id)
WHERE refunds.key = $1
FOR UPDATE OF order_budgets;

-- @move_budget: Adds to what is reserved and to what is settled; the table's checks have the last word.
UPDATE order_budgets
SET reserved_minor = reserved_minor + $3, settled_minor = settled_minor + $4
WHERE merchant = $1 AND order_id = $2;

-- @lock_customer: Makes what one customer is given take turns.
SELECT pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 3));

-- @given: What was given for one purpose before: for the order, and to the customer within a time.
SELECT
    coalesce(sum(amount_minor) FILTER (WHERE order_id = $2), 0)::bigint AS order_minor,
    coalesce(sum(amount_minor) FILTER (
        WHERE customer_id = $5 AND reserved_at > coalesce($7, now()) - $6::interval
    ), 0)::bigint AS customer_minor
FROM refunds
WHERE merchant = $1
    AND (order_id = $2 OR customer_id = $5)
    AND purpose = $3
    AND currency = $4
    AND state NOT IN ('failed', 'returned');

-- @open_goodwill: Makes an order's budget for a purpose, or widens it to what a later policy gives.
INSERT INTO goodwill_budgets (merchant, order_id, purpose, currency, budget_minor)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (merchant, order_id, purpose) DO UPDATE
SET budget_minor = greatest(goodwill_budgets.budget_minor, excluded.budget_minor);

-- @move_goodwill: As `move_budget`, for what the merchant gives for a purpose.
UPDATE goodwill_budgets
SET reserved_minor = reserved_minor + $3, settled_minor = settled_minor + $4
WHERE merchant = $1 AND order_id = $2 AND purpose = $5;

-- @find_same: The refunds that already use this intent's id, key or place in the case.
SELECT * FROM refunds WHERE refund_id = $1 OR key = $2 OR (case_id = $3 AND seq = $4) ORDER BY part;

-- @insert_intent: Writes what is to be paid before any provider hears of it.
INSERT INTO refunds
    (
        refund_id, key, case_id, seq, merchant, order_id, amount_minor, currency, provider, purpose,
        customer_id, from_captured, payment_id, part, customer_says, state, state_since, reserved_at
    )
VALUES (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
    'intent', coalesce($16, now()), coalesce($16, now())
)
RETURNING *;

-- @mark_sent: Notes that the provider is about to be called, unless its answer is known or somebody has to say yes.
UPDATE refunds
SET state = 'sent',
    state_since = CASE WHEN state = 'sent' THEN state_since ELSE $2 END,
    first_sent_at = coalesce(first_sent_at, $2),
    attempts = attempts + 1
WHERE key = $1 AND state IN ('intent', 'sent', 'unknown') AND (approval IS NULL OR approval = 'approved')
RETURNING *;

-- @refund: Reads a refund by its key.
SELECT * FROM refunds WHERE key = $1;

-- @parts: A refund's parts.
SELECT * FROM refunds WHERE refund_id = $1 ORDER BY part;

-- @lock_refund: Reads a refund by its key and keeps it from changing.
SELECT * FROM refunds WHERE key = $1 FOR UPDATE;

-- @set_state: Writes a refund's new state and what is known of it; what is not said stays.
UPDATE refunds
SET state = $2,
    state_since = CASE WHEN state = $2 THEN state_since ELSE $3 END,
    provider_ref = coalesce($4, provider_ref),
    reason = coalesce($5, reason),
    last_error = coalesce($6, last_error)
WHERE key = $1
RETURNING *;

-- @refunds_of_case: All refunds of a case, in their order.
SELECT * FROM refunds WHERE case_id = $1 ORDER BY seq, part;

-- @refunds_of_order: All refunds of an order, whichever case asked.
SELECT * FROM refunds WHERE merchant = $1 AND order_id = $2 ORDER BY case_id, seq, part;

-- @stream_end: The last live event of a stream.
SELECT coalesce(max(seq), 0) FROM events WHERE case_id = $1 AND superseded_at IS NULL;
