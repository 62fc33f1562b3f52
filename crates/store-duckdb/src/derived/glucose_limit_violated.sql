-- Outside of what any sensor reports.
CREATE MACRO glucose_limit_violated(mg_per_dl) AS
    CASE WHEN mg_per_dl < 20 OR mg_per_dl > 600 THEN '20 to 600 mg/dL' END;
COMMENT ON MACRO glucose_limit_violated IS 'The limit that a glucose value in mg/dL violates; NULL where it is plausible';
