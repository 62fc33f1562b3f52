-- One row per step of changing cartridge (31, 32, 33; 302, 301), tubing (63) or cannula (61). A tubing fill's size is always
-- logged as -1.

CREATE TABLE site_changes (
    local_time          TIMESTAMP NOT NULL,
    kind                VARCHAR NOT NULL,
    units               DOUBLE,
    status              VARCHAR,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    pump_id             INTEGER NOT NULL,
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL
);
COMMENT ON TABLE site_changes IS 'One row per step of changing cartridge, tubing or cannula';
COMMENT ON COLUMN site_changes.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN site_changes.kind IS 'cartridge_removed, cartridge_inserted, cartridge_filled, tubing_filled or cannula_filled';
COMMENT ON COLUMN site_changes.units IS 'Insulin in the cartridge, or used to fill, in units; NULL where not reported';
COMMENT ON COLUMN site_changes.status IS 'completed, user_aborted, terminated_by_alarm, terminated_by_malfunction; NULL where not reported';
COMMENT ON COLUMN site_changes.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN site_changes.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN site_changes.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN site_changes.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN site_changes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN site_changes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN site_changes.events_id IS 'The event: events.id';

INSERT INTO site_changes BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM site_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 31 THEN 'cartridge_removed' WHEN 302 THEN 'cartridge_removed' WHEN 32 THEN 'cartridge_inserted'
                     WHEN 33 THEN 'cartridge_filled' WHEN 301 THEN 'cartridge_filled' WHEN 63 THEN 'tubing_filled'
                     WHEN 61 THEN 'cannula_filled' END AS kind,
       CASE WHEN event_id = 33 THEN field.insulinVolume WHEN field.primeSize >= 0 THEN round(field.primeSize, 5) END AS units,
       field.completionStatusName AS status
FROM decoded;
