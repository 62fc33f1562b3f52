-- What the pump said of itself: battery and insulin on board every few minutes, the reservoir when delivery was suspended and
-- when a cartridge was filled.
WITH statuses AS (
    SELECT id, pump_id, timestamp_utc AS moment, {offset} AS utc_offset_seconds, charge_percent, millivolts, iob_units, NULL::DOUBLE AS reservoir,
           false AS is_suspended
    FROM battery_readings LEFT JOIN (SELECT id, iob_units FROM basal_totals) USING (id)
    WHERE kind IN ('basal_total', 'power_up')
    UNION ALL
    SELECT id, pump_id, started_utc, {offset:started}, NULL, NULL, NULL, reservoir_units, true
    FROM suspensions WHERE reservoir_units IS NOT NULL
    UNION ALL
    SELECT id, pump_id, timestamp_utc, {offset}, NULL, NULL, NULL, units, false
    FROM site_changes WHERE kind = 'cartridge_filled' AND units > 0
)
SELECT {key} AS key, pump_id, moment, utc_offset_seconds,
       struct_pack(clock := {iso:moment}, manufacturer := 'Tandem', reservoir := reservoir,
                   battery := CASE WHEN coalesce(charge_percent, millivolts) IS NOT NULL
                                   THEN struct_pack(percent := charge_percent, voltage := millivolts / 1000.0) END,
                   iob := CASE WHEN iob_units IS NOT NULL THEN struct_pack("timestamp" := {iso:moment}, bolusiob := round(iob_units, 3)) END,
                   status := CASE WHEN is_suspended THEN struct_pack(status := 'suspended', suspended := true, "timestamp" := {iso:moment}) END) AS pump
FROM statuses
