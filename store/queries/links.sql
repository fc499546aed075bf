-- @upward: All cases that a case's upward links lead to, with the links of each.
WITH RECURSIVE above AS (
    SELECT other_id AS case_id FROM case_links WHERE case_id = $1 AND relation = ANY ($2::text[])
    UNION
    SELECT case_links.other_id
    FROM above
    JOIN case_links ON case_links.case_id = above.case_id AND relation = ANY ($2::text[])
)
SELECT case_links.case_id, array_agg(case_links.other_id ORDER BY case_links.other_id) AS others
FROM case_links
WHERE (case_links.case_id = $1 OR case_links.case_id IN (SELECT case_id FROM above))
    AND relation = ANY ($2::text[])
GROUP BY case_links.case_id;

-- @linked: Every case that a case is linked to, from its own side or the other's, and what it is to it.
SELECT other_id, relation FROM case_links WHERE case_id = $1 ORDER BY other_id;

-- @around: Every link that one of these cases has, and every one that points to one of them.
SELECT case_id, other_id, relation
FROM case_links
WHERE case_id = ANY ($1::text[]) OR other_id = ANY ($1::text[])
ORDER BY case_id, other_id;
