-- The log and what is written in the same transaction: read model, claims, outbox.
-- migrate:up

CREATE TABLE events (
    pos bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    case_id text NOT NULL,
    seq integer NOT NULL CHECK (seq >= 1),
    type text NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    at timestamptz NOT NULL,
    actor text NOT NULL,
    data jsonb NOT NULL,
    content_hash bytea NOT NULL,
    -- Who wrote the row: lets a late delivery from an earlier attempt be told from a reset that re-emits.
    run_id uuid,
    emitted_at timestamptz,
    superseded_by xid8,
    superseded_at timestamptz,
    CHECK ((superseded_by IS NULL) = (superseded_at IS NULL))
);
CREATE UNIQUE INDEX events_live ON events (case_id, seq) WHERE superseded_at IS NULL;
CREATE INDEX events_superseded ON events (case_id, seq) WHERE superseded_at IS NOT NULL;

CREATE TABLE outbox (
    xid xid8 NOT NULL,
    pos bigint NOT NULL,
    PRIMARY KEY (xid, pos)
);

-- However an event is written, its outbox row is written with it.
CREATE FUNCTION fill_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (xid, pos) SELECT xid, pos FROM added;
    RETURN NULL;
END
$$;
CREATE TRIGGER events_outbox AFTER INSERT ON events
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION fill_outbox();

CREATE TABLE feed_checkpoints (
    reader text PRIMARY KEY,
    xid xid8 NOT NULL,
    pos bigint NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE cases (
    case_id text PRIMARY KEY,
    kind text NOT NULL,
    merchant text NOT NULL,
    number text NOT NULL,
    order_id text NOT NULL,
    customer_id text NOT NULL,
    stage text NOT NULL,
    open boolean NOT NULL,
    outcome text,
    waiting_for text,
    waiting_since timestamptz,
    priority text NOT NULL,
    tier text NOT NULL,
    channel text NOT NULL,
    language text NOT NULL,
    policy text NOT NULL,
    policy_hash text NOT NULL,
    calendar_revision text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    last_seq integer NOT NULL,
    last_event_at timestamptz NOT NULL,
    sla_state text NOT NULL,
    due_metric text,
    due_at timestamptz,
    next_instant_at timestamptz,
    refund_minor bigint NOT NULL,
    currency text NOT NULL,
    clocks jsonb NOT NULL
);
-- A case without a deadline sorts last on a board; the reader pages by the same expression.
CREATE INDEX cases_board ON cases (merchant, stage, (coalesce(due_at, 'infinity')), case_id) WHERE open;
CREATE INDEX cases_due ON cases (merchant, (coalesce(due_at, 'infinity')), case_id) WHERE open;
CREATE INDEX cases_next_instant ON cases (next_instant_at) WHERE open AND next_instant_at IS NOT NULL;
CREATE INDEX cases_of_order ON cases (merchant, order_id);
CREATE INDEX cases_of_customer ON cases (merchant, customer_id);

CREATE TABLE claims (
    merchant text NOT NULL,
    order_id text NOT NULL,
    line text NOT NULL,
    case_id text NOT NULL,
    units int4multirange NOT NULL CHECK (NOT isempty(units) AND lower(units) >= 1),
    bought integer,
    PRIMARY KEY (merchant, order_id, line, case_id)
);
CREATE INDEX claims_of_case ON claims (case_id);

-- migrate:down

DROP TABLE claims, cases, feed_checkpoints, outbox, events;
DROP FUNCTION fill_outbox();
