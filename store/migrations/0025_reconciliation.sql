-- What the gateways' books say otherwise than the ledger: statements that were taken, looks, and tasks for people.
-- migrate:up

CREATE TABLE reconciliation_statements (
    statement_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    rail text NOT NULL,
    merchant text NOT NULL,
    day date NOT NULL,
    -- Of the file's bytes: the same file is taken once.
    digest text NOT NULL,
    taken_at timestamptz NOT NULL,
    -- Two days without a refund have the same bytes.
    UNIQUE (rail, merchant, day, digest)
);

CREATE TABLE reconciliation_lines (
    statement_id bigint NOT NULL REFERENCES reconciliation_statements,
    ref text NOT NULL,
    key text,
    PRIMARY KEY (statement_id, ref)
);
CREATE INDEX reconciliation_lines_by_key ON reconciliation_lines (key) WHERE key IS NOT NULL;

-- When the gateway was last asked about a refund, so that all get their turn.
CREATE TABLE reconciliation_looks (
    key text PRIMARY KEY REFERENCES refunds (key),
    looked_at timestamptz NOT NULL
);

CREATE TABLE reconciliation_tasks (
    task_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    provider text NOT NULL,
    merchant text NOT NULL,
    -- The refund's key, or the gateway's number of one that we do not know.
    subject text NOT NULL,
    source text NOT NULL CHECK (source IN ('query', 'statement')),
    facts jsonb NOT NULL,
    -- What a person's word on it holds for; with another one it is theirs again.
    mark text NOT NULL,
    -- Whether the refund's own workflow can settle it, once it is told.
    hint boolean NOT NULL,
    first_seen_at timestamptz NOT NULL,
    seen_again_at timestamptz NOT NULL,
    -- When the refund's own workflow was told, which may settle it without anybody.
    hinted_at timestamptz,
    -- When it became somebody's; empty as long as the workflow has its time.
    opened_at timestamptz,
    closed_at timestamptz,
    -- Empty where the difference went away by itself.
    closed_by text,
    words text,
    UNIQUE (kind, provider, merchant, subject)
);
CREATE INDEX reconciliation_tasks_live ON reconciliation_tasks (first_seen_at) WHERE closed_at IS NULL;

CREATE INDEX refunds_by_provider_ref ON refunds (provider, provider_ref) WHERE provider_ref IS NOT NULL;
CREATE INDEX refunds_ended ON refunds (state_since) WHERE state IN ('settled', 'failed', 'returned');

-- migrate:down

DROP INDEX refunds_ended, refunds_by_provider_ref;
DROP TABLE reconciliation_tasks, reconciliation_looks, reconciliation_lines, reconciliation_statements;
