-- What customers were told, and the policies and calendars that cases are pinned to.
-- migrate:up

CREATE TABLE notices (
    notice_id text PRIMARY KEY,
    case_id text NOT NULL,
    kind text NOT NULL,
    channel text,
    state text NOT NULL CHECK (state IN ('pending', 'sent', 'undeliverable')),
    provider_ref text,
    attempts jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX notices_of_case ON notices (case_id, created_at);

CREATE TABLE policies (
    hash text PRIMARY KEY,
    name text NOT NULL,
    body jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE calendars (
    revision text PRIMARY KEY,
    name text NOT NULL,
    body jsonb NOT NULL,
    stored_at timestamptz NOT NULL DEFAULT now()
);

-- migrate:down

DROP TABLE calendars, policies, notices;
