-- What the pool measured of a worker: where a restarted server begins with it. Nobody is paid by it, and it is written coarsely.
CREATE TABLE worker_records (
    worker_id         uuid             PRIMARY KEY REFERENCES workers (id),
    seconds_per_pixel double precision CHECK (seconds_per_pixel > 0),
    seconds_per_byte  double precision CHECK (seconds_per_byte >= 0),
    real_time_ratio   double precision CHECK (real_time_ratio > 0),
    capacity          integer          NOT NULL CHECK (capacity > 0),
    failures_in_a_row integer          NOT NULL CHECK (failures_in_a_row >= 0),
    rests_until       timestamptz,
    measured_at       timestamptz      NOT NULL
);

-- Sessions go with their last segments: those that are old are looked for every hour.
CREATE INDEX sessions_opened ON sessions (opened_at);
