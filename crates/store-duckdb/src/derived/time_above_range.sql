CREATE MACRO time_above_range(glucose, seconds := 1) AS
    100.0 * sum(CASE WHEN glucose > 180 THEN seconds ELSE 0 END) / sum(CASE WHEN glucose IS NOT NULL THEN seconds END);
COMMENT ON MACRO time_above_range IS 'Share of glucose readings above 180 mg/dL, in percent; see time_in_range';
