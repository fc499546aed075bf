-- Orders that were paid by several payments; compensation and vouchers, with budgets of their own per order.
-- migrate:up

ALTER TABLE refunds
    ADD COLUMN purpose text NOT NULL DEFAULT 'refund'
    CHECK (purpose IN ('refund', 'compensation', 'voucher')),
    ADD COLUMN customer_id text,
    -- Whether it is taken from what was captured; what is not is bounded by its own budget alone.
    ADD COLUMN from_captured boolean NOT NULL DEFAULT true,
    ADD COLUMN reserved_at timestamptz NOT NULL DEFAULT now(),
    -- Without a payment it is taken from the one that is named as the order.
    ADD COLUMN payment_id text,
    ADD COLUMN part integer NOT NULL DEFAULT 1 CHECK (part >= 1),
    DROP CONSTRAINT refunds_pkey,
    ADD PRIMARY KEY (refund_id, part),
    DROP CONSTRAINT refunds_case_id_seq_key,
    ADD UNIQUE (case_id, seq, part);
CREATE INDEX refunds_of_customer ON refunds (merchant, customer_id, purpose) WHERE customer_id IS NOT NULL;

ALTER TABLE order_budgets ADD COLUMN payments integer NOT NULL DEFAULT 0;

-- Only for orders whose shop names their payments.
CREATE TABLE order_payments (
    merchant text NOT NULL,
    order_id text NOT NULL,
    payment_id text NOT NULL,
    position integer NOT NULL,
    rail text,
    captured_minor bigint NOT NULL CHECK (captured_minor >= 0),
    reserved_minor bigint NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0),
    settled_minor bigint NOT NULL DEFAULT 0 CHECK (settled_minor >= 0),
    PRIMARY KEY (merchant, order_id, payment_id),
    FOREIGN KEY (merchant, order_id) REFERENCES order_budgets,
    CONSTRAINT order_payments_cap CHECK (settled_minor + reserved_minor <= captured_minor)
);

CREATE TABLE goodwill_budgets (
    merchant text NOT NULL,
    order_id text NOT NULL,
    purpose text NOT NULL CHECK (purpose IN ('compensation', 'voucher')),
    currency text NOT NULL,
    -- The most that the policy of a case gave for the order.
    budget_minor bigint NOT NULL CHECK (budget_minor >= 0),
    reserved_minor bigint NOT NULL DEFAULT 0 CHECK (reserved_minor >= 0),
    settled_minor bigint NOT NULL DEFAULT 0 CHECK (settled_minor >= 0),
    PRIMARY KEY (merchant, order_id, purpose),
    FOREIGN KEY (merchant, order_id) REFERENCES order_budgets,
    CONSTRAINT goodwill_budgets_cap CHECK (settled_minor + reserved_minor <= budget_minor)
);

-- migrate:down

DROP TABLE goodwill_budgets, order_payments;
ALTER TABLE order_budgets DROP COLUMN payments;
DELETE FROM refunds WHERE part > 1;
DROP INDEX refunds_of_customer;
ALTER TABLE refunds
    DROP CONSTRAINT refunds_pkey,
    DROP CONSTRAINT refunds_case_id_seq_part_key,
    ADD PRIMARY KEY (refund_id),
    ADD UNIQUE (case_id, seq),
    DROP COLUMN part,
    DROP COLUMN payment_id,
    DROP COLUMN reserved_at,
    DROP COLUMN from_captured,
    DROP COLUMN customer_id,
    DROP COLUMN purpose;
