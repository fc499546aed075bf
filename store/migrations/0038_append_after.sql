-- A batch names the event that it goes on with, which of two attempts came later is no longer guessed from times; and
-- what requests were answered is kept with the events.
-- migrate:up

DROP FUNCTION lock_and_read_tails, append_at_end;
ALTER TYPE new_batch DROP ATTRIBUTE run_id, DROP ATTRIBUTE emitted_at, ADD ATTRIBUTE previous_hash bytea;

-- The live rows of the batches' streams, from the row before each batch on. Two statements, because the
-- second must see what others committed while the first waited.
CREATE FUNCTION lock_and_read_tails(batches new_batch[])
RETURNS TABLE (stream text, place integer, digest bytea)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    RETURN QUERY
    SELECT events.case_id, events.seq, events.content_hash
    FROM unnest(batches) AS batch
    JOIN events ON events.case_id = batch.case_id
        AND events.seq >= batch.first_seq - 1
        AND events.superseded_at IS NULL
    ORDER BY events.case_id, events.seq;
END
$$;

-- What a case answered, by the request's key: so that a key is known, too, to a run that takes the case up again.
CREATE TABLE case_answers (
    case_id text NOT NULL,
    key text NOT NULL,
    seq integer NOT NULL,
    body jsonb NOT NULL,
    PRIMARY KEY (case_id, key)
);
CREATE TYPE new_answer AS (case_id text, key text, seq integer, body jsonb);

CREATE FUNCTION write_answers(answers new_answer[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO case_answers (case_id, key, seq, body)
    SELECT answer.case_id, answer.key, answer.seq, answer.body
    FROM unnest(answers) AS answer
    ON CONFLICT (case_id, key) DO UPDATE SET seq = excluded.seq, body = excluded.body
$$;

-- Writes the batches if each begins right after its stream's last event, and that is the one that it names.
-- False, and nothing written, when one of them needs a closer look.
CREATE FUNCTION append_at_end(
    batches new_batch[],
    added new_event[],
    answers new_answer[],
    summaries jsonb,
    holders text[],
    held held_units[]
)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    PERFORM FROM unnest(batches) AS batch
    LEFT JOIN events AS before ON before.case_id = batch.case_id
        AND before.seq = batch.first_seq - 1
        AND before.superseded_at IS NULL
    LEFT JOIN events AS same ON same.case_id = batch.case_id
        AND same.seq = batch.first_seq
        AND same.superseded_at IS NULL
    WHERE same.seq IS NOT NULL
        OR (before.seq IS NULL AND batch.first_seq > 1)
        OR before.content_hash <> batch.previous_hash;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM write_batches(added, summaries, holders, held);
    IF cardinality(answers) > 0 THEN
        PERFORM write_answers(answers);
    END IF;
    RETURN true;
END
$$;

-- migrate:down

DROP FUNCTION lock_and_read_tails, append_at_end;
ALTER TYPE new_batch
    DROP ATTRIBUTE previous_hash, ADD ATTRIBUTE run_id uuid, ADD ATTRIBUTE emitted_at timestamptz;

CREATE FUNCTION lock_and_read_tails(batches new_batch[])
RETURNS TABLE (stream text, place integer, digest bytea, writer uuid, written_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    RETURN QUERY
    SELECT events.case_id, events.seq, events.content_hash, events.run_id, events.emitted_at
    FROM unnest(batches) AS batch
    JOIN events ON events.case_id = batch.case_id
        AND events.seq >= batch.first_seq - 1
        AND events.superseded_at IS NULL
    ORDER BY events.case_id, events.seq;
END
$$;

CREATE FUNCTION append_at_end(
    batches new_batch[], added new_event[], summaries jsonb, holders text[], held held_units[]
)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_streams(batches);
    PERFORM FROM unnest(batches) AS batch
    LEFT JOIN events AS before ON before.case_id = batch.case_id
        AND before.seq = batch.first_seq - 1
        AND before.superseded_at IS NULL
    LEFT JOIN events AS same ON same.case_id = batch.case_id
        AND same.seq = batch.first_seq
        AND same.superseded_at IS NULL
    WHERE same.seq IS NOT NULL
        OR (before.seq IS NULL AND batch.first_seq > 1)
        OR before.run_id <> batch.run_id
        OR before.emitted_at > batch.emitted_at;
    IF FOUND THEN
        RETURN false;
    END IF;
    PERFORM write_batches(added, summaries, holders, held);
    RETURN true;
END
$$;

DROP FUNCTION write_answers;
DROP TYPE new_answer;
DROP TABLE case_answers;
