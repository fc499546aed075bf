-- Payments that a customer's bank asks back: nothing is refunded of one while that is open, or was lost.
-- migrate:up

CREATE TABLE payment_disputes (
    merchant text NOT NULL,
    provider text NOT NULL,
    dispute_id text NOT NULL,
    -- The payment as its order names it; of an order without named payments, the order.
    payment_id text NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'won', 'lost')),
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    currency text NOT NULL,
    -- When the provider says that it came into this state.
    at timestamptz NOT NULL,
    PRIMARY KEY (merchant, provider, dispute_id)
);
CREATE INDEX payment_disputes_of_payment ON payment_disputes (merchant, payment_id) WHERE state <> 'won';

-- migrate:down

DROP TABLE payment_disputes;
