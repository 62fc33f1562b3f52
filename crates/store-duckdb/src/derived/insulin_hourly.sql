-- Sums are of whole numbers (mU/h times seconds, billionths of a unit): those of fractions would depend on the order in which DuckDB's
-- threads add them, and two exports of one database would differ.
CREATE VIEW insulin_hourly AS
WITH deliveries AS (
    SELECT commanded_basal_rate AS rate, epoch_us(local_time) AS began_us, epoch_us(local_time) + seconds * 1000000 AS ended_us,
           began_us // 3600000000 AS first_hour, (ended_us - 1) // 3600000000 AS last_hour
    FROM basal_deliveries
    WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL
), pieces AS (
    SELECT first_hour AS hour_number, rate * ((ended_us - began_us) // 1000000) AS delivered FROM deliveries WHERE first_hour = last_hour
    UNION ALL
    SELECT hour_number, rate * ((least(ended_us, (hour_number + 1) * 3600000000) - greatest(began_us, hour_number * 3600000000)) // 1000000)
    FROM (SELECT *, unnest(range(first_hour, last_hour + 1)) AS hour_number FROM deliveries WHERE first_hour < last_hour)
), doses AS (
    SELECT hour_number, delivered AS basal, 0 AS bolus FROM pieces
    UNION ALL
    SELECT epoch_us(hour) // 3600000000, NULL, round(coalesce(units, 0) * 1000000000)::BIGINT FROM bolus_hours
)
SELECT make_timestamp(hour_number * 3600000000) AS hour, sum(basal) / 3600000.0 AS basal_units, sum(bolus) / 1000000000.0 AS bolus_units,
       basal_units + bolus_units AS total_units
FROM doses
GROUP BY hour_number;
COMMENT ON VIEW insulin_hourly IS 'Insulin by local hour, all pumps together; an extended bolus counts in the hours in which it was delivered';
COMMENT ON COLUMN insulin_hourly.hour IS 'Start of the hour, local time';
COMMENT ON COLUMN insulin_hourly.basal_units IS 'Basal delivered, in units; NULL where no rate of the hour is known';
COMMENT ON COLUMN insulin_hourly.bolus_units IS 'Boluses delivered, in units';
COMMENT ON COLUMN insulin_hourly.total_units IS 'Basal and boluses, in units; NULL where basal_units is';
