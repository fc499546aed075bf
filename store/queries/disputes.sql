-- @note: Writes what is known of a dispute; an open one may end, an end gives way only to a later end.
INSERT INTO payment_disputes (merchant, provider, dispute_id, payment_id, amount_minor, currency, state, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (merchant, provider, dispute_id) DO UPDATE
SET state = excluded.state, at = excluded.at
WHERE excluded.state <> 'open'
    AND (payment_disputes.state = 'open' OR excluded.at > payment_disputes.at);

-- @of_payment: All disputes of a payment, the first first.
SELECT * FROM payment_disputes WHERE merchant = $1 AND payment_id = $2 ORDER BY at, provider, dispute_id;

-- @blocks: The dispute that keeps a payment from being refunded.
SELECT * FROM payment_disputes
WHERE merchant = $1 AND payment_id = $2 AND state <> 'won'
ORDER BY at, provider, dispute_id
LIMIT 1;

-- @waiting: The refunds of a payment that have no end yet.
SELECT DISTINCT refund_id
FROM refunds
WHERE merchant = $1
    AND coalesce(payment_id, order_id) = $2
    AND purpose <> 'voucher'
    AND state IN ('intent', 'sent', 'unknown', 'pending')
ORDER BY refund_id;

-- @payment_of: The name among these by which an order knows its payment, or an order itself.
SELECT payment_id FROM order_payments WHERE merchant = $1 AND payment_id = ANY ($2)
UNION ALL
SELECT order_id FROM order_budgets WHERE merchant = $1 AND order_id = ANY ($2)
LIMIT 1;
