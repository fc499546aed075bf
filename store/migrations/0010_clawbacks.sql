-- Money that goes out before the goods are here: bounded per customer, and what of it was paid back.
-- migrate:up

ALTER TABLE order_budgets
    ADD COLUMN recovered_minor bigint NOT NULL DEFAULT 0 CHECK (recovered_minor >= 0),
    DROP CONSTRAINT order_budgets_cap,
    ADD CONSTRAINT order_budgets_cap
    CHECK (settled_minor + reserved_minor - recovered_minor <= captured_minor);

-- One advance per case; without an outcome its goods have not passed and its money counts as exposed.
CREATE TABLE advances (
    case_id text PRIMARY KEY,
    merchant text NOT NULL,
    order_id text NOT NULL,
    customer_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 1),
    currency text NOT NULL,
    granted_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('earned', 'paid_back', 'written_off', 'unpaid')),
    ended_at timestamptz,
    recovered_minor bigint NOT NULL DEFAULT 0 CHECK (recovered_minor BETWEEN 0 AND amount_minor),
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    FOREIGN KEY (merchant, order_id) REFERENCES order_budgets
);
CREATE INDEX advances_exposed ON advances (merchant, customer_id, currency) WHERE outcome IS NULL;
CREATE INDEX advances_of_order ON advances (merchant, order_id);

-- migrate:down

DROP TABLE advances;
ALTER TABLE order_budgets
    DROP CONSTRAINT order_budgets_cap,
    DROP COLUMN recovered_minor,
    ADD CONSTRAINT order_budgets_cap CHECK (settled_minor + reserved_minor <= captured_minor);
