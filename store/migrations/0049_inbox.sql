-- Webhooks of carriers, shops and warehouses: kept first, applied after, and dead letters where they cannot be.
-- migrate:up

CREATE TABLE inbox (
    -- By which people name it; in the order of arrival.
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    merchant text NOT NULL,
    -- The sender's own name for it, the same in every repeat.
    webhook_id text NOT NULL,
    body_hash bytea NOT NULL,
    -- As it was signed; gone once it is done with.
    body bytea,
    type text NOT NULL,
    -- The case that it is about.
    about text,
    -- Whether it has to come after earlier ones about the same case: by its place, then by its own time.
    in_order boolean NOT NULL,
    place integer,
    occurred_at timestamptz NOT NULL,
    sent_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL CHECK (state IN ('waiting', 'applied', 'ignored', 'dead')),
    -- When its patience began: as it came, or as a person had it applied again.
    since timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    -- When it is tried next; who tries it moves this ahead first.
    try_at timestamptz,
    ended_at timestamptz,
    -- Why it waits, is ignored or dead.
    code text,
    detail text,
    replays integer NOT NULL DEFAULT 0,
    UNIQUE (source, merchant, webhook_id),
    CHECK ((state = 'waiting') = (try_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK ((state IN ('waiting', 'dead')) = (body IS NOT NULL))
);
CREATE INDEX inbox_to_try ON inbox (try_at) WHERE try_at IS NOT NULL;
CREATE INDEX inbox_waiting ON inbox (about) WHERE state = 'waiting';
CREATE INDEX inbox_places ON inbox (about, place) WHERE place IS NOT NULL;
CREATE INDEX inbox_dead ON inbox (entry) WHERE state = 'dead';
CREATE INDEX inbox_done ON inbox (ended_at) WHERE state IN ('applied', 'ignored');

-- migrate:down

DROP TABLE inbox;
