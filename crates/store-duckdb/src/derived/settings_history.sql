-- Two sources: each snapshot of the settings against the one before, and edits that the pump logged. What a snapshot says again, after the
-- pump logged it since the snapshot before, counts once. Segments are compared by what holds from each start on that either snapshot
-- has, so that a segment that only moved is no change where its values are the same.
CREATE VIEW settings_history AS
WITH snapshots AS (
    SELECT pump_id, settings_hash, known_from, timestamp_utc, lag(settings_hash) OVER pump AS hash_before, lag(known_from) OVER pump AS known_before
    FROM settings_snapshots WINDOW pump AS (PARTITION BY pump_id ORDER BY known_from, first_seen)
), changes AS (
    SELECT * FROM snapshots WHERE hash_before IS NOT NULL
), segments AS (
    SELECT pump_id, settings_hash, profile_number, profile_name, is_active, start_minute, end_minute,
           unnest([{'setting': 'basal_rate', 'unit': 'U/h', 'value': basal_units_per_hour}, {'setting': 'carb_ratio', 'unit': 'g/U', 'value': carb_ratio},
                   {'setting': 'isf', 'unit': 'mg/dL/U', 'value': isf}, {'setting': 'target', 'unit': 'mg/dL', 'value': target_bg}], recursive := true)
    FROM profile_segments
), starts AS (
    SELECT DISTINCT c.pump_id, c.settings_hash, c.hash_before, c.known_from, c.timestamp_utc, c.known_before, s.profile_number, s.start_minute
    FROM changes c JOIN profile_segments s ON s.pump_id = c.pump_id AND s.settings_hash IN (c.settings_hash, c.hash_before)
), of_segments AS (
    SELECT t.pump_id, t.known_from, t.timestamp_utc, t.known_before, new.setting, new.profile_name, new.is_active, t.start_minute,
           format('{:g}', old.value::DOUBLE) AS from_value, format('{:g}', new.value::DOUBLE) AS to_value, new.unit
    FROM starts t
    JOIN segments new ON new.pump_id = t.pump_id AND new.settings_hash = t.settings_hash AND new.profile_number = t.profile_number
     AND t.start_minute >= new.start_minute AND t.start_minute < new.end_minute
    JOIN segments old ON old.pump_id = t.pump_id AND old.settings_hash = t.hash_before AND old.profile_number = t.profile_number AND old.setting = new.setting
     AND t.start_minute >= old.start_minute AND t.start_minute < old.end_minute
    WHERE new.value IS DISTINCT FROM old.value
), details AS (
    SELECT pump_id, settings_hash, from_json(details, '{"basalLimitSettings": {"basalLimit": "DOUBLE"}, "globalMaxBolusSettings": {"maxBolus": "DOUBLE"},
               "cgmSettings": {"highGlucoseAlertMgPerDl": "INTEGER", "lowGlucoseAlertMgPerDl": "INTEGER"},
               "controlIqSettings": {"closedLoop": "BOOLEAN", "weight": "INTEGER", "weightUnit": "VARCHAR", "totalDailyInsulin": "INTEGER",
                                     "sleepSchedule0": {"enabled": "BOOLEAN", "activeDays": ["VARCHAR"], "startTime": "INTEGER", "endTime": "INTEGER"},
                                     "sleepSchedule1": {"enabled": "BOOLEAN", "activeDays": ["VARCHAR"], "startTime": "INTEGER", "endTime": "INTEGER"},
                                     "sleepSchedule2": {"enabled": "BOOLEAN", "activeDays": ["VARCHAR"], "startTime": "INTEGER", "endTime": "INTEGER"},
                                     "sleepSchedule3": {"enabled": "BOOLEAN", "activeDays": ["VARCHAR"], "startTime": "INTEGER", "endTime": "INTEGER"}}}') AS d
    FROM pump_settings
), whole AS (
    SELECT pump_id, settings_hash,
           unnest([{'setting': 'max_basal', 'unit': 'U/h', 'value': format('{:g}', d.basalLimitSettings.basalLimit / 1000)},
                   {'setting': 'max_bolus', 'unit': 'U', 'value': format('{:g}', d.globalMaxBolusSettings.maxBolus / 1000)},
                   {'setting': 'high_glucose_alert', 'unit': 'mg/dL', 'value': d.cgmSettings.highGlucoseAlertMgPerDl::VARCHAR},
                   {'setting': 'low_glucose_alert', 'unit': 'mg/dL', 'value': d.cgmSettings.lowGlucoseAlertMgPerDl::VARCHAR},
                   {'setting': 'control_iq', 'unit': NULL, 'value': CASE WHEN d.controlIqSettings.closedLoop THEN 'on' WHEN NOT d.controlIqSettings.closedLoop THEN 'off' END},
                   {'setting': 'weight', 'unit': d.controlIqSettings.weightUnit, 'value': d.controlIqSettings.weight::VARCHAR},
                   {'setting': 'total_daily_insulin', 'unit': 'U', 'value': d.controlIqSettings.totalDailyInsulin::VARCHAR},
                   {'setting': 'sleep_schedule', 'unit': NULL, 'value': CASE WHEN d.controlIqSettings.sleepSchedule0 IS NOT NULL THEN
                        coalesce(nullif(array_to_string(list_transform(
                            list_filter([d.controlIqSettings.sleepSchedule0, d.controlIqSettings.sleepSchedule1, d.controlIqSettings.sleepSchedule2,
                                         d.controlIqSettings.sleepSchedule3], lambda s: s.enabled),
                            lambda s: printf('%02d:%02d to %02d:%02d on %s', s.startTime // 60, s.startTime % 60, s.endTime // 60, s.endTime % 60,
                                             array_to_string(list_transform(s.activeDays, lambda d: d[1:3]), ' '))), ', '), ''), 'off') END}],
                  recursive := true)
    FROM details
    UNION ALL
    SELECT pump_id, settings_hash, 'active_profile', any_value(profile_name), NULL FROM profile_segments WHERE is_active GROUP BY ALL
    UNION ALL
    SELECT pump_id, settings_hash, 'insulin_duration', format('{:g}', any_value(insulin_duration_minutes)::DOUBLE), 'min' FROM profile_segments WHERE is_active GROUP BY ALL
), of_whole AS (
    SELECT c.pump_id, c.known_from, c.timestamp_utc, c.known_before, new.setting, NULL AS profile_name, true AS is_active, NULL AS start_minute,
           old.value AS from_value, new.value AS to_value, coalesce(new.unit, old.unit) AS unit
    FROM changes c JOIN whole new ON new.pump_id = c.pump_id AND new.settings_hash = c.settings_hash
    JOIN whole old ON old.pump_id = c.pump_id AND old.settings_hash = c.hash_before AND old.setting = new.setting
    WHERE new.value <> old.value -- what a snapshot lacks was not changed
), from_snapshots AS (
    FROM of_segments UNION ALL FROM of_whole
), names AS (
    SELECT pump_id, profile_number, arg_max(profile_name, last_seen) AS profile_name FROM profile_segments GROUP BY pump_id, profile_number
), edits AS (
    SELECT e.*, coalesce(n.profile_name, 'profile ' || e.profile_number) AS profile_name
    FROM settings_edits e LEFT JOIN names n ON n.pump_id = e.pump_id AND n.profile_number = e.profile_number
), edited AS (
    SELECT * EXCLUDE (what, values_logged), unnest(values_logged, recursive := true)
    FROM (SELECT id, pump_id, local_time, timestamp_utc, is_verified, profile_name, profile_number, start_minute, what,
                 CASE what WHEN 'segment' THEN [{'setting': 'basal_rate', 'unit': 'U/h', 'value': format('{:g}', basal_units_per_hour), 'previous': NULL},
                                                {'setting': 'isf', 'unit': 'mg/dL/U', 'value': isf::VARCHAR, 'previous': NULL}]
                      WHEN 'bolus_settings' THEN [{'setting': 'insulin_duration', 'unit': 'min', 'value': insulin_duration_minutes::VARCHAR, 'previous': NULL}]
                      WHEN 'profile' THEN [{'setting': CASE profile_change WHEN 'activate' THEN 'active_profile' ELSE 'profile_' || profile_change END,
                                            'unit': NULL, 'value': profile_name, 'previous': NULL}]
                      WHEN 'max_basal' THEN [{'setting': what, 'unit': 'U/h', 'value': format('{:g}', max_basal_units_per_hour), 'previous': format('{:g}', previous_limit)}]
                      WHEN 'max_bolus' THEN [{'setting': what, 'unit': 'U', 'value': format('{:g}', max_bolus_units), 'previous': format('{:g}', previous_limit)}]
                      WHEN 'control_iq' THEN [{'setting': what, 'unit': NULL, 'value': CASE WHEN control_iq_enabled THEN 'on' ELSE 'off' END, 'previous': NULL}]
                      ELSE [{'setting': what, 'unit': NULL, 'value': schedule, 'previous': NULL}] END AS values_logged
          FROM edits)
), logged AS (
    SELECT *, coalesce(previous, lag(value) OVER (PARTITION BY pump_id, setting, CASE WHEN start_minute IS NOT NULL OR setting = 'insulin_duration' THEN profile_number END,
                                                               start_minute ORDER BY id)) AS from_value
    FROM edited
), from_log AS (
    SELECT * FROM logged WHERE value IS NULL OR value IS DISTINCT FROM from_value OR setting LIKE 'profile!_%' ESCAPE '!'
)
SELECT local_time, setting, from_value, value AS to_value, unit,
       CASE WHEN start_minute IS NOT NULL OR setting LIKE 'profile!_%' ESCAPE '!' THEN profile_name END AS profile_name, start_minute,
       CASE WHEN is_verified THEN 'logged' ELSE 'logged_unverified' END AS source, NULL::BOOLEAN AS is_in_use, timestamp_utc, pump_id, id AS events_id
