-- One row per basal rate that the pump commanded (event 279). 65535 says that a rate does not apply.
INSERT INTO basal_deliveries BY NAME
SELECT id, id AS events_id, timestamp, pump_id, timestamp_utc, utc_offset_seconds, utc_source,
       nullif(field.profileBasalRate, 65535) AS profile_basal_rate,
       nullif(field.algorithmRate, 65535) AS algorithm_basal_rate,
       nullif(field.tempRate, 65535) AS temp_basal_rate,
       nullif(field.commandedRate, 65535) AS commanded_basal_rate,
       field.commandedRateSourceName AS commanded_basal_rate_source
FROM (
    SELECT *, from_json(event_data, '{"profileBasalRate": "INTEGER", "algorithmRate": "INTEGER", "tempRate": "INTEGER",
                                      "commandedRate": "INTEGER", "commandedRateSourceName": "VARCHAR"}') AS field
    FROM events
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 279
)
