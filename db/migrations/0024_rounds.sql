-- What the protocol held for the orchestrator before and after a block in which that changed, read when the block was new: nodes forget old states.
-- Several observations of a block that was replaced stand beside each other; what is booked goes by the hash of the block that stayed.
CREATE TABLE chain_figures (
    block_hash   bytea         PRIMARY KEY CHECK (octet_length(block_hash) = 32),
    block_number bigint        NOT NULL CHECK (block_number > 0),
    fees_before  numeric(78,0) NOT NULL CHECK (fees_before >= 0),
    fees_after   numeric(78,0) NOT NULL CHECK (fees_after >= 0),
    stake_before numeric(78,0) NOT NULL CHECK (stake_before >= 0),
    stake_after  numeric(78,0) NOT NULL CHECK (stake_after >= 0),
    observed_at  timestamptz   NOT NULL
);

-- A round of the protocol and what it brought, as of blocks that stay.
CREATE TABLE rounds (
    number             bigint        PRIMARY KEY CHECK (number >= 0),
    block_number       bigint        NOT NULL CHECK (block_number >= 0),
    block_hash         bytea         NOT NULL CHECK (octet_length(block_hash) = 32),
    stored_hash        bytea         NOT NULL CHECK (octet_length(stored_hash) = 32),
    booked_at          timestamptz   NOT NULL,
    reward_transaction bytea         CHECK (octet_length(reward_transaction) = 32),
    minted             numeric(78,0) NOT NULL DEFAULT 0 CHECK (minted >= 0),
    own_share          numeric(78,0) NOT NULL DEFAULT 0 CHECK (own_share >= 0),
    fees_in            numeric(78,0) NOT NULL DEFAULT 0 CHECK (fees_in >= 0)
);
