-- Pumps, events exactly as received, and the record of what was done. Never edited once released; see CONTRIBUTING.md.

CREATE TABLE pumps (
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
COMMENT ON TABLE pumps IS 'One row per pump. A warranty replacement is another pump.';
COMMENT ON COLUMN pumps.id IS 'Number of the pump in this database, in the order the pumps became known';
COMMENT ON COLUMN pumps.serial_number IS 'Number printed on the pump; NULL while only archives without it were imported';
COMMENT ON COLUMN pumps.model_name IS 'Model in words, as the account tells';
COMMENT ON COLUMN pumps.model_number IS 'Model number, as the account tells';
COMMENT ON COLUMN pumps.part_number IS 'Part number, as the account tells';
COMMENT ON COLUMN pumps.software_version IS 'Software version at the last upload';
COMMENT ON COLUMN pumps.algorithm IS 'Dosing algorithm at the last upload, for example Control-IQ';
COMMENT ON COLUMN pumps.last_upload IS 'Instant of the last upload, as the account told last; NULL if never';
COMMENT ON COLUMN pumps.first_event IS 'Oldest event as the account tells, pump''s wall clock; may be a factory date';
COMMENT ON COLUMN pumps.last_event IS 'Newest event as the account tells, pump''s wall clock; may lie in the future';
COMMENT ON COLUMN pumps.first_seen IS 'Instant at which this database first heard of the pump';
COMMENT ON COLUMN pumps.last_seen IS 'Instant at which an account or archive last named the pump';

CREATE TABLE pump_assignments (
    assignment_id  VARCHAR PRIMARY KEY,
    pump_id        INTEGER NOT NULL
);
COMMENT ON TABLE pump_assignments IS 'The identifiers by which the service knows a pump. A pump handed out twice has two.';
COMMENT ON COLUMN pump_assignments.assignment_id IS 'assignmentId of the account, deviceAssignmentId of events';
COMMENT ON COLUMN pump_assignments.pump_id IS 'The pump: pumps.id';

CREATE TABLE pump_settings (
    pump_id        INTEGER NOT NULL,
    settings_hash  VARCHAR NOT NULL,
    uploaded       TIMESTAMP,
    first_seen     TIMESTAMPTZ NOT NULL,
    last_seen      TIMESTAMPTZ NOT NULL,
    details        JSON NOT NULL,
    PRIMARY KEY (pump_id, settings_hash)
);
COMMENT ON TABLE pump_settings IS 'Each distinct snapshot of a pump''s settings, verbatim';
COMMENT ON COLUMN pump_settings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN pump_settings.settings_hash IS 'Tells snapshots apart; the service''s own hash where it sends one';
COMMENT ON COLUMN pump_settings.uploaded IS 'When the service received it, on a clock whose zone the service does not tell';
COMMENT ON COLUMN pump_settings.first_seen IS 'Instant at which this snapshot was first read';
COMMENT ON COLUMN pump_settings.last_seen IS 'Instant at which this snapshot was last read';
COMMENT ON COLUMN pump_settings.details IS 'The settings as received: profiles with their segments, limits, alerts, reminders';

-- The id packs the identity (pump, group, number), so the primary key over it is the uniqueness of the identity.
-- No CHECK says so in arithmetic, and no column below defaults to a sequence: DuckDB 1.5 cannot replay a log that comments
-- on a table with a function in it, and a database that was killed after its first page would not open again.
--
-- Event texts are much alike, and zstd keeps them in a third of the room of DuckDB's own choice (a dictionary with FSST).
CREATE TABLE raw_events (
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
COMMENT ON TABLE raw_events IS 'Every event exactly as received. The source of truth: everything else is rebuilt from it.';
COMMENT ON COLUMN raw_events.id IS 'pump_id * 2^48 + sequence_group * 2^32 + sequence_number: the identity as one number';
COMMENT ON COLUMN raw_events.created IS 'Instant at which this text was stored';
COMMENT ON COLUMN raw_events.raw_event_data IS 'Verbatim: a pump-logs event object, or a JSON string with the base64 of one 26-byte record';
COMMENT ON COLUMN raw_events.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN raw_events.sequence_group IS 'sequenceGroup of the service; 0 where it sends none';
COMMENT ON COLUMN raw_events.sequence_number IS 'The pump''s own number of the log entry; counts up, never set back';
COMMENT ON COLUMN raw_events.event_code IS 'Type of the event';
COMMENT ON COLUMN raw_events.pump_time IS 'The pump''s wall clock when it logged the event';
COMMENT ON COLUMN raw_events.batch_id IS 'The batch it arrived in: raw_batches.id; counts up in order of arrival';

CREATE TABLE raw_event_revisions (
    raw_events_id   BIGINT NOT NULL,
    revision        INTEGER NOT NULL,
    created         TIMESTAMPTZ NOT NULL,
    superseded      TIMESTAMPTZ NOT NULL,
    raw_event_data  JSON NOT NULL,
    batch_id        BIGINT NOT NULL,
    PRIMARY KEY (raw_events_id, revision)
);
COMMENT ON TABLE raw_event_revisions IS 'Former texts of events that came again with other content';
COMMENT ON COLUMN raw_event_revisions.raw_events_id IS 'The event: raw_events.id';
COMMENT ON COLUMN raw_event_revisions.revision IS '1 is the first text this event had';
COMMENT ON COLUMN raw_event_revisions.created IS 'Instant at which this text was stored';
COMMENT ON COLUMN raw_event_revisions.superseded IS 'Instant at which another text took its place';
COMMENT ON COLUMN raw_event_revisions.raw_event_data IS 'Verbatim former text';
COMMENT ON COLUMN raw_event_revisions.batch_id IS 'The batch it arrived in: raw_batches.id';

CREATE TABLE rejected_events (
    pump_id         INTEGER NOT NULL,
    content_hash    VARCHAR NOT NULL,
    created         TIMESTAMPTZ NOT NULL,
    raw_event_data  JSON NOT NULL,
    reason          VARCHAR NOT NULL,
    batch_id        BIGINT NOT NULL,
    PRIMARY KEY (pump_id, content_hash)
);
COMMENT ON TABLE rejected_events IS 'What came in an event''s place but cannot be identified: kept, counted, never parsed';
COMMENT ON COLUMN rejected_events.pump_id IS 'The pump it came for: pumps.id';
COMMENT ON COLUMN rejected_events.content_hash IS 'MD5 of the text: the same thing is kept once';
COMMENT ON COLUMN rejected_events.created IS 'Instant at which it was stored';
COMMENT ON COLUMN rejected_events.raw_event_data IS 'Verbatim; bytes that are no JSON as a JSON string of their base64';
COMMENT ON COLUMN rejected_events.reason IS 'Why it cannot be identified';
COMMENT ON COLUMN rejected_events.batch_id IS 'The batch it arrived in: raw_batches.id';

CREATE SEQUENCE pipeline_run_numbers;
CREATE TABLE pipeline_runs (
    id       BIGINT PRIMARY KEY,
    stage    VARCHAR NOT NULL CHECK (stage IN ('fetch', 'import', 'parse', 'derive')),
    started  TIMESTAMPTZ NOT NULL,
    ended    TIMESTAMPTZ,
    outcome  VARCHAR CHECK (outcome IN ('completed', 'interrupted', 'failed')),
    counts   JSON,
    error    VARCHAR
);
COMMENT ON TABLE pipeline_runs IS 'Every run of every stage';
COMMENT ON COLUMN pipeline_runs.id IS 'Number of the run';
COMMENT ON COLUMN pipeline_runs.stage IS 'fetch, import, parse or derive';
COMMENT ON COLUMN pipeline_runs.started IS 'Instant of the start';
COMMENT ON COLUMN pipeline_runs.ended IS 'Instant of the end; NULL while running and for ever when killed';
COMMENT ON COLUMN pipeline_runs.outcome IS 'completed, interrupted or failed; NULL while running and for ever when killed';
COMMENT ON COLUMN pipeline_runs.counts IS 'The run''s counters, by name';
COMMENT ON COLUMN pipeline_runs.error IS 'What went wrong, in words';

CREATE SEQUENCE raw_batch_numbers;
CREATE TABLE raw_batches (
    id          BIGINT PRIMARY KEY,
    run_id      BIGINT NOT NULL,
    pump_id     INTEGER NOT NULL,
    received    TIMESTAMPTZ NOT NULL,
    new         BIGINT NOT NULL,
    duplicate   BIGINT NOT NULL,
    revised     BIGINT NOT NULL,
    rejected    BIGINT NOT NULL
);
COMMENT ON TABLE raw_batches IS 'Every page of events that brought something, written in one transaction with its events';
COMMENT ON COLUMN raw_batches.id IS 'Number of the batch, in order of arrival';
COMMENT ON COLUMN raw_batches.run_id IS 'The run that brought it: pipeline_runs.id';
COMMENT ON COLUMN raw_batches.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN raw_batches.received IS 'Instant of arrival';
COMMENT ON COLUMN raw_batches.new IS 'Events never seen before';
COMMENT ON COLUMN raw_batches.duplicate IS 'Events seen before with the same content';
COMMENT ON COLUMN raw_batches.revised IS 'Events seen before with other content';
COMMENT ON COLUMN raw_batches.rejected IS 'Things without identity: rejected_events';

CREATE SEQUENCE fetch_window_numbers;
CREATE TABLE fetch_windows (
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
COMMENT ON TABLE fetch_windows IS 'The ledger: which days of which pump were asked for when, and what came';
COMMENT ON COLUMN fetch_windows.id IS 'Number of the window';
COMMENT ON COLUMN fetch_windows.run_id IS 'The run that asked: pipeline_runs.id';
COMMENT ON COLUMN fetch_windows.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN fetch_windows.first_day IS 'First day asked for, pump''s wall clock';
COMMENT ON COLUMN fetch_windows.last_day IS 'Last day asked for, pump''s wall clock';
COMMENT ON COLUMN fetch_windows.fetched IS 'Instant at which the answer was stored';
COMMENT ON COLUMN fetch_windows.last_upload IS 'The pump''s last upload as known when asking';
COMMENT ON COLUMN fetch_windows.new IS 'Events never seen before';
COMMENT ON COLUMN fetch_windows.duplicate IS 'Events seen before with the same content';
COMMENT ON COLUMN fetch_windows.revised IS 'Events seen before with other content';
COMMENT ON COLUMN fetch_windows.rejected IS 'Things without identity: rejected_events';
