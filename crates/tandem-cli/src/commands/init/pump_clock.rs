//! What the pump's clock shows now, as far as its last upload tells: a zone that it contradicts is asked for again.

use chrono::{DateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use pipeline::{Account, PumpListing};

use crate::clock_hints::{length_name, zone_at};

/// An older upload says little about the present: daylight-saving time may have changed since, or the person travelled.
const RECENT: TimeDelta = TimeDelta::days(7);
/// The newest event of an upload is younger than this, if the pump was with its phone.
const UPLOAD_LAG: TimeDelta = TimeDelta::minutes(12);
const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// The clock of the pump that uploaded last.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct PumpClock {
    uploaded: DateTime<Utc>,
    /// The pump's clock minus UTC, in whole quarters of an hour.
    offset: TimeDelta,
}

impl PumpClock {
    /// The clock, if some pump uploaded lately and its newest event is as old as such events are.
    pub(super) fn from_account(account: &Account, now: DateTime<Utc>) -> Option<Self> {
        let newest = account.pumps.iter().max_by_key(|pump| pump.last_upload)?;
        let PumpListing { last_upload: Some(uploaded), last_event: Some(event), .. } = newest else { return None };
        let ahead = event.and_utc() - *uploaded + UPLOAD_LAG;
        let offset = QUARTER * i32::try_from(ahead.num_minutes().div_euclid(15)).ok()?;
        // Where no place has that offset, the event is older than a fresh one.
        let is_usable = now - *uploaded <= RECENT && zone_at(offset, *uploaded).is_some();
        is_usable.then_some(Self { uploaded: *uploaded, offset })
    }

    /// `15:14`.
    pub(super) fn shown(&self, now: DateTime<Utc>) -> String {
        (now + self.offset).format("%H:%M").to_string()
    }

    /// How far the clock was from that of `zone` at the upload; `None` if it agreed.
    pub(super) fn difference(&self, zone: Tz) -> Option<String> {
        let there = zone.offset_from_utc_datetime(&self.uploaded.naive_utc()).fix().local_minus_utc();
        let ahead = self.offset - TimeDelta::seconds(i64::from(there));
        let direction = if ahead > TimeDelta::zero() { "ahead of" } else { "behind" };
        (!ahead.is_zero()).then(|| format!("{} {direction}", length_name(ahead.abs())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_upload_shows_the_pumps_clock() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("an instant");
        let (now, uploaded) = (at("2026-06-10T19:14:00Z"), at("2026-06-10T18:31:00Z"));
        for (event, expected) in [
            ("2026-06-10T14:28:31", Some(("15:14", None))),
            ("2026-06-10T14:31:20", Some(("15:14", None))),
            ("2026-06-10T13:28:31", Some(("14:14", Some("1 h behind")))),
            ("2026-06-10T23:58:31", Some(("00:44", Some("9 h 30 min ahead of")))),
            ("2026-06-10T14:18:00", None),
            ("2028-06-10T14:28:31", None),
        ] {
            let mut pump = pipeline_listing();
            pump.last_upload = Some(uploaded);
            pump.last_event = Some(event.parse().expect("a wall clock"));
            let account = Account { pumps: vec![pump], ..Account::default() };
            let clock = PumpClock::from_account(&account, now);
            let found = clock.map(|clock| (clock.shown(now), clock.difference(Tz::America__New_York)));
            let expected = expected.map(|(shown, difference)| (shown.to_owned(), difference.map(str::to_owned)));
            assert_eq!(found, expected, "{event}");
            assert_eq!(PumpClock::from_account(&account, now + TimeDelta::days(8)), None, "{event}");
        }
    }

    fn pipeline_listing() -> PumpListing {
        PumpListing {
            serial_number: pipeline::SerialNumber::new("11"),
            assignment_id: None,
            model_name: None,
            model_number: None,
            part_number: None,
            software_version: None,
            algorithm: None,
            last_upload: None,
            first_event: None,
            last_event: None,
            settings: None,
        }
    }
}
