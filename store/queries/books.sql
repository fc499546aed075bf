-- @budgets: Orders and what was captured and taken of them, per currency.
SELECT
    currency,
    count(*) AS orders,
    sum(captured_minor) AS captured_minor,
    sum(reserved_minor) AS reserved_minor,
    sum(settled_minor) AS settled_minor,
    sum(recovered_minor) AS recovered_minor
FROM order_budgets
WHERE ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
GROUP BY currency;

-- @returned: Refunds that had settled and came back, per currency.
SELECT currency, sum(amount_minor) AS returned_minor
FROM refunds
WHERE state = 'returned' AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
GROUP BY currency;

-- @as_vouchers: What settled of what was captured went as vouchers, by the customers' word, per currency.
SELECT currency, sum(amount_minor) AS settled_as_vouchers_minor
FROM refunds
WHERE state = 'settled'
    AND from_captured
    AND customer_says IS NOT NULL
    AND ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR order_id = $2)
GROUP BY currency;

-- @given: What merchants gave beyond the price, per currency.
SELECT
    currency,
    coalesce(sum(amount_minor) FILTER (WHERE purpose = 'compensation'), 0) AS compensation_minor,
    coalesce(sum(amount_minor) FILTER (WHERE purpose = 'voucher'), 0) AS vouchers_minor
FROM refunds
WHERE state = 'settled'
    AND purpose <> 'refund'
    AND ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR order_id = $2)
GROUP BY currency;

-- @income: What carriers paid, per currency.
SELECT currency, sum(amount_minor) AS carrier_income_minor
FROM carrier_income
WHERE ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
GROUP BY currency;

-- @budget_differs: Budgets whose amounts are not the sums of their refunds and advances.
SELECT
    merchant || ':' || order_id AS subject,
    reserved_minor,
    settled_minor,
    recovered_minor,
    reserved_in_refunds,
    settled_in_refunds,
    recovered_in_advances
FROM order_budgets
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(amount_minor) FILTER (
            WHERE state IN ('intent', 'sent', 'unknown', 'pending')
        ), 0)::bigint AS reserved_in_refunds,
        coalesce(sum(amount_minor) FILTER (WHERE state = 'settled'), 0)::bigint AS settled_in_refunds
    FROM refunds
    WHERE refunds.merchant = order_budgets.merchant
        AND refunds.order_id = order_budgets.order_id
        AND refunds.from_captured
) AS sums
CROSS JOIN LATERAL (
    SELECT coalesce(sum(advances.recovered_minor), 0)::bigint AS recovered_in_advances
    FROM advances
    WHERE advances.merchant = order_budgets.merchant AND advances.order_id = order_budgets.order_id
) AS back
WHERE (reserved_minor, settled_minor, recovered_minor)
    <> (reserved_in_refunds, settled_in_refunds, recovered_in_advances)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @payment_differs: Payments whose amounts are not the sums of what was taken from them.
SELECT
    merchant || ':' || order_id AS subject,
    payment_id,
    reserved_minor,
    settled_minor,
    coalesce(reserved_in_refunds, 0) AS reserved_in_refunds,
    coalesce(settled_in_refunds, 0) AS settled_in_refunds
FROM order_payments
FULL JOIN (
    SELECT
        merchant,
        order_id,
        payment_id,
        coalesce(sum(amount_minor) FILTER (
            WHERE state IN ('intent', 'sent', 'unknown', 'pending')
        ), 0)::bigint AS reserved_in_refunds,
        coalesce(sum(amount_minor) FILTER (WHERE state = 'settled'), 0)::bigint AS settled_in_refunds
    FROM refunds
    WHERE payment_id IS NOT NULL AND from_captured
    GROUP BY merchant, order_id, payment_id
) AS sums USING (merchant, order_id, payment_id)
WHERE (reserved_minor, settled_minor)
    IS DISTINCT FROM (coalesce(reserved_in_refunds, 0), coalesce(settled_in_refunds, 0))
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, payment_id;

-- @above_the_payment: Payments of which more is taken than they brought in; only a hand at the table does that.
SELECT
    merchant || ':' || order_id AS subject,
    payment_id,
    captured_minor,
    settled_minor + reserved_minor AS taken_minor
FROM order_payments
WHERE settled_minor + reserved_minor > captured_minor
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, payment_id;

-- @goodwill_differs: Budgets of compensation and vouchers whose amounts are not the sums of what was given.
SELECT
    merchant || ':' || order_id AS subject,
    purpose,
    reserved_minor,
    settled_minor,
    reserved_in_refunds,
    settled_in_refunds
