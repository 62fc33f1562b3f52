-- One row per basal rate that the pump commanded (event 279; event 3 of pumps without Control-IQ, up to the first 279), in force until
-- the next one. 65535 says that a rate does not apply.
--
-- A pump that runs logs something every few minutes; one without Control-IQ and sensor may be silent for most of a day. An hour of silence, or a start of its processor (99), means that it was
-- off or that its log is not known: the rate then ends with the last event before. Durations are counted between instants,
-- never between wall clocks. Where a clock was set back to correct a drift, instants may run back by some minutes too; the
-- rates before are then cut short, so that rows never overlap.

CREATE TABLE basal_deliveries (
    local_time                   TIMESTAMP NOT NULL,
    commanded_basal_rate         INTEGER,
    commanded_basal_rate_source  VARCHAR,
    seconds                      BIGINT NOT NULL CHECK (seconds >= 0),
    profile_basal_rate           INTEGER,
    algorithm_basal_rate         INTEGER,
    temp_basal_rate              INTEGER,
    timestamp                    TIMESTAMP NOT NULL,
    timestamp_utc                TIMESTAMPTZ NOT NULL,
    ended                        TIMESTAMP,
    ended_utc                    TIMESTAMPTZ,
    utc_offset_seconds           BIGINT NOT NULL,
    utc_source                   VARCHAR NOT NULL,
    pump_id                      INTEGER NOT NULL,
    id                           BIGINT NOT NULL,
    events_id                    BIGINT NOT NULL
);
COMMENT ON TABLE basal_deliveries IS 'One row per basal rate that the pump commanded; in force until the next row';
COMMENT ON COLUMN basal_deliveries.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN basal_deliveries.commanded_basal_rate IS 'Rate actually commanded in mU/h, 0 while suspended; NULL where the pump logged one that cannot be: see implausible_values';
COMMENT ON COLUMN basal_deliveries.commanded_basal_rate_source IS 'Where the commanded rate comes from: suspended, profile, temp_rate, algorithm, temp_rate_and_algorithm';
COMMENT ON COLUMN basal_deliveries.seconds IS 'For how long it was in force, in seconds, by instants; while in force, up to the pump''s last event';
COMMENT ON COLUMN basal_deliveries.profile_basal_rate IS 'Rate of the profile in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.algorithm_basal_rate IS 'Rate the algorithm asked for in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.temp_basal_rate IS 'Temporary rate in mU/h; NULL where not applicable';
COMMENT ON COLUMN basal_deliveries.timestamp IS 'From when on, pump''s wall clock';
COMMENT ON COLUMN basal_deliveries.timestamp_utc IS 'From when on, as an instant';
COMMENT ON COLUMN basal_deliveries.ended IS 'Until when, pump''s wall clock: the next row, or the last sign of life before the pump fell silent; NULL while in force';
COMMENT ON COLUMN basal_deliveries.ended_utc IS 'Until when, as an instant; NULL while in force';
COMMENT ON COLUMN basal_deliveries.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN basal_deliveries.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN basal_deliveries.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_deliveries.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN basal_deliveries.events_id IS 'The event: events.id';

INSERT INTO basal_deliveries BY NAME
WITH decoded AS (
    SELECT id, event_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           CASE WHEN event_id = 3 THEN 86400000000 ELSE 3600000000 END AS longest_silence_us,
           f AS field
    FROM basal_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2 AND (event_id = 279 OR event_id = 3 AND id < coalesce(
              (SELECT min(id) FROM events WHERE pump_id = ?1 AND event_id = 279), 9223372036854775807))
), last_event AS (
    SELECT max(id) AS id, arg_max(timestamp, id) AS timestamp, arg_max(timestamp_utc, id) AS timestamp_utc
    FROM events
    WHERE pump_id = ?1 AND id >= ?2
), ordered AS (
    SELECT *, epoch_us(timestamp_utc) AS began_us,
           lead(id) OVER log AS next_id, lead(timestamp) OVER log AS next_timestamp,
           epoch_us(lead(timestamp_utc) OVER log) AS next_us,
           epoch_us(min(timestamp_utc) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND 8 FOLLOWING)) AS earliest_next_us
    FROM decoded
    WINDOW log AS (ORDER BY id)
), starts AS (
    SELECT id FROM events WHERE pump_id = ?1 AND id >= ?2 AND event_id = 99
), suspicious AS (
    SELECT o.id, o.longest_silence_us, coalesce(o.next_id, l.id) AS until_id
    FROM ordered o ASOF LEFT JOIN starts s ON s.id > o.id, last_event l
    WHERE coalesce(o.next_us, epoch_us(l.timestamp_utc)) - o.began_us > o.longest_silence_us OR s.id < coalesce(o.next_id, l.id)
), signs_of_life AS (
    SELECT s.id AS delivery_id, e.id, e.timestamp, epoch_us(e.timestamp_utc) AS at_us,
           coalesce(epoch_us(lead(e.timestamp_utc) OVER log) - epoch_us(e.timestamp_utc) > s.longest_silence_us
                    OR lead(e.event_id) OVER log = 99, false) AS is_last
    FROM suspicious s JOIN events e ON e.pump_id = ?1 AND e.id BETWEEN s.id AND s.until_id
    WINDOW log AS (PARTITION BY s.id ORDER BY e.id)
), silenced AS (
    SELECT delivery_id, min(id) AS id, arg_min(timestamp, id) AS timestamp, arg_min(at_us, id) AS at_us
    FROM signs_of_life
    WHERE is_last
    GROUP BY delivery_id
), bounded AS (
    SELECT o.*, s.delivery_id IS NOT NULL AS is_silenced, s.timestamp AS silent_from, s.at_us AS silent_from_us,
           CASE WHEN o.next_id IS NULL THEN epoch_us((SELECT timestamp_utc FROM last_event))
                WHEN earliest_next_us < next_us AND earliest_next_us > began_us - 900000000 THEN earliest_next_us
                ELSE next_us END AS until_us
    FROM ordered o LEFT JOIN silenced s ON s.delivery_id = o.id
), ended AS (
    SELECT *, greatest(began_us, CASE WHEN is_silenced THEN least(silent_from_us, until_us) ELSE until_us END) AS ended_us
    FROM bounded
)
SELECT id, id AS events_id, timestamp, ?1 AS pump_id, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 3 THEN TRY_CAST(round(field.baseBasalRate * 1000) AS INTEGER)
                     ELSE nullif(field.profileBasalRate, 65535) END AS profile_basal_rate,
       nullif(field.algorithmRate, 65535) AS algorithm_basal_rate,
       nullif(field.tempRate, 65535) AS temp_basal_rate,
       CASE WHEN basal_limit_violated(rate / 1000) IS NULL THEN TRY_CAST(round(rate) AS INTEGER) END AS commanded_basal_rate,
       CASE WHEN event_id <> 3 THEN field.commandedRateSourceName
            -- Bits: 2 a temporary rate starts, 4 suspended, 6 shut down.
            WHEN field.changeType & 80 <> 0 THEN 'suspended' WHEN field.changeType & 4 <> 0 THEN 'temp_rate'
            ELSE 'profile' END AS commanded_basal_rate_source,
       CASE WHEN is_silenced THEN silent_from ELSE next_timestamp END AS ended,
       CASE WHEN is_silenced OR next_id IS NOT NULL THEN to_timestamp(ended_us / 1000000) END AS ended_utc,
       (ended_us - began_us) // 1000000 AS seconds
FROM (SELECT *, CASE event_id WHEN 3 THEN field.commandedBasalRate * 1000 ELSE nullif(field.commandedRate, 65535) END AS rate FROM ended);
