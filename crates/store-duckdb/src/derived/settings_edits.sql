-- One row per edit of settings that the pump logged: a segment of a profile (68), a profile (69), its bolus settings (70), limits (274,
-- 326), Control-IQ (244), sleep schedules (235, which does not say what; 566). How 68, 70, 235 and 244 are laid out is not verified, and the unit
-- of a carb ratio in 68 is not known, so it is left out.

CREATE TABLE settings_edits (
    local_time                TIMESTAMP NOT NULL,
    what                      VARCHAR NOT NULL,
    is_verified               BOOLEAN NOT NULL,
    profile_number            INTEGER,
    profile_change            VARCHAR,
    start_minute              INTEGER,
    basal_units_per_hour      DOUBLE,
    isf                       INTEGER,
    max_bolus_units           DOUBLE,
    max_basal_units_per_hour  DOUBLE,
    insulin_duration_minutes  INTEGER,
    control_iq_enabled        BOOLEAN,
    schedule                  VARCHAR,
    previous_limit            DOUBLE,
    timestamp                 TIMESTAMP NOT NULL,
    timestamp_utc             TIMESTAMPTZ NOT NULL,
    utc_offset_seconds        BIGINT NOT NULL,
    utc_source                VARCHAR NOT NULL,
    pump_id                   INTEGER NOT NULL,
    id                        BIGINT PRIMARY KEY,
    events_id                 BIGINT NOT NULL
);
COMMENT ON TABLE settings_edits IS 'One row per edit of settings that the pump logged; settings_history has them as changes';
COMMENT ON COLUMN settings_edits.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN settings_edits.what IS 'segment, profile, bolus_settings, max_basal, max_bolus, control_iq or sleep_schedule';
COMMENT ON COLUMN settings_edits.is_verified IS 'True where the layout of the event is known from the service or from records; false where it was only published';
COMMENT ON COLUMN settings_edits.profile_number IS 'The pumps number of the profile; NULL where it is about none';
COMMENT ON COLUMN settings_edits.profile_change IS 'What was done to the profile: new, copy, delete, activate or rename';
COMMENT ON COLUMN settings_edits.start_minute IS 'Start of the segment, in minutes after midnight';
COMMENT ON COLUMN settings_edits.basal_units_per_hour IS 'Basal rate of the segment, in units per hour';
COMMENT ON COLUMN settings_edits.isf IS 'Insulin sensitivity of the segment, in mg/dL per unit';
COMMENT ON COLUMN settings_edits.max_bolus_units IS 'Greatest bolus, in units';
COMMENT ON COLUMN settings_edits.max_basal_units_per_hour IS 'Greatest basal rate, in units per hour';
COMMENT ON COLUMN settings_edits.insulin_duration_minutes IS 'How long insulin is taken to act, in minutes';
COMMENT ON COLUMN settings_edits.control_iq_enabled IS 'True where Control-IQ was switched on, false where off';
COMMENT ON COLUMN settings_edits.schedule IS 'Sleep schedule: when what begins; off where nothing does; NULL where the event does not say';
COMMENT ON COLUMN settings_edits.previous_limit IS 'The limit before, in its unit';
COMMENT ON COLUMN settings_edits.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN settings_edits.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN settings_edits.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN settings_edits.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN settings_edits.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN settings_edits.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN settings_edits.events_id IS 'The event: events.id';

INSERT INTO settings_edits BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM settings_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       CASE event_id WHEN 68 THEN 'segment' WHEN 69 THEN 'profile' WHEN 70 THEN 'bolus_settings' WHEN 274 THEN 'max_basal' WHEN 326 THEN 'max_bolus'
                     WHEN 244 THEN 'control_iq' ELSE 'sleep_schedule' END AS what,
       event_id NOT IN (68, 70, 235, 244) AS is_verified,
       field.idp AS profile_number, CASE event_id WHEN 69 THEN field.profileChangeName END AS profile_change,
       field.startTime AS start_minute, field.basalRate / 1000.0 AS basal_units_per_hour, field.isf AS isf,
       coalesce(field.maxBolus, field.maxBolusSize) / 1000.0 AS max_bolus_units, field.maxHourlyBasal / 1000.0 AS max_basal_units_per_hour,
       field.insulinDuration AS insulin_duration_minutes, field.enabled <> 0 AS control_iq_enabled,
       CASE event_id WHEN 566 THEN coalesce(nullif(array_to_string(list_transform(
           list_filter([{'start': field.sleepEatSegmentStartTime0, 'what': field.sleepEatSegmentTypeName0},
                        {'start': field.sleepEatSegmentStartTime1, 'what': field.sleepEatSegmentTypeName1},
                        {'start': field.sleepEatSegmentStartTime2, 'what': field.sleepEatSegmentTypeName2},
                        {'start': field.sleepEatSegmentStartTime3, 'what': field.sleepEatSegmentTypeName3}], lambda s: s.what NOT IN ('none', 'not_defined')),
           lambda s: printf('%02d:%02d %s', s.start // 60, s.start % 60, s.what)), ', '), ''), 'off') END AS schedule,
       coalesce(field.previousMaxHourlyBasal, field.previousMaxBolus) / 1000.0 AS previous_limit
FROM decoded;
