-- The tables as the migrations make them. Written by "./pool schema", never by hand; "./pool test" compares.

CREATE FUNCTION public.accounts_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.add_to_payment_session(of_sender bytea, of_session text, amount_numerator numeric, amount_denominator numeric, fixed_numerator numeric, fixed_denominator numeric, at timestamp with time zone) RETURNS void
    LANGUAGE sql
    AS $$
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

CREATE FUNCTION public.charge_debit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM add_to_payment_session(
        NEW.sender, NEW.session_id, -NEW.pixels * NEW.price_numerator, NEW.price_denominator, NEW.price_numerator, NEW.price_denominator, NEW.settled_at);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.credit_payment() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM add_to_payment_session(
        NEW.sender, NEW.session_id, NEW.credit_numerator, NEW.credit_denominator, NEW.session_price_numerator, NEW.session_price_denominator, NEW.received_at);
    RETURN NULL;
END
$$;

CREATE FUNCTION public.ledger_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is append-only, a correction is a transfer', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'ledger_append_only';
END
$$;

CREATE FUNCTION public.payment_stays() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'a row of % is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE FUNCTION public.segment_has_a_primary() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM contributions WHERE segment_id = NEW.id AND received_at = NEW.received_at AND role = 'primary') THEN
        RAISE EXCEPTION 'segment % was transcoded and has no primary contribution', NEW.id USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION public.transfers_book() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.tx_accounts_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.next_nonce < OLD.next_nonce OR NEW.accepted_nonce < OLD.accepted_nonce THEN
        RAISE EXCEPTION 'the next nonce of an account goes from % to %: it only goes up', OLD.next_nonce, NEW.next_nonce
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_accounts_up';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION public.tx_intents_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION public.tx_refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what was ordered and signed is kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'tx_kept';
END
$$;

CREATE TABLE public.accounts (
    id bigint NOT NULL,
    code text NOT NULL,
    asset text NOT NULL,
    normal_side text NOT NULL,
    may_be_negative boolean NOT NULL,
    payee bytea,
    worker uuid,
    sender bytea,
    opened_at timestamp with time zone NOT NULL,
    posted_debits numeric(78,0) DEFAULT 0 NOT NULL,
    posted_credits numeric(78,0) DEFAULT 0 NOT NULL,
    pending_debits numeric(78,0) DEFAULT 0 NOT NULL,
    pending_credits numeric(78,0) DEFAULT 0 NOT NULL,
    CONSTRAINT accounts_code_check CHECK ((code ~ '^[a-z_]+(:[A-Za-z0-9_-]+)*$'::text)),
    CONSTRAINT accounts_normal_side_check CHECK ((normal_side = ANY (ARRAY['debit'::text, 'credit'::text]))),
    CONSTRAINT accounts_not_below_zero CHECK ((may_be_negative OR
CASE normal_side
    WHEN 'debit'::text THEN (((posted_debits - posted_credits) - pending_credits) >= (0)::numeric)
    ELSE (((posted_credits - posted_debits) - pending_debits) >= (0)::numeric)
END)),
    CONSTRAINT accounts_owner CHECK ((((worker IS NULL) OR (payee IS NOT NULL)) AND ((payee IS NULL) OR (sender IS NULL)))),
    CONSTRAINT accounts_pending_credits_check CHECK ((pending_credits >= (0)::numeric)),
    CONSTRAINT accounts_pending_debits_check CHECK ((pending_debits >= (0)::numeric)),
    CONSTRAINT accounts_posted_credits_check CHECK ((posted_credits >= (0)::numeric)),
    CONSTRAINT accounts_posted_debits_check CHECK ((posted_debits >= (0)::numeric)),
    CONSTRAINT accounts_sender_check CHECK ((octet_length(sender) = 20))
)
WITH (fillfactor='70');

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.assets (
    code text NOT NULL,
    unit text NOT NULL,
    CONSTRAINT assets_code_check CHECK ((code ~ '^[A-Z][A-Z-]{0,15}$'::text))
);

CREATE TABLE public.chain_cursors (
    chain_id numeric(20,0) NOT NULL,
    owner text NOT NULL,
    block_number bigint NOT NULL,
    block_hash bytea NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    CONSTRAINT chain_cursors_block_hash_check CHECK ((octet_length(block_hash) = 32)),
    CONSTRAINT chain_cursors_block_number_check CHECK ((block_number >= 0)),
    CONSTRAINT chain_cursors_chain_id_check CHECK ((chain_id > (0)::numeric)),
    CONSTRAINT chain_cursors_owner_check CHECK ((owner ~ '^[a-z_]{1,40}$'::text))
);

