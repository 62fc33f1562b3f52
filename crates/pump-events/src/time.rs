//! Time as the pump knows it: whole seconds on a wall clock without zone.
//!
//! Nothing here knows of UTC. The pump is set by hand, so turning its wall clock into instants needs the history of its clock
//! changes; that is left to whoever holds the whole history.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// Seconds since 2008-01-01T00:00:00 on the pump's wall clock; no zone, no leap seconds.
///
/// This is the clock of every record header and of the CGM's `egvTimeStamp`. The range ends at 2144-02-07T06:28:15.
///
/// ```
/// use pump_events::PumpTime;
///
/// let time: PumpTime = "2026-05-14T00:01:31".parse()?;
/// assert_eq!(time.seconds(), 579_571_291);
/// assert_eq!(time.to_string(), "2026-05-14T00:01:31");
/// # Ok::<(), pump_events::PumpTimeError>(())
/// ```
#[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash)]
pub struct PumpTime(u32);

/// Why a text is not a time of the pump.
#[derive(Copy, Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PumpTimeError {
    /// Not of the form `YYYY-MM-DDTHH:MM:SS`, with or without a fraction of a second.
    #[error("not a date and time of the form 2026-05-14T00:01:31")]
    Form,
    /// A zone or offset: the pump has none, so its meaning would be a guess.
    #[error("a zone, where the pump's wall clock has none")]
    Zone,
    /// The right form, but no such day or time.
    #[error("no such day or time")]
    NoSuchTime,
    /// Before 2008 or after what 32 bits of seconds hold.
    #[error("outside 2008-01-01T00:00:00 to 2144-02-07T06:28:15")]
    OutOfRange,
}

/// 2008-01-01 in days of the common era, as chrono counts them.
const EPOCH_DAY: i32 = 733_042;
/// 2008-01-01T00:00:00 in UNIX seconds.
const EPOCH_UNIX_SECONDS: u32 = 1_199_145_600;
const SECONDS_PER_DAY: u32 = 86_400;
/// Bytes of `2026-05-14T00:01:31`.
const TEXT_LENGTH: usize = 19;

/// A time as text, without allocation.
pub(crate) struct TimeText([u8; TEXT_LENGTH]);

impl PumpTime {
    /// The time `seconds` after 2008-01-01T00:00:00.
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// Seconds since 2008-01-01T00:00:00.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// The wall clock's date and time.
    #[must_use]
    pub fn to_naive(self) -> NaiveDateTime {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(self.0 % SECONDS_PER_DAY, 0);
        self.date().and_time(time.unwrap_or_default())
    }

    /// The pump's form of a wall-clock time, less its fraction of a second; `None` outside 2008 to 2144.
    #[must_use]
    pub fn from_naive(naive: NaiveDateTime) -> Option<Self> {
        let seconds = naive.and_utc().timestamp() - i64::from(EPOCH_UNIX_SECONDS);
        u32::try_from(seconds).ok().map(Self)
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(EPOCH_DAY + (self.0 / SECONDS_PER_DAY) as i32).unwrap_or_default()
    }

    /// The text form, without a formatter: it is written once or twice for every event.
    pub(crate) fn text(self) -> TimeText {
        use chrono::Datelike;
        let (date, second) = (self.date(), self.0 % SECONDS_PER_DAY);
        let year = date.year_ce().1;
        let mut text = *b"0000-00-00T00:00:00";
        let pairs = [year / 100, year % 100, date.month(), date.day(), second / 3600, second / 60 % 60, second % 60];
        for (at, number) in [0, 2, 5, 8, 11, 14, 17].into_iter().zip(pairs) {
            text[at] += (number / 10) as u8;
            text[at + 1] += (number % 10) as u8;
        }
        TimeText(text)
    }
}

impl TimeText {
    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("digits, `-`, `:` and `T` are ASCII")
    }
}

impl fmt::Display for PumpTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.text().as_str())
    }
}

impl FromStr for PumpTime {
    type Err = PumpTimeError;

