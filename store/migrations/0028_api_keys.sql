-- Keys of the systems that call the HTTP API. The secret itself is kept nowhere.
-- migrate:up

CREATE TABLE api_keys (
    key_id text PRIMARY KEY,
    secret_hash bytea NOT NULL,
    subject text NOT NULL,
    role text NOT NULL CHECK (role IN ('backend', 'agent', 'lead', 'ops', 'auditor', 'finance')),
    -- Empty for an operator of the whole desk.
    merchant text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz
);

-- migrate:down

DROP TABLE api_keys;
