-- Windows of extreme weather for one merchant or all, with the cases that were told of each.
-- migrate:up

-- Nothing ever wrote to the first table: a window has a name per merchant, an end, and proposals.
DROP TABLE weather_windows;
CREATE TABLE weather_windows (
    window_id text PRIMARY KEY,
    merchant text,
    name text NOT NULL,
    region text NOT NULL,
    reason text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz NOT NULL,
    carriers text[] NOT NULL,
    proposals text[] NOT NULL,
    announced_by text NOT NULL,
    announced_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (since < until)
);
CREATE INDEX weather_windows_by_time ON weather_windows (since DESC, window_id);

-- Which end of a window a case was told, so that no case hears the same twice.
CREATE TABLE weather_parcels (
    window_id text NOT NULL REFERENCES weather_windows,
    case_id text NOT NULL,
    until timestamptz NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('granted', 'refused', 'gone')),
    told_at timestamptz NOT NULL,
    PRIMARY KEY (window_id, case_id)
);

-- migrate:down

DROP TABLE weather_parcels, weather_windows;
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
