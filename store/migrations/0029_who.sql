-- Who is there and what they did: sessions of the console, and the audit log.
-- migrate:up

-- A session is known by the hash of what its browser has; the rest is what the sign-in provider said.
CREATE TABLE sessions (
    session_hash bytea PRIMARY KEY,
    subject text NOT NULL,
    name text NOT NULL,
    role text CHECK (role IN ('ops', 'auditor', 'finance')),
    merchant text,
    created_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (ends_at);

-- What was refused, which personal data was read and why, who came and went. Never the data itself.
CREATE TABLE audit_log (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    door text NOT NULL,
    -- Empty for who is not known.
    subject text,
    role text,
    merchant text,
    -- What was asked for: an operation's name, and the case or other thing that it is about.
    action text NOT NULL,
    target text,
    -- Of a refusal, its code; of a reading, the reason that was given.
    code text,
    reason text,
    request_id text
);
CREATE INDEX audit_log_by_time ON audit_log (at, entry);
CREATE INDEX audit_log_by_subject ON audit_log (subject, entry);
CREATE INDEX audit_log_by_target ON audit_log (target, entry) WHERE target IS NOT NULL;

CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log only grows' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();

-- migrate:down

DROP TABLE audit_log;
DROP FUNCTION refuse_change_of_audit_log();
DROP TABLE sessions;
