-- The outbox: what shall be done on the chain, once each. A row is there before anything is signed, the signed bytes are rows before anything is sent.

-- An account that sends. Nonces are given out here and nowhere else. While halt has a text nothing is signed or sent.
CREATE TABLE tx_accounts (
    chain_id       bigint NOT NULL CHECK (chain_id > 0),
    account        bytea  NOT NULL CHECK (octet_length(account) = 20),
    next_nonce     bigint NOT NULL CHECK (next_nonce >= 0),
    accepted_nonce bigint NOT NULL DEFAULT 0 CHECK (accepted_nonce >= 0),
    halt           text   NOT NULL DEFAULT '',
    halt_nonce     bigint CHECK (halt_nonce >= 0),
    PRIMARY KEY (chain_id, account)
);

-- An intent. Its key is unique for ever: who wants the same thing again after it failed chooses a new one.
CREATE TABLE tx_intents (
    id               bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key              text          NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    purpose          text          NOT NULL CHECK (purpose ~ '^[A-Za-z]{1,40}$'),
    chain_id         bigint        NOT NULL,
    account          bytea         NOT NULL,
    recipient        bytea         NOT NULL CHECK (octet_length(recipient) = 20),
    value            numeric(78,0) NOT NULL CHECK (value >= 0),
    data             bytea         NOT NULL CHECK (octet_length(data) <= 102400),
    gas_limit        bigint        CHECK (gas_limit > 0),
    state            text          NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'sent', 'mined', 'done', 'reverted', 'refused')),
    nonce            bigint        CHECK (nonce >= 0),
    mined_hash       bytea         CHECK (octet_length(mined_hash) = 32),
    mined_block      bigint        CHECK (mined_block >= 0),
    mined_block_hash bytea         CHECK (octet_length(mined_block_hash) = 32),
    observed         text,
    cancel_asked     boolean       NOT NULL DEFAULT false,
    detail           text          NOT NULL DEFAULT '',
    alarm            text          NOT NULL DEFAULT '',
    placed_at        timestamptz   NOT NULL,
    final_at         timestamptz,
    CONSTRAINT tx_intents_once UNIQUE (key),
    CONSTRAINT tx_intents_nonce_once UNIQUE (chain_id, account, nonce),
    CONSTRAINT tx_intents_nonce CHECK (state = 'refused' OR (state = 'planned') = (nonce IS NULL)),
    CONSTRAINT tx_intents_mined CHECK ((mined_hash IS NULL) = (mined_block IS NULL) AND (mined_hash IS NULL) = (mined_block_hash IS NULL)
        AND (state = 'refused' OR (state IN ('mined', 'done', 'reverted')) = (mined_hash IS NOT NULL))),
    CONSTRAINT tx_intents_final CHECK ((state IN ('done', 'reverted', 'refused')) = (final_at IS NOT NULL))
);
CREATE INDEX tx_intents_open ON tx_intents (chain_id, account, id) WHERE state IN ('planned', 'sent', 'mined');

-- A signed transaction of an intent: several differ in their fees only, or free its nonce. They all have the intent's nonce, so at most one takes place.
CREATE TABLE tx_attempts (
    hash            bytea         PRIMARY KEY CHECK (octet_length(hash) = 32),
    intent          bigint        NOT NULL REFERENCES tx_intents (id),
    number          integer       NOT NULL CHECK (number > 0),
    is_cancellation boolean       NOT NULL,
    max_fee         numeric(78,0) NOT NULL CHECK (max_fee >= 0),
    priority_fee    numeric(78,0) NOT NULL CHECK (priority_fee >= 0 AND priority_fee <= max_fee),
    gas_limit       bigint        NOT NULL CHECK (gas_limit > 0),
    raw             bytea         NOT NULL CHECK (octet_length(raw) BETWEEN 1 AND 131072),
    signed_at       timestamptz   NOT NULL,
    CONSTRAINT tx_attempts_number UNIQUE (intent, number)
);

CREATE FUNCTION tx_intents_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.key, NEW.purpose, NEW.chain_id, NEW.account, NEW.recipient, NEW.value, NEW.data, NEW.gas_limit, NEW.placed_at)
        IS DISTINCT FROM (OLD.id, OLD.key, OLD.purpose, OLD.chain_id, OLD.account, OLD.recipient, OLD.value, OLD.data, OLD.gas_limit, OLD.placed_at)
        OR (OLD.nonce IS NOT NULL AND NEW.nonce IS DISTINCT FROM OLD.nonce) THEN
        RAISE EXCEPTION 'intent % is changed: what was ordered stays, and so does its nonce', OLD.key
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_intents_stay';
    END IF;
    IF OLD.state IN ('done', 'reverted', 'refused') OR (NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('planned', 'sent'), ('planned', 'refused'), ('sent', 'mined'), ('sent', 'refused'),
        ('mined', 'sent'), ('mined', 'done'), ('mined', 'reverted'), ('mined', 'refused'))) THEN
        RAISE EXCEPTION 'intent % does not go from % to %', OLD.key, OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_intents_states';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tx_intents_guard BEFORE UPDATE ON tx_intents FOR EACH ROW EXECUTE FUNCTION tx_intents_guard();

CREATE FUNCTION tx_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what was ordered and signed is kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_kept';
END
$$;
CREATE TRIGGER tx_intents_kept BEFORE DELETE OR TRUNCATE ON tx_intents FOR EACH STATEMENT EXECUTE FUNCTION tx_refuse_change();
CREATE TRIGGER tx_attempts_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON tx_attempts FOR EACH STATEMENT EXECUTE FUNCTION tx_refuse_change();

-- A nonce is never given out twice: it only goes up.
CREATE FUNCTION tx_accounts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.next_nonce < OLD.next_nonce OR NEW.accepted_nonce < OLD.accepted_nonce THEN
        RAISE EXCEPTION 'the next nonce of an account goes from % to %: it only goes up', OLD.next_nonce, NEW.next_nonce
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_accounts_up';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER tx_accounts_guard BEFORE UPDATE ON tx_accounts FOR EACH ROW EXECUTE FUNCTION tx_accounts_guard();
CREATE TRIGGER tx_accounts_kept BEFORE DELETE OR TRUNCATE ON tx_accounts FOR EACH STATEMENT EXECUTE FUNCTION tx_refuse_change();
