-- Boluses whose delivered units differ from the total in the pump's last report of progress (280), which counts thousandths.
WITH reports AS (
    SELECT id, pump_id,
           from_json(event_data, '{"bolusId": "INTEGER", "deliveredTotal": "INTEGER", "bolusDeliveryStatus": "INTEGER"}') AS field
    FROM events WHERE event_id = 280
), last_reports AS (
    SELECT b.pump_id, b.id, any_value(b.delivered_units) AS delivered_units,
           arg_max(r.field.deliveredTotal, r.id) / 1000.0 AS reported_units
    FROM boluses b JOIN reports r
      ON r.pump_id = b.pump_id AND r.field.bolusId = b.bolus_id AND r.id BETWEEN b.events_id AND b.last_events_id
    WHERE b.ended IS NOT NULL AND b.status <> 'rejected'
    GROUP BY b.pump_id, b.id
    HAVING arg_max(r.field.bolusDeliveryStatus, r.id) = 0
)
SELECT pump_id, 'boluses' AS subject, true AS is_fault, count(*) AS count, min(id) AS first_id,
       format('boluses differ from the pump''s own report, by up to {:.3f} U', max(abs(delivered_units - reported_units))) AS detail
FROM last_reports
WHERE abs(delivered_units - reported_units) > 0.02
GROUP BY pump_id
ORDER BY ALL
