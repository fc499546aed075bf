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

-- @standing: Disputes that keep something back, or are open, the oldest first; `waiting` are refunds of the payment
-- without an end, `refused` open cases whose last refund was refused for it and was not asked for again.
WITH named AS (
    SELECT
        payment_disputes.*,
        coalesce(
            (
                SELECT order_id FROM order_payments
                WHERE merchant = payment_disputes.merchant AND payment_id = payment_disputes.payment_id
                LIMIT 1
            ),
            (
                SELECT order_id FROM order_budgets
                WHERE merchant = payment_disputes.merchant AND order_id = payment_disputes.payment_id
            )
        ) AS order_id
    FROM payment_disputes
    WHERE state <> 'won' AND ($1::text IS NULL OR merchant = $1)
), blocking AS (
    SELECT
        named.*,
        ARRAY(
            SELECT DISTINCT refunds.refund_id
            FROM refunds
            WHERE refunds.merchant = named.merchant
                AND refunds.order_id = named.order_id
                AND coalesce(refunds.payment_id, refunds.order_id) = named.payment_id
                AND refunds.purpose <> 'voucher'
                AND refunds.state IN ('intent', 'sent', 'unknown', 'pending')
            ORDER BY refunds.refund_id
        ) AS waiting,
        ARRAY(
            SELECT cases.case_id
            FROM cases
            CROSS JOIN LATERAL (
                SELECT data
                FROM events
                WHERE events.case_id = cases.case_id
                    AND events.superseded_at IS NULL
                    AND (events.type LIKE '%.refund_started' OR events.type LIKE '%.refund_reported')
                ORDER BY events.seq DESC
                LIMIT 1
            ) AS last
            WHERE cases.merchant = named.merchant
                AND cases.order_id = named.order_id
                AND cases.open
                AND last.data->>'state' = 'failed'
                AND last.data->>'reason' = 'payment_disputed'
            ORDER BY cases.case_id
        ) AS refused
    FROM named
)
SELECT *
FROM blocking
WHERE state = 'open' OR waiting <> '{}' OR refused <> '{}'
ORDER BY at, merchant, provider, dispute_id
LIMIT $2;
