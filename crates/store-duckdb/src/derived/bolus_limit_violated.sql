-- More than any pump of the family delivers in one bolus, or than was asked for. Pumps report up to some thousandths more than asked for.
CREATE MACRO bolus_limit_violated(delivered_units, requested_units) AS
    CASE WHEN delivered_units < 0 THEN 'not negative'
         WHEN delivered_units > 25 THEN 'at most 25 U per bolus'
         WHEN requested_units > 0 AND delivered_units > requested_units + 0.01 THEN 'not more than requested' END;
COMMENT ON MACRO bolus_limit_violated IS 'The limit that a delivered bolus in units violates, where requested_units were asked for (0 or NULL: not known); NULL where it is plausible';
