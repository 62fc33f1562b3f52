CREATE VIEW insulin_on_board AS
SELECT id, events_id, pump_id, local_time, timestamp_utc, iob_units FROM basal_totals WHERE iob_units IS NOT NULL
UNION ALL
SELECT id, events_id, pump_id, local_time, timestamp_utc, iob_units FROM boluses WHERE iob_units IS NOT NULL;
COMMENT ON VIEW insulin_on_board IS 'Insulin on board as the pump counted it: with each running total of basal and before each bolus';
COMMENT ON COLUMN insulin_on_board.id IS 'Identity: that of the row in basal_totals or boluses';
COMMENT ON COLUMN insulin_on_board.events_id IS 'The event: events.id';
COMMENT ON COLUMN insulin_on_board.pump_id IS 'The pump: pumps.id';
COMMENT ON COLUMN insulin_on_board.local_time IS 'When, as a correct clock would have shown the person';
COMMENT ON COLUMN insulin_on_board.timestamp_utc IS 'When, as an instant';
COMMENT ON COLUMN insulin_on_board.iob_units IS 'Insulin on board, in units';
