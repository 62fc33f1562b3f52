CREATE MACRO time_in_range(glucose, seconds := 1) AS
    100.0 * sum(CASE WHEN glucose >= 70 AND glucose <= 180 THEN seconds ELSE 0 END) / sum(CASE WHEN glucose IS NOT NULL THEN seconds END);
COMMENT ON MACRO time_in_range IS 'Share of glucose readings from 70 to 180 mg/dL, in percent; give interval_seconds as the second argument where sensors with different intervals are mixed';
