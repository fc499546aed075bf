-- Money that came back from carriers, and windows of extreme weather.
-- migrate:up

CREATE TABLE carrier_income (
    -- A carrier's payment is told more than once; the claim's key says that it is the same.
    key text PRIMARY KEY,
    case_id text NOT NULL,
    merchant text NOT NULL,
    carrier text NOT NULL,
    order_id text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor >= 1),
    currency text NOT NULL,
    received_at timestamptz NOT NULL,
    booked_at timestamptz NOT NULL
);
CREATE INDEX carrier_income_of_order ON carrier_income (merchant, order_id);

CREATE TABLE weather_windows (
    name text PRIMARY KEY,
    region text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    carriers text[] NOT NULL,
    announced_by text NOT NULL,
    announced_at timestamptz NOT NULL,
    CHECK (since < until)
);
CREATE INDEX cases_by_region ON cases (kind, (facets ->> 'region')) WHERE open;

-- migrate:down

DROP INDEX cases_by_region;
DROP TABLE weather_windows, carrier_income;
