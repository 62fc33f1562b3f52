//! How numbers are compared, and small series of readings.

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use report::{MgPerDl, Reading, ReadingStatus, Timestamp};

/// Whether `got` is `expected` within a relative tolerance; next to 0 the tolerance is absolute.
pub(crate) fn close(got: f64, expected: f64, relative_tolerance: f64) -> bool {
    (got - expected).abs() <= relative_tolerance * expected.abs().max(1.0)
}

/// Midnight of a Monday, on both clocks.
pub(crate) fn monday() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 3, 4).expect("a date").and_time(chrono::NaiveTime::MIN)
}

/// A reading `minutes` after [`monday`].
pub(crate) fn reading(minutes: i64, mg_per_dl: f64) -> Reading {
    let at = Timestamp::from_wall_as_utc(monday() + TimeDelta::minutes(minutes));
    Reading {
        at,
        glucose: MgPerDl::new(mg_per_dl).expect("a concentration"),
        status: ReadingStatus::Ok,
        interval_minutes: 5.0,
    }
}

/// Five-minute readings from 00:05 on Monday, so that the first one is on the grid.
pub(crate) fn series(values: &[f64]) -> Vec<Reading> {
    values.iter().enumerate().map(|(index, value)| reading(5 * (index as i64 + 1), *value)).collect()
}

/// `count` times `value`.
pub(crate) fn block(value: f64, count: usize) -> Vec<f64> {
    vec![value; count]
}
