-- Past cases are read by time of opening, in that order and without sorting them first.
-- migrate:up

CREATE INDEX cases_opened ON cases (opened_at, case_id);

-- migrate:down

DROP INDEX cases_opened;
