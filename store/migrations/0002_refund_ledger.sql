-- Money: what was captured per order, and every refund that was ever meant.
-- migrate:up

CREATE TABLE order_budgets (
    merchant text NOT NULL,
    order_id text NOT NULL,
    currency text NOT NULL,
    captured_minor bigint NOT NULL CHECK (captured_minor >= 0),
    reserved_minor bigint NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0),
    settled_minor bigint NOT NULL DEFAULT 0 CHECK (settled_minor >= 0),
    PRIMARY KEY (merchant, order_id),
    CONSTRAINT order_budgets_cap CHECK (settled_minor + reserved_minor <= captured_minor)
);

CREATE TABLE refunds (
    refund_id text PRIMARY KEY,
    key text NOT NULL,
    case_id text NOT NULL,
    seq integer NOT NULL,
    merchant text NOT NULL,
    order_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 1),
    currency text NOT NULL,
    provider text NOT NULL,
    state text NOT NULL CHECK (
        state IN ('intent', 'sent', 'unknown', 'pending', 'settled', 'failed', 'returned')
    ),
    provider_ref text,
    reason text,
    first_sent_at timestamptz,
    state_since timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    UNIQUE (case_id, seq),
    -- Stricter than per provider: a key names one refund wherever it is sent.
    UNIQUE (key),
    FOREIGN KEY (merchant, order_id) REFERENCES order_budgets
);
CREATE INDEX refunds_of_order ON refunds (merchant, order_id);
CREATE INDEX refunds_open ON refunds (state_since) WHERE state IN ('intent', 'sent', 'unknown', 'pending');

-- migrate:down

DROP TABLE refunds, order_budgets;