FROM from_log
UNION ALL
SELECT known_from, setting, from_value, to_value, unit, profile_name, start_minute, 'snapshot', is_active, timestamp_utc, pump_id, NULL
FROM from_snapshots s
WHERE NOT EXISTS (FROM from_log l
                  WHERE l.pump_id = s.pump_id AND l.setting = s.setting AND l.value = s.to_value AND l.start_minute IS NOT DISTINCT FROM s.start_minute
                    AND (s.start_minute IS NULL OR l.profile_name = s.profile_name)
                    AND l.local_time > s.known_before AND l.local_time <= s.known_from);
COMMENT ON VIEW settings_history IS 'What was changed in the settings, from what, to what and when: by snapshots of the settings, and by edits that the pump logged';
COMMENT ON COLUMN settings_history.local_time IS 'When: of an edit, as a correct clock would have shown the person; of a snapshot, when the service received it, which may be days after the change';
COMMENT ON COLUMN settings_history.setting IS 'What: basal_rate, carb_ratio, isf, target, insulin_duration, active_profile, max_basal, max_bolus, control_iq, sleep_schedule, profile_new, …';
COMMENT ON COLUMN settings_history.from_value IS 'Value before; NULL where not known';
COMMENT ON COLUMN settings_history.to_value IS 'Value from then on; NULL where the pump only logged that something was changed';
COMMENT ON COLUMN settings_history.unit IS 'Unit of the values; NULL where they have none';
COMMENT ON COLUMN settings_history.profile_name IS 'The profile, of what is set per profile';
COMMENT ON COLUMN settings_history.start_minute IS 'From when on in the day it holds, in minutes after midnight, of what is set per segment';
COMMENT ON COLUMN settings_history.source IS 'snapshot (a difference between two), logged (an edit), logged_unverified (an edit in an event whose layout is not verified)';
COMMENT ON COLUMN settings_history.is_in_use IS 'True for the active profile and for what belongs to no profile; NULL for edits, which do not say';
COMMENT ON COLUMN settings_history.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN settings_history.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN settings_history.events_id IS 'The event of an edit: events.id; NULL for snapshots';
