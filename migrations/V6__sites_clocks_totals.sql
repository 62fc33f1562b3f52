-- Points in time, and the totals of each day.

CREATE TABLE site_changes (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    kind                VARCHAR NOT NULL,
    units               DOUBLE,
    status              VARCHAR
);
COMMENT ON TABLE site_changes IS 'One row per step of changing cartridge, tubing or cannula';
COMMENT ON COLUMN site_changes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN site_changes.events_id IS 'The event: events.id';
COMMENT ON COLUMN site_changes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN site_changes.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN site_changes.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN site_changes.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN site_changes.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN site_changes.kind IS 'cartridge_removed, cartridge_inserted, cartridge_filled, tubing_filled or cannula_filled';
COMMENT ON COLUMN site_changes.units IS 'Insulin in the cartridge, or used to fill, in units; NULL where not told';
COMMENT ON COLUMN site_changes.status IS 'completed, user_aborted, terminated_by_alarm, terminated_by_malfunction; NULL where not told';

CREATE TABLE clock_changes (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    last_events_id      BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    clock_before        TIMESTAMP NOT NULL,
    clock_after         TIMESTAMP NOT NULL,
    change_seconds      DOUBLE NOT NULL
);
COMMENT ON TABLE clock_changes IS 'One row per setting of the pump''s clock';
COMMENT ON COLUMN clock_changes.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN clock_changes.events_id IS 'Its first event: events.id';
COMMENT ON COLUMN clock_changes.last_events_id IS 'Its last event: events.id';
COMMENT ON COLUMN clock_changes.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN clock_changes.timestamp IS 'When, on the clock as newly set, pump''s wall clock';
COMMENT ON COLUMN clock_changes.timestamp_utc IS 'When, on the clock as newly set, as an instant';
COMMENT ON COLUMN clock_changes.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN clock_changes.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN clock_changes.clock_before IS 'What the pump''s clock showed just before';
COMMENT ON COLUMN clock_changes.clock_after IS 'What the pump''s clock showed just after';
COMMENT ON COLUMN clock_changes.change_seconds IS 'How far it was put forward, in seconds; negative is back';

CREATE TABLE battery_readings (
    id                  BIGINT PRIMARY KEY,
    events_id           BIGINT NOT NULL,
    pump_id             INTEGER NOT NULL,
    timestamp           TIMESTAMP NOT NULL,
    timestamp_utc       TIMESTAMPTZ NOT NULL,
    utc_offset_seconds  BIGINT NOT NULL,
    utc_source          VARCHAR NOT NULL,
    charge_percent      INTEGER,
    millivolts          INTEGER
);
COMMENT ON TABLE battery_readings IS 'One row per report of the pump''s battery';
COMMENT ON COLUMN battery_readings.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN battery_readings.events_id IS 'The event: events.id';
COMMENT ON COLUMN battery_readings.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN battery_readings.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN battery_readings.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN battery_readings.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN battery_readings.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN battery_readings.charge_percent IS 'Charge in percent';
COMMENT ON COLUMN battery_readings.millivolts IS 'Voltage in mV';

CREATE TABLE basal_totals (
    id                   BIGINT PRIMARY KEY,
    events_id            BIGINT NOT NULL,
    pump_id              INTEGER NOT NULL,
    timestamp            TIMESTAMP NOT NULL,
    timestamp_utc        TIMESTAMPTZ NOT NULL,
    utc_offset_seconds   BIGINT NOT NULL,
    utc_source           VARCHAR NOT NULL,
    total_units          DOUBLE NOT NULL,
    rate_units_per_hour  DOUBLE,
    iob_units            DOUBLE,
    is_final             BOOLEAN NOT NULL
);
COMMENT ON TABLE basal_totals IS 'One row per report of the pump''s own running total of the day''s basal';
COMMENT ON COLUMN basal_totals.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN basal_totals.events_id IS 'The event: events.id';
COMMENT ON COLUMN basal_totals.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_totals.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN basal_totals.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN basal_totals.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN basal_totals.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN basal_totals.total_units IS 'Basal delivered since the total was last reset, as the pump counts, in units';
COMMENT ON COLUMN basal_totals.rate_units_per_hour IS 'Basal rate then, in units per hour';
COMMENT ON COLUMN basal_totals.iob_units IS 'Insulin on board then, in units';
COMMENT ON COLUMN basal_totals.is_final IS 'True when it closes a running total: before midnight, but also before the clock is set';

CREATE TABLE daily_totals (
    id                 BIGINT PRIMARY KEY,
    events_id          BIGINT NOT NULL,
    last_events_id     BIGINT NOT NULL,
    pump_id            INTEGER NOT NULL,
    day                DATE NOT NULL,
    basal_units        DOUBLE NOT NULL,
    basal_hours        DOUBLE NOT NULL,
    suspended_hours    DOUBLE NOT NULL,
    algorithm_hours    DOUBLE NOT NULL,
    bolus_units        DOUBLE NOT NULL,
    food_units         DOUBLE NOT NULL,
    correction_units   DOUBLE NOT NULL,
    automatic_units    DOUBLE NOT NULL,
    other_units        DOUBLE NOT NULL,
    total_units        DOUBLE NOT NULL,
    boluses            INTEGER NOT NULL,
    automatic_boluses  INTEGER NOT NULL,
    carbs_grams        DOUBLE NOT NULL,
    pump_basal_units   DOUBLE
);
COMMENT ON TABLE daily_totals IS 'One row per pump and local day: what was delivered, from the deliveries, with the pump''s own total beside it';
COMMENT ON COLUMN daily_totals.id IS 'pump_id * 2^48 + days since 1970-01-01';
COMMENT ON COLUMN daily_totals.events_id IS 'The first event that counts for the day: events.id';
COMMENT ON COLUMN daily_totals.last_events_id IS 'The last event that counts for the day: events.id';
COMMENT ON COLUMN daily_totals.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN daily_totals.day IS 'The day on the pump''s wall clock';
COMMENT ON COLUMN daily_totals.basal_units IS 'Basal delivered, in units; deliveries are cut at midnight';
COMMENT ON COLUMN daily_totals.basal_hours IS 'Hours of the day for which the basal rate is known: 24 on a complete day, 23 or 25 when the clock changes';
COMMENT ON COLUMN daily_totals.suspended_hours IS 'Of these, hours in which delivery was suspended';
COMMENT ON COLUMN daily_totals.algorithm_hours IS 'Of these, hours with a rate set by the algorithm';
COMMENT ON COLUMN daily_totals.bolus_units IS 'Boluses delivered, in units; a bolus counts for the day on which it started';
COMMENT ON COLUMN daily_totals.food_units IS 'Of the boluses, the share for carbs, in units';
COMMENT ON COLUMN daily_totals.correction_units IS 'Of the boluses, the share for corrections the person asked for, in units';
COMMENT ON COLUMN daily_totals.automatic_units IS 'Of the boluses, what the algorithm gave by itself, in units';
COMMENT ON COLUMN daily_totals.other_units IS 'Of the boluses, what was neither entered for carbs nor as correction, in units';
COMMENT ON COLUMN daily_totals.total_units IS 'Basal and boluses, in units';
COMMENT ON COLUMN daily_totals.boluses IS 'Number of boluses the person asked for that delivered something';
COMMENT ON COLUMN daily_totals.automatic_boluses IS 'Number of boluses the algorithm gave';
COMMENT ON COLUMN daily_totals.carbs_grams IS 'Carbs entered, in grams';
COMMENT ON COLUMN daily_totals.pump_basal_units IS 'Basal of the day as the pump''s own running totals tell, in units; NULL where it logged none';
