-- What the pump logged and cannot have been. Whole numbers that a field cannot hold stand in the event under <name>Raw.
CREATE VIEW implausible_values AS
WITH decoded AS (
    SELECT id, pump_id, timestamp, timestamp_utc, event_id,
           from_json(event_data, '{"commandedRate": "INTEGER", "commandedRateRaw": "VARCHAR", "commandedBasalRate": "DOUBLE",
                                   "insulinDelivered": "DOUBLE", "insulinRequested": "DOUBLE",
                                   "glucoseValueStatus": "INTEGER", "currentGlucoseDisplayValue": "BIGINT", "status": "INTEGER",
                                   "value": "BIGINT"}') AS field
    FROM events
    WHERE event_id IN (3, 20, 21, 151, 211, 256, 279, 372, 399, 480)
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
), logged AS (
    SELECT *, CASE WHEN event_id IN (3, 279) THEN 'basal rate' WHEN event_id IN (20, 21) THEN 'bolus' ELSE 'glucose' END AS what,
           CASE event_id WHEN 3 THEN field.commandedBasalRate
                WHEN 279 THEN coalesce(nullif(field.commandedRate, 65535), TRY_CAST(field.commandedRateRaw AS DOUBLE)) / 1000
                WHEN 20 THEN field.insulinDelivered WHEN 21 THEN field.insulinDelivered
                -- LOW and HIGH are no numbers, and 0 is no reading.
                ELSE CASE WHEN coalesce(field.glucoseValueStatus, field.status) = 0
                          THEN nullif(coalesce(field.currentGlucoseDisplayValue, field.value), 0) END END AS value,
           field.insulinRequested AS requested_units
    FROM decoded
), judged AS (
    SELECT *, CASE what WHEN 'basal rate' THEN basal_limit_violated(value) WHEN 'bolus' THEN bolus_limit_violated(value, requested_units)
                        ELSE glucose_limit_violated(value) END AS limit_violated
    FROM logged
)
SELECT id AS events_id, pump_id, timestamp, timestamp_utc, what, value,
       CASE what WHEN 'basal rate' THEN 'U/h' WHEN 'bolus' THEN 'U' ELSE 'mg/dL' END AS unit, limit_violated
FROM judged
WHERE limit_violated IS NOT NULL;
COMMENT ON VIEW implausible_values IS 'What the pump logged and cannot have been; kept in events, and counted nowhere';
COMMENT ON COLUMN implausible_values.events_id IS 'The event: events.id';
COMMENT ON COLUMN implausible_values.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN implausible_values.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN implausible_values.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN implausible_values.what IS 'glucose, bolus (what an event says was delivered of it) or basal rate';
COMMENT ON COLUMN implausible_values.value IS 'What was logged';
COMMENT ON COLUMN implausible_values.unit IS 'Unit of the value';
COMMENT ON COLUMN implausible_values.limit_violated IS 'The limit that it violates';
