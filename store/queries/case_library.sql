-- @archive: Keeps an entry; a later closing supersedes, an earlier one that comes late does not.
INSERT INTO case_library
    (case_id, kind, merchant, order_id, category, severity, party, carrier, skus, opened_at, closed_at, entry,
     words, spaced, cut_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text[], $10, $11, $12::jsonb, $13::text::tsvector, $14, $15)
ON CONFLICT (case_id) DO UPDATE SET
    kind = excluded.kind,
    merchant = excluded.merchant,
    order_id = excluded.order_id,
    category = excluded.category,
    severity = excluded.severity,
    party = excluded.party,
    carrier = excluded.carrier,
    skus = excluded.skus,
    opened_at = excluded.opened_at,
    closed_at = excluded.closed_at,
    entry = excluded.entry,
    words = excluded.words,
    spaced = excluded.spaced,
    cut_by = excluded.cut_by
WHERE case_library.closed_at <= excluded.closed_at;

-- @cut_otherwise: The next entries that were cut by other rules, kept from being archived anew until commit.
SELECT case_id, entry
FROM case_library
WHERE cut_by <> $1 AND case_id > $2
ORDER BY case_id
LIMIT $3
FOR UPDATE;

-- @recut: Puts what an entry is found by in place of what was there.
UPDATE case_library SET words = $2::text::tsvector, spaced = $3, cut_by = $4 WHERE case_id = $1;

-- @entry: One entry.
SELECT entry FROM case_library WHERE case_id = $1;

-- @search: Entries with all words, the phrases in order and nothing unwanted; the best first, newer ones better.
WITH found AS (
    SELECT
        case_id, entry, closed_at,
        ts_rank_cd(words, $12::text::tsquery, 1)
            / (1 + greatest(extract(epoch FROM $15::timestamptz - closed_at), 0) / $16::float8) AS score
    FROM case_library
    WHERE words @@ $12::text::tsquery
        AND NOT EXISTS (SELECT FROM unnest($13::text[]) AS phrase WHERE strpos(spaced, phrase) = 0)
        AND NOT EXISTS (SELECT FROM unnest($14::text[]) AS unwanted WHERE strpos(spaced, unwanted) > 0)
        AND ($1::text IS NULL OR merchant = $1)
        AND ($2::text IS NULL OR kind = $2)
        AND ($3::text IS NULL OR category = $3)
        AND ($4::text IS NULL OR party = $4)
        AND ($5::text IS NULL OR carrier = $5)
        AND ($6::text IS NULL OR skus @> ARRAY[$6])
        AND ($7::timestamptz IS NULL OR closed_at >= $7)
        AND ($8::timestamptz IS NULL OR closed_at < $8)
)
SELECT case_id, entry, closed_at, score
FROM found
WHERE $9::text IS NULL
    OR score < $10::float8
    OR (score = $10 AND case_id > $9)
ORDER BY score DESC, case_id
LIMIT $11;

-- @browse: Entries by filter only, the latest closed first.
SELECT case_id, entry, closed_at, 0::float8 AS score
FROM case_library
WHERE ($1::text IS NULL OR merchant = $1)
    AND ($2::text IS NULL OR kind = $2)
    AND ($3::text IS NULL OR category = $3)
    AND ($4::text IS NULL OR party = $4)
    AND ($5::text IS NULL OR carrier = $5)
    AND ($6::text IS NULL OR skus @> ARRAY[$6])
    AND ($7::timestamptz IS NULL OR closed_at >= $7)
    AND ($8::timestamptz IS NULL OR closed_at < $8)
    AND ($9::text IS NULL OR closed_at < $10 OR (closed_at = $10::timestamptz AND case_id > $9))
ORDER BY closed_at DESC, case_id
LIMIT $11;

-- @similar: Other entries that share the rarest of these lexemes, weighed by how rare each is.
WITH rare AS (
    SELECT word.query, word.text, ln((SELECT count(*) + 1 FROM case_library)::float8 / seen.entries) AS weight
    FROM unnest($2::text[], $3::text[]) AS word (query, text)
    CROSS JOIN LATERAL (
        SELECT count(*) AS entries FROM case_library WHERE words @@ word.query::tsquery
    ) AS seen
    WHERE seen.entries >= 2
    ORDER BY seen.entries, word.text
    LIMIT $4
), alike AS (
    SELECT
        library.case_id,
        sum(rare.weight) AS score,
        array_agg(rare.text ORDER BY rare.weight DESC, rare.text) AS shared
    FROM rare
    JOIN case_library AS library ON library.words @@ rare.query::tsquery
    WHERE library.case_id <> $1
    GROUP BY library.case_id
    ORDER BY score DESC, library.case_id
    LIMIT $5
)
SELECT library.entry, alike.score, alike.shared
FROM alike
JOIN case_library AS library USING (case_id)
ORDER BY alike.score DESC, alike.case_id;

-- @duplicates: Cases of a kind about an order or by a customer, of one category or any, newest first.
SELECT
    case_id, opened_at, closed_at, open,
    coalesce(order_id = $2, false) AS is_same_order,
    customer_id = $3 AS is_same_customer
FROM cases
WHERE merchant = $1
    AND (order_id = $2 OR customer_id = $3)
    AND kind = $4
    AND ($5::text IS NULL OR facets ->> 'category' = $5)
    AND opened_at >= $6
ORDER BY opened_at DESC, case_id;