CREATE TABLE public.chain_figures (
    block_hash bytea NOT NULL,
    block_number bigint NOT NULL,
    fees_before numeric(78,0) NOT NULL,
    fees_after numeric(78,0) NOT NULL,
    stake_before numeric(78,0) NOT NULL,
    stake_after numeric(78,0) NOT NULL,
    observed_at timestamp with time zone NOT NULL,
    CONSTRAINT chain_figures_block_hash_check CHECK ((octet_length(block_hash) = 32)),
    CONSTRAINT chain_figures_block_number_check CHECK ((block_number > 0)),
    CONSTRAINT chain_figures_fees_after_check CHECK ((fees_after >= (0)::numeric)),
    CONSTRAINT chain_figures_fees_before_check CHECK ((fees_before >= (0)::numeric)),
    CONSTRAINT chain_figures_stake_after_check CHECK ((stake_after >= (0)::numeric)),
    CONSTRAINT chain_figures_stake_before_check CHECK ((stake_before >= (0)::numeric))
);

CREATE TABLE public.contributions (
    assignment_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    segment_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    payee bytea NOT NULL,
    role text NOT NULL,
    frames bigint NOT NULL,
    pixels bigint NOT NULL,
    bytes bigint NOT NULL,
    renditions jsonb NOT NULL,
    assigned_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT contributions_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT contributions_check CHECK ((finished_at >= assigned_at)),
    CONSTRAINT contributions_frames_check CHECK ((frames >= 0)),
    CONSTRAINT contributions_pixels_check CHECK ((pixels >= 0)),
    CONSTRAINT contributions_role_check CHECK ((role = ANY (ARRAY['primary'::text, 'hedge'::text, 'check'::text])))
)
PARTITION BY RANGE (received_at);

CREATE TABLE public.contributions_default (
    assignment_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    segment_id uuid NOT NULL,
    worker_id uuid NOT NULL,
    payee bytea NOT NULL,
    role text NOT NULL,
    frames bigint NOT NULL,
    pixels bigint NOT NULL,
    bytes bigint NOT NULL,
    renditions jsonb NOT NULL,
    assigned_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT contributions_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT contributions_check CHECK ((finished_at >= assigned_at)),
    CONSTRAINT contributions_frames_check CHECK ((frames >= 0)),
    CONSTRAINT contributions_pixels_check CHECK ((pixels >= 0)),
    CONSTRAINT contributions_role_check CHECK ((role = ANY (ARRAY['primary'::text, 'hedge'::text, 'check'::text])))
);

CREATE TABLE public.debits (
    segment_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    sender bytea NOT NULL,
    session_id text NOT NULL,
    pixels bigint NOT NULL,
    price_numerator numeric(78,0) NOT NULL,
    price_denominator numeric(78,0) NOT NULL,
    CONSTRAINT debits_pixels_check CHECK ((pixels >= 0)),
    CONSTRAINT debits_price_denominator_check CHECK ((price_denominator > (0)::numeric)),
    CONSTRAINT debits_price_numerator_check CHECK ((price_numerator >= (0)::numeric)),
    CONSTRAINT debits_sender_check CHECK ((octet_length(sender) = 20))
);

CREATE TABLE public.epochs (
    id bigint NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    matured_at timestamp with time zone,
    CONSTRAINT epochs_check CHECK (((matured_at IS NULL) OR (closed_at IS NOT NULL))),
    CONSTRAINT epochs_id_check CHECK ((id >= 0))
);

CREATE TABLE public.payees (
    address bytea NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    CONSTRAINT payees_address_check CHECK ((octet_length(address) = 20))
);

CREATE TABLE public.payment_sessions (
    sender bytea NOT NULL,
    session_id text NOT NULL,
    price_numerator numeric(78,0),
    price_denominator numeric(78,0),
    balance_numerator numeric(240,0) NOT NULL,
    balance_denominator numeric(240,0) NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    CONSTRAINT payment_sessions_balance_denominator_check CHECK ((balance_denominator > (0)::numeric)),
    CONSTRAINT payment_sessions_check CHECK (((price_numerator IS NULL) = (price_denominator IS NULL))),
    CONSTRAINT payment_sessions_price_denominator_check CHECK ((price_denominator > (0)::numeric)),
    CONSTRAINT payment_sessions_price_numerator_check CHECK ((price_numerator >= (0)::numeric)),
    CONSTRAINT payment_sessions_sender_check CHECK ((octet_length(sender) = 20))
);

