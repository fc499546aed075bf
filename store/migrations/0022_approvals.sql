-- Refunds that wait for a second person's word, and what they said.
-- migrate:up

ALTER TABLE refunds
    ADD COLUMN requested_by text,
    ADD COLUMN requested_on date,
    ADD COLUMN approval text CHECK (approval IN ('asked', 'approved', 'declined')),
    -- Whatever the code does: nothing is sent that waits for somebody, or that somebody said no to.
    ADD CONSTRAINT refunds_approved CHECK (
        approval IS NULL OR approval = 'approved' OR state IN ('intent', 'failed')
    );
CREATE INDEX refunds_of_requester ON refunds (merchant, requested_by, requested_on)
    WHERE requested_by IS NOT NULL;
CREATE INDEX refunds_to_approve ON refunds (merchant, key) WHERE approval = 'asked';

CREATE TABLE refund_approvals (
    key text PRIMARY KEY REFERENCES refunds (key),
    hash text NOT NULL,
    destination text NOT NULL,
    why text[] NOT NULL,
    edited_by text,
    asked_at timestamptz NOT NULL,
    decided_by text,
    decided_at timestamptz,
    words text,
    decision_key text
);

-- migrate:down

DROP TABLE refund_approvals;
DROP INDEX refunds_to_approve, refunds_of_requester;
ALTER TABLE refunds DROP COLUMN approval, DROP COLUMN requested_on, DROP COLUMN requested_by;
