-- More than any pump of the family delivers.
CREATE MACRO basal_limit_violated(units_per_hour) AS
    CASE WHEN units_per_hour < 0 THEN 'not negative' WHEN units_per_hour > 15 THEN 'at most 15 U/h' END;
COMMENT ON MACRO basal_limit_violated IS 'The limit that a basal rate in units per hour violates; NULL where it is plausible';
