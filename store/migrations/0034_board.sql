-- The board: every open case as lists show it, and how many there are; both follow the cases by trigger.
-- migrate:up

-- A value that is missing is '', so that each index finds it, and filters can be ranges. Texts are compared by bytes.
CREATE TABLE board (
    case_id text COLLATE "C" PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    merchant text COLLATE "C" NOT NULL,
    stage text COLLATE "C" NOT NULL,
    waits text COLLATE "C" NOT NULL,
    priority text COLLATE "C" NOT NULL,
    tier text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    team text COLLATE "C" NOT NULL,
    -- Who works on it; '?' where the desk is to act and nobody does.
    holder text COLLATE "C" NOT NULL,
    -- When the nearest of its clocks is or was missed; in the year 9999 where it stands (January) or there is none.
    urgent_at timestamptz NOT NULL,
    clock text COLLATE "C" NOT NULL CHECK (clock IN ('running', 'paused', 'none')),
    metric text,
    -- 'w' it has warned, 'p' it is provisional, 'l' the law's limit is the nearer one.
    marks text NOT NULL,
    about text,
    refund_minor bigint NOT NULL,
    currency text,
    -- The policy's hash and the holidays' revision, with a space between.
    terms text NOT NULL
) WITH (fillfactor = 85);

-- One order for all, behind each thing that a list can be narrowed to: what else it is narrowed to is seen in the index.
CREATE INDEX board_by_urgency ON board
(urgent_at, case_id, merchant, kind, stage, waits, priority, tier, channel, team, holder);
CREATE INDEX board_by_merchant ON board
(merchant, urgent_at, case_id, kind, stage, waits, priority, tier, channel, team, holder);
CREATE INDEX board_by_kind ON board
(kind, urgent_at, case_id, merchant, stage, waits, priority, tier, channel, team, holder);
CREATE INDEX board_by_stage ON board
(kind, stage, urgent_at, case_id, merchant, waits, priority, tier, channel, team, holder);
CREATE INDEX board_by_waits ON board
(waits, urgent_at, case_id, merchant, kind, stage, priority, tier, channel, team, holder);
CREATE INDEX board_by_priority ON board
(priority, urgent_at, case_id, merchant, kind, stage, waits, tier, channel, team, holder);
CREATE INDEX board_by_tier ON board
(tier, urgent_at, case_id, merchant, kind, stage, waits, priority, channel, team, holder);
CREATE INDEX board_by_channel ON board
(channel, urgent_at, case_id, merchant, kind, stage, waits, priority, tier, team, holder);
CREATE INDEX board_by_team ON board
(team, urgent_at, case_id, merchant, kind, stage, waits, priority, tier, channel, holder);
CREATE INDEX board_by_holder ON board
(holder, urgent_at, case_id, merchant, kind, stage, waits, priority, tier, channel, team);

-- How many open cases there are of each value; merchant '' is all of them. A connection counts in rows of its own
-- (`shard`, its process), so that appends never wait for one another; the sum over them counts.
CREATE TABLE board_counts (
    merchant text COLLATE "C" NOT NULL,
    dim text COLLATE "C" NOT NULL,
    value text COLLATE "C" NOT NULL,
    shard integer NOT NULL,
    cases bigint NOT NULL,
    PRIMARY KEY (merchant, dim, value, shard)
) WITH (fillfactor = 50);

-- What the board has to say of the cases.
CREATE VIEW board_of_cases AS
SELECT
    cases.case_id,
    cases.kind,
    cases.merchant,
    cases.stage,
    coalesce(cases.waiting_for, '') AS waits,
    cases.priority,
    cases.tier,
    cases.channel,
    coalesce(cases.team, '') AS team,
    coalesce(
        cases.assignee, CASE WHEN cases.waiting_for IN ('agent', 'desk', 'team') THEN '?' ELSE '' END
    ) AS holder,
    CASE
        WHEN nearest.is_missed OR nearest.state = 'running' THEN nearest.due_at
        WHEN nearest.state = 'paused' THEN '9999-01-01T00:00:00Z'
        ELSE '9999-12-31T00:00:00Z'
    END AS urgent_at,
    coalesce(nearest.state, 'none') AS clock,
    nearest.metric,
    coalesce(nearest.marks, '') AS marks,
    coalesce(cases.facets ->> 'category', cases.facets ->> 'exception', cases.facets ->> 'status') AS about,
    cases.refund_minor,
    cases.currency,
    cases.policy_hash || ' ' || cases.calendar_revision AS terms
FROM cases
LEFT JOIN LATERAL (
    SELECT
        clock ->> 'name' AS metric,
        clock ->> 'state' AS state,
        clock ->> 'verdict' = 'breached' AS is_missed,
        (clock ->> 'due_at')::timestamptz AS due_at,
        CASE WHEN clock -> 'rungs' <> '[]' THEN 'w' ELSE '' END
        || CASE WHEN (clock ->> 'provisional')::boolean THEN 'p' ELSE '' END
        || CASE WHEN clock ->> 'legal_due_at' = clock ->> 'due_at' THEN 'l' ELSE '' END AS marks
    FROM jsonb_array_elements(cases.clocks) AS clock
    WHERE clock ->> 'state' IN ('running', 'paused')
    ORDER BY clock ->> 'state' = 'paused' AND clock ->> 'verdict' <> 'breached', due_at, metric
    LIMIT 1
) AS nearest ON true
WHERE cases.open;

