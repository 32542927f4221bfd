-- How far the events of blocks that stay are booked, for each of those who book them. The hash is the proof that it is still the same chain.
CREATE TABLE chain_cursors (
    chain_id     numeric(20,0) NOT NULL CHECK (chain_id > 0),
    owner        text          NOT NULL CHECK (owner ~ '^[a-z_]{1,40}$'),
    block_number bigint        NOT NULL CHECK (block_number >= 0),
    block_hash   bytea         NOT NULL CHECK (octet_length(block_hash) = 32),
    moved_at     timestamptz   NOT NULL,
    PRIMARY KEY (chain_id, owner)
);
