//! The zone against the uploads: a pump uploads everything it has, so the newest event of an upload is minutes old. One that is
//! an hour old, time and again, or later than its upload, was read in a wrong zone.

use anyhow::Result;
use chrono::TimeDelta;
use store_duckdb::Reader;

use super::check::{Check, Grade};
use crate::history::cells::query;
use crate::output::format_span;

/// How many of the last uploads are examined.
const UPLOADS: usize = 50;
/// Computers' clocks differ by less, and a pump logs something every five minutes.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// An upload by phone is this old at most when nothing is wrong.
const PUNCTUAL: TimeDelta = TimeDelta::minutes(12);
/// The farthest that two zones lie apart.
const ZONES_APART: TimeDelta = TimeDelta::hours(26);
/// One upload may be late by chance; as many as this are not.
const MIN_LATE_UPLOADS: usize = 3;

/// How old the newest event of each of the last uploads was when it was uploaded.
const AGES: &str = "
    WITH uploads AS (
        SELECT run_id, pump_id, max(last_upload) AS uploaded FROM fetch_windows WHERE new > 0 AND last_upload IS NOT NULL GROUP BY ALL
        ORDER BY uploaded DESC LIMIT 50
    )
    SELECT (epoch_us(any_value(u.uploaded)) - epoch_us(max(e.timestamp_utc))) // 1000000
    FROM uploads u JOIN raw_batches b ON b.run_id = u.run_id AND b.pump_id = u.pump_id
    JOIN raw_events r ON r.batch_id = b.id JOIN events e ON e.id = r.id
    WHERE e.utc_source NOT IN ('factory_clock', 'future_clock')
    GROUP BY u.run_id, u.pump_id ORDER BY max(u.uploaded) DESC";

/// Compares the zone with the last uploads; `None` where there is nothing to compare.
pub(super) fn check_uploads(reader: &Reader) -> Result<Option<Check>> {
    let ages = query(reader, AGES, |row| Ok(TimeDelta::seconds(row.parsed(0)?)))?;
    Ok(judge(&ages[..ages.len().min(UPLOADS)]))
}

/// What the ages of the newest events say; only the least can say something, as any upload may be late.
fn judge(ages: &[TimeDelta]) -> Option<Check> {
    let advice = "compare the pump's clock with the local time; if it is right, set the city you live in with `tandem zone \
         set CITY`";
    let least = ages.iter().min().filter(|least| least.abs() <= ZONES_APART)?;
    if *least < -TOLERANCE {
        let words = format!(
            "events lie up to {} after they were uploaded: the zone, or the pump's clock, is wrong",
            format_span(-*least)
        );
        return Some(Check::note("uploads", words, advice));
    }
    let off = TimeDelta::minutes((*least + TOLERANCE).num_minutes() / 15 * 15);
    let is_off = *least > PUNCTUAL && (*least - off).abs() <= PUNCTUAL;
    if is_off && ages.len() >= MIN_LATE_UPLOADS {
        let words = format!(
            "the newest event of each of the last {} uploads is at least {} old: the zone, or the pump's clock, may be off by {}",
            ages.len(),
            format_span(*least),
            format_span(off)
        );
        return Some(Check::note("uploads", words, advice));
    }
    (*least <= PUNCTUAL)
        .then(|| Check::new("uploads", Grade::Good, "the newest events agree with the time of their upload"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_that_is_wrong_by_quarters_shows() {
        for (minutes, expected) in [
            (&[4_i64, 70, 900][..], Some("agree")),
            (&[-3, 40], Some("agree")),
            (&[-56, 4], Some("after they were uploaded")),
            (&[-11], Some("after they were uploaded")),
            (&[64, 61, 130], Some("may be off by 60 min")),
            (&[64, 61, 130, 3], Some("agree")),
            (&[16, 31, 19], Some("may be off by 15 min")),
            (&[64, 61], None),
            (&[2_000], None),
            (&[], None),
        ] {
            let ages: Vec<_> = minutes.iter().map(|minutes| TimeDelta::minutes(*minutes)).collect();
            let found = judge(&ages);
            let is_as_expected = match (&found, expected) {
                (Some(check), Some(words)) => check.words.contains(words),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(is_as_expected, "{minutes:?}: {:?}", found.map(|check| check.words));
        }
    }
}
