-- @append_at_end: Writes a group of batches that all just go on; false, and nothing written, when one does not.
SELECT append_at_end($1::new_batch[], $2::new_event[], $3::new_answer[], $4::jsonb, $5::text[], $6::held_units[]);

-- @tails: Locks the streams of a group and reads, per batch, the live rows from the one before it on.
SELECT stream, place, digest FROM lock_and_read_tails($1::new_batch[]);

-- @gone_on: Streams whose own run has told more since: what tells all anew by then is a late copy.
SELECT told.case_id
FROM unnest($1::text[], $2::uuid[], $3::timestamptz[]) AS told (case_id, run_id, emitted_at)
WHERE EXISTS (
    SELECT FROM events
    WHERE events.case_id = told.case_id
        AND events.run_id = told.run_id
        AND events.emitted_at > told.emitted_at
        AND events.superseded_at IS NULL
);

-- @supersede: Marks what re-emitted events replace, and all that came after it.
UPDATE events
SET superseded_at = now(), superseded_by = pg_current_xact_id()
FROM unnest($1::text[], $2::integer[]) AS stale (case_id, from_seq)
WHERE events.case_id = stale.case_id
    AND events.seq >= stale.from_seq
    AND events.superseded_at IS NULL
RETURNING events.case_id;

-- @forget_answers: Those that came of what is replaced.
DELETE FROM case_answers
USING unnest($1::text[], $2::integer[]) AS stale (case_id, from_seq)
WHERE case_answers.case_id = stale.case_id AND case_answers.seq >= stale.from_seq;

-- @write_answers: Keeps what was answered, by the request's key.
SELECT write_answers($1::new_answer[]);

-- @write: Writes events with their outbox rows, read-model rows and claims.
SELECT write_batches($1::new_event[], $2::jsonb, $3::text[], $4::held_units[]);