CREATE TABLE public.payments (
    id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    sender bytea NOT NULL,
    session_id text NOT NULL,
    recipient bytea NOT NULL,
    recipient_rand_hash bytea NOT NULL,
    seed numeric(78,0) NOT NULL,
    face_value numeric(78,0) NOT NULL,
    win_probability numeric(78,0) NOT NULL,
    expiration_block bigint NOT NULL,
    creation_round bigint NOT NULL,
    creation_round_hash bytea NOT NULL,
    offered_numerator numeric(78,0) NOT NULL,
    offered_denominator numeric(78,0) NOT NULL,
    session_price_numerator numeric(78,0),
    session_price_denominator numeric(78,0),
    nonces jsonb NOT NULL,
    credited integer NOT NULL,
    credit_numerator numeric(240,0) NOT NULL,
    credit_denominator numeric(240,0) NOT NULL,
    CONSTRAINT payments_creation_round_check CHECK ((creation_round >= 0)),
    CONSTRAINT payments_creation_round_hash_check CHECK ((octet_length(creation_round_hash) = 32)),
    CONSTRAINT payments_credit_denominator_check CHECK ((credit_denominator > (0)::numeric)),
    CONSTRAINT payments_credit_numerator_check CHECK ((credit_numerator >= (0)::numeric)),
    CONSTRAINT payments_credited_check CHECK ((credited >= 0)),
    CONSTRAINT payments_face_value_check CHECK ((face_value >= (0)::numeric)),
    CONSTRAINT payments_offered_denominator_check CHECK ((offered_denominator > (0)::numeric)),
    CONSTRAINT payments_offered_numerator_check CHECK ((offered_numerator >= (0)::numeric)),
    CONSTRAINT payments_recipient_check CHECK ((octet_length(recipient) = 20)),
    CONSTRAINT payments_recipient_rand_hash_check CHECK ((octet_length(recipient_rand_hash) = 32)),
    CONSTRAINT payments_sender_check CHECK ((octet_length(sender) = 20)),
    CONSTRAINT payments_session_price_denominator_check CHECK ((session_price_denominator > (0)::numeric)),
    CONSTRAINT payments_session_price_numerator_check CHECK ((session_price_numerator >= (0)::numeric)),
    CONSTRAINT payments_win_probability_check CHECK ((win_probability >= (0)::numeric))
);

CREATE TABLE public.rounds (
    number bigint NOT NULL,
    block_number bigint NOT NULL,
    block_hash bytea NOT NULL,
    stored_hash bytea NOT NULL,
    booked_at timestamp with time zone NOT NULL,
    reward_transaction bytea,
    minted numeric(78,0) DEFAULT 0 NOT NULL,
    own_share numeric(78,0) DEFAULT 0 NOT NULL,
    fees_in numeric(78,0) DEFAULT 0 NOT NULL,
    CONSTRAINT rounds_block_hash_check CHECK ((octet_length(block_hash) = 32)),
    CONSTRAINT rounds_block_number_check CHECK ((block_number >= 0)),
    CONSTRAINT rounds_fees_in_check CHECK ((fees_in >= (0)::numeric)),
    CONSTRAINT rounds_minted_check CHECK ((minted >= (0)::numeric)),
    CONSTRAINT rounds_number_check CHECK ((number >= 0)),
    CONSTRAINT rounds_own_share_check CHECK ((own_share >= (0)::numeric)),
    CONSTRAINT rounds_reward_transaction_check CHECK ((octet_length(reward_transaction) = 32)),
    CONSTRAINT rounds_stored_hash_check CHECK ((octet_length(stored_hash) = 32))
);

