-- Rows of tables that people add up, with a number that cannot be.
SELECT pump_id, subject, true AS is_fault, count(*) AS count, min(id) AS first_id, format('rows violate a limit: {}', limit_violated) AS detail
FROM (
    SELECT pump_id, 'cgm_readings' AS subject, id, glucose_limit_violated(cgm_reading) AS limit_violated FROM cgm_readings
    UNION ALL SELECT pump_id, 'basal_deliveries', id, basal_limit_violated(commanded_basal_rate / 1000) FROM basal_deliveries
    UNION ALL SELECT pump_id, 'boluses', id, bolus_limit_violated(delivered_units, requested_units) FROM boluses
)
WHERE limit_violated IS NOT NULL
GROUP BY pump_id, subject, limit_violated
ORDER BY ALL
