CREATE VIEW cgm_5min AS
SELECT to_timestamp(slot * 300) AS slot_utc,
       make_timestamp(slot * 300000000 + arg_min(epoch_us(local_time) - epoch_us(timestamp_utc), id)) AS slot,
       avg(cgm_reading) AS cgm_reading, count(*) AS readings
FROM (SELECT *, epoch_us(timestamp_utc) // 300000000 AS slot FROM cgm_readings WHERE counts)
GROUP BY slot;
COMMENT ON VIEW cgm_5min IS 'Glucose in slots of five minutes of true time, one row per slot with a reading; a sensor that reads every minute is averaged';
COMMENT ON COLUMN cgm_5min.slot_utc IS 'Start of the slot, as an instant';
COMMENT ON COLUMN cgm_5min.slot IS 'Start of the slot, local time';
COMMENT ON COLUMN cgm_5min.cgm_reading IS 'Mean glucose in the slot, in mg/dL';
COMMENT ON COLUMN cgm_5min.readings IS 'Readings in the slot';
