-- The later part of an extended bolus is spread evenly from its start to its end, and everything else goes in at its start, as the crate
-- `report` has it (insulin::daily).
CREATE VIEW bolus_hours AS
WITH doses AS (
    SELECT id, pump_id, delivered_units, CASE WHEN ended_us > began_us THEN coalesce(extended_delivered_units, 0) ELSE 0 END AS later_units, began_us, ended_us,
           began_us // 3600000000 AS first_hour
    FROM (SELECT *, epoch_us(local_time) + epoch_us(coalesce(started_utc, timestamp_utc)) - epoch_us(timestamp_utc) AS began_us,
                 epoch_us(local_time) + epoch_us(ended_utc) - epoch_us(timestamp_utc) AS ended_us FROM boluses)
), pieces AS (
    SELECT id, pump_id, first_hour AS hour_number, delivered_units - later_units AS units FROM doses
    UNION ALL
    SELECT id, pump_id, hour_number,
           later_units * (least(ended_us, (hour_number + 1) * 3600000000) - greatest(began_us, hour_number * 3600000000)) / (ended_us - began_us)
    FROM (SELECT *, unnest(range(first_hour, (ended_us - 1) // 3600000000 + 1)) AS hour_number FROM doses WHERE later_units > 0)
)
SELECT make_timestamp(hour_number * 3600000000) AS hour, sum(units) AS units, id AS boluses_id, pump_id
FROM pieces
GROUP BY hour_number, id, pump_id;
COMMENT ON VIEW bolus_hours IS 'Boluses by the local hours in which they were delivered, one row per bolus and hour';
COMMENT ON COLUMN bolus_hours.hour IS 'Start of the hour, local time';
COMMENT ON COLUMN bolus_hours.units IS 'What the bolus delivered in the hour, in units; NULL where its dose is not known';
COMMENT ON COLUMN bolus_hours.boluses_id IS 'The bolus: boluses.id';
COMMENT ON COLUMN bolus_hours.pump_id IS 'The pump: pumps.id';