FROM goodwill_budgets
FULL JOIN (
    SELECT
        merchant,
        order_id,
        purpose,
        coalesce(sum(amount_minor) FILTER (
            WHERE state IN ('intent', 'sent', 'unknown', 'pending')
        ), 0)::bigint AS reserved_in_refunds,
        coalesce(sum(amount_minor) FILTER (WHERE state = 'settled'), 0)::bigint AS settled_in_refunds
    FROM refunds
    WHERE customer_id IS NOT NULL
    GROUP BY merchant, order_id, purpose
) AS sums USING (merchant, order_id, purpose)
WHERE (reserved_minor, settled_minor) IS DISTINCT FROM (reserved_in_refunds, settled_in_refunds)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, purpose;

-- @above_the_budget: Orders of which more was given than any policy gave them; only a hand at the table does that.
SELECT
    merchant || ':' || order_id AS subject,
    purpose,
    budget_minor,
    settled_minor + reserved_minor AS taken_minor
FROM goodwill_budgets
WHERE settled_minor + reserved_minor > budget_minor
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, purpose;

-- @above_the_cap: Orders of which more is taken than was captured; only a hand at the table's check does that.
SELECT
    merchant || ':' || order_id AS subject,
    captured_minor,
    settled_minor + reserved_minor - recovered_minor AS taken_minor
FROM order_budgets
WHERE settled_minor + reserved_minor - recovered_minor > captured_minor
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @other_currency: Refunds and advances in another currency than their order's.
SELECT taken.subject, taken.currency, order_budgets.currency AS of_order
FROM order_budgets
JOIN (
    SELECT merchant, order_id, currency, key AS subject FROM refunds
    UNION ALL
    SELECT merchant, order_id, currency, case_id FROM advances
) AS taken USING (merchant, order_id)
WHERE taken.currency <> order_budgets.currency
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY taken.subject;

-- @event_missing: Refunds whose state has no event in their stream.
SELECT refunds.key AS subject, refunds.refund_id, refunds.state, wanted.type
FROM refunds
CROSS JOIN LATERAL unnest(
    CASE refunds.state
        WHEN 'settled' THEN ARRAY['refund.requested', 'refund.settled']
        WHEN 'failed' THEN ARRAY['refund.requested', 'refund.failed']
        WHEN 'returned' THEN ARRAY['refund.requested', 'refund.settled', 'refund.returned']
        ELSE ARRAY['refund.requested']
    END
) AS wanted (type)
WHERE NOT EXISTS (
    SELECT FROM events
    WHERE events.case_id = refunds.refund_id
        AND events.type = wanted.type
        AND superseded_at IS NULL
        AND (
            wanted.type = 'refund.requested'
            OR refunds.payment_id IS NULL
            OR events.data ->> 'part' = refunds.part::text
        )
)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, wanted.type;

-- @event_contradicts: Refunds whose stream tells of an end that their row does not have.
SELECT refunds.key AS subject, refunds.refund_id, refunds.state, events.type
FROM refunds
JOIN events
    ON events.case_id = refunds.refund_id
    AND superseded_at IS NULL
    AND (refunds.payment_id IS NULL OR events.data ->> 'part' = refunds.part::text)
WHERE (
        (events.type = 'refund.settled' AND refunds.state NOT IN ('settled', 'returned'))
        OR (events.type = 'refund.failed' AND refunds.state <> 'failed')
        OR (events.type = 'refund.returned' AND refunds.state <> 'returned')
    )
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject, events.type;

-- @intent_differs: Refunds whose row is not what was asked for in their stream.
SELECT
    refunds.key AS subject,
    whole.amount_minor,
    refunds.currency,
    coalesce(refunds.customer_says, 'none') AS said,
    events.data ->> 'amount_minor' AS asked_minor,
    events.data ->> 'currency' AS asked_currency,
    events.data ->> 'key' AS asked_key,
    coalesce(events.data ->> 'customer_says', 'none') AS asked_said
FROM refunds
JOIN events
    ON events.case_id = refunds.refund_id
    AND events.type = 'refund.requested'
    AND superseded_at IS NULL
CROSS JOIN LATERAL (
    SELECT sum(parts.amount_minor)::bigint AS amount_minor
    FROM refunds AS parts
    WHERE parts.refund_id = refunds.refund_id
) AS whole
WHERE refunds.part = 1
    AND (
        events.data ->> 'key', events.data ->> 'amount_minor', events.data ->> 'currency',
        events.data ->> 'customer_says'
    ) IS DISTINCT FROM (refunds.key, whole.amount_minor::text, refunds.currency, refunds.customer_says)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @intent_missing: Refunds that a stream tells of and the ledger has not.
