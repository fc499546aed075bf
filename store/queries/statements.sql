-- @is_taken: The statement of this file, if it was taken.
SELECT 1 FROM reconciliation_statements WHERE rail = $1 AND merchant = $2 AND day = $3 AND digest = $4;

-- @lock_statements: Makes the statements of a merchant's gateway take turns.
SELECT pg_advisory_xact_lock(hashtextextended('statement:' || $1 || ':' || $2, 25));

-- @forget_day: An older file of the same day counts no more.
DELETE FROM reconciliation_lines
USING reconciliation_statements
WHERE reconciliation_lines.statement_id = reconciliation_statements.statement_id
    AND rail = $1 AND merchant = $2 AND day = $3;

-- @take: Notes that a statement was taken.
INSERT INTO reconciliation_statements (rail, merchant, day, digest, taken_at)
VALUES ($1, $2, $3, $4, $5)
RETURNING statement_id;

-- @days_taken: The days whose statements are here.
SELECT DISTINCT day FROM reconciliation_statements WHERE rail = $1 AND merchant = $2;

-- @counted_about: Settled refunds that the statement of a period may have.
SELECT * FROM refunds
WHERE merchant = $1 AND provider = $2 AND state = 'settled' AND first_sent_at < $4 AND state_since >= $3;

-- @told: Which of these keys, or of these numbers, a statement has.
SELECT key, ref
FROM reconciliation_lines
JOIN reconciliation_statements USING (statement_id)
WHERE rail = $1 AND merchant = $2 AND (key = ANY($3::text[]) OR ref = ANY($4::text[]));

-- @refunds_named: The ledger's rows of these keys, or with these numbers of the gateway.
SELECT * FROM refunds
WHERE merchant = $1 AND provider = $2 AND (key = ANY($3::text[]) OR provider_ref = ANY($4::text[]));

-- @knows_any: Whether any of these refunds, by key or the gateway's number, or of these payments is the merchant's.
SELECT EXISTS (
    SELECT 1 FROM refunds
    WHERE merchant = $1 AND provider = $2 AND (key = ANY($3::text[]) OR provider_ref = ANY($4::text[]))
)
OR EXISTS (SELECT 1 FROM order_payments WHERE merchant = $1 AND payment_id = ANY($5::text[]))
OR EXISTS (SELECT 1 FROM order_budgets WHERE merchant = $1 AND order_id = ANY($5::text[]));
