-- One row for every time that a pump's settings changed, with the profiles as Nightscout's store has them.
WITH changes AS (
    SELECT pump_id, known_from, settings_hash, utc_offset_seconds,
           coalesce((SELECT arg_max(zone, valid_from) FROM time_zones WHERE valid_from <= c.known_from::DATE),
                    (SELECT any_value(zone) FROM time_zones WHERE valid_from IS NULL), 'Etc/UTC') AS zone
    FROM settings_snapshots c
), segments AS (
    SELECT c.*, profile_name, is_active, insulin_duration_minutes,
           list(struct_pack("time" := printf('%02d:%02d', start_minute // 60, start_minute % 60), timeAsSeconds := start_minute * 60,
                            value := carb_ratio) ORDER BY start_minute) AS carbratio,
           list(struct_pack("time" := printf('%02d:%02d', start_minute // 60, start_minute % 60), timeAsSeconds := start_minute * 60,
                            value := isf) ORDER BY start_minute) AS sens,
           list(struct_pack("time" := printf('%02d:%02d', start_minute // 60, start_minute % 60), timeAsSeconds := start_minute * 60,
                            value := basal_units_per_hour) ORDER BY start_minute) AS basal,
           list(struct_pack("time" := printf('%02d:%02d', start_minute // 60, start_minute % 60), timeAsSeconds := start_minute * 60,
                            value := target_bg) ORDER BY start_minute) AS target
    FROM changes c JOIN profile_segments p USING (pump_id, settings_hash)
    GROUP BY ALL
), profiles AS (
    SELECT *, to_json(struct_pack(dia := round(insulin_duration_minutes / 60.0, 2), timezone := zone, units := 'mg/dl', carbs_hr := '20',
                                  delay := '20', carbratio := carbratio, sens := sens, basal := basal,
                                  target_low := target, target_high := target)) AS profile
    FROM segments
    QUALIFY row_number() OVER (PARTITION BY pump_id, settings_hash, known_from, profile_name ORDER BY is_active DESC) = 1
)
SELECT pump_id, settings_hash, epoch_us(known_from) // 1000000 - utc_offset_seconds AS from_seconds, utc_offset_seconds,
       any_value(profile_name) FILTER (is_active) AS active, any_value(profile) FILTER (is_active) AS active_profile,
       ('{' || string_agg(to_json(profile_name)::VARCHAR || ':' || profile::VARCHAR, ',' ORDER BY profile_name) || '}')::JSON AS store
FROM profiles
GROUP BY pump_id, settings_hash, known_from, utc_offset_seconds
HAVING active IS NOT NULL
