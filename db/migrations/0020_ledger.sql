-- The money ledger: accounts and transfers, double entry, append-only. Amounts are whole base units (wei, 10^-18 LPT). What is wrong is
-- refused here, whoever writes it.

CREATE TABLE assets (
    code text PRIMARY KEY CHECK (code ~ '^[A-Z][A-Z-]{0,15}$'),
    unit text NOT NULL
);

-- Claims are what work has earned; ETH is there only by finalized events of the chain.
INSERT INTO assets (code, unit) VALUES ('ETH-CLAIM', 'wei'), ('ETH', 'wei'), ('LPT', '10^-18 LPT');

-- An account has one asset. What it is does not change; its four sums change only when a transfer is inserted. Its balance is the difference
-- of debits and credits, seen from its normal side.
CREATE TABLE accounts (
    id              bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code            text          NOT NULL CHECK (code ~ '^[a-z_]+(:[A-Za-z0-9_-]+)*$'),
    asset           text          NOT NULL REFERENCES assets (code),
    normal_side     text          NOT NULL CHECK (normal_side IN ('debit', 'credit')),
    may_be_negative boolean       NOT NULL,
    payee           bytea         REFERENCES payees (address),
    worker          uuid          REFERENCES workers (id),
    sender          bytea         CHECK (octet_length(sender) = 20),
    opened_at       timestamptz   NOT NULL,
    posted_debits   numeric(78,0) NOT NULL DEFAULT 0 CHECK (posted_debits >= 0),
    posted_credits  numeric(78,0) NOT NULL DEFAULT 0 CHECK (posted_credits >= 0),
    pending_debits  numeric(78,0) NOT NULL DEFAULT 0 CHECK (pending_debits >= 0),
    pending_credits numeric(78,0) NOT NULL DEFAULT 0 CHECK (pending_credits >= 0),
    UNIQUE (code, asset),
    UNIQUE (id, asset),
    CONSTRAINT accounts_owner CHECK ((worker IS NULL OR payee IS NOT NULL) AND (payee IS NULL OR sender IS NULL)),
    -- What is pending out of an account is spoken for; what is pending into it is not there yet.
    CONSTRAINT accounts_not_below_zero CHECK (may_be_negative OR CASE normal_side
        WHEN 'debit' THEN posted_debits - posted_credits - pending_credits >= 0
        ELSE posted_credits - posted_debits - pending_debits >= 0 END)
) WITH (fillfactor = 70);
CREATE INDEX accounts_payee ON accounts (payee) WHERE payee IS NOT NULL;

-- A transfer debits one account and credits another by the same amount, so it cannot be out of balance. A pending one reserves; it is ended
-- once, by a transfer of kind post or void that names it. Transfers of one posting were inserted together.
CREATE TABLE transfers (
    id             bigint        GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key            text          NOT NULL CHECK (length(key) BETWEEN 1 AND 200),
    posting        uuid          NOT NULL,
    kind           text          NOT NULL CHECK (kind IN ('immediate', 'pending', 'post', 'void')),
    pending_id     bigint        REFERENCES transfers (id),
    asset          text          NOT NULL,
    debit_account  bigint        NOT NULL,
    credit_account bigint        NOT NULL,
    amount         numeric(78,0) NOT NULL
        CHECK (amount > 0 AND amount <= 115792089237316195423570985008687907853269984665640564039457584007913129639935),
    reason         text          NOT NULL CHECK (reason ~ '^[a-z_]{1,40}$'),
    source_kind    text          NOT NULL CHECK (source_kind ~ '^[a-z_]{1,40}$'),
    source_id      text          NOT NULL CHECK (length(source_id) BETWEEN 1 AND 200),
    epoch          bigint        NOT NULL CHECK (epoch >= 0),
    terms_version  integer       NOT NULL CHECK (terms_version > 0),
    actor          text          NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    at             timestamptz   NOT NULL,
    CONSTRAINT transfers_once UNIQUE (key),
    CONSTRAINT transfers_two_accounts CHECK (debit_account <> credit_account),
    CONSTRAINT transfers_pending CHECK ((kind IN ('post', 'void')) = (pending_id IS NOT NULL)),
    CONSTRAINT transfers_debit_fkey FOREIGN KEY (debit_account, asset) REFERENCES accounts (id, asset),
    CONSTRAINT transfers_credit_fkey FOREIGN KEY (credit_account, asset) REFERENCES accounts (id, asset)
);
CREATE UNIQUE INDEX transfers_ended_once ON transfers (pending_id) WHERE pending_id IS NOT NULL;
CREATE INDEX transfers_debit ON transfers (debit_account, id);
CREATE INDEX transfers_credit ON transfers (credit_account, id);
CREATE INDEX transfers_source ON transfers (source_kind, source_id);

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is append-only, a correction is a transfer', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_append_only';
END
$$;
CREATE TRIGGER transfers_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER accounts_append_only BEFORE DELETE OR TRUNCATE ON accounts FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER assets_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assets FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- An account is opened with nothing in it, and only the trigger of transfers changes its sums: inside of that one, this one runs at depth 2.
CREATE FUNCTION accounts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.posted_debits, NEW.posted_credits, NEW.pending_debits, NEW.pending_credits) IS DISTINCT FROM (0::numeric, 0::numeric, 0::numeric, 0::numeric) THEN
        RAISE EXCEPTION 'account % is opened with something in it: balances come of transfers', NEW.code
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'accounts_by_transfers';
    END IF;
    IF TG_OP = 'UPDATE' AND (pg_trigger_depth() < 2
        OR (NEW.id, NEW.code, NEW.asset, NEW.normal_side, NEW.may_be_negative, NEW.payee, NEW.worker, NEW.sender, NEW.opened_at)
        IS DISTINCT FROM (OLD.id, OLD.code, OLD.asset, OLD.normal_side, OLD.may_be_negative, OLD.payee, OLD.worker, OLD.sender, OLD.opened_at)) THEN
        RAISE EXCEPTION 'account % is changed by hand: balances come of transfers, the rest stays', OLD.code
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'accounts_by_transfers';
    END IF;
    -- The check constraint says the same without the name of the account.
    IF NOT NEW.may_be_negative AND (CASE NEW.normal_side
        WHEN 'debit' THEN NEW.posted_debits - NEW.posted_credits - NEW.pending_credits
        ELSE NEW.posted_credits - NEW.posted_debits - NEW.pending_debits END) < 0 THEN
        RAISE EXCEPTION 'account % (%) would go below zero', NEW.code, NEW.asset
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounts_not_below_zero';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER accounts_by_transfers BEFORE INSERT OR UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION accounts_guard();

