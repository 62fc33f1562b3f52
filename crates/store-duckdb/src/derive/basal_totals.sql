-- One row per report of the pump's own running total (81).
INSERT INTO basal_totals BY NAME
WITH decoded AS (
    SELECT *, from_json(event_data, '{"dailyTotalBasal": "DOUBLE", "lastBasalRate": "DOUBLE", "iob": "DOUBLE",
                                      "finalEventForDay": "INTEGER"}') AS field
    FROM occasional_events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 81
    OFFSET 0 -- keeps filters on decoded fields from being moved in front, where every event would be decoded
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       field.dailyTotalBasal AS total_units, field.lastBasalRate AS rate_units_per_hour, field.iob AS iob_units,
       coalesce(field.finalEventForDay = 1, false) AS is_final
FROM decoded
WHERE field.dailyTotalBasal IS NOT NULL
