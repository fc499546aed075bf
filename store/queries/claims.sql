-- @lock_order: Makes the cases of one order take turns in claiming.
SELECT pg_advisory_xact_lock(hashtextextended($1 || ':' || $2, 1));

-- @claims_of_order: Who holds what of an order: this case, and all others together.
SELECT
    line,
    range_agg(units) FILTER (WHERE case_id = $3) AS own,
    range_agg(units) FILTER (WHERE case_id IS DISTINCT FROM $3) AS others
FROM claims
WHERE merchant = $1 AND order_id = $2
GROUP BY line;

-- @put_claims: Writes what a case now holds of the named lines; a line without units is let go.
WITH granted AS (
    SELECT * FROM unnest($4::text[], $5::text[], $6::integer[]) AS granted (line, units, bought)
), released AS (
    DELETE FROM claims
    USING granted
    WHERE claims.merchant = $1 AND claims.order_id = $2 AND claims.case_id = $3
        AND claims.line = granted.line AND granted.units = '{}'
)
INSERT INTO claims (merchant, order_id, case_id, line, units, bought)
SELECT $1, $2, $3, line, units::int4multirange, bought FROM granted WHERE units <> '{}'
ON CONFLICT (merchant, order_id, line, case_id)
DO UPDATE SET units = excluded.units, bought = excluded.bought;
