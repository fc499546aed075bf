-- @rows: These open cases as lists show them.
SELECT
    case_id, stage, waits, priority, tier, team, holder, urgent_at, clock, metric, marks, about, refund_minor,
    currency, terms
FROM board
WHERE case_id = ANY ($1::text[])
ORDER BY urgent_at, case_id;

-- @counts: How many open cases have each value, of one merchant or of all.
SELECT dim, value, sum(cases)::bigint AS cases
FROM board_counts
WHERE merchant = $1 AND dim = ANY ($2::text[])
GROUP BY dim, value
HAVING sum(cases) <> 0
ORDER BY dim, value;

-- @money_waiting: Refunds that wait for a second person, by currency.
SELECT refunds.currency, count(DISTINCT refunds.refund_id) AS refunds, sum(refunds.amount_minor)::bigint AS amount_minor
FROM refunds
WHERE refunds.approval = 'asked' AND ($1::text IS NULL OR refunds.merchant = $1)
GROUP BY refunds.currency
ORDER BY refunds.currency;

-- @find: Cases by what a person has at hand: a case's id or number, an order's or a customer's.
SELECT case_id, kind, number, stage, open, order_id
FROM cases
WHERE (case_id = $1 OR number = $1 OR order_id = $1 OR customer_id = $1)
    AND ($2::text IS NULL OR merchant = $2)
ORDER BY open DESC, opened_at DESC, case_id
LIMIT $3;

-- @fold_counts: Adds what connections counted that are gone to one row per value.
WITH gone AS (
    DELETE FROM board_counts
    WHERE shard <> 0 AND shard NOT IN (SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL)
    RETURNING merchant, dim, value, cases
)
INSERT INTO board_counts AS counts (merchant, dim, value, shard, cases)
SELECT merchant, dim, value, 0, sum(cases)
FROM gone
GROUP BY merchant, dim, value
ORDER BY merchant, dim, value
ON CONFLICT (merchant, dim, value, shard) DO UPDATE SET cases = counts.cases + excluded.cases;

-- @hold_board: Keeps all who would change the board waiting until commit.
LOCK TABLE board, board_counts IN SHARE ROW EXCLUSIVE MODE;

-- @strays: Rows of the board that no open case stands behind, or that differ from it, and cases that it lacks.
SELECT case_id
FROM (
    (TABLE board EXCEPT TABLE board_of_cases) UNION ALL (TABLE board_of_cases EXCEPT TABLE board)
) AS stray
GROUP BY case_id
ORDER BY case_id;

-- @remove_strays: Removes rows that no open case stands behind.
DELETE FROM board WHERE NOT EXISTS (SELECT FROM cases WHERE cases.case_id = board.case_id AND open);

-- @miscounted: Values of which the counts tell another number than the board has rows.
WITH counted AS (
    SELECT merchant, dim, value, sum(cases) AS cases FROM board_counts GROUP BY merchant, dim, value
), there AS (
    SELECT scope AS merchant, dim, value, count(*) AS cases FROM board_told GROUP BY scope, dim, value
)
SELECT merchant, dim, value, coalesce(counted.cases, 0)::bigint AS told, coalesce(there.cases, 0) AS rows
FROM counted
FULL JOIN there USING (merchant, dim, value)
WHERE coalesce(counted.cases, 0) <> coalesce(there.cases, 0)
ORDER BY merchant, dim, value;

-- @forget_counts: Before they are counted anew.
DELETE FROM board_counts;

-- @count_again: Counts the board's rows.
INSERT INTO board_counts (merchant, dim, value, shard, cases)
SELECT scope, dim, value, 0, count(*) FROM board_told GROUP BY scope, dim, value;
