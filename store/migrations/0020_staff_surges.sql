-- What is otherwise for the staff while a peak lasts.
-- migrate:up

CREATE TABLE staff_surges (
    surge text PRIMARY KEY,
    body jsonb NOT NULL
);

-- migrate:down

DROP TABLE staff_surges;
