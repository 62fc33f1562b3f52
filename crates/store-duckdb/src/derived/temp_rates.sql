-- One row per temporary rate: 565 until 564 (newer pumps), 2 until 15 (older ones; percent, milliseconds). It ends with the
-- next message of its kind; where the end was not logged, when its time is up, as soon as the log goes beyond that. What says no percent
-- or no time that a pump can be set to is no temporary rate.

CREATE TABLE temp_rates (
    local_time          TIMESTAMP NOT NULL,
    ended               TIMESTAMP,
    temp_rate_id        INTEGER NOT NULL,
    percent             DOUBLE NOT NULL,
    set_minutes         DOUBLE NOT NULL,
    outcome             VARCHAR,
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
COMMENT ON TABLE temp_rates IS 'One row per temporary basal rate';
COMMENT ON COLUMN temp_rates.local_time IS 'When it began, as a correct clock would have shown the person; differs from started only where the pump''s clock was wrong';
COMMENT ON COLUMN temp_rates.ended IS 'When it ended, pump''s wall clock; NULL while it lasts';
COMMENT ON COLUMN temp_rates.temp_rate_id IS 'The pump''s number of the temporary rate';
COMMENT ON COLUMN temp_rates.percent IS 'Percent of the profile''s rate';
COMMENT ON COLUMN temp_rates.set_minutes IS 'For how long it was set, in minutes';
COMMENT ON COLUMN temp_rates.outcome IS 'completed, stopped, replaced (by the next one); NULL while it lasts';
COMMENT ON COLUMN temp_rates.started IS 'When it began, pump''s wall clock';
COMMENT ON COLUMN temp_rates.started_utc IS 'When it began, as an instant';
COMMENT ON COLUMN temp_rates.ended_utc IS 'When it ended, as an instant; NULL while it lasts';
COMMENT ON COLUMN temp_rates.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN temp_rates.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN temp_rates.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN temp_rates.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN temp_rates.events_id IS 'The event that began it: events.id';
COMMENT ON COLUMN temp_rates.ended_events_id IS 'The event that ended it: events.id; NULL where none did';

INSERT INTO temp_rates BY NAME
WITH changes AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           f AS field,
           (SELECT max_by(timestamp_utc, id) FROM events WHERE pump_id = ?1) AS known_until_utc
    FROM temp_rate_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
), spans AS (
    SELECT *, event_id IN (2, 565) AS begins, field.duration / 60000.0 AS set_minutes,
           coalesce(field.percent, field.tempBasalPercent) AS percent,
           lead(id) OVER log AS next_id, lead(event_id) OVER log AS next_event_id, lead(field) OVER log AS next_field,
           lead(timestamp) OVER log AS next_timestamp,
           CASE WHEN lead(timestamp_utc) OVER log < timestamp_utc THEN timestamp_utc ELSE lead(timestamp_utc) OVER log END
               AS next_timestamp_utc,
           CASE WHEN field.duration BETWEEN 0 AND 4294967295 THEN to_timestamp((epoch_us(timestamp_utc) + field.duration * 1000) / 1000000) END AS due_utc
    FROM changes
    WINDOW log AS (ORDER BY id)
), bounded AS (
    -- A minute of grace: the pump ends a rate a moment after its time is up.
    SELECT *, coalesce(epoch_us(next_timestamp_utc), epoch_us(known_until_utc)) > epoch_us(due_utc) + 60000000 AS ran_out
    FROM spans
    WHERE begins AND due_utc IS NOT NULL AND percent IS NOT NULL
)
SELECT id, id AS events_id, pump_id, coalesce(field.tempRateId, 0) AS temp_rate_id,
       timestamp AS started, timestamp_utc AS started_utc,
       CASE WHEN ran_out THEN NULL ELSE next_id END AS ended_events_id,
       CASE WHEN ran_out THEN make_timestamp(epoch_us(due_utc) + utc_offset_seconds * 1000000) ELSE next_timestamp END AS ended,
       CASE WHEN ran_out THEN due_utc ELSE next_timestamp_utc END AS ended_utc,
       utc_offset_seconds, utc_source,
       percent, set_minutes,
       CASE WHEN ran_out THEN 'completed' WHEN next_event_id IN (2, 565) THEN 'replaced'
            WHEN next_field.stopReason = 3 OR next_event_id = 15 AND next_field.timeLeft = 0 THEN 'completed'
            WHEN next_id IS NOT NULL THEN 'stopped' END AS outcome
FROM bounded;
