-- @facets: Cases of a period by what they have in common, how many are open, and how many came soon after another
-- of the same customer about the same order.
SELECT
    facets ->> 'category' AS category,
    facets ->> 'severity' AS severity,
    facets ->> 'party' AS party,
    facets ->> 'carrier' AS carrier,
    facets ->> 'lane' AS lane,
    facets ->> 'reason' AS reason,
    count(*) AS cases,
    count(*) FILTER (WHERE open) AS open,
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM cases AS earlier
        WHERE earlier.merchant = cases.merchant
            AND earlier.order_id IS NOT DISTINCT FROM cases.order_id
            AND earlier.customer_id = cases.customer_id
            AND earlier.kind = cases.kind
            AND (earlier.opened_at, earlier.case_id) < (cases.opened_at, cases.case_id)
            AND earlier.opened_at >= cases.opened_at - $5::interval
    )) AS repeats
FROM cases
WHERE ($1::text IS NULL OR merchant = $1)
    AND ($2::text[] IS NULL OR kind = ANY ($2))
    AND ($3::timestamptz IS NULL OR opened_at >= $3)
    AND ($4::timestamptz IS NULL OR opened_at < $4)
GROUP BY 1, 2, 3, 4, 5, 6;

-- @arrivals: How many cases came in by quarters of an hour.
SELECT date_bin('15 minutes', opened_at, '2000-01-01 00:00:00+00') AS at, count(*) AS cases
FROM cases
WHERE ($1::text IS NULL OR merchant = $1)
    AND ($2::text[] IS NULL OR kind = ANY ($2))
    AND ($3::timestamptz IS NULL OR opened_at >= $3)
    AND ($4::timestamptz IS NULL OR opened_at < $4)
GROUP BY 1
ORDER BY 1;
