-- @past_cases: Cases by time of opening, each with the terms it was held to and what had happened by a moment.
-- Clock changes are left out: they follow from the rest, and no clock hears them. What a case's clocks are chosen by
-- is as it was known at that moment, too: a complaint may be classified and graded anew.
SELECT
    cases.case_id,
    cases.kind,
    coalesce(heard.priority, cases.priority) AS priority,
    cases.tier,
    cases.channel,
    heard.category,
    heard.source,
    heard.carrier,
    cases.opened_at,
    heard.pinned_at,
    heard.terms_hash,
    heard.types,
    heard.moments
FROM cases
CROSS JOIN LATERAL (
    SELECT
        (array_agg(data ->> 'priority' ORDER BY seq DESC) FILTER (WHERE seq = 1 OR type = 'complaint.graded'))[1]
            AS priority,
        (
            array_agg(data ->> 'category' ORDER BY seq DESC)
            FILTER (WHERE type IN ('complaint.opened', 'complaint.classified'))
        )[1] AS category,
        min(data ->> 'source') FILTER (WHERE type = 'complaint.opened') AS source,
        min(data ->> 'carrier') FILTER (WHERE type = 'claim.opened') AS carrier,
        -- Other terms are made as if the case had been opened under them; the first, when it was written down.
        (
            array_agg(
                CASE
                    WHEN type <> 'case.retargeted' THEN (data ->> 'recorded_at')::timestamptz
                END ORDER BY seq DESC
            )
            FILTER (WHERE seq = 1 OR type = 'case.retargeted')
        )[1] AS pinned_at,
        (
            array_agg(data ->> 'terms_hash' ORDER BY seq DESC)
            FILTER (WHERE seq = 1 OR type = 'case.retargeted')
        )[1] AS terms_hash,
        array_agg(type ORDER BY seq) AS types,
        array_agg(at ORDER BY seq) AS moments
    FROM events
    WHERE case_id = cases.case_id
        AND superseded_at IS NULL
        AND type <> 'clock.changed'
        AND at <= $1
) AS heard
WHERE opened_at <= $1
    AND ($2::timestamptz IS NULL OR opened_at >= $2)
    AND ($3::timestamptz IS NULL OR opened_at < $3)
    AND ($4::text IS NULL OR merchant = $4)
    AND ($5::text IS NULL OR kind = $5)
ORDER BY opened_at, case_id;
