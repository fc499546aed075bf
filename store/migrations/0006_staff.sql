-- Who works at the desk, in which team and when, how they are reached, and who is away.
-- migrate:up

CREATE TABLE staff_shifts (
    shift text PRIMARY KEY,
    body jsonb NOT NULL
);

CREATE TABLE staff_teams (
    team text PRIMARY KEY,
    body jsonb NOT NULL
);

-- Name and address are here and nowhere else: events, histories and the bodies have ids.
CREATE TABLE staff_members (
    member text PRIMARY KEY,
    team text REFERENCES staff_teams DEFERRABLE INITIALLY DEFERRED,
    body jsonb NOT NULL,
    name text,
    email text,
    language text,
    timezone text,
    CHECK (num_nulls(name, email, language, timezone) IN (0, 4))
);

CREATE TABLE staff_absences (
    member text NOT NULL REFERENCES staff_members ON DELETE CASCADE,
    since timestamptz NOT NULL,
    until timestamptz,
    CHECK (since < until),
    PRIMARY KEY (member, since)
);

-- migrate:down

DROP TABLE staff_absences, staff_members, staff_teams, staff_shifts;
