-- What gateways pay and what they are charged, in fractions of a wei. A payment is booked once and a segment is charged once; the tables change the balance of the
-- session themselves when the row comes in, so that a row that comes again changes nothing.

-- A session's balance and the price its first payment fixed (protocol 4.6). Both fractions are in lowest terms.
CREATE TABLE payment_sessions (
    sender              bytea          NOT NULL CHECK (octet_length(sender) = 20),
    session_id          text           NOT NULL,
    price_numerator     numeric(78,0)  CHECK (price_numerator >= 0),
    price_denominator   numeric(78,0)  CHECK (price_denominator > 0),
    balance_numerator   numeric(240,0) NOT NULL,
    balance_denominator numeric(240,0) NOT NULL CHECK (balance_denominator > 0),
    opened_at           timestamptz    NOT NULL,
    updated_at          timestamptz    NOT NULL,
    PRIMARY KEY (sender, session_id),
    CHECK ((price_numerator IS NULL) = (price_denominator IS NULL))
);
CREATE INDEX payment_sessions_updated ON payment_sessions (updated_at);

-- Tickets that came together. With the terms the recipient rand of their hash can be made again; the nonces are taken until the expiration block.
CREATE TABLE payments (
    id                      uuid           PRIMARY KEY,
    received_at             timestamptz    NOT NULL,
    settled_at              timestamptz    NOT NULL,
    epoch                   bigint         NOT NULL REFERENCES epochs (id),
    sender                  bytea          NOT NULL CHECK (octet_length(sender) = 20),
    session_id              text           NOT NULL,
    recipient               bytea          NOT NULL CHECK (octet_length(recipient) = 20),
    recipient_rand_hash     bytea          NOT NULL CHECK (octet_length(recipient_rand_hash) = 32),
    seed                    numeric(78,0)  NOT NULL,
    face_value              numeric(78,0)  NOT NULL CHECK (face_value >= 0),
    win_probability         numeric(78,0)  NOT NULL CHECK (win_probability >= 0),
    expiration_block        bigint         NOT NULL,
    creation_round          bigint         NOT NULL CHECK (creation_round >= 0),
    creation_round_hash     bytea          NOT NULL CHECK (octet_length(creation_round_hash) = 32),
    offered_numerator       numeric(78,0)  NOT NULL CHECK (offered_numerator >= 0),
    offered_denominator     numeric(78,0)  NOT NULL CHECK (offered_denominator > 0),
    session_price_numerator   numeric(78,0) CHECK (session_price_numerator >= 0),
    session_price_denominator numeric(78,0) CHECK (session_price_denominator > 0),
    nonces                  jsonb          NOT NULL,
    credited                integer        NOT NULL CHECK (credited >= 0),
    credit_numerator        numeric(240,0) NOT NULL CHECK (credit_numerator >= 0),
    credit_denominator      numeric(240,0) NOT NULL CHECK (credit_denominator > 0)
);
CREATE INDEX payments_expiration ON payments (expiration_block);
CREATE INDEX payments_received ON payments (received_at);
CREATE INDEX payments_session ON payments (sender, session_id);

-- What a transcoded segment cost its session: verified pixels times the session's price.
CREATE TABLE debits (
    segment_id        uuid          PRIMARY KEY,
    received_at       timestamptz   NOT NULL,
    settled_at        timestamptz   NOT NULL,
    epoch             bigint        NOT NULL REFERENCES epochs (id),
    sender            bytea         NOT NULL CHECK (octet_length(sender) = 20),
    session_id        text          NOT NULL,
    pixels            bigint        NOT NULL CHECK (pixels >= 0),
    price_numerator   numeric(78,0) NOT NULL CHECK (price_numerator >= 0),
    price_denominator numeric(78,0) NOT NULL CHECK (price_denominator > 0)
);
CREATE INDEX debits_received ON debits (received_at);
CREATE INDEX debits_session ON debits (sender, session_id);

