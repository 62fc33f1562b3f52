-- One row per report of the insulin left: a Mobi's estimate (231, about every 4 U), whole units when delivery is suspended (11) and
-- resumed (12), a fresh cartridge (33); and per fill of tubing (63) or cannula (61), which takes from it. A tubing fill's size is always
-- logged as -1. The layout of 231 is known from records captured over Bluetooth.

CREATE TABLE reservoir_readings (
    local_time          TIMESTAMP NOT NULL,
    units               DOUBLE,
    kind                VARCHAR NOT NULL,
    used_units          DOUBLE,
    fill_units          DOUBLE,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL
);
COMMENT ON TABLE reservoir_readings IS 'Insulin left in the cartridge, as reported, and what fills took from it';
COMMENT ON COLUMN reservoir_readings.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN reservoir_readings.units IS 'Insulin left, in units, as logged; NULL for fills of tubing and cannula';
COMMENT ON COLUMN reservoir_readings.kind IS 'estimate (a Mobi, to a fraction), suspended and resumed (whole units), cartridge_filled, tubing_filled, cannula_filled';
COMMENT ON COLUMN reservoir_readings.used_units IS 'Insulin used since the cartridge was inserted, in units; NULL but for an estimate';
COMMENT ON COLUMN reservoir_readings.fill_units IS 'What the fill took, in units; NULL where not logged';
COMMENT ON COLUMN reservoir_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN reservoir_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN reservoir_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN reservoir_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN reservoir_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN reservoir_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN reservoir_readings.events_id IS 'The event: events.id';

INSERT INTO reservoir_readings BY NAME
WITH logged AS (
    SELECT id, 'estimate' AS kind, insulinRemaining AS units, insulinDelivered AS used_units, NULL AS fill_units
    FROM reservoir_facts WHERE id >= ?2
    UNION ALL
    SELECT id, NULL, insulinAmount, NULL, NULL FROM suspension_facts WHERE id >= ?2
    UNION ALL
    SELECT id, NULL, insulinVolume, NULL, CASE WHEN primeSize >= 0 THEN primeSize END FROM site_facts WHERE id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 11 THEN 'suspended' WHEN 12 THEN 'resumed' WHEN 33 THEN 'cartridge_filled' WHEN 63 THEN 'tubing_filled'
                     WHEN 61 THEN 'cannula_filled' ELSE kind END AS kind,
       round(units, 3) AS units, round(used_units, 3) AS used_units, round(fill_units, 5) AS fill_units
FROM logged JOIN events e USING (id)
WHERE pump_id = ?1 AND event_id NOT IN (31, 32, 301, 302);