-- Under which values a row is counted, for its merchant and for all.
CREATE FUNCTION values_of(counted board) RETURNS TABLE (scope text, dim text, value text)
LANGUAGE sql IMMUTABLE ROWS 18 AS $$
    SELECT scopes.scope, told.dim, told.value
    FROM (VALUES (''), (counted.merchant)) AS scopes (scope)
    CROSS JOIN (
        VALUES
        ('all', ''), ('kind', counted.kind), ('stage', counted.kind || '/' || counted.stage),
        ('waits', counted.waits), ('priority', counted.priority), ('tier', counted.tier),
        ('channel', counted.channel), ('team', counted.team), ('holder', counted.holder)
    ) AS told (dim, value)
$$;
CREATE VIEW board_told AS
SELECT board.case_id, told.scope, told.dim, told.value
FROM board CROSS JOIN LATERAL values_of(board) AS told;

-- Adds up what rows of the board that went and came change, in the shard of this connection.
CREATE FUNCTION count_board(gone board[], came board[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO board_counts AS counts (merchant, dim, value, shard, cases)
    SELECT told.scope, told.dim, told.value, pg_backend_pid(), sum(step)
    FROM (
        SELECT -1 AS step, was AS counted FROM unnest(gone) AS was
        UNION ALL
        SELECT 1, still FROM unnest(came) AS still
    ) AS moved
    CROSS JOIN LATERAL values_of(counted) AS told
    GROUP BY told.scope, told.dim, told.value
    HAVING sum(step) <> 0
    -- Always in this order, so that no two ever wait for each other.
    ORDER BY told.scope, told.dim, told.value
    ON CONFLICT (merchant, dim, value, shard) DO UPDATE SET cases = counts.cases + excluded.cases
$$;

-- Keeps the board of the cases that a statement wrote, in its transaction.
CREATE FUNCTION keep_board() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone board[];
    came board[];
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    SELECT array_agg(board ORDER BY case_id) INTO gone
    FROM board WHERE case_id IN (SELECT case_id FROM changed);
    SELECT array_agg(row(now_so.*)::board ORDER BY case_id) INTO came
    FROM board_of_cases AS now_so WHERE case_id IN (SELECT case_id FROM changed);
    IF gone IS NOT DISTINCT FROM came THEN
        RETURN NULL;
    END IF;
    DELETE FROM board USING unnest(gone) AS was
    WHERE board.case_id = was.case_id
        AND NOT EXISTS (SELECT FROM unnest(came) AS still WHERE still.case_id = was.case_id);
    INSERT INTO board SELECT * FROM unnest(came)
    ON CONFLICT (case_id) DO UPDATE SET
        kind = excluded.kind,
        merchant = excluded.merchant,
        stage = excluded.stage,
        waits = excluded.waits,
        priority = excluded.priority,
        tier = excluded.tier,
        channel = excluded.channel,
        team = excluded.team,
        holder = excluded.holder,
        urgent_at = excluded.urgent_at,
        clock = excluded.clock,
        metric = excluded.metric,
        marks = excluded.marks,
        about = excluded.about,
        refund_minor = excluded.refund_minor,
        currency = excluded.currency,
        terms = excluded.terms
    WHERE board IS DISTINCT FROM excluded;
    PERFORM count_board(gone, came);
    RETURN NULL;
END
$$;
CREATE TRIGGER cases_came AFTER INSERT ON cases
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_board();
CREATE TRIGGER cases_changed AFTER UPDATE ON cases
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_board();
CREATE TRIGGER cases_went AFTER DELETE ON cases
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION keep_board();

INSERT INTO board SELECT * FROM board_of_cases;
INSERT INTO board_counts (merchant, dim, value, shard, cases)
SELECT scope, dim, value, 0, count(*) FROM board_told GROUP BY scope, dim, value;

-- Closed cases, the latest first.
CREATE INDEX cases_closed ON cases (closed_at DESC, case_id DESC) WHERE NOT open;
CREATE INDEX cases_closed_of_merchant ON cases (merchant, closed_at DESC, case_id DESC) WHERE NOT open;

-- migrate:down

DROP INDEX cases_closed, cases_closed_of_merchant;
DROP TRIGGER cases_came ON cases;
DROP TRIGGER cases_changed ON cases;
DROP TRIGGER cases_went ON cases;
DROP FUNCTION keep_board();
DROP FUNCTION count_board(board[], board[]);
DROP VIEW board_told, board_of_cases;
DROP FUNCTION values_of(board);
DROP TABLE board_counts, board;
