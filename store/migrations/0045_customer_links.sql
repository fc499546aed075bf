-- Links that show a customer one case of theirs. The token itself is kept nowhere.
-- migrate:up

CREATE TABLE customer_links (
    link_id text PRIMARY KEY,
    case_id text NOT NULL,
    created_by text NOT NULL,
    -- The key of the request that made it: asked again, the same link is the answer.
    request_key text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_at timestamptz,
    UNIQUE (created_by, request_key)
);
CREATE INDEX customer_links_by_case ON customer_links (case_id, created_at);

-- migrate:down

DROP TABLE customer_links;
