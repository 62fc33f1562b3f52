CREATE MACRO mmol(mgdl) AS mgdl / 18.01559;
COMMENT ON MACRO mmol IS 'Glucose in mmol/L, of a glucose in mg/dL';
