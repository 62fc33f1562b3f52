-- What lasted: suspensions, modes, temporary rates, sensor sessions; and alarms.

CREATE TABLE suspensions (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT,
    pump_id             INTEGER NOT NULL,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended               TIMESTAMP,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    reason              VARCHAR NOT NULL,
    reservoir_units     INTEGER
);
COMMENT ON TABLE suspensions IS 'One row per stretch without insulin delivery';
COMMENT ON COLUMN suspensions.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN suspensions.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN suspensions.ended_events_id IS 'The event that ended it: events.id; NULL where none did';
COMMENT ON COLUMN suspensions.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN suspensions.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN suspensions.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN suspensions.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN suspensions.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN suspensions.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN suspensions.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN suspensions.reason IS 'user, alarm, malfunction, low_glucose, or unknown_ and the pump''s number';
COMMENT ON COLUMN suspensions.reservoir_units IS 'Insulin left in the cartridge when it began, in units';

CREATE TABLE user_modes (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT,
    pump_id             INTEGER NOT NULL,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended               TIMESTAMP,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    mode                VARCHAR NOT NULL,
    set_minutes         INTEGER
);
COMMENT ON TABLE user_modes IS 'One row per stretch of sleep, exercise or eating soon; normal mode is what lies between';
COMMENT ON COLUMN user_modes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN user_modes.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN user_modes.ended_events_id IS 'The event that ended it: events.id; NULL where none did';
COMMENT ON COLUMN user_modes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN user_modes.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN user_modes.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN user_modes.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN user_modes.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN user_modes.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN user_modes.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN user_modes.mode IS 'sleeping, exercising, eating_soon, or unknown_ and the pump''s number';
COMMENT ON COLUMN user_modes.set_minutes IS 'For how long exercise was set, in minutes; NULL without a timer';

CREATE TABLE control_iq_modes (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT,
    pump_id             INTEGER NOT NULL,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended               TIMESTAMP,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    mode                VARCHAR NOT NULL
);
COMMENT ON TABLE control_iq_modes IS 'One row per stretch of one way of control, without gaps from the first one known';
COMMENT ON COLUMN control_iq_modes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN control_iq_modes.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN control_iq_modes.ended_events_id IS 'The event that ended it: events.id; NULL where none did';
COMMENT ON COLUMN control_iq_modes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN control_iq_modes.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN control_iq_modes.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN control_iq_modes.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN control_iq_modes.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN control_iq_modes.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN control_iq_modes.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN control_iq_modes.mode IS 'closed_loop (the algorithm), open_loop (the profile), pining (waiting for glucose, on the profile), no_control (suspended), or unknown_ and the pump''s number';

CREATE TABLE temp_rates (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT,
    pump_id             INTEGER NOT NULL,
    temp_rate_id        INTEGER NOT NULL,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended               TIMESTAMP,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    percent             DOUBLE NOT NULL,
    set_minutes         DOUBLE NOT NULL,
    outcome             VARCHAR
);
COMMENT ON TABLE temp_rates IS 'One row per temporary basal rate';
COMMENT ON COLUMN temp_rates.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN temp_rates.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN temp_rates.ended_events_id IS 'The event that ended it: events.id; NULL where none did';
COMMENT ON COLUMN temp_rates.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN temp_rates.temp_rate_id IS 'The pump''s number of the temporary rate';
COMMENT ON COLUMN temp_rates.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN temp_rates.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN temp_rates.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN temp_rates.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN temp_rates.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN temp_rates.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN temp_rates.percent IS 'Percent of the profile''s rate';
COMMENT ON COLUMN temp_rates.set_minutes IS 'For how long it was set, in minutes';
COMMENT ON COLUMN temp_rates.outcome IS 'completed, stopped, replaced (by the next one); NULL while it lasts';

