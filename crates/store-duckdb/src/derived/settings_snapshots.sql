-- A snapshot is dated on the service's clock, which is read as the pump's: its offset is that of the pump's clock then. A clock that was set
-- back shows a time twice: the later of the segments counts. The offset of a clock that showed a wrong date is further from UTC than any
-- zone's, and does not count.
CREATE VIEW settings_snapshots AS
WITH clocks AS (
    SELECT pump_id, first_events_id, from_wall, utc_offset_seconds FROM clock_segments WHERE utc_offset_seconds BETWEEN -12 * 3600 AND 14 * 3600
), changes AS (
    SELECT pump_id, settings_hash, known_from, first_seen,
           coalesce((SELECT arg_max(utc_offset_seconds, (first_events_id, from_wall)) FROM clocks k
                     WHERE k.pump_id = c.pump_id AND k.from_wall <= c.known_from),
                    (SELECT arg_min(utc_offset_seconds, (first_events_id, from_wall)) FROM clocks k WHERE k.pump_id = c.pump_id), 0) AS utc_offset_seconds
    FROM pump_settings_changes c
)
SELECT *, to_timestamp(epoch_us(known_from) / 1000000 - utc_offset_seconds) AS timestamp_utc FROM changes;
COMMENT ON VIEW settings_snapshots IS 'Every time that a pump''s settings were found to be others than before, with its instant';
COMMENT ON COLUMN settings_snapshots.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN settings_snapshots.settings_hash IS 'The snapshot from then on: pump_settings.settings_hash';
COMMENT ON COLUMN settings_snapshots.known_from IS 'When the service received them, as pump_settings_changes.known_from';
COMMENT ON COLUMN settings_snapshots.first_seen IS 'Instant at which the change was read';
COMMENT ON COLUMN settings_snapshots.utc_offset_seconds IS 'Offset of the pump''s clock then, in seconds east of UTC; 0 where no clock is known';
COMMENT ON COLUMN settings_snapshots.timestamp_utc IS 'known_from as an instant, by the pump''s clock';