CREATE TABLE public.schema_migrations (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.segments (
    id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    session_id text NOT NULL,
    seq bigint NOT NULL,
    duration_ms integer NOT NULL,
    source_bytes bigint NOT NULL,
    source_hash bytea NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT segments_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT segments_outcome_check CHECK ((outcome = ANY (ARRAY['transcoded'::text, 'bad_input'::text, 'failed'::text]))),
    CONSTRAINT segments_source_bytes_check CHECK ((source_bytes >= 0)),
    CONSTRAINT segments_source_hash_check CHECK ((octet_length(source_hash) = 32))
)
PARTITION BY RANGE (received_at);

CREATE TABLE public.segments_default (
    id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    session_id text NOT NULL,
    seq bigint NOT NULL,
    duration_ms integer NOT NULL,
    source_bytes bigint NOT NULL,
    source_hash bytea NOT NULL,
    outcome text NOT NULL,
    detail text NOT NULL,
    settled_at timestamp with time zone NOT NULL,
    epoch bigint NOT NULL,
    CONSTRAINT segments_duration_ms_check CHECK ((duration_ms >= 0)),
    CONSTRAINT segments_outcome_check CHECK ((outcome = ANY (ARRAY['transcoded'::text, 'bad_input'::text, 'failed'::text]))),
    CONSTRAINT segments_source_bytes_check CHECK ((source_bytes >= 0)),
    CONSTRAINT segments_source_hash_check CHECK ((octet_length(source_hash) = 32))
);

CREATE TABLE public.sessions (
    id text NOT NULL,
    gateway bytea NOT NULL,
    manifest_id bytea NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    CONSTRAINT sessions_gateway_check CHECK ((octet_length(gateway) = 20))
);

CREATE TABLE public.transfers (
    id bigint NOT NULL,
    key text NOT NULL,
    posting uuid NOT NULL,
    kind text NOT NULL,
    pending_id bigint,
    asset text NOT NULL,
    debit_account bigint NOT NULL,
    credit_account bigint NOT NULL,
    amount numeric(78,0) NOT NULL,
    reason text NOT NULL,
    source_kind text NOT NULL,
    source_id text NOT NULL,
    epoch bigint NOT NULL,
    terms_version integer NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT transfers_actor_check CHECK (((length(actor) >= 1) AND (length(actor) <= 200))),
    CONSTRAINT transfers_amount_check CHECK (((amount > (0)::numeric) AND (amount <= '115792089237316195423570985008687907853269984665640564039457584007913129639935'::numeric))),
    CONSTRAINT transfers_epoch_check CHECK ((epoch >= 0)),
    CONSTRAINT transfers_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
    CONSTRAINT transfers_kind_check CHECK ((kind = ANY (ARRAY['immediate'::text, 'pending'::text, 'post'::text, 'void'::text]))),
    CONSTRAINT transfers_pending CHECK (((kind = ANY (ARRAY['post'::text, 'void'::text])) = (pending_id IS NOT NULL))),
    CONSTRAINT transfers_reason_check CHECK ((reason ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT transfers_source_id_check CHECK (((length(source_id) >= 1) AND (length(source_id) <= 200))),
    CONSTRAINT transfers_source_kind_check CHECK ((source_kind ~ '^[a-z_]{1,40}$'::text)),
    CONSTRAINT transfers_terms_version_check CHECK ((terms_version > 0)),
    CONSTRAINT transfers_two_accounts CHECK ((debit_account <> credit_account))
);

ALTER TABLE public.transfers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.transfers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.tx_accounts (
    chain_id bigint NOT NULL,
    account bytea NOT NULL,
    next_nonce bigint NOT NULL,
    accepted_nonce bigint DEFAULT 0 NOT NULL,
    halt text DEFAULT ''::text NOT NULL,
    halt_nonce bigint,
    CONSTRAINT tx_accounts_accepted_nonce_check CHECK ((accepted_nonce >= 0)),
    CONSTRAINT tx_accounts_account_check CHECK ((octet_length(account) = 20)),
    CONSTRAINT tx_accounts_chain_id_check CHECK ((chain_id > 0)),
    CONSTRAINT tx_accounts_halt_nonce_check CHECK ((halt_nonce >= 0)),
    CONSTRAINT tx_accounts_next_nonce_check CHECK ((next_nonce >= 0))
);

CREATE TABLE public.tx_attempts (
    hash bytea NOT NULL,
    intent bigint NOT NULL,
    number integer NOT NULL,
    is_cancellation boolean NOT NULL,
    max_fee numeric(78,0) NOT NULL,
    priority_fee numeric(78,0) NOT NULL,
    gas_limit bigint NOT NULL,
    raw bytea NOT NULL,
    signed_at timestamp with time zone NOT NULL,
    CONSTRAINT tx_attempts_check CHECK (((priority_fee >= (0)::numeric) AND (priority_fee <= max_fee))),
    CONSTRAINT tx_attempts_gas_limit_check CHECK ((gas_limit > 0)),
    CONSTRAINT tx_attempts_hash_check CHECK ((octet_length(hash) = 32)),
    CONSTRAINT tx_attempts_max_fee_check CHECK ((max_fee >= (0)::numeric)),
    CONSTRAINT tx_attempts_number_check CHECK ((number > 0)),
    CONSTRAINT tx_attempts_raw_check CHECK (((octet_length(raw) >= 1) AND (octet_length(raw) <= 131072)))
);

CREATE TABLE public.tx_intents (
    id bigint NOT NULL,
    key text NOT NULL,
    purpose text NOT NULL,
    chain_id bigint NOT NULL,
    account bytea NOT NULL,
    recipient bytea NOT NULL,
    value numeric(78,0) NOT NULL,
    data bytea NOT NULL,
    gas_limit bigint,
    state text DEFAULT 'planned'::text NOT NULL,
    nonce bigint,
    mined_hash bytea,
    mined_block bigint,
    mined_block_hash bytea,
    observed text,
    cancel_asked boolean DEFAULT false NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    alarm text DEFAULT ''::text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    final_at timestamp with time zone,
    CONSTRAINT tx_intents_data_check CHECK ((octet_length(data) <= 102400)),
    CONSTRAINT tx_intents_final CHECK (((state = ANY (ARRAY['done'::text, 'reverted'::text, 'refused'::text])) = (final_at IS NOT NULL))),
    CONSTRAINT tx_intents_gas_limit_check CHECK ((gas_limit > 0)),
    CONSTRAINT tx_intents_key_check CHECK (((length(key) >= 1) AND (length(key) <= 200))),
    CONSTRAINT tx_intents_mined CHECK ((((mined_hash IS NULL) = (mined_block IS NULL)) AND ((mined_hash IS NULL) = (mined_block_hash IS NULL)) AND ((state = 'refused'::text) OR ((state = ANY (ARRAY['mined'::text, 'done'::text, 'reverted'::text])) = (mined_hash IS NOT NULL))))),
    CONSTRAINT tx_intents_mined_block_check CHECK ((mined_block >= 0)),
    CONSTRAINT tx_intents_mined_block_hash_check CHECK ((octet_length(mined_block_hash) = 32)),
    CONSTRAINT tx_intents_mined_hash_check CHECK ((octet_length(mined_hash) = 32)),
    CONSTRAINT tx_intents_nonce CHECK (((state = 'refused'::text) OR ((state = 'planned'::text) = (nonce IS NULL)))),
    CONSTRAINT tx_intents_nonce_check CHECK ((nonce >= 0)),
    CONSTRAINT tx_intents_purpose_check CHECK ((purpose ~ '^[A-Za-z]{1,40}$'::text)),
    CONSTRAINT tx_intents_recipient_check CHECK ((octet_length(recipient) = 20)),
    CONSTRAINT tx_intents_state_check CHECK ((state = ANY (ARRAY['planned'::text, 'sent'::text, 'mined'::text, 'done'::text, 'reverted'::text, 'refused'::text]))),
    CONSTRAINT tx_intents_value_check CHECK ((value >= (0)::numeric))
);

ALTER TABLE public.tx_intents ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tx_intents_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.winning_tickets (
    ticket_hash bytea NOT NULL,
    payment_id uuid NOT NULL,
    received_at timestamp with time zone NOT NULL,
    session_id text NOT NULL,
    recipient bytea NOT NULL,
    sender bytea NOT NULL,
    face_value numeric(78,0) NOT NULL,
    win_probability numeric(78,0) NOT NULL,
    sender_nonce bigint NOT NULL,
    recipient_rand_hash bytea NOT NULL,
    recipient_rand bytea NOT NULL,
    creation_round bigint NOT NULL,
    creation_round_hash bytea NOT NULL,
    params_expiration_block bigint NOT NULL,
    signature bytea NOT NULL,
    state text DEFAULT 'won'::text NOT NULL,
    won_posted boolean DEFAULT false NOT NULL,
    intent text,
    attempts integer DEFAULT 0 NOT NULL,
    waits_for text,
    ended_at timestamp with time zone,
    redeemed_transaction bytea,
    redeemed_block bigint,
    paid numeric(78,0),
    lost_reason text,
    CONSTRAINT winning_tickets_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT winning_tickets_check CHECK (((paid >= (0)::numeric) AND (paid <= face_value))),
    CONSTRAINT winning_tickets_creation_round_check CHECK ((creation_round >= 0)),
    CONSTRAINT winning_tickets_creation_round_hash_check CHECK ((octet_length(creation_round_hash) = 32)),
    CONSTRAINT winning_tickets_ended CHECK (((state = ANY (ARRAY['redeemed'::text, 'lost'::text])) = (ended_at IS NOT NULL))),
    CONSTRAINT winning_tickets_face_value_check CHECK ((face_value > (0)::numeric)),
    CONSTRAINT winning_tickets_intent CHECK (((state <> 'redeeming'::text) OR (intent IS NOT NULL))),
    CONSTRAINT winning_tickets_intent_check CHECK (((length(intent) >= 1) AND (length(intent) <= 200))),
    CONSTRAINT winning_tickets_lost CHECK (((state = 'lost'::text) = (lost_reason IS NOT NULL))),
    CONSTRAINT winning_tickets_recipient_check CHECK ((octet_length(recipient) = 20)),
    CONSTRAINT winning_tickets_recipient_rand_check CHECK ((octet_length(recipient_rand) = 32)),
    CONSTRAINT winning_tickets_recipient_rand_hash_check CHECK ((octet_length(recipient_rand_hash) = 32)),
    CONSTRAINT winning_tickets_redeemed CHECK (((state = 'redeemed'::text) = ((redeemed_transaction IS NOT NULL) AND (paid IS NOT NULL)))),
    CONSTRAINT winning_tickets_redeemed_block_check CHECK ((redeemed_block >= 0)),
    CONSTRAINT winning_tickets_redeemed_transaction_check CHECK ((octet_length(redeemed_transaction) = 32)),
    CONSTRAINT winning_tickets_sender_check CHECK ((octet_length(sender) = 20)),
    CONSTRAINT winning_tickets_sender_nonce_check CHECK ((sender_nonce >= 0)),
    CONSTRAINT winning_tickets_signature_check CHECK ((octet_length(signature) = 65)),
    CONSTRAINT winning_tickets_state_check CHECK ((state = ANY (ARRAY['won'::text, 'redeeming'::text, 'redeemed'::text, 'lost'::text]))),
    CONSTRAINT winning_tickets_ticket_hash_check CHECK ((octet_length(ticket_hash) = 32)),
    CONSTRAINT winning_tickets_win_probability_check CHECK ((win_probability > (0)::numeric))
);

CREATE TABLE public.worker_records (
    worker_id uuid NOT NULL,
    seconds_per_pixel double precision,
    seconds_per_byte double precision,
    real_time_ratio double precision,
    capacity integer NOT NULL,
    failures_in_a_row integer NOT NULL,
    rests_until timestamp with time zone,
    measured_at timestamp with time zone NOT NULL,
    CONSTRAINT worker_records_capacity_check CHECK ((capacity > 0)),
    CONSTRAINT worker_records_failures_in_a_row_check CHECK ((failures_in_a_row >= 0)),
    CONSTRAINT worker_records_real_time_ratio_check CHECK ((real_time_ratio > (0)::double precision)),
    CONSTRAINT worker_records_seconds_per_byte_check CHECK ((seconds_per_byte >= (0)::double precision)),
    CONSTRAINT worker_records_seconds_per_pixel_check CHECK ((seconds_per_pixel > (0)::double precision))
);

CREATE TABLE public.workers (
    id uuid NOT NULL,
    node_key bytea NOT NULL,
    payee bytea NOT NULL,
    device text NOT NULL,
    software text NOT NULL,
    first_joined_at timestamp with time zone NOT NULL,
    last_joined_at timestamp with time zone NOT NULL,
    CONSTRAINT workers_node_key_check CHECK ((octet_length(node_key) = 20))
);

ALTER TABLE ONLY public.contributions ATTACH PARTITION public.contributions_default DEFAULT;

ALTER TABLE ONLY public.segments ATTACH PARTITION public.segments_default DEFAULT;

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_code_asset_key UNIQUE (code, asset);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_id_asset_key UNIQUE (id, asset);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.assets
    ADD CONSTRAINT assets_pkey PRIMARY KEY (code);

ALTER TABLE ONLY public.chain_cursors
    ADD CONSTRAINT chain_cursors_pkey PRIMARY KEY (chain_id, owner);

ALTER TABLE ONLY public.chain_figures
    ADD CONSTRAINT chain_figures_pkey PRIMARY KEY (block_hash);

ALTER TABLE ONLY public.contributions
    ADD CONSTRAINT contributions_pkey PRIMARY KEY (assignment_id, received_at);

ALTER TABLE ONLY public.contributions_default
    ADD CONSTRAINT contributions_default_pkey PRIMARY KEY (assignment_id, received_at);

ALTER TABLE ONLY public.debits
    ADD CONSTRAINT debits_pkey PRIMARY KEY (segment_id);

ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payees
    ADD CONSTRAINT payees_pkey PRIMARY KEY (address);

ALTER TABLE ONLY public.payment_sessions
    ADD CONSTRAINT payment_sessions_pkey PRIMARY KEY (sender, session_id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rounds
    ADD CONSTRAINT rounds_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (id, received_at);

ALTER TABLE ONLY public.segments_default
    ADD CONSTRAINT segments_default_pkey PRIMARY KEY (id, received_at);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_once UNIQUE (key);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tx_accounts
    ADD CONSTRAINT tx_accounts_pkey PRIMARY KEY (chain_id, account);

ALTER TABLE ONLY public.tx_attempts
    ADD CONSTRAINT tx_attempts_number UNIQUE (intent, number);

ALTER TABLE ONLY public.tx_attempts
    ADD CONSTRAINT tx_attempts_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.tx_intents
    ADD CONSTRAINT tx_intents_nonce_once UNIQUE (chain_id, account, nonce);

ALTER TABLE ONLY public.tx_intents
    ADD CONSTRAINT tx_intents_once UNIQUE (key);

ALTER TABLE ONLY public.tx_intents
    ADD CONSTRAINT tx_intents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.winning_tickets
    ADD CONSTRAINT winning_tickets_pkey PRIMARY KEY (ticket_hash);

ALTER TABLE ONLY public.worker_records
    ADD CONSTRAINT worker_records_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_node_key_key UNIQUE (node_key);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

CREATE INDEX accounts_payee ON public.accounts USING btree (payee) WHERE (payee IS NOT NULL);

CREATE UNIQUE INDEX contributions_one_primary ON ONLY public.contributions USING btree (segment_id, received_at) WHERE (role = 'primary'::text);

CREATE UNIQUE INDEX contributions_default_segment_id_received_at_idx ON public.contributions_default USING btree (segment_id, received_at) WHERE (role = 'primary'::text);

CREATE INDEX contributions_worker ON ONLY public.contributions USING btree (worker_id, role);

CREATE INDEX contributions_default_worker_id_role_idx ON public.contributions_default USING btree (worker_id, role);

CREATE INDEX debits_received ON public.debits USING btree (received_at);

CREATE INDEX debits_session ON public.debits USING btree (sender, session_id);

CREATE INDEX payment_sessions_updated ON public.payment_sessions USING btree (updated_at);

CREATE INDEX payments_expiration ON public.payments USING btree (expiration_block);

CREATE INDEX payments_received ON public.payments USING btree (received_at);

CREATE INDEX payments_session ON public.payments USING btree (sender, session_id);

CREATE INDEX segments_session ON ONLY public.segments USING btree (session_id);

CREATE INDEX segments_default_session_id_idx ON public.segments_default USING btree (session_id);

CREATE INDEX sessions_opened ON public.sessions USING btree (opened_at);

CREATE INDEX transfers_credit ON public.transfers USING btree (credit_account, id);

CREATE INDEX transfers_debit ON public.transfers USING btree (debit_account, id);

CREATE UNIQUE INDEX transfers_ended_once ON public.transfers USING btree (pending_id) WHERE (pending_id IS NOT NULL);

CREATE INDEX transfers_source ON public.transfers USING btree (source_kind, source_id);

CREATE INDEX tx_intents_open ON public.tx_intents USING btree (chain_id, account, id) WHERE (state = ANY (ARRAY['planned'::text, 'sent'::text, 'mined'::text]));

CREATE INDEX winning_tickets_intent ON public.winning_tickets USING btree (intent) WHERE (intent IS NOT NULL);

CREATE INDEX winning_tickets_open ON public.winning_tickets USING btree (sender, received_at) WHERE (state = ANY (ARRAY['won'::text, 'redeeming'::text]));

CREATE INDEX winning_tickets_unposted ON public.winning_tickets USING btree (received_at) WHERE (NOT won_posted);

CREATE INDEX workers_payee ON public.workers USING btree (payee);

ALTER INDEX public.contributions_pkey ATTACH PARTITION public.contributions_default_pkey;

ALTER INDEX public.contributions_one_primary ATTACH PARTITION public.contributions_default_segment_id_received_at_idx;

ALTER INDEX public.contributions_worker ATTACH PARTITION public.contributions_default_worker_id_role_idx;

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_default_pkey;

ALTER INDEX public.segments_session ATTACH PARTITION public.segments_default_session_id_idx;

CREATE TRIGGER accounts_append_only BEFORE DELETE OR TRUNCATE ON public.accounts FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER accounts_by_transfers BEFORE INSERT OR UPDATE ON public.accounts FOR EACH ROW EXECUTE FUNCTION public.accounts_guard();

CREATE TRIGGER assets_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.assets FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER debits_charge AFTER INSERT ON public.debits FOR EACH ROW EXECUTE FUNCTION public.charge_debit();

CREATE TRIGGER debits_stay BEFORE UPDATE ON public.debits FOR EACH ROW EXECUTE FUNCTION public.payment_stays();

CREATE TRIGGER payments_credit AFTER INSERT ON public.payments FOR EACH ROW EXECUTE FUNCTION public.credit_payment();

CREATE TRIGGER payments_stay BEFORE UPDATE ON public.payments FOR EACH ROW EXECUTE FUNCTION public.payment_stays();

CREATE CONSTRAINT TRIGGER segments_primary AFTER INSERT ON public.segments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.outcome = 'transcoded'::text)) EXECUTE FUNCTION public.segment_has_a_primary();

CREATE TRIGGER transfers_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.transfers FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_refuse_change();

CREATE TRIGGER transfers_book AFTER INSERT ON public.transfers REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION public.transfers_book();

CREATE TRIGGER tx_accounts_guard BEFORE UPDATE ON public.tx_accounts FOR EACH ROW EXECUTE FUNCTION public.tx_accounts_guard();

CREATE TRIGGER tx_accounts_kept BEFORE DELETE OR TRUNCATE ON public.tx_accounts FOR EACH STATEMENT EXECUTE FUNCTION public.tx_refuse_change();

CREATE TRIGGER tx_attempts_kept BEFORE DELETE OR UPDATE OR TRUNCATE ON public.tx_attempts FOR EACH STATEMENT EXECUTE FUNCTION public.tx_refuse_change();

CREATE TRIGGER tx_intents_guard BEFORE UPDATE ON public.tx_intents FOR EACH ROW EXECUTE FUNCTION public.tx_intents_guard();

CREATE TRIGGER tx_intents_kept BEFORE DELETE OR TRUNCATE ON public.tx_intents FOR EACH STATEMENT EXECUTE FUNCTION public.tx_refuse_change();

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_asset_fkey FOREIGN KEY (asset) REFERENCES public.assets(code);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_payee_fkey FOREIGN KEY (payee) REFERENCES public.payees(address);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_worker_fkey FOREIGN KEY (worker) REFERENCES public.workers(id);

ALTER TABLE ONLY public.contributions_default
    ADD CONSTRAINT contributions_default_segment_fkey FOREIGN KEY (segment_id, received_at) REFERENCES public.segments_default(id, received_at);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_payee_fkey FOREIGN KEY (payee) REFERENCES public.payees(address);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);

ALTER TABLE ONLY public.debits
    ADD CONSTRAINT debits_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE ONLY public.payments
    ADD CONSTRAINT payments_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE public.segments
    ADD CONSTRAINT segments_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE public.segments
    ADD CONSTRAINT segments_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_credit_fkey FOREIGN KEY (credit_account, asset) REFERENCES public.accounts(id, asset);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_debit_fkey FOREIGN KEY (debit_account, asset) REFERENCES public.accounts(id, asset);

ALTER TABLE ONLY public.transfers
    ADD CONSTRAINT transfers_pending_id_fkey FOREIGN KEY (pending_id) REFERENCES public.transfers(id);

ALTER TABLE ONLY public.tx_attempts
    ADD CONSTRAINT tx_attempts_intent_fkey FOREIGN KEY (intent) REFERENCES public.tx_intents(id);

ALTER TABLE ONLY public.worker_records
    ADD CONSTRAINT worker_records_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_payee_fkey FOREIGN KEY (payee) REFERENCES public.payees(address);
