-- Openings that Temporal could not be told of yet: kept here first, started later.
-- migrate:up

CREATE TABLE intakes (
    case_id text PRIMARY KEY,
    request_hash text NOT NULL,
    -- The start argument; gone once it is known what became of it.
    start jsonb,
    state text NOT NULL CHECK (state IN ('kept', 'opened', 'refused')),
    request_id text,
    received_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    -- When it is tried next; who tries it moves this ahead first. Empty once it is known what became of it.
    try_at timestamptz,
    decided_at timestamptz,
    code text,
    detail text,
    CHECK ((state = 'kept') = (start IS NOT NULL)),
    CHECK ((state = 'kept') = (try_at IS NOT NULL)),
    CHECK ((state = 'kept') = (decided_at IS NULL))
);
CREATE INDEX intakes_to_try ON intakes (try_at) WHERE try_at IS NOT NULL;

-- migrate:down

DROP TABLE intakes;
