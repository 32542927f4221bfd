-- The tables as the migrations make them. Written by "./pool schema", never by hand; "./pool test" compares.

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

ALTER TABLE ONLY public.contributions
    ADD CONSTRAINT contributions_pkey PRIMARY KEY (assignment_id, received_at);

ALTER TABLE ONLY public.contributions_default
    ADD CONSTRAINT contributions_default_pkey PRIMARY KEY (assignment_id, received_at);

ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.payees
    ADD CONSTRAINT payees_pkey PRIMARY KEY (address);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.segments
    ADD CONSTRAINT segments_pkey PRIMARY KEY (id, received_at);

ALTER TABLE ONLY public.segments_default
    ADD CONSTRAINT segments_default_pkey PRIMARY KEY (id, received_at);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.worker_records
    ADD CONSTRAINT worker_records_pkey PRIMARY KEY (worker_id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_node_key_key UNIQUE (node_key);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_pkey PRIMARY KEY (id);

CREATE UNIQUE INDEX contributions_one_primary ON ONLY public.contributions USING btree (segment_id, received_at) WHERE (role = 'primary'::text);

CREATE UNIQUE INDEX contributions_default_segment_id_received_at_idx ON public.contributions_default USING btree (segment_id, received_at) WHERE (role = 'primary'::text);

CREATE INDEX contributions_worker ON ONLY public.contributions USING btree (worker_id, role);

CREATE INDEX contributions_default_worker_id_role_idx ON public.contributions_default USING btree (worker_id, role);

CREATE INDEX segments_session ON ONLY public.segments USING btree (session_id);

CREATE INDEX segments_default_session_id_idx ON public.segments_default USING btree (session_id);

CREATE INDEX sessions_opened ON public.sessions USING btree (opened_at);

CREATE INDEX workers_payee ON public.workers USING btree (payee);

ALTER INDEX public.contributions_pkey ATTACH PARTITION public.contributions_default_pkey;

ALTER INDEX public.contributions_one_primary ATTACH PARTITION public.contributions_default_segment_id_received_at_idx;

ALTER INDEX public.contributions_worker ATTACH PARTITION public.contributions_default_worker_id_role_idx;

ALTER INDEX public.segments_pkey ATTACH PARTITION public.segments_default_pkey;

ALTER INDEX public.segments_session ATTACH PARTITION public.segments_default_session_id_idx;

CREATE CONSTRAINT TRIGGER segments_primary AFTER INSERT ON public.segments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.outcome = 'transcoded'::text)) EXECUTE FUNCTION public.segment_has_a_primary();

ALTER TABLE ONLY public.contributions_default
    ADD CONSTRAINT contributions_default_segment_fkey FOREIGN KEY (segment_id, received_at) REFERENCES public.segments_default(id, received_at);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_payee_fkey FOREIGN KEY (payee) REFERENCES public.payees(address);

ALTER TABLE public.contributions
    ADD CONSTRAINT contributions_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);

ALTER TABLE public.segments
    ADD CONSTRAINT segments_epoch_fkey FOREIGN KEY (epoch) REFERENCES public.epochs(id);

ALTER TABLE public.segments
    ADD CONSTRAINT segments_session_id_fkey FOREIGN KEY (session_id) REFERENCES public.sessions(id);

ALTER TABLE ONLY public.worker_records
    ADD CONSTRAINT worker_records_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.workers(id);

ALTER TABLE ONLY public.workers
    ADD CONSTRAINT workers_payee_fkey FOREIGN KEY (payee) REFERENCES public.payees(address);
