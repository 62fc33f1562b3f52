CREATE VIEW bolus_with_settings AS
WITH snapshots AS (
    SELECT pump_id, settings_hash, known_from FROM pump_settings_changes
), first_snapshots AS (
    SELECT pump_id, arg_min(settings_hash, known_from) AS settings_hash FROM snapshots GROUP BY pump_id
), placed AS (
    SELECT b.*, coalesce(s.settings_hash, f.settings_hash) AS settings_hash, s.settings_hash IS NOT NULL AS settings_were_known
    FROM boluses b ASOF LEFT JOIN snapshots s ON s.pump_id = b.pump_id AND b.timestamp >= s.known_from
    LEFT JOIN first_snapshots f ON f.pump_id = b.pump_id
)
SELECT p.*, s.profile_name, s.basal_units_per_hour AS profile_basal_units_per_hour,
       coalesce(p.carb_ratio, s.carb_ratio) AS carb_ratio_in_force, coalesce(p.isf, s.isf) AS isf_in_force,
       coalesce(p.target_bg, s.target_bg) AS target_bg_in_force
FROM placed p LEFT JOIN profile_segments s
  ON s.pump_id = p.pump_id AND s.settings_hash = p.settings_hash AND s.is_active
 AND hour(p.timestamp) * 60 + minute(p.timestamp) >= s.start_minute AND hour(p.timestamp) * 60 + minute(p.timestamp) < s.end_minute;
COMMENT ON VIEW bolus_with_settings IS 'Boluses with the profile segment in force when they were asked for, as far as snapshots tell';
COMMENT ON COLUMN bolus_with_settings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN bolus_with_settings.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN bolus_with_settings.last_events_id IS 'Its last event so far: events.id';
COMMENT ON COLUMN bolus_with_settings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN bolus_with_settings.bolus_id IS 'The pump''s number of the bolus; may come again after years or a reset';
COMMENT ON COLUMN bolus_with_settings.timestamp IS 'When it was asked for (its first message), pump''s wall clock';
COMMENT ON COLUMN bolus_with_settings.local_time IS 'When it was asked for (its first message), as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN bolus_with_settings.timestamp_utc IS 'When it was asked for (its first message), as an instant';
COMMENT ON COLUMN bolus_with_settings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN bolus_with_settings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN bolus_with_settings.started IS 'When delivery began, pump''s wall clock; NULL if it never did';
COMMENT ON COLUMN bolus_with_settings.started_utc IS 'When delivery began, as an instant; NULL if it never did';
COMMENT ON COLUMN bolus_with_settings.ended IS 'When the last part ended, pump''s wall clock; NULL until known';
COMMENT ON COLUMN bolus_with_settings.ended_utc IS 'When the last part ended, as an instant; NULL until known';
COMMENT ON COLUMN bolus_with_settings.kind IS 'automatic (by the algorithm), extended, quick (by the button), food_and_correction, food, correction, manual (units entered without carbs or glucose)';
COMMENT ON COLUMN bolus_with_settings.status IS 'requested (never started so far), in_progress, completed, cancelled, stopped_by_alarm, stopped_by_malfunction, stopped_by_low_glucose, rejected, or unknown_ and the pump''s number';
COMMENT ON COLUMN bolus_with_settings.source IS 'Who asked for it: user (at the pump), remote (from a phone), automatic (the algorithm)';
COMMENT ON COLUMN bolus_with_settings.source_detail IS 'Where it was asked for in the pump''s words: pump_button, pump_gui, remote, algorithm, ble, …; NULL where delivery was not reported';
COMMENT ON COLUMN bolus_with_settings.user_override IS 'True when the person changed the dose that the calculator proposed';
COMMENT ON COLUMN bolus_with_settings.correction_declined IS 'True when the person declined the proposed correction';
COMMENT ON COLUMN bolus_with_settings.interrupted IS 'True when it ended before all of it was delivered';
COMMENT ON COLUMN bolus_with_settings.requested_units IS 'All that was asked for, now and later, in units';
COMMENT ON COLUMN bolus_with_settings.delivered_units IS 'All that was delivered so far, in units';
COMMENT ON COLUMN bolus_with_settings.food_units IS 'Of the proposed dose, the part for carbs, in units';
COMMENT ON COLUMN bolus_with_settings.correction_units IS 'Of the proposed dose, the part for glucose, in units';
COMMENT ON COLUMN bolus_with_settings.extended_units IS 'The part asked for later, in units; 0 without one';
COMMENT ON COLUMN bolus_with_settings.extended_delivered_units IS 'Of what was delivered, the part delivered later, in units';
COMMENT ON COLUMN bolus_with_settings.extended_minutes IS 'Over how many minutes the later part was to run; NULL without one';
COMMENT ON COLUMN bolus_with_settings.carbs_grams IS 'Carbs entered, in grams; NULL where none were entered or the request is not known';
COMMENT ON COLUMN bolus_with_settings.bg_mgdl IS 'Glucose the calculation used, in mg/dL; NULL when it had none';
COMMENT ON COLUMN bolus_with_settings.iob_units IS 'Insulin on board at the request, in units';
COMMENT ON COLUMN bolus_with_settings.carb_ratio IS 'Carb ratio used, in grams per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.isf IS 'Insulin sensitivity used, in mg/dL per unit; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.target_bg IS 'Target used, in mg/dL; NULL when not logged, as for a bolus from a phone';
COMMENT ON COLUMN bolus_with_settings.settings_hash IS 'The snapshot of the settings: pump_settings.settings_hash; NULL where there is none';
COMMENT ON COLUMN bolus_with_settings.settings_were_known IS 'True when the snapshot was taken before the bolus; otherwise it is the first one there is';
COMMENT ON COLUMN bolus_with_settings.profile_name IS 'Name of the profile in use';
COMMENT ON COLUMN bolus_with_settings.profile_basal_units_per_hour IS 'Basal rate of its segment, in units per hour';
COMMENT ON COLUMN bolus_with_settings.carb_ratio_in_force IS 'Carb ratio the bolus used, else the segment''s, in grams per unit';
COMMENT ON COLUMN bolus_with_settings.isf_in_force IS 'Insulin sensitivity the bolus used, else the segment''s, in mg/dL per unit';
COMMENT ON COLUMN bolus_with_settings.target_bg_in_force IS 'Target the bolus used, else the segment''s, in mg/dL';
