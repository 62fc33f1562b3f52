-- What the person and the algorithm asked for beyond basal, and what the person entered.

CREATE TABLE boluses (
    id                        BIGINT PRIMARY KEY,
    events_id                 BIGINT NOT NULL,
    last_events_id            BIGINT NOT NULL,
    pump_id                   INTEGER NOT NULL,
    bolus_id                  INTEGER NOT NULL,
    timestamp                 TIMESTAMP NOT NULL,
    timestamp_utc             TIMESTAMPTZ NOT NULL,
    utc_offset_seconds        BIGINT NOT NULL,
    utc_source                VARCHAR NOT NULL,
    started                   TIMESTAMP,
    started_utc               TIMESTAMPTZ,
    ended                     TIMESTAMP,
    ended_utc                 TIMESTAMPTZ,
    kind                      VARCHAR NOT NULL,
    status                    VARCHAR NOT NULL,
    source                    VARCHAR NOT NULL,
    source_detail             VARCHAR,
    user_override             BOOLEAN NOT NULL,
    correction_declined       BOOLEAN NOT NULL,
    interrupted               BOOLEAN NOT NULL,
    requested_units           DOUBLE,
    delivered_units           DOUBLE NOT NULL,
    food_units                DOUBLE,
    correction_units          DOUBLE,
    extended_units            DOUBLE NOT NULL,
    extended_delivered_units  DOUBLE NOT NULL,
    extended_minutes          INTEGER,
    carbs_grams               INTEGER,
    bg_mgdl                   INTEGER,
    iob_units                 DOUBLE,
    carb_ratio                DOUBLE,
    isf                       INTEGER,
    target_bg                 INTEGER
);
COMMENT ON TABLE boluses IS 'One row per bolus, joined from all its messages; completed when its end arrives in a later upload';
COMMENT ON COLUMN boluses.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN boluses.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN boluses.last_events_id IS 'Its last event so far: events.id';
COMMENT ON COLUMN boluses.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN boluses.bolus_id IS 'The pump''s number of the bolus; may come again after years or a reset';
COMMENT ON COLUMN boluses.timestamp IS 'When it was asked for (its first message), pump''s wall clock';
COMMENT ON COLUMN boluses.timestamp_utc IS 'When it was asked for (its first message), as an instant';
COMMENT ON COLUMN boluses.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN boluses.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN boluses.started IS 'When delivery began, pump''s wall clock; NULL if it never did';
COMMENT ON COLUMN boluses.started_utc IS 'When delivery began, as an instant; NULL if it never did';
COMMENT ON COLUMN boluses.ended IS 'When the last part ended, pump''s wall clock; NULL until known';
COMMENT ON COLUMN boluses.ended_utc IS 'When the last part ended, as an instant; NULL until known';
COMMENT ON COLUMN boluses.kind IS 'automatic (by the algorithm), extended, quick (by the button), food_and_correction, food, correction, manual (units entered without carbs or glucose)';
COMMENT ON COLUMN boluses.status IS 'requested (never started so far), in_progress, completed, cancelled, stopped_by_alarm, stopped_by_malfunction, stopped_by_low_glucose, rejected, or unknown_ and the pump''s number';
COMMENT ON COLUMN boluses.source IS 'Who asked for it: user (at the pump), remote (from a phone), automatic (the algorithm)';
COMMENT ON COLUMN boluses.source_detail IS 'Where it was asked for in the pump''s words: pump_button, pump_gui, remote, algorithm, ble, …; NULL where delivery was not reported';
COMMENT ON COLUMN boluses.user_override IS 'True when the person changed the dose that the calculator proposed';
COMMENT ON COLUMN boluses.correction_declined IS 'True when the person declined the proposed correction';
COMMENT ON COLUMN boluses.interrupted IS 'True when it ended before all of it was delivered';
COMMENT ON COLUMN boluses.requested_units IS 'All that was asked for, now and later, in units';
COMMENT ON COLUMN boluses.delivered_units IS 'All that was delivered so far, in units';
COMMENT ON COLUMN boluses.food_units IS 'Of the proposed dose, the part for carbs, in units';
COMMENT ON COLUMN boluses.correction_units IS 'Of the proposed dose, the part for glucose, in units';
COMMENT ON COLUMN boluses.extended_units IS 'The part asked for later, in units; 0 without one';
COMMENT ON COLUMN boluses.extended_delivered_units IS 'Of what was delivered, the part delivered later, in units';
COMMENT ON COLUMN boluses.extended_minutes IS 'Over how many minutes the later part was to run; NULL without one';
COMMENT ON COLUMN boluses.carbs_grams IS 'Carbs entered, in grams; NULL where the request is not known';
COMMENT ON COLUMN boluses.bg_mgdl IS 'Glucose the calculation used, in mg/dL; NULL when it had none';
COMMENT ON COLUMN boluses.iob_units IS 'Insulin on board at the request, in units';
COMMENT ON COLUMN boluses.carb_ratio IS 'Carb ratio used, in grams per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN boluses.isf IS 'Insulin sensitivity used, in mg/dL per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN boluses.target_bg IS 'Target used, in mg/dL; NULL when not logged, as for a bolus from a phone';

CREATE TABLE carb_entries (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    carbs_grams         DOUBLE NOT NULL,
    bolus_events_id     BIGINT,
    bolus_id            INTEGER
);
COMMENT ON TABLE carb_entries IS 'One row per entry of carbs, whether it led to a bolus or not';
COMMENT ON COLUMN carb_entries.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN carb_entries.events_id IS 'The entry, or the bolus request where the entry itself was not logged: events.id';
COMMENT ON COLUMN carb_entries.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN carb_entries.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN carb_entries.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN carb_entries.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN carb_entries.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN carb_entries.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN carb_entries.bolus_events_id IS 'The bolus request that used them: events.id; NULL without one';
COMMENT ON COLUMN carb_entries.bolus_id IS 'The pump''s number of that bolus; NULL without one';

CREATE TABLE bg_readings (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    bg_mgdl             INTEGER NOT NULL,
    source              VARCHAR NOT NULL,
    entered_at          VARCHAR,
    used_to_calibrate   BOOLEAN,
    iob_units           DOUBLE,
    isf                 INTEGER,
    target_bg           INTEGER
);
COMMENT ON TABLE bg_readings IS 'One row per glucose value entered or taken over for a calculation or calibration';
COMMENT ON COLUMN bg_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN bg_readings.events_id IS 'The event: events.id';
COMMENT ON COLUMN bg_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN bg_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN bg_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN bg_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN bg_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN bg_readings.bg_mgdl IS 'Glucose in mg/dL';
COMMENT ON COLUMN bg_readings.source IS 'manual (entered by the person) or cgm (taken over from the sensor)';
COMMENT ON COLUMN bg_readings.entered_at IS 'local_pump or remote';
COMMENT ON COLUMN bg_readings.used_to_calibrate IS 'True when it calibrated the sensor';
COMMENT ON COLUMN bg_readings.iob_units IS 'Insulin on board then, in units';
COMMENT ON COLUMN bg_readings.isf IS 'Insulin sensitivity in force, in mg/dL per unit; NULL when not logged';
COMMENT ON COLUMN bg_readings.target_bg IS 'Target in force, in mg/dL; NULL when not logged';
