-- Bergenstal et al., Diabetes Care 2018;41:2275.
CREATE MACRO gmi(mean_mgdl) AS 3.31 + 0.02392 * mean_mgdl;
COMMENT ON MACRO gmi IS 'Glucose management indicator in percent, of a mean glucose in mg/dL';
