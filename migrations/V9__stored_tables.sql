-- What cannot be rebuilt: pumps, events exactly as received, and the record of what was done. Everything else is derived from it and
-- is defined in crates/store-duckdb/src/derived. The meaning of each column is in derived/stored_tables.sql.
--
-- A new database begins here. One written by version 0.1.0 has all these tables already (its schema is 8), hence IF NOT EXISTS.

CREATE TABLE IF NOT EXISTS pumps (
    id                INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 32767),
    serial_number     VARCHAR UNIQUE,
    model_name        VARCHAR,
    model_number      VARCHAR,
    part_number       VARCHAR,
    software_version  VARCHAR,
    algorithm         VARCHAR,
    last_upload       TIMESTAMPTZ,
    first_event       TIMESTAMP,
    last_event        TIMESTAMP,
    first_seen        TIMESTAMPTZ NOT NULL,
    last_seen         TIMESTAMPTZ NOT NULL
);

CREATE TABLE IF NOT EXISTS pump_assignments (
    assignment_id  VARCHAR PRIMARY KEY,
    pump_id        INTEGER NOT NULL
);

CREATE TABLE IF NOT EXISTS pump_settings (
    pump_id        INTEGER NOT NULL,
    settings_hash  VARCHAR NOT NULL,
    uploaded       TIMESTAMP,
    first_seen     TIMESTAMPTZ NOT NULL,
    last_seen      TIMESTAMPTZ NOT NULL,
    details        JSON NOT NULL,
    PRIMARY KEY (pump_id, settings_hash)
);

CREATE TABLE IF NOT EXISTS pump_settings_changes (
    pump_id        INTEGER NOT NULL,
    known_from     TIMESTAMP NOT NULL,
    first_seen     TIMESTAMPTZ NOT NULL,
    settings_hash  VARCHAR NOT NULL
);

-- The id packs the identity (pump, group, number), so the primary key over it is the uniqueness of the identity.
-- No CHECK expresses that as arithmetic, and no column defaults to a sequence: DuckDB 1.5 cannot replay a log that comments
-- on a table with a function in it, so a database killed after its first page would not open again.
--
-- Event texts are alike, and zstd stores them in a third of the space of DuckDB's default (a dictionary with FSST).
CREATE TABLE IF NOT EXISTS raw_events (
    id               BIGINT PRIMARY KEY,
    created          TIMESTAMPTZ NOT NULL,
    raw_event_data   JSON NOT NULL USING COMPRESSION zstd,
    pump_id          INTEGER NOT NULL,
    sequence_group   INTEGER NOT NULL CHECK (sequence_group BETWEEN 0 AND 65535),
    sequence_number  BIGINT NOT NULL CHECK (sequence_number BETWEEN 0 AND 4294967295),
    event_code       INTEGER NOT NULL,
    pump_time        TIMESTAMP NOT NULL,
    batch_id         BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS raw_event_revisions (
    raw_events_id   BIGINT NOT NULL,
    revision        INTEGER NOT NULL,
    created         TIMESTAMPTZ NOT NULL,
    superseded      TIMESTAMPTZ NOT NULL,
    raw_event_data  JSON NOT NULL,
    batch_id        BIGINT NOT NULL,
    PRIMARY KEY (raw_events_id, revision)
);

CREATE TABLE IF NOT EXISTS rejected_events (
    pump_id         INTEGER NOT NULL,
    content_hash    VARCHAR NOT NULL,
    created         TIMESTAMPTZ NOT NULL,
    raw_event_data  JSON NOT NULL,
    reason          VARCHAR NOT NULL,
    batch_id        BIGINT NOT NULL,
    PRIMARY KEY (pump_id, content_hash)
);

CREATE SEQUENCE IF NOT EXISTS pipeline_run_numbers;
CREATE TABLE IF NOT EXISTS pipeline_runs (
    id       BIGINT PRIMARY KEY,
    stage    VARCHAR NOT NULL CHECK (stage IN ('fetch', 'import', 'parse', 'derive')),
    started  TIMESTAMPTZ NOT NULL,
    ended    TIMESTAMPTZ,
    outcome  VARCHAR CHECK (outcome IN ('completed', 'interrupted', 'failed')),
    counts   JSON,
    error    VARCHAR
);

CREATE SEQUENCE IF NOT EXISTS raw_batch_numbers;
CREATE TABLE IF NOT EXISTS raw_batches (
    id          BIGINT PRIMARY KEY,
    run_id      BIGINT NOT NULL,
    pump_id     INTEGER NOT NULL,
    received    TIMESTAMPTZ NOT NULL,
    new         BIGINT NOT NULL,
    duplicate   BIGINT NOT NULL,
    revised     BIGINT NOT NULL,
    rejected    BIGINT NOT NULL
);

CREATE SEQUENCE IF NOT EXISTS fetch_window_numbers;
CREATE TABLE IF NOT EXISTS fetch_windows (
    id           BIGINT PRIMARY KEY,
    run_id       BIGINT NOT NULL,
    pump_id      INTEGER NOT NULL,
    first_day    DATE NOT NULL,
    last_day     DATE NOT NULL,
    fetched      TIMESTAMPTZ NOT NULL,
    last_upload  TIMESTAMPTZ,
    new          BIGINT NOT NULL,
    duplicate    BIGINT NOT NULL,
    revised      BIGINT NOT NULL,
    rejected     BIGINT NOT NULL
);
ALTER TABLE fetch_windows ADD COLUMN IF NOT EXISTS assignment_id VARCHAR;

CREATE TABLE IF NOT EXISTS time_zones (
    valid_from  DATE,
    zone        VARCHAR NOT NULL
);

CREATE TABLE IF NOT EXISTS parse_progress (
    dictionary  VARCHAR NOT NULL,
    batch_id    BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS pending_derivations (
    pump_id         INTEGER PRIMARY KEY,
    from_events_id  BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS derived_objects (
    name             VARCHAR NOT NULL,
    kind             VARCHAR NOT NULL,
    digest           VARCHAR NOT NULL,
    comments_digest  VARCHAR NOT NULL,
    shape            VARCHAR NOT NULL,
    is_complete      BOOLEAN NOT NULL
);

-- What version 0.1.0 derived is rebuilt, and not mistaken for objects that the person created.
INSERT INTO derived_objects
SELECT table_name, 'table', '', '', '', false FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = 'main' AND table_name IN (
    'events', 'decode_problems', 'clock_segments', 'cgm_readings', 'basal_deliveries', 'boluses', 'carb_entries',
    'bg_readings', 'suspensions', 'user_modes', 'control_iq_modes', 'temp_rates', 'sensor_sessions', 'alarms',
    'site_changes', 'clock_changes', 'battery_readings', 'basal_totals', 'daily_totals');
INSERT INTO derived_objects
SELECT view_name, 'view', '', '', '', false FROM duckdb_views()
WHERE database_name = current_database() AND schema_name = 'main' AND view_name IN (
    'basal_spans', 'profile_segments', 'bolus_with_settings', 'cgm_5min', 'glucose_daily', 'insulin_daily',
    'insulin_hourly', 'iglu', 'timeline');
