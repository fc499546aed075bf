-- @case: One case's row.
SELECT * FROM cases WHERE case_id = $1;

-- @cases_named: The rows of these cases, as far as there are any.
SELECT * FROM cases WHERE case_id = ANY ($1::text[]) ORDER BY opened_at, case_id;

-- @cases_of_order: All cases of an order, oldest first.
SELECT * FROM cases WHERE merchant = $1 AND order_id = $2 ORDER BY opened_at, case_id;

-- @overdue: Open cases whose next instant passed a while ago, the longest overdue first.
SELECT case_id, next_instant_at
FROM cases
WHERE open AND next_instant_at < $1
ORDER BY next_instant_at, case_id
LIMIT $2;

-- @alike: A customer's complaints about the same order and category, opened in a span before another, newest first.
-- The other itself is there, too, when it was reset to before its opening.
SELECT case_id, open
FROM cases
WHERE merchant = $1
    AND customer_id = $2
    AND order_id IS NOT DISTINCT FROM $3
    AND kind = 'complaint'
    AND facets ->> 'category' = $4
    AND opened_at >= $5
    AND (opened_at, case_id) < ($6, $7)
    AND case_id <> $7
ORDER BY opened_at DESC, case_id DESC;

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
    AND ($9::text IS NULL OR policy = $9)
    AND (
        $11::text IS NULL
        OR (coalesce(due_at, 'infinity'), case_id) > (coalesce($10::timestamptz, 'infinity'), $11)
    )
ORDER BY coalesce(due_at, 'infinity'), case_id
LIMIT $12;

-- @open_by_policy: To which versions of policies open cases are held, and how many to each.
SELECT policy, policy_hash, count(*) AS open_cases
FROM cases
WHERE open
GROUP BY policy, policy_hash
ORDER BY policy, policy_hash;

-- @under_fewer_days: Open cases whose holidays end before those published now, with a clock that may rest on more.
-- A paused clock's deadline moves on without an event, so that its row may not say yet that it is provisional.
SELECT case_id
FROM cases
WHERE open
    AND ($4::text IS NULL OR merchant = $4)
    AND EXISTS (
        SELECT 1
        FROM jsonb_to_recordset(clocks) AS clock (state text, provisional boolean)
        WHERE state = 'paused' OR (state = 'running' AND provisional)
    )
    AND EXISTS (
        SELECT 1
        FROM unnest($1::text[], $2::text[], $3::date[]) AS published (name, revision, valid_through)
        JOIN unnest(string_to_array(calendar_revision, '+')) AS used (holidays)
            ON split_part(used.holidays, '@', 1) = published.name
        JOIN calendars ON calendars.revision = split_part(used.holidays, '@', 2)
        WHERE (calendars.body ->> 'valid_through')::date < published.valid_through
    )
ORDER BY case_id;
