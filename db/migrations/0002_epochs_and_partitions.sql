-- Every segment belongs to the epoch in which it was settled. A partition of segments and contributions goes only when all its epochs are
-- closed and matured.

-- An epoch is a round of the protocol, or a UTC day counted from 1970-01-01 where there is no chain. Booking takes a shared lock on the row,
-- closing an exclusive one; what comes later is booked in the next open epoch.
CREATE TABLE epochs (
    id         bigint      PRIMARY KEY CHECK (id >= 0),
    opened_at  timestamptz NOT NULL,
    closed_at  timestamptz,
    matured_at timestamptz CHECK (matured_at IS NULL OR closed_at IS NOT NULL)
);

ALTER TABLE segments ADD COLUMN epoch bigint;
UPDATE segments SET epoch = floor(extract(epoch FROM settled_at) / 86400)::bigint;
INSERT INTO epochs (id, opened_at) SELECT DISTINCT epoch, to_timestamp(epoch * 86400) FROM segments;
ALTER TABLE segments ALTER COLUMN epoch SET NOT NULL;
ALTER TABLE segments ADD CONSTRAINT segments_epoch_fkey FOREIGN KEY (epoch) REFERENCES epochs (id);

-- A foreign key between the two partitioned tables would make the drop of a day a search through all days: each pair of partitions has its own.
ALTER TABLE contributions DROP CONSTRAINT contributions_segment_id_received_at_fkey;
ALTER TABLE contributions_default ADD CONSTRAINT contributions_default_segment_fkey
    FOREIGN KEY (segment_id, received_at) REFERENCES segments_default (id, received_at);

ALTER TABLE contributions ADD COLUMN epoch bigint;
UPDATE contributions c SET epoch = s.epoch FROM segments s WHERE s.id = c.segment_id AND s.received_at = c.received_at;
ALTER TABLE contributions ALTER COLUMN epoch SET NOT NULL;
ALTER TABLE contributions ADD CONSTRAINT contributions_epoch_fkey FOREIGN KEY (epoch) REFERENCES epochs (id);

-- The unique index lets no segment have two primary contributions; this lets no transcoded one be without.
CREATE FUNCTION segment_has_a_primary() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contributions WHERE segment_id = NEW.id AND received_at = NEW.received_at AND role = 'primary') THEN
        RAISE EXCEPTION 'segment % was transcoded and has no primary contribution', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER segments_primary AFTER INSERT ON segments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.outcome = 'transcoded') EXECUTE FUNCTION segment_has_a_primary();
