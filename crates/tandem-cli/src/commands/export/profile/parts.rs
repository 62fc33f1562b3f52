//! What queries for several programs share.

use super::super::plan::Wanted;
use crate::history::counting_readings;

/// Over how many minutes the later part of a bolus ran: as long as was asked for, or until it ended before that.
const EXTENDED_MINUTES: &str = "least(extended_minutes, (epoch_ms(ended_utc) - epoch_ms(started_utc)) / 60000.0)";

/// How much later than its first message a bolus began, as an interval.
const DELAY: &str = "to_microseconds(epoch_us(coalesce(started_utc, timestamp_utc)) - epoch_us(timestamp_utc))";

/// Basal as steps of a rate that is in force until the next one, for formats that know no ends: the moment (in
/// microseconds, by the clock that `{began}` reads), the offset of local time from UTC, the rate (in mU/h) and on how
/// many pumps one is known. Rates that overlap add up, so that rate times duration is what was delivered, also in the
/// hour that a local clock shows twice.
pub(super) const BASAL_STEPS: &str = "
    WITH spans AS (
        SELECT epoch_us({began}) AS began_us, seconds, commanded_basal_rate AS rate,
               epoch_us(local_time) - epoch_us(timestamp_utc) AS offset_us
        FROM basal_deliveries WHERE seconds > 0 AND commanded_basal_rate IS NOT NULL AND {days} AND {pump}
    ), changes AS (
        SELECT began_us AS at_us, offset_us, rate AS change, 1 AS pumps FROM spans
        UNION ALL
        SELECT began_us + seconds * 1000000, offset_us, -rate, -1 FROM spans
    ), moments AS (
        SELECT at_us, coalesce(max(offset_us) FILTER (pumps = 1), max(offset_us)) AS offset_us, sum(change) AS change,
               sum(pumps) AS pumps
        FROM changes GROUP BY at_us
    )
    SELECT at_us, offset_us, (sum(change) OVER log)::DOUBLE AS rate, sum(pumps) OVER log AS pumps
    FROM moments WINDOW log AS (ORDER BY at_us)";

/// A query with `parts` and the wanted rows put in; parts that contain others come first.
pub(super) fn fill(query: &str, parts: &[(&str, &str)], wanted: &Wanted) -> String {
    let shared = [("{extended_minutes}", EXTENDED_MINUTES), ("{delay}", DELAY)];
    let query = parts.iter().chain(&shared).fold(query.to_owned(), |query, (name, part)| query.replace(name, part));
    let query = query.replace("{counting}", counting_readings(wanted.pump.is_some()));
    query.replace("{days}", &wanted.days("local_time")).replace("{pump}", &wanted.of_pump("pump_id"))
}
