-- @open_budget: Makes the order's budget or renews what was captured; no row when that would not be lawful.
INSERT INTO order_budgets (merchant, order_id, currency, captured_minor)
VALUES ($1, $2, $3, $4)
ON CONFLICT (merchant, order_id) DO UPDATE SET captured_minor = excluded.captured_minor
WHERE order_budgets.currency = excluded.currency
    AND order_budgets.settled_minor + order_budgets.reserved_minor <= excluded.captured_minor
RETURNING *;

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

-- @find_same: The refunds that already use this intent's id, key or place in the case.
SELECT * FROM refunds WHERE refund_id = $1 OR key = $2 OR (case_id = $3 AND seq = $4);

-- @insert_intent: Writes what is to be paid before any provider hears of it.
INSERT INTO refunds
    (refund_id, key, case_id, seq, merchant, order_id, amount_minor, currency, provider, state, state_since)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'intent', coalesce($10, now()))
RETURNING *;

-- @mark_sent: Notes that the provider is about to be called, unless its answer is known by now.
UPDATE refunds
SET state = 'sent',
    state_since = CASE WHEN state = 'sent' THEN state_since ELSE $2 END,
    first_sent_at = coalesce(first_sent_at, $2),
    attempts = attempts + 1
WHERE key = $1 AND state IN ('intent', 'sent', 'unknown')
RETURNING *;

-- @refund: Reads a refund by its key.
SELECT * FROM refunds WHERE key = $1;

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
SELECT * FROM refunds WHERE case_id = $1 ORDER BY seq;

-- @refunds_of_order: All refunds of an order, whichever case asked.
SELECT * FROM refunds WHERE merchant = $1 AND order_id = $2 ORDER BY case_id, seq;

-- @stream_end: The last live event of a stream.
SELECT coalesce(max(seq), 0) FROM events WHERE case_id = $1 AND superseded_at IS NULL;