    /// Parses `2026-05-14T00:01:31`; a fraction of a second is cut off.
    fn from_str(text: &str) -> Result<Self, PumpTimeError> {
        let (whole, rest) = text.as_bytes().split_first_chunk::<TEXT_LENGTH>().ok_or(PumpTimeError::Form)?;
        check_tail(rest)?;
        let [year, month, day, hour, minute, second] = numbers(whole).ok_or(PumpTimeError::Form)?;
        let date = NaiveDate::from_ymd_opt(year as i32, month, day).ok_or(PumpTimeError::NoSuchTime)?;
        let time = NaiveTime::from_hms_opt(hour, minute, second).ok_or(PumpTimeError::NoSuchTime)?;
        let days = chrono::Datelike::num_days_from_ce(&date) - EPOCH_DAY;
        let seconds = i64::from(days) * i64::from(SECONDS_PER_DAY) + i64::from(time.num_seconds_from_midnight());
        u32::try_from(seconds).map(Self).map_err(|_| PumpTimeError::OutOfRange)
    }
}

/// What follows the seconds: nothing or a fraction.
fn check_tail(rest: &[u8]) -> Result<(), PumpTimeError> {
    match rest {
        [] => Ok(()),
        [b'.', digits @ ..] if !digits.is_empty() && digits.iter().all(u8::is_ascii_digit) => Ok(()),
        [.., b'Z' | b'z'] | [b'+' | b'-', ..] => Err(PumpTimeError::Zone),
        [b'.', fraction @ ..] if fraction.iter().any(|byte| matches!(byte, b'+' | b'-')) => Err(PumpTimeError::Zone),
        _ => Err(PumpTimeError::Form),
    }
}

/// Year, month, day, hour, minute and second of `2026-05-14T00:01:31`.
fn numbers(text: &[u8; TEXT_LENGTH]) -> Option<[u32; 6]> {
    let separators = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separators.iter().any(|&(at, byte)| text[at] != byte) {
        return None;
    }
    let pair = |at: usize| {
        let (tens, ones) = (text[at].wrapping_sub(b'0'), text[at + 1].wrapping_sub(b'0'));
        (tens < 10 && ones < 10).then(|| u32::from(tens * 10 + ones))
    };
    Some([pair(0)? * 100 + pair(2)?, pair(5)?, pair(8)?, pair(11)?, pair(14)?, pair(17)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_seconds_agree() {
        let rows = [
            ("2008-01-01T00:00:00", 0),
            ("2008-02-29T23:59:59", 5_183_999),
            ("2020-01-02T00:00:00", 378_777_600),
            ("2026-05-14T00:01:31", 579_571_291),
            ("2144-02-07T06:28:15", u32::MAX),
        ];
        for (text, seconds) in rows {
            assert_eq!(text.parse(), Ok(PumpTime(seconds)), "{text}");
            assert_eq!(PumpTime(seconds).to_string(), text);
            assert_eq!(PumpTime::from_naive(PumpTime(seconds).to_naive()), Some(PumpTime(seconds)), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused_with_their_reason() {
        let rows = [
            ("", PumpTimeError::Form),
            ("2026-05-14", PumpTimeError::Form),
            ("2026-05-14 00:01:31", PumpTimeError::Form),
            ("2026-05-14T00:01:31.", PumpTimeError::Form),
            ("2026-05-14T00:01:31x", PumpTimeError::Form),
            ("2o26-05-14T00:01:31", PumpTimeError::Form),
            ("2026-05-14T00:01:31Z", PumpTimeError::Zone),
            ("2026-05-14T00:01:31.250Z", PumpTimeError::Zone),
            ("2026-05-14T00:01:31.5+02:00", PumpTimeError::Zone),
            ("2026-05-14T00:01:31-04:00", PumpTimeError::Zone),
            ("2026-02-29T00:01:31", PumpTimeError::NoSuchTime),
            ("2026-05-14T24:00:00", PumpTimeError::NoSuchTime),
            ("2007-12-31T23:59:59", PumpTimeError::OutOfRange),
            ("2144-02-07T06:28:16", PumpTimeError::OutOfRange),
        ];
        for (text, error) in rows {
            assert_eq!(text.parse::<PumpTime>(), Err(error), "{text}");
        }
    }

    #[test]
    fn fractions_are_cut_off() {
        assert_eq!("2026-05-14T00:01:31.999".parse(), Ok(PumpTime(579_571_291)));
        let naive = PumpTime(579_571_291).to_naive().with_nanosecond(999_000_000);
        assert_eq!(naive.and_then(PumpTime::from_naive), Some(PumpTime(579_571_291)));
    }

    #[test]
    fn the_epoch_is_the_same_in_both_counts() {
        assert_eq!(PumpTime(0).to_naive().and_utc().timestamp(), i64::from(EPOCH_UNIX_SECONDS));
    }
}
