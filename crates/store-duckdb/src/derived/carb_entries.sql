-- One row per entry of carbs. Event 48 is the entry itself; the bolus request (64) that follows repeats its grams; one from a phone may have zeros, and what the phone
-- asked for (293) counts. A request
-- takes the nearest entry with the same grams within the 100 log entries before it; a request without one (the cloud
-- does not always tell 48) is an entry of its own. An entry that was edited before its bolus is logged once more for every change, or only by
-- the request: of the entries in the five minutes before a request that are not its own, none was eaten.

CREATE TABLE carb_entries (
    local_time          TIMESTAMP NOT NULL,
    carbs_grams         DOUBLE NOT NULL,
    bolus_id            INTEGER,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    bolus_events_id     BIGINT
);
COMMENT ON TABLE carb_entries IS 'One row per entry of carbs, whether it led to a bolus or not';
COMMENT ON COLUMN carb_entries.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN carb_entries.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN carb_entries.bolus_id IS 'The pump''s number of that bolus; NULL without one';
COMMENT ON COLUMN carb_entries.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN carb_entries.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN carb_entries.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN carb_entries.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN carb_entries.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN carb_entries.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN carb_entries.events_id IS 'The entry, or the bolus request where the entry itself was not logged: events.id';
COMMENT ON COLUMN carb_entries.bolus_events_id IS 'The bolus request that used them: events.id; NULL without one';

INSERT INTO carb_entries BY NAME
WITH requests AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, carbAmount, bolusId
    FROM bolus_facts JOIN events USING (id)
    WHERE pump_id = ?1 AND id >= ?2 - 100 AND event_id = 64
), phoned AS (
    SELECT r.id, any_value(p.bolusCarbs) AS carbs
    FROM requests r JOIN phone_bolus_facts p ON p.bolusId = r.bolusId AND p.id BETWEEN r.id - 100 AND r.id + 100
    GROUP BY r.id
), decoded AS (
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           carbs AS carbs_grams, NULL AS bolus_id
    FROM carb_facts JOIN events USING (id)
    WHERE pump_id = ?1 AND id >= ?2 - 100
    UNION ALL
    SELECT id, event_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
           coalesce(nullif(carbAmount, 0), carbs)::DOUBLE, bolusId
    FROM requests LEFT JOIN phoned USING (id)
), entered AS (
    SELECT * FROM decoded WHERE carbs_grams > 0
), paired AS (
    -- In log order among equal grams, an entry directly before a request is that request's.
    SELECT *,
           lead(event_id) OVER grams = 64 AND lead(id) OVER grams - id <= 100 AS leads,
           lag(event_id) OVER grams = 48 AND id - lag(id) OVER grams <= 100 AS follows,
           lead(id) OVER grams AS next_id, lead(bolus_id) OVER grams AS next_bolus_id,
           min(CASE WHEN event_id = 64 THEN id END) OVER later AS request_id,
           epoch_us(arg_min(CASE WHEN event_id = 64 THEN timestamp_utc END, CASE WHEN event_id = 64 THEN id END) OVER later)
               - epoch_us(timestamp_utc) AS request_after_us
    FROM entered
    WINDOW grams AS (PARTITION BY carbs_grams ORDER BY id),
           later AS (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source, carbs_grams,
       CASE WHEN event_id = 64 THEN id WHEN leads THEN next_id END AS bolus_events_id,
       CASE WHEN event_id = 64 THEN bolus_id WHEN leads THEN next_bolus_id END AS bolus_id
FROM paired
WHERE id >= ?2 AND CASE event_id WHEN 64 THEN NOT coalesce(follows, false)
                        ELSE coalesce(leads, false) OR NOT coalesce(request_id - id <= 100 AND request_after_us BETWEEN 0 AND 300000000, false) END;
