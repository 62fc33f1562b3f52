-- One row per report of the pump's own running total (81).

CREATE TABLE basal_totals (
    local_time           TIMESTAMP NOT NULL,
    total_units          DOUBLE NOT NULL,
    rate_units_per_hour  DOUBLE,
    iob_units            DOUBLE,
    is_final             BOOLEAN NOT NULL,
    timestamp            TIMESTAMP NOT NULL,
    timestamp_utc        TIMESTAMPTZ NOT NULL,
    utc_offset_seconds   BIGINT NOT NULL,
    utc_source           VARCHAR NOT NULL,
    pump_id              INTEGER NOT NULL,
    id                   BIGINT PRIMARY KEY,
    events_id            BIGINT NOT NULL
);
COMMENT ON TABLE basal_totals IS 'One row per report of the pump''s own running total of the day''s basal';
COMMENT ON COLUMN basal_totals.local_time IS 'When, as a correct clock would have shown the person; differs from timestamp only where the pump''s clock was wrong';
COMMENT ON COLUMN basal_totals.total_units IS 'Basal delivered since the total was last reset, as the pump counts, in units';
COMMENT ON COLUMN basal_totals.rate_units_per_hour IS 'Basal rate then, in units per hour';
COMMENT ON COLUMN basal_totals.iob_units IS 'Insulin on board then, in units';
COMMENT ON COLUMN basal_totals.is_final IS 'True when it closes a running total: before midnight, but also before the clock is set';
COMMENT ON COLUMN basal_totals.timestamp IS 'When, pump''s wall clock';
COMMENT ON COLUMN basal_totals.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN basal_totals.utc_offset_seconds IS 'timestamp minus timestamp_utc, in seconds';
COMMENT ON COLUMN basal_totals.utc_source IS 'How the instant was found, as in events.utc_source';
COMMENT ON COLUMN basal_totals.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_totals.id IS 'Identity, equal to events_id';
COMMENT ON COLUMN basal_totals.events_id IS 'The event: events.id';

INSERT INTO basal_totals BY NAME
WITH decoded AS (
    SELECT e.*, f AS field
    FROM daily_facts f JOIN events e USING (id)
    WHERE pump_id = ?1 AND id >= ?2 AND event_id = 81
)
SELECT id, id AS events_id, pump_id, timestamp, timestamp_utc, utc_offset_seconds, utc_source,
       field.dailyTotalBasal AS total_units, field.lastBasalRate AS rate_units_per_hour, field.iob AS iob_units,
       coalesce(field.finalEventForDay = 1, false) AS is_final
FROM decoded
WHERE field.dailyTotalBasal IS NOT NULL;