-- Once for each statement that inserts transfers: whoever posts locks all accounts of the statement in the order of their ids, so that two
-- postings never wait for each other in a circle, and adds to sums that nobody else can change meanwhile.
CREATE FUNCTION transfers_book() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    SELECT n.key INTO wrong FROM inserted n JOIN transfers p ON p.id = n.pending_id
    WHERE (p.kind, p.asset, p.debit_account, p.credit_account, p.amount) IS DISTINCT FROM ('pending', n.asset, n.debit_account, n.credit_account, n.amount) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transfer % does not end a pending transfer with the same accounts and amount', wrong
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transfers_end_fits';
    END IF;

    -- Cash that is handed out retires as much of the claims, in the same posting (commission included).
    SELECT n.posting::text INTO wrong FROM inserted n WHERE n.reason = 'settlement' GROUP BY n.posting
    HAVING coalesce(sum(n.amount) FILTER (WHERE n.asset = 'ETH'), 0) <> coalesce(sum(n.amount) FILTER (WHERE n.asset = 'ETH-CLAIM'), 0) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the settlement of posting % does not retire as much of the claims as it hands out', wrong
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'transfers_settlement_balances';
    END IF;

    PERFORM FROM accounts WHERE id IN (SELECT debit_account FROM inserted UNION SELECT credit_account FROM inserted) ORDER BY id FOR NO KEY UPDATE;

    WITH sides AS (
        SELECT debit_account AS account, kind, amount AS debit, 0::numeric AS credit FROM inserted
        UNION ALL SELECT credit_account, kind, 0, amount FROM inserted
    ), changes AS (
        SELECT account,
            sum(CASE WHEN kind IN ('immediate', 'post') THEN debit ELSE 0 END) AS posted_debits,
            sum(CASE WHEN kind IN ('immediate', 'post') THEN credit ELSE 0 END) AS posted_credits,
            sum(CASE kind WHEN 'pending' THEN debit WHEN 'immediate' THEN 0 ELSE -debit END) AS pending_debits,
            sum(CASE kind WHEN 'pending' THEN credit WHEN 'immediate' THEN 0 ELSE -credit END) AS pending_credits
        FROM sides GROUP BY account
    )
    UPDATE accounts a SET
        posted_debits = a.posted_debits + c.posted_debits, posted_credits = a.posted_credits + c.posted_credits,
        pending_debits = a.pending_debits + c.pending_debits, pending_credits = a.pending_credits + c.pending_credits
    FROM changes c WHERE a.id = c.account;
    RETURN NULL;
END
$$;
CREATE TRIGGER transfers_book AFTER INSERT ON transfers REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION transfers_book();