SELECT
    events.case_id AS subject,
    events.data ->> 'amount_minor' AS asked_minor,
    events.data ->> 'currency' AS currency
FROM events
WHERE events.type = 'refund.requested'
    AND superseded_at IS NULL
    AND NOT EXISTS (SELECT FROM refunds WHERE refunds.refund_id = events.case_id)
    AND ($1::text IS NULL OR split_part(events.case_id, ':', -3) = $1)
    AND ($2::text IS NULL OR events.data ->> 'order_id' = $2)
ORDER BY subject;

-- @never_sent: Refunds that the provider is said to know and that were never sent.
SELECT key AS subject, state
FROM refunds
WHERE state IN ('sent', 'unknown', 'pending', 'settled', 'returned')
    AND (first_sent_at IS NULL OR attempts = 0)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @not_asked: Refunds that their case never put on its way, or with another amount or another word on their way.
SELECT refunds.key AS subject, refunds.case_id, refunds.seq
FROM refunds
WHERE refunds.part = 1
    AND NOT EXISTS (
    SELECT FROM events
    WHERE events.case_id = refunds.case_id
        AND events.type LIKE '%.refund\_started'
        AND superseded_at IS NULL
        AND events.data ->> 'refund_seq' = refunds.seq::text
        AND events.data ->> 'customer_says' IS NOT DISTINCT FROM refunds.customer_says
        AND events.data ->> 'amount_minor' = (
            SELECT sum(parts.amount_minor)::text
            FROM refunds AS parts
            WHERE parts.refund_id = refunds.refund_id
        )
)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @case_misled: Refunds that their case takes for settled and the ledger does not.
SELECT refunds.key AS subject, refunds.case_id, refunds.state
FROM refunds
WHERE state NOT IN ('settled', 'returned')
    AND EXISTS (
        SELECT FROM events
        WHERE events.case_id = refunds.case_id
            AND events.type LIKE '%.refund\_reported'
            AND superseded_at IS NULL
            AND events.data ->> 'refund_seq' = refunds.seq::text
            AND events.data ->> 'state' = 'settled'
    )
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @advance_unpaid: Advances that ended as if they had been paid, and were not, or not as much as came back.
SELECT advances.case_id AS subject, advances.outcome, paid.settled_minor, advances.recovered_minor
FROM advances
CROSS JOIN LATERAL (
    SELECT coalesce(sum(amount_minor), 0)::bigint AS settled_minor
    FROM refunds
    WHERE refunds.case_id = advances.case_id AND refunds.state IN ('settled', 'returned')
) AS paid
WHERE advances.outcome IN ('earned', 'paid_back', 'written_off')
    AND (paid.settled_minor = 0 OR advances.recovered_minor > paid.settled_minor)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @recovery_unsaid: Money that advances say came back, and that no event of the case tells of.
SELECT advances.case_id AS subject, advances.recovered_minor
FROM advances
WHERE advances.recovered_minor > 0
    AND NOT EXISTS (
        SELECT FROM events
        WHERE events.case_id = advances.case_id
            AND events.type = 'return.clawback_answered'
            AND superseded_at IS NULL
            AND events.data ->> 'recovered_minor' = advances.recovered_minor::text
    )
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @income_unsaid: Carriers' payments that no claim tells of, or with another amount.
SELECT carrier_income.key AS subject, carrier_income.case_id, carrier_income.amount_minor
FROM carrier_income
WHERE NOT EXISTS (
    SELECT FROM events
    WHERE events.case_id = carrier_income.case_id
        AND events.type = 'claim.paid'
        AND superseded_at IS NULL
        AND events.data ->> 'amount_minor' = carrier_income.amount_minor::text
)
    AND ($1::text IS NULL OR merchant = $1) AND ($2::text IS NULL OR order_id = $2)
ORDER BY subject;

-- @income_unbooked: Claims that a carrier paid and whose money is not in the books.
SELECT events.case_id AS subject, events.data ->> 'amount_minor' AS amount_minor
FROM events
LEFT JOIN cases USING (case_id)
WHERE events.type = 'claim.paid'
    AND superseded_at IS NULL
    AND NOT EXISTS (SELECT FROM carrier_income WHERE carrier_income.case_id = events.case_id)
    AND ($1::text IS NULL OR split_part(events.case_id, ':', 2) = $1)
    AND ($2::text IS NULL OR cases.order_id = $2)
ORDER BY subject;
