-- When delivery was suspended and resumed, with the events that Nightscout's own uploaders use.
SELECT {key} AS key, pump_id, started_utc AS moment, {offset:started} AS utc_offset_seconds, 'Suspend Pump' AS eventType, reason AS notes
FROM suspensions
UNION ALL BY NAME
SELECT {key} || '-resumed' AS key, pump_id, ended_utc AS moment, {offset:started} AS utc_offset_seconds, 'Resume Pump' AS eventType
FROM suspensions WHERE ended_utc IS NOT NULL
