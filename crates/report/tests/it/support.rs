//! Where the golden set is, how numbers are compared with it, and small series of the tests' own.

use std::{fs, path::PathBuf};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use report::{MgPerDl, Reading, ReadingStatus, Stamp};

/// The text of a file of the golden set, which is not part of this repository; `None`, said aloud, where it is absent.
pub(crate) fn golden_file(name: &str) -> Option<String> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/golden").join(name);
    let text = fs::read_to_string(&path).ok();
    if text.is_none() {
        #[expect(clippy::print_stderr, reason = "a test that compares nothing says so")]
        {
            eprintln!("not compared: the golden set has no {name} here");
        }
    }
    text
}

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
    let at = Stamp::from_wall_as_utc(monday() + TimeDelta::minutes(minutes));
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
