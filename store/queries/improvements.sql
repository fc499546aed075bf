-- @tracked: Improvements by department, what is overdue first, then by deadline; a clock that runs on breached is
-- overdue, and so is a deadline that has passed unnoticed, and an action that is open past its own day. Of these
-- the one that waits longest is named.
SELECT cases.*, late.is_overdue, action.number AS overdue_action, action.due_by AS action_due_by
FROM cases
LEFT JOIN LATERAL (
    SELECT (added.data ->> 'action')::integer AS number, (added.data ->> 'due_by')::timestamptz AS due_by
    FROM events AS added
    WHERE added.case_id = cases.case_id
        AND added.superseded_at IS NULL
        AND added.type = 'improvement.action_added'
        AND (added.data ->> 'due_by')::timestamptz < $5
        AND NOT EXISTS (
            SELECT FROM events AS ended
            WHERE ended.case_id = cases.case_id
                AND ended.superseded_at IS NULL
                AND ended.type IN ('improvement.action_done', 'improvement.action_dropped')
                AND ended.data -> 'action' = added.data -> 'action'
        )
    ORDER BY due_by, number
    LIMIT 1
) AS action ON cases.open
CROSS JOIN LATERAL (
    SELECT clocks @> '[{"state": "running", "verdict": "breached"}]'
        OR coalesce(due_at < $5, false)
        OR action.number IS NOT NULL AS is_overdue
) AS late
WHERE kind = 'improvement'
    AND ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR team = $2)
    AND ($3::boolean IS NULL OR open = $3)
    AND (NOT $4 OR (open AND late.is_overdue))
ORDER BY NOT (open AND late.is_overdue), NOT open, coalesce(due_at, 'infinity'), case_id
LIMIT $6;
