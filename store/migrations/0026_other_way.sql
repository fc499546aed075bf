-- Money that did not arrive the way it was paid, and goes as a voucher with the customer's word.
-- migrate:up

ALTER TABLE refunds
    -- Where and when the customer agreed.
    ADD COLUMN customer_says text,
    -- Whatever the code does: only what was given as a voucher from the start is one without the customer's word.
    ADD CONSTRAINT refunds_other_way CHECK (
        (provider = 'voucher' AND purpose <> 'voucher') = (btrim(coalesce(customer_says, '')) <> '')
    );

-- migrate:down

ALTER TABLE refunds DROP COLUMN customer_says;
