CREATE MACRO minutes_between(earlier, later) AS (epoch_us(later) - epoch_us(earlier)) / 60000000.0;
COMMENT ON MACRO minutes_between IS 'Minutes from one instant to a later one';
