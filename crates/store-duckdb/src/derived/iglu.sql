CREATE VIEW iglu AS
SELECT 'tandem' AS id, local_time AS time, cgm_reading AS gl FROM cgm_readings WHERE counts ORDER BY timestamp_utc;
COMMENT ON VIEW iglu IS 'Glucose in the form that iglu and other packages read; each measurement once';
COMMENT ON COLUMN iglu.id IS 'The same for all rows: one person';
COMMENT ON COLUMN iglu.time IS 'When it was measured, as a correct clock would have shown the person';
COMMENT ON COLUMN iglu.gl IS 'Glucose in mg/dL; 39 is LOW, 401 is HIGH, 501 that of a Libre';
