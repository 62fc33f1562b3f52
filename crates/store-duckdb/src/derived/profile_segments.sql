CREATE VIEW profile_segments AS
WITH snapshots AS (
    SELECT pump_id, settings_hash, uploaded, first_seen, last_seen,
           from_json(details, '{"profiles": {"activeIdp": "INTEGER", "profile": [{"idp": "INTEGER", "name": "VARCHAR",
               "maxBolus": "INTEGER", "insulinDuration": "INTEGER", "timeDependentSegments": [{"startTime": "INTEGER",
               "basalRate": "INTEGER", "carbRatio": "INTEGER", "targetBg": "INTEGER", "isf": "INTEGER"}]}]}}').profiles AS profiles
    FROM pump_settings
), profiles AS (
    SELECT * EXCLUDE (profiles), profiles.activeIdp AS active_idp, unnest(profiles.profile) AS profile FROM snapshots
), segments AS (
    SELECT * EXCLUDE (profile), profile, unnest(profile.timeDependentSegments) AS segment FROM profiles
), used AS (
    -- Segments that are not used come as zeros in some answers.
    SELECT * FROM segments WHERE segment.basalRate > 0 OR segment.carbRatio > 0 OR segment.isf > 0
)
SELECT pump_id, settings_hash, uploaded, first_seen, last_seen, profile.idp AS profile_number, profile.name AS profile_name,
       profile.idp = active_idp AS is_active, segment.startTime AS start_minute,
       coalesce(lead(segment.startTime) OVER (PARTITION BY pump_id, settings_hash, profile.idp ORDER BY segment.startTime), 1440) AS end_minute,
       segment.basalRate / 1000.0 AS basal_units_per_hour, segment.carbRatio / 1000.0 AS carb_ratio, segment.isf AS isf,
       segment.targetBg AS target_bg, profile.maxBolus / 1000.0 AS max_bolus_units, profile.insulinDuration AS insulin_duration_minutes
FROM used;
COMMENT ON VIEW profile_segments IS 'The profiles in each snapshot of the settings, one row per segment of the day';
COMMENT ON COLUMN profile_segments.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN profile_segments.settings_hash IS 'The snapshot: pump_settings.settings_hash';
COMMENT ON COLUMN profile_segments.uploaded IS 'When the service received the snapshot, on a clock whose zone the service does not tell';
COMMENT ON COLUMN profile_segments.first_seen IS 'Instant at which the snapshot was first read';
COMMENT ON COLUMN profile_segments.last_seen IS 'Instant at which the snapshot was last read';
COMMENT ON COLUMN profile_segments.profile_number IS 'The pump''s number of the profile';
COMMENT ON COLUMN profile_segments.profile_name IS 'Name of the profile';
COMMENT ON COLUMN profile_segments.is_active IS 'True for the profile in use when the snapshot was taken';
COMMENT ON COLUMN profile_segments.start_minute IS 'Start of the segment, in minutes after midnight';
COMMENT ON COLUMN profile_segments.end_minute IS 'End of the segment, in minutes after midnight';
COMMENT ON COLUMN profile_segments.basal_units_per_hour IS 'Basal rate, in units per hour';
COMMENT ON COLUMN profile_segments.carb_ratio IS 'Carb ratio, in grams per unit';
COMMENT ON COLUMN profile_segments.isf IS 'Insulin sensitivity, in mg/dL per unit';
COMMENT ON COLUMN profile_segments.target_bg IS 'Target, in mg/dL';
COMMENT ON COLUMN profile_segments.max_bolus_units IS 'Greatest bolus, in units';
COMMENT ON COLUMN profile_segments.insulin_duration_minutes IS 'How long insulin is taken to act, in minutes';
