-- @recurring: How many cases of a merchant have these values in common and were opened in a period, and the first of
-- them. A value that is null does not matter. Goods are known of cases that say them, and of those in the library.
SELECT case_id, count(*) OVER () AS found
FROM cases
WHERE merchant = $1
    AND kind = ANY ($2::text[])
    AND opened_at >= $3
    AND opened_at < $4
    AND ($5::text IS NULL OR facets ->> 'category' = $5)
    AND ($6::text IS NULL OR facets ->> 'reason' = $6)
    AND ($7::text IS NULL OR facets ->> 'party' = $7)
    AND ($8::text IS NULL OR facets ->> 'carrier' = $8)
    AND ($9::text IS NULL OR facets ->> 'lane' = $9)
    AND (
        $10::text IS NULL
        OR facets ->> 'sku' = $10
        OR EXISTS (
            SELECT FROM case_library AS kept WHERE kept.case_id = cases.case_id AND kept.skus @> ARRAY[$10]
        )
    )
    AND ($11::text IS NULL OR facets ->> 'root_cause' = $11)
ORDER BY opened_at, case_id
LIMIT $12;

-- @known: Which of these cases there are, and whose.
SELECT case_id, merchant FROM cases WHERE case_id = ANY ($1::text[]);
