-- @page: Open cases as lists show them, the most urgent first, after the last row of the page before.
SELECT
    case_id, stage, waits, priority, tier, team, holder, urgent_at, clock, metric, marks, about, refund_minor,
    currency, terms
FROM board
WHERE true /*narrowed*/
ORDER BY urgent_at, case_id
LIMIT :limit;

-- @count: How many there are, counted no further than to a limit.
SELECT count(*)
FROM (SELECT FROM board WHERE true /*narrowed*/ ORDER BY urgent_at, case_id LIMIT :limit) AS found;

-- @narrow_merchant: One merchant's.
AND merchant = :merchant

-- @narrow_kind: Of one kind.
AND kind = :kind

-- @narrow_stage: In one stage.
AND stage = :stage

-- @narrow_waits: Waiting for somebody.
AND waits = :waits

-- @narrow_priority: Of one priority.
AND priority = :priority

-- @narrow_tier: Of customers of one tier.
AND tier = :tier

-- @narrow_channel: Come by one channel.
AND channel = :channel

-- @narrow_team: Of one team.
AND team = :team

-- @narrow_holder: That somebody works on.
AND holder = :holder

-- @narrow_urgent_from: Whose nearest clock is due at a moment or later.
AND urgent_at >= :urgent_from

-- @narrow_urgent_before: Whose nearest clock is due before a moment.
AND urgent_at < :urgent_before

-- @narrow_after: After a row.
AND (urgent_at, case_id) > (:after_at, :after_id)

-- @closed: Closed cases by any filter, the latest first, after the last row of the page before.
SELECT
    case_id, kind, merchant, number, order_id, customer_id, outcome, priority, tier, channel, team, assignee,
    coalesce(facets ->> 'category', facets ->> 'exception', facets ->> 'status') AS about, sla_state,
    refund_minor, currency, opened_at, closed_at
FROM cases
WHERE NOT open /*narrowed*/
ORDER BY closed_at DESC, case_id DESC
LIMIT :limit;

-- @closed_narrow_team: Of one team.
AND team = :team

-- @closed_narrow_holder: That somebody worked on.
AND assignee = :holder

-- @closed_narrow_after: After a row.
AND (closed_at, case_id) < (:after_at, :after_id)