-- Tickets that won, whole: all that a redemption needs. The chain knows a ticket by its hash, whatever signature it has.
CREATE TABLE winning_tickets (
    ticket_hash             bytea         PRIMARY KEY CHECK (octet_length(ticket_hash) = 32),
    payment_id              uuid          NOT NULL,
    received_at             timestamptz   NOT NULL,
    session_id              text          NOT NULL,
    recipient               bytea         NOT NULL CHECK (octet_length(recipient) = 20),
    sender                  bytea         NOT NULL CHECK (octet_length(sender) = 20),
    face_value              numeric(78,0) NOT NULL CHECK (face_value > 0),
    win_probability         numeric(78,0) NOT NULL CHECK (win_probability > 0),
    sender_nonce            bigint        NOT NULL CHECK (sender_nonce >= 0),
    recipient_rand_hash     bytea         NOT NULL CHECK (octet_length(recipient_rand_hash) = 32),
    recipient_rand          bytea         NOT NULL CHECK (octet_length(recipient_rand) = 32),
    creation_round          bigint        NOT NULL CHECK (creation_round >= 0),
    creation_round_hash     bytea         NOT NULL CHECK (octet_length(creation_round_hash) = 32),
    params_expiration_block bigint        NOT NULL,
    signature               bytea         NOT NULL CHECK (octet_length(signature) = 65),
    state                   text          NOT NULL DEFAULT 'won' CHECK (state IN ('won', 'redeeming', 'redeemed', 'lost'))
);
CREATE INDEX winning_tickets_open ON winning_tickets (sender, received_at) WHERE state IN ('won', 'redeeming');

-- Adds an exact fraction to a session's balance. The first price stays.
CREATE FUNCTION add_to_payment_session(
    of_sender bytea, of_session text, amount_numerator numeric, amount_denominator numeric, fixed_numerator numeric, fixed_denominator numeric, at timestamptz
) RETURNS void LANGUAGE sql AS $$
    INSERT INTO payment_sessions AS s (
        sender, session_id, price_numerator, price_denominator, balance_numerator, balance_denominator, opened_at, updated_at)
    SELECT of_sender, of_session, fixed_numerator, fixed_denominator,
        div(amount_numerator, gcd(amount_numerator, amount_denominator)), div(amount_denominator, gcd(amount_numerator, amount_denominator)), at, at
    ON CONFLICT (sender, session_id) DO UPDATE SET
        (balance_numerator, balance_denominator) = (
            SELECT div(added.n, gcd(added.n, added.d)), div(added.d, gcd(added.n, added.d))
            FROM (SELECT s.balance_numerator * amount_denominator + amount_numerator * s.balance_denominator AS n, s.balance_denominator * amount_denominator AS d) added),
        price_numerator = coalesce(s.price_numerator, excluded.price_numerator),
        price_denominator = coalesce(s.price_denominator, excluded.price_denominator),
        updated_at = greatest(s.updated_at, excluded.updated_at)
$$;

CREATE FUNCTION credit_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_payment_session(
        NEW.sender, NEW.session_id, NEW.credit_numerator, NEW.credit_denominator, NEW.session_price_numerator, NEW.session_price_denominator, NEW.received_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER payments_credit AFTER INSERT ON payments FOR EACH ROW EXECUTE FUNCTION credit_payment();

CREATE FUNCTION charge_debit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_to_payment_session(
        NEW.sender, NEW.session_id, -NEW.pixels * NEW.price_numerator, NEW.price_denominator, NEW.price_numerator, NEW.price_denominator, NEW.settled_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER debits_charge AFTER INSERT ON debits FOR EACH ROW EXECUTE FUNCTION charge_debit();

-- A payment and a debit stay as they came: the balance was made of them.
CREATE FUNCTION payment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER payments_stay BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION payment_stays();
CREATE TRIGGER debits_stay BEFORE UPDATE ON debits FOR EACH ROW EXECUTE FUNCTION payment_stays();
