-- @book: Writes a payment down, once for each claim.
INSERT INTO carrier_income (
    key, case_id, merchant, carrier, order_id, amount_minor, currency, received_at, booked_at
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (key) DO NOTHING;

-- @of_claim: What is booked of a claim.
SELECT key, case_id, merchant, carrier, order_id, amount_minor, currency, received_at
FROM carrier_income
WHERE key = $1;

-- @of_order: What carriers paid for an order.
SELECT key, case_id, merchant, carrier, order_id, amount_minor, currency, received_at
FROM carrier_income
WHERE merchant = $1 AND order_id = $2
ORDER BY received_at, key;
