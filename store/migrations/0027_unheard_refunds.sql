-- Refunds of which their cases heard nothing: when each had its turn, and how often it was begun again.
-- migrate:up

CREATE TABLE reconciliation_unheard (
    case_id text NOT NULL,
    seq integer NOT NULL,
    looked_at timestamptz NOT NULL,
    -- When it was last begun again, and how often so far.
    begun_at timestamptz,
    begun integer NOT NULL DEFAULT 0,
    PRIMARY KEY (case_id, seq)
);

-- migrate:down

DROP TABLE reconciliation_unheard;
