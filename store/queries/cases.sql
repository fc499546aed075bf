-- @case: One case's row.
SELECT * FROM cases WHERE case_id = $1;

-- @cases_of_order: All cases of an order, oldest first.
SELECT * FROM cases WHERE merchant = $1 AND order_id = $2 ORDER BY opened_at, case_id;

-- @page: Cases by any filter, the most urgent first, after the last row of the page before.
SELECT *
FROM cases
WHERE ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR kind = $2)
    AND ($3::text IS NULL OR stage = $3)
    AND ($4::text IS NULL OR sla_state = $4)
    AND ($5::boolean IS NULL OR open = $5)
    AND ($6::text IS NULL OR order_id = $6)
    AND ($7::text IS NULL OR customer_id = $7)
    AND ($8::timestamptz IS NULL OR due_at < $8)
    AND (
        $10::text IS NULL
        OR (coalesce(due_at, 'infinity'), case_id) > (coalesce($9::timestamptz, 'infinity'), $10)
    )
ORDER BY coalesce(due_at, 'infinity'), case_id
LIMIT $11;
