CREATE VIEW basal_spans AS
SELECT id, events_id, pump_id, timestamp AS started, local_time, timestamp_utc AS started_utc, ended, ended_utc, utc_offset_seconds, utc_source,
       seconds, commanded_basal_rate / 1000.0 AS rate_units_per_hour,
       commanded_basal_rate * seconds / 3600000.0 AS delivered_units, commanded_basal_rate_source AS source
FROM basal_deliveries
WHERE seconds > 0;
COMMENT ON VIEW basal_spans IS 'One row per period with one basal rate; periods of a pump never overlap';
COMMENT ON COLUMN basal_spans.id IS 'Identity: basal_deliveries.id';
COMMENT ON COLUMN basal_spans.events_id IS 'The event that commanded the rate: events.id';
COMMENT ON COLUMN basal_spans.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN basal_spans.started IS 'From when, pump''s wall clock';
COMMENT ON COLUMN basal_spans.local_time IS 'From when, as a correct clock would have shown the person';
COMMENT ON COLUMN basal_spans.started_utc IS 'From when, as an instant';
COMMENT ON COLUMN basal_spans.ended IS 'Until when, pump''s wall clock; NULL while in force';
COMMENT ON COLUMN basal_spans.ended_utc IS 'Until when, as an instant; NULL while in force';
COMMENT ON COLUMN basal_spans.utc_offset_seconds IS 'started minus started_utc, in seconds';
COMMENT ON COLUMN basal_spans.utc_source IS 'How started_utc was found, as in events.utc_source';
COMMENT ON COLUMN basal_spans.seconds IS 'Duration in seconds; while in force, up to the pump''s last event';
COMMENT ON COLUMN basal_spans.rate_units_per_hour IS 'Rate in units per hour; 0 while suspended';
COMMENT ON COLUMN basal_spans.delivered_units IS 'Insulin delivered, in units: rate times duration';
COMMENT ON COLUMN basal_spans.source IS 'Where the rate came from: suspended, profile, temp_rate, algorithm, temp_rate_and_algorithm';
