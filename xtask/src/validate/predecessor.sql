SELECT 'raw_events' AS name, count(*) AS entries FROM raw_events
UNION ALL SELECT 'events', count(*) FROM events
UNION ALL SELECT 'cgm_readings', count(*) FROM cgm_readings
UNION ALL SELECT 'basal_deliveries', count(*) FROM basal_deliveries
ORDER BY name;

SELECT date_trunc('day', timestamp) AS date, round(avg(cgm_reading), 1) AS average, min(cgm_reading) AS lowest,
    max(cgm_reading) AS highest, count(*) AS readings
FROM cgm_readings
WHERE timestamp >= (SELECT max(timestamp) FROM cgm_readings) - INTERVAL '7 days'
GROUP BY 1
ORDER BY 1 DESC;

SELECT round(count(*) FILTER (WHERE cgm_reading BETWEEN 70 AND 180) * 100.0 / count(*), 1) AS in_range
FROM cgm_readings;

SELECT event_name, count(*) AS entries, min(r.raw_event_data->>'pumpDateTime') AS first
FROM events e JOIN raw_events r ON r.id = e.raw_events_id
GROUP BY ALL
ORDER BY entries DESC, event_name
LIMIT 10;

SELECT hour(b.timestamp) AS hour, round(avg(b.algorithm_basal_rate), 2) AS algorithm, round(avg(b.profile_basal_rate), 2) AS profile
FROM basal_deliveries b JOIN events e ON e.id = b.events_id
GROUP BY ALL
ORDER BY hour;

COPY cgm_readings TO 'cgm_readings.parquet' (FORMAT parquet);

COPY cgm_readings TO 'cgm_readings.csv' (HEADER, DELIMITER ',');