CREATE TABLE sensor_sessions (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT,
    pump_id             INTEGER NOT NULL,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended               TIMESTAMP,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    sensor_type         VARCHAR NOT NULL,
    sensor_started      TIMESTAMP,
    sensor_started_utc  TIMESTAMPTZ,
    set_days            INTEGER,
    stop_reason         VARCHAR
);
COMMENT ON TABLE sensor_sessions IS 'One row per session of a glucose sensor with the pump';
COMMENT ON COLUMN sensor_sessions.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN sensor_sessions.events_id IS 'The event with which the pump started or joined it: events.id';
COMMENT ON COLUMN sensor_sessions.ended_events_id IS 'The event that ended it: events.id; NULL where none did';
COMMENT ON COLUMN sensor_sessions.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN sensor_sessions.started IS 'When the pump started or joined it, pump''s wall clock';
COMMENT ON COLUMN sensor_sessions.started_utc IS 'When the pump started or joined it, as an instant';
COMMENT ON COLUMN sensor_sessions.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN sensor_sessions.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN sensor_sessions.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN sensor_sessions.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN sensor_sessions.sensor_type IS 'dexcom_g6, dexcom_g7, libre_2 or libre_3';
COMMENT ON COLUMN sensor_sessions.sensor_started IS 'When the sensor itself was started, pump''s wall clock; NULL where not told';
COMMENT ON COLUMN sensor_sessions.sensor_started_utc IS 'When the sensor itself was started, as an instant; NULL where not told';
COMMENT ON COLUMN sensor_sessions.set_days IS 'For how long the sensor is made, in days; NULL where not told';
COMMENT ON COLUMN sensor_sessions.stop_reason IS 'Why it stopped in the pump''s words, or its number; NULL where not told';

CREATE TABLE alarms (
    id                      BIGINT PRIMARY KEY,
    events_id               BIGINT NOT NULL,
    pump_id                 INTEGER NOT NULL,
    family                  VARCHAR NOT NULL,
    alarm_number            INTEGER NOT NULL,
    name                    VARCHAR NOT NULL,
    timestamp               TIMESTAMP NOT NULL,
    timestamp_utc           TIMESTAMPTZ NOT NULL,
    utc_offset_seconds      BIGINT NOT NULL,
    utc_source              VARCHAR NOT NULL,
    acknowledged_events_id  BIGINT,
    acknowledged            TIMESTAMP,
    acknowledged_utc        TIMESTAMPTZ,
    acknowledged_by         VARCHAR,
    cleared_events_id       BIGINT,
    cleared                 TIMESTAMP,
    cleared_utc             TIMESTAMPTZ,
    param1                  BIGINT,
    param2                  DOUBLE
);
COMMENT ON TABLE alarms IS 'One row per alert, alarm, malfunction or glucose alert';
COMMENT ON COLUMN alarms.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN alarms.events_id IS 'The event that raised it: events.id';
COMMENT ON COLUMN alarms.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN alarms.family IS 'alert, alarm, malfunction or cgm';
COMMENT ON COLUMN alarms.alarm_number IS 'The pump''s number of it within its family';
COMMENT ON COLUMN alarms.name IS 'The pump''s name of it; family and number where it has none';
COMMENT ON COLUMN alarms.timestamp IS 'When it was raised, pump''s wall clock';
COMMENT ON COLUMN alarms.timestamp_utc IS 'When it was raised, as an instant';
COMMENT ON COLUMN alarms.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN alarms.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN alarms.acknowledged_events_id IS 'The event that acknowledged it: events.id; NULL if none did';
COMMENT ON COLUMN alarms.acknowledged IS 'When it was acknowledged, pump''s wall clock; NULL if never';
COMMENT ON COLUMN alarms.acknowledged_utc IS 'When it was acknowledged, as an instant; NULL if never';
COMMENT ON COLUMN alarms.acknowledged_by IS 'user or software; NULL where not told';
COMMENT ON COLUMN alarms.cleared_events_id IS 'The event that cleared it: events.id; NULL if none did';
COMMENT ON COLUMN alarms.cleared IS 'When its cause was gone, pump''s wall clock; NULL if never';
COMMENT ON COLUMN alarms.cleared_utc IS 'When its cause was gone, as an instant; NULL if never';
COMMENT ON COLUMN alarms.param1 IS 'First number beside it; of glucose alerts the glucose in mg/dL';
COMMENT ON COLUMN alarms.param2 IS 'Second number beside it; of glucose alerts the limit in mg/dL';
