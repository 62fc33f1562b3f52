-- From the last report of the insulin left on, what was delivered since is taken off. No cartridge holds more than 300 units: beyond
-- 500, a report is no amount.
CREATE VIEW insulin_left AS
WITH reported AS (
    SELECT pump_id, max(id) AS id, arg_max(units, id) AS units, arg_max(kind, id) AS kind, arg_max(local_time, id) AS local_time,
           epoch_us(arg_max(timestamp_utc, id)) AS reported_us
    FROM reservoir_readings WHERE units BETWEEN 0 AND 500 GROUP BY pump_id
), newest AS (
    SELECT pump_id, arg_max(local_time, id) AS local_time, arg_max(timestamp_utc, id) AS timestamp_utc FROM events GROUP BY pump_id
), basal AS (
    SELECT r.pump_id, sum(b.commanded_basal_rate * ((b.began_us + b.seconds * 1000000 - greatest(b.began_us, r.reported_us)) / 1000000)) / 3600000.0 AS units
    FROM reported r JOIN (SELECT *, epoch_us(timestamp_utc) AS began_us FROM basal_deliveries) b
      ON b.pump_id = r.pump_id AND b.began_us + b.seconds * 1000000 > r.reported_us
    GROUP BY r.pump_id
), boluses_since AS (
    SELECT r.pump_id, sum(b.delivered_units) AS units
    FROM reported r JOIN boluses b ON b.pump_id = r.pump_id AND epoch_us(coalesce(b.started_utc, b.timestamp_utc)) >= r.reported_us
    GROUP BY r.pump_id
), fills AS (
    SELECT r.pump_id, sum(f.fill_units) AS units
    FROM reported r JOIN reservoir_readings f ON f.pump_id = r.pump_id AND f.id > r.id GROUP BY r.pump_id
), daily AS (
    SELECT avg(total_units) AS units FROM (FROM insulin_daily WHERE is_complete ORDER BY day DESC LIMIT 7)
), totals AS (
    SELECT r.pump_id, r.units AS reported_units, r.kind, r.local_time AS reported, n.local_time, n.timestamp_utc,
           coalesce(b.units, 0) + coalesce(s.units, 0) + coalesce(f.units, 0) AS used_units
    FROM reported r JOIN newest n USING (pump_id) LEFT JOIN basal b USING (pump_id) LEFT JOIN boluses_since s USING (pump_id)
    LEFT JOIN fills f USING (pump_id)
)
SELECT local_time, round(greatest(reported_units - used_units, 0), 2) AS units_left,
       round(greatest(reported_units - used_units, 0) / (SELECT units FROM daily), 1) AS days_left,
       reported_units, kind AS reported_with, reported, round(used_units, 2) AS used_since_units, timestamp_utc, pump_id
FROM totals;
COMMENT ON VIEW insulin_left IS 'Insulin left in each pump at its newest event: the last report, less what was delivered since';
COMMENT ON COLUMN insulin_left.local_time IS 'The newest event of the pump, as a correct clock would have shown the person';
COMMENT ON COLUMN insulin_left.units_left IS 'Insulin left then, in units';
COMMENT ON COLUMN insulin_left.days_left IS 'For how many days that lasts at the average of the last seven complete days; NULL without any';
COMMENT ON COLUMN insulin_left.reported_units IS 'Insulin left as last reported, in units; only a Mobi reports fractions';
COMMENT ON COLUMN insulin_left.reported_with IS 'What was logged then, as in reservoir_readings.kind';
COMMENT ON COLUMN insulin_left.reported IS 'When, as a correct clock would have shown the person';
COMMENT ON COLUMN insulin_left.used_since_units IS 'Basal, boluses and fills of the cannula since then, in units';
COMMENT ON COLUMN insulin_left.timestamp_utc IS 'The newest event of the pump, as an instant';
COMMENT ON COLUMN insulin_left.pump_id IS 'The pump: pumps.id';
