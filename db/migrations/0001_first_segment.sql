-- Who works, for whom, on what. Times are UTC; pixels are what the pool counted itself.

-- A payee is an address that is paid. It has many workers.
CREATE TABLE payees (
    address       bytea       PRIMARY KEY CHECK (octet_length(address) = 20),
    first_seen_at timestamptz NOT NULL
);

-- A worker is a node key. Its payee is the one it named when it last joined; what it earned belongs to the payee of that time.
CREATE TABLE workers (
    id              uuid        PRIMARY KEY,
    node_key        bytea       NOT NULL UNIQUE CHECK (octet_length(node_key) = 20),
    payee           bytea       NOT NULL REFERENCES payees (address),
    device          text        NOT NULL,
    software        text        NOT NULL,
    first_joined_at timestamptz NOT NULL,
    last_joined_at  timestamptz NOT NULL
);
CREATE INDEX workers_payee ON workers (payee);

-- A session is one auth token's session id: the unit of capacity and affinity. The manifest id is only informational.
CREATE TABLE sessions (
    id          text        PRIMARY KEY,
    gateway     bytea       NOT NULL CHECK (octet_length(gateway) = 20),
    manifest_id bytea       NOT NULL,
    opened_at   timestamptz NOT NULL
);

-- One row for each request of a gateway; (manifest id, seq) may repeat legally. Time is the partition key.
CREATE TABLE segments (
    id           uuid        NOT NULL,
    received_at  timestamptz NOT NULL,
    session_id   text        NOT NULL REFERENCES sessions (id),
    seq          bigint      NOT NULL,
    duration_ms  integer     NOT NULL CHECK (duration_ms >= 0),
    source_bytes bigint      NOT NULL CHECK (source_bytes >= 0),
    source_hash  bytea       NOT NULL CHECK (octet_length(source_hash) = 32),
    outcome      text        NOT NULL CHECK (outcome IN ('transcoded', 'bad_input', 'failed')),
    detail       text        NOT NULL,
    settled_at   timestamptz NOT NULL,
    PRIMARY KEY (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE segments_default PARTITION OF segments DEFAULT;
CREATE INDEX segments_session ON segments (session_id);

-- What one worker did for one segment. Only one contribution of a segment is its primary one.
CREATE TABLE contributions (
    assignment_id uuid        NOT NULL,
    received_at   timestamptz NOT NULL,
    segment_id    uuid        NOT NULL,
    worker_id     uuid        NOT NULL REFERENCES workers (id),
    payee         bytea       NOT NULL REFERENCES payees (address),
    role          text        NOT NULL CHECK (role IN ('primary', 'hedge', 'check')),
    frames        bigint      NOT NULL CHECK (frames >= 0),
    pixels        bigint      NOT NULL CHECK (pixels >= 0),
    bytes         bigint      NOT NULL CHECK (bytes >= 0),
    renditions    jsonb       NOT NULL,
    assigned_at   timestamptz NOT NULL,
    finished_at   timestamptz NOT NULL CHECK (finished_at >= assigned_at),
    PRIMARY KEY (assignment_id, received_at),
    FOREIGN KEY (segment_id, received_at) REFERENCES segments (id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE contributions_default PARTITION OF contributions DEFAULT;
CREATE UNIQUE INDEX contributions_one_primary ON contributions (segment_id, received_at) WHERE role = 'primary';
CREATE INDEX contributions_worker ON contributions (worker_id, role);
