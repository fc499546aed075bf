-- Cases that are nobody's, as improvements are; and by which rules an entry of the library was cut.
-- migrate:up

ALTER TABLE cases ALTER COLUMN customer_id DROP NOT NULL;
CREATE INDEX cases_of_team ON cases (team, kind) WHERE open AND team IS NOT NULL;

-- What is there was cut by the first rules (domain/library/cutting.py, CUTTING_RULES).
ALTER TABLE case_library ADD COLUMN cut_by integer NOT NULL DEFAULT 1;
CREATE INDEX case_library_cut ON case_library (cut_by, case_id);

-- migrate:down

DROP INDEX case_library_cut;
ALTER TABLE case_library DROP COLUMN cut_by;
DROP INDEX cases_of_team;
ALTER TABLE cases ALTER COLUMN customer_id SET NOT NULL;
