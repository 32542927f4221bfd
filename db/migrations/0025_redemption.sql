-- What becomes of winning tickets. That one has won is in the ledger once; an intent of the outbox redeems one or several; the chain's own event ends it.
ALTER TABLE winning_tickets
    ADD COLUMN won_posted           boolean       NOT NULL DEFAULT false,
    ADD COLUMN intent               text          CHECK (length(intent) BETWEEN 1 AND 200),
    ADD COLUMN attempts             integer       NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    ADD COLUMN waits_for            text,
    ADD COLUMN ended_at             timestamptz,
    ADD COLUMN redeemed_transaction bytea         CHECK (octet_length(redeemed_transaction) = 32),
    ADD COLUMN redeemed_block       bigint        CHECK (redeemed_block >= 0),
    ADD COLUMN paid                 numeric(78,0) CHECK (paid >= 0 AND paid <= face_value),
    ADD COLUMN lost_reason          text,
    ADD CONSTRAINT winning_tickets_intent CHECK (state <> 'redeeming' OR intent IS NOT NULL),
    ADD CONSTRAINT winning_tickets_redeemed CHECK ((state = 'redeemed') = (redeemed_transaction IS NOT NULL AND paid IS NOT NULL)),
    ADD CONSTRAINT winning_tickets_lost CHECK ((state = 'lost') = (lost_reason IS NOT NULL)),
    ADD CONSTRAINT winning_tickets_ended CHECK ((state IN ('redeemed', 'lost')) = (ended_at IS NOT NULL));
CREATE INDEX winning_tickets_unposted ON winning_tickets (received_at) WHERE NOT won_posted;
CREATE INDEX winning_tickets_intent ON winning_tickets (intent) WHERE intent IS NOT NULL;
