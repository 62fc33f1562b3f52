-- One row per period of one way of control (230). Changes that keep the way of control do not cut it.

CREATE TABLE control_iq_modes (
    local_time          TIMESTAMP NOT NULL,
    ended               TIMESTAMP,
    mode                VARCHAR NOT NULL,
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
COMMENT ON TABLE control_iq_modes IS 'One row per period of one way of control, without gaps from the first one known';
COMMENT ON COLUMN control_iq_modes.local_time IS 'When it began, as a correct clock would have shown the person; differs from started only where the pump''s clock was wrong';
COMMENT ON COLUMN control_iq_modes.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN control_iq_modes.mode IS 'closed_loop (the algorithm), open_loop (the profile), waiting (for glucose, on the profile meanwhile; the pump calls it pining), no_control (suspended), or unknown_ and the pump''s number';
COMMENT ON COLUMN control_iq_modes.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN control_iq_modes.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN control_iq_modes.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN control_iq_modes.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN control_iq_modes.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN control_iq_modes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN control_iq_modes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN control_iq_modes.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN control_iq_modes.ended_events_id IS 'The event that ended it: events.id; NULL where none did';

INSERT INTO control_iq_modes BY NAME
WITH changes AS (
    SELECT id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           f.currentPcmName AS mode
    FROM mode_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 230
), spans AS (
    SELECT * FROM changes WHERE mode IS NOT NULL QUALIFY mode IS DISTINCT FROM lag(mode) OVER (ORDER BY id)
)
SELECT id, id AS events_id, lead(id) OVER log AS ended_events_id, pump_id,
       timestamp AS started, timestamp_utc AS started_utc, lead(timestamp) OVER log AS ended,
       CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END AS ended_utc,
       utc_offset_seconds, utc_source,
       mode
FROM spans
WINDOW log AS (ORDER BY id);
