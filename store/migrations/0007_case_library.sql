-- The case library: closed cases that can be searched, also in Chinese, with nothing but what PostgreSQL has.
-- migrate:up

CREATE TABLE case_library (
    case_id text PRIMARY KEY,
    kind text NOT NULL,
    merchant text NOT NULL,
    order_id text,
    category text,
    severity text,
    party text,
    carrier text,
    skus text[] NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz NOT NULL,
    entry jsonb NOT NULL,
    -- The program cuts the texts (domain/library/cutting.py); no text search configuration is involved.
    words tsvector NOT NULL,
    -- Every sign and word between spaces: tells what stands side by side from what only stands in the same
    -- entry. A tsvector could not for a long one: it keeps 256 places of a word, and none beyond the 16,383rd.
    spaced text NOT NULL
);
CREATE INDEX case_library_words ON case_library USING gin (words);
CREATE INDEX case_library_closed ON case_library (closed_at DESC, case_id);
CREATE INDEX case_library_skus ON case_library USING gin (skus);

-- migrate:down

DROP TABLE case_library;
