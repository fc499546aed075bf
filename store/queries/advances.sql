-- @lock_customer: Makes the advances of one customer take turns.
SELECT pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 2));

-- @exposed: What a customer has had in advance for goods that have not passed, one case left out.
SELECT coalesce(sum(amount_minor), 0)::bigint
FROM advances
WHERE merchant = $1 AND customer_id = $2 AND currency = $3 AND case_id <> $4 AND outcome IS NULL;

-- @grant: Writes an advance; one that came to nothing before is taken up again.
INSERT INTO advances (case_id, merchant, order_id, customer_id, amount_minor, currency, granted_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (case_id) DO UPDATE SET outcome = NULL, ended_at = NULL WHERE advances.outcome = 'unpaid';

-- @advance: Reads an advance.
SELECT * FROM advances WHERE case_id = $1;

-- @lock_budget_of_advance: Makes all that moves the order's money take turns.
SELECT order_budgets.*
FROM order_budgets
JOIN advances USING (merchant, order_id)
WHERE advances.case_id = $1
FOR UPDATE OF order_budgets;

-- @end: Writes how an advance ended, and what of it came back.
UPDATE advances SET outcome = $2, recovered_minor = $3, ended_at = $4 WHERE case_id = $1;

-- @recover: Adds what came back to what the order's money may pay again.
UPDATE order_budgets SET recovered_minor = recovered_minor + $3 WHERE merchant = $1 AND order_id = $2;
