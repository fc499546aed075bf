-- What payment gateways tell of refunds by themselves: a record and a hint, never the ledger's word.
-- migrate:up

CREATE TABLE provider_refunds (
    provider text NOT NULL,
    merchant text NOT NULL,
    provider_ref text NOT NULL,
    -- No foreign key: a webhook may be quicker than our own commit, or tell of a refund made by hand.
    key text,
    state text NOT NULL CHECK (state IN ('pending', 'stuck', 'settled', 'failed')),
    amount_minor bigint CHECK (amount_minor >= 1),
    currency text NOT NULL,
    event_id text NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    -- It was said to have failed, and later to be settled: for the reconciler.
    contradicted_at timestamptz,
    contradicted_by text,
    hinted_at timestamptz,
    -- When its workflow is to be told next; null when there is nothing to tell.
    hint_at timestamptz,
    PRIMARY KEY (provider, merchant, provider_ref)
);
CREATE INDEX provider_refunds_by_key ON provider_refunds (key) WHERE key IS NOT NULL;
CREATE INDEX provider_refunds_to_hint ON provider_refunds (hint_at) WHERE hint_at IS NOT NULL;

-- migrate:down

DROP TABLE provider_refunds;
