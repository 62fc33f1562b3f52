CREATE MACRO time_below_range(glucose, seconds := 1) AS
    100.0 * sum(CASE WHEN glucose < 70 THEN seconds ELSE 0 END) / sum(CASE WHEN glucose IS NOT NULL THEN seconds END);
COMMENT ON MACRO time_below_range IS 'Share of glucose readings below 70 mg/dL, in percent; see time_in_range';
