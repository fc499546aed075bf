-- @facets: Cases by what they have in common, how many are open, and how many are repeats.
SELECT
    facets ->> 'category' AS category,
    facets ->> 'severity' AS severity,
    facets ->> 'party' AS party,
    facets ->> 'carrier' AS carrier,
    facets ->> 'lane' AS lane,
    facets ->> 'reason' AS reason,
    count(*) AS cases,
    count(*) FILTER (WHERE open) AS open,
    count(*) FILTER (WHERE EXISTS (/*earlier*/)) AS repeats
FROM cases
WHERE true /*narrowed*/
GROUP BY 1, 2, 3, 4, 5, 6;

-- @arrivals: How many cases came in by quarters of an hour.
SELECT date_bin('15 minutes', opened_at, '2000-01-01 00:00:00+00') AS at, count(*) AS cases
FROM cases
WHERE true /*narrowed*/
GROUP BY 1
ORDER BY 1;

-- @verdicts: Clocks by kind, metric, channel and team, and what became of them.
SELECT
    kind,
    clock.name AS metric,
    channel,
    team,
    count(*) FILTER (WHERE clock.verdict = 'met') AS met,
    count(*) FILTER (WHERE clock.verdict = 'breached') AS breached,
    count(*) FILTER (WHERE clock.verdict = 'pending' AND clock.state <> 'cancelled') AS pending,
    count(*) FILTER (WHERE clock.verdict = 'pending' AND clock.state = 'cancelled') AS cancelled
FROM cases
CROSS JOIN LATERAL jsonb_to_recordset(clocks) AS clock (name text, state text, verdict text)
WHERE true /*narrowed*/
GROUP BY 1, 2, 3, 4;

-- @refunds: Refunds by how they ended and how many minutes, rounded up, the paid ones took.
SELECT
    begun.since,
    refund.how AS "end",
    CASE refund.how
        WHEN 'paid' THEN greatest(0, ceil(extract(EPOCH FROM refund.settled_at - begun.at) / 60))::integer
    END AS minutes,
    count(*) AS refunds
FROM cases
CROSS JOIN LATERAL (/*refunds_of_case*/) AS refund
CROSS JOIN LATERAL (VALUES ('opening', cases.opened_at), ('request', refund.requested_at)) AS begun (since, at)
WHERE true /*narrowed*/
GROUP BY 1, 2, 3;

-- @cases: The cases behind a figure, the latest first.
SELECT
    case_id, kind, number, stage, open, outcome, priority, channel, team, sla_state, opened_at,
    coalesce(facets ->> 'category', facets ->> 'exception', facets ->> 'status') AS about
FROM cases
WHERE true /*narrowed*/
ORDER BY opened_at DESC, case_id DESC
LIMIT :limit;

-- @earlier: An earlier case of the same customer about the same order, so soon before that this one is a repeat.
SELECT
FROM cases AS earlier
WHERE earlier.merchant = cases.merchant
    AND earlier.order_id IS NOT DISTINCT FROM cases.order_id
    AND earlier.customer_id = cases.customer_id
    AND earlier.kind = cases.kind
    AND (earlier.opened_at, earlier.case_id) < (cases.opened_at, cases.case_id)
    AND earlier.opened_at >= cases.opened_at - :repeat_within::interval;

-- @refunds_of_case: What became of a case's refunds, and when. One that comes from several payments is paid when its last
-- part is. What the ledger knows already is told by an event a moment later. What is given besides is no refund.
SELECT
    told.requested_at,
    told.settled_at,
    CASE
        WHEN ledger.is_open OR ledger.is_paid AND told.settled_at IS NULL THEN 'open'
        WHEN ledger.is_paid THEN 'paid'
        ELSE 'failed'
    END AS how
FROM (
    SELECT
        refund_id,
        bool_or(state IN ('intent', 'sent', 'unknown', 'pending')) AS is_open,
        bool_or(state IN ('settled', 'returned')) AS is_paid
    FROM refunds
    WHERE refunds.case_id = cases.case_id AND purpose = 'refund'
    GROUP BY refund_id
) AS ledger
CROSS JOIN LATERAL (
    SELECT
        min(at) FILTER (WHERE type = 'refund.requested') AS requested_at,
        max(at) FILTER (WHERE type = 'refund.settled') AS settled_at
    FROM events
    WHERE events.case_id = ledger.refund_id AND superseded_at IS NULL
) AS told;

-- @narrow_merchant: One merchant's.
AND merchant = :merchant

-- @narrow_kinds: Of some kinds.
AND kind = ANY (:kinds::text[])

-- @narrow_since: Opened then or later.
AND opened_at >= :since

-- @narrow_until: Opened before then.
AND opened_at < :until

-- @narrow_channel: Come by one channel.
AND channel = :channel

-- @narrow_team: Of one team, or of none.
AND team IS NOT DISTINCT FROM nullif(:team, '?')

-- @narrow_metric: With a clock of this name.
AND clocks @> jsonb_build_array(jsonb_build_object('name', :metric::text))

-- @narrow_verdict: With a clock, of this name if one is given, that was judged so, or is not judged yet.
AND EXISTS (
    SELECT FROM jsonb_to_recordset(clocks) AS clock (name text, state text, verdict text)
    WHERE clock.name = coalesce(:metric::text, clock.name)
        AND clock.verdict = :verdict
        AND (clock.verdict <> 'pending' OR clock.state <> 'cancelled')
)

-- @narrow_party: That somebody answers for, or nobody yet.
AND facets ->> 'party' IS NOT DISTINCT FROM nullif(:party, '?')

-- @narrow_category: Of one category, or of none yet.
AND facets ->> 'category' IS NOT DISTINCT FROM nullif(:category, '?')

-- @narrow_repeats: Only repeats.
AND EXISTS (/*earlier*/)

-- @narrow_quarters: Come in within some quarters of an hour.
AND date_bin('15 minutes', opened_at, '2000-01-01 00:00:00+00') = ANY (:quarters::timestamptz[])

-- @narrow_refund: With a refund that ended so.
AND EXISTS (SELECT FROM (/*refunds_of_case*/) AS refund WHERE refund.how = :refund)

-- @narrow_paid: With a refund that was paid so many minutes after the opening.
AND EXISTS (
    SELECT
    FROM (/*refunds_of_case*/) AS refund
    CROSS JOIN LATERAL (
        SELECT greatest(0, ceil(extract(EPOCH FROM refund.settled_at - cases.opened_at) / 60)) AS minutes
    ) AS took
    WHERE refund.how = 'paid'
        AND took.minutes > coalesce(:paid_over::integer, -1)
        AND (:paid_within::integer IS NULL OR took.minutes <= :paid_within)
)

-- @narrow_after: After a row.
AND (opened_at, case_id) < (:after_at, :after_id)
