-- One row per period of one user mode other than normal (229). Changes that keep the mode do not cut it.

CREATE TABLE user_modes (
    local_time          TIMESTAMP NOT NULL,
    ended               TIMESTAMP,
    mode                VARCHAR NOT NULL,
    set_minutes         INTEGER,
    started             TIMESTAMP NOT NULL,
    started_utc         TIMESTAMPTZ NOT NULL,
    ended_utc           TIMESTAMPTZ,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    ended_events_id     BIGINT
);
COMMENT ON TABLE user_modes IS 'One row per period of sleep, exercise or eating soon; normal mode is what lies between';
COMMENT ON COLUMN user_modes.local_time IS 'When it began, as a correct clock would have shown the person; differs from started only where the pump''s clock was wrong';
COMMENT ON COLUMN user_modes.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN user_modes.mode IS 'sleeping, exercising, eating_soon, or unknown_ and the pump''s number';
COMMENT ON COLUMN user_modes.set_minutes IS 'For how long exercise was set, in minutes; NULL without a timer';
COMMENT ON COLUMN user_modes.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN user_modes.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN user_modes.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN user_modes.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN user_modes.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN user_modes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN user_modes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN user_modes.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN user_modes.ended_events_id IS 'The event that ended it: events.id; NULL where none did';

INSERT INTO user_modes BY NAME
WITH changes AS (
    SELECT id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, field.currentUserModeName AS mode,
           field.exerciseTime AS set_minutes
    FROM (
        SELECT e.*, f AS field
        FROM mode_facts f JOIN events e USING (id)
        WHERE pump_id = ?1 AND id >= ?2 AND event_id = 229
    )
), periods AS (
    SELECT * FROM changes QUALIFY mode IS DISTINCT FROM lag(mode) OVER (ORDER BY id)
), spans AS (
    SELECT *, lead(id) OVER log AS ended_events_id, lead(timestamp) OVER log AS ended,
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc
    FROM periods
    WINDOW log AS (ORDER BY id)
)
SELECT id, id AS events_id, ended_events_id, pump_id, timestamp AS started, timestamp_utc AS started_utc, ended, ended_utc,
       utc_offset_seconds, utc_source,
       mode,
       CASE WHEN mode = 'exercising' THEN nullif(set_minutes, 0) END AS set_minutes
FROM spans
WHERE mode <> 'normal';
