//! Decides which days to ask for. Pure: the account's word, the ledger and the present in, days out.
//!
//! A day is *settled* once it was read after an upload at least a week later and the pump itself has come a week
//! further: what comes up to a week late is not missed. The days of a pause count from the upload that ended it: a phone
//! that was away may send the newest days first. An unsettled day is read again after each new upload, a settled one
//! never, and once a week of use the newest 28 days are read again whole, for backlogs that came later still.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, Utc};

use crate::store::FetchWindow;
use crate::{DayRange, PumpListing};

/// A day settles when an upload at least this much later has been read.
const SETTLING: Days = Days::new(7);
/// The newest days that are read again once a week.
const DEEP_READ: Days = Days::new(27);
/// The window of the service is in days of an unknown clock: one more on each side.
const PADDING: Days = Days::new(1);
/// A pump's clock further ahead than this is wrong, not abroad.
const PLAUSIBLE_LEAD: Days = Days::new(2);
/// The first pumps of this kind were sold in 2016.
const BEFORE_ANY_PUMP: (i32, u32, u32) = (2016, 1, 1);

/// What a person asked for beyond "what is new".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Wish {
    /// Not before this day.
    pub from: Option<NaiveDate>,
    /// Not after this day.
    pub to: Option<NaiveDate>,
    /// Every day, settled or not.
    pub full: bool,
}

/// The days to ask for, oldest first, in windows of at most `longest` days.
#[must_use]
pub fn windows_to_fetch(
    pump: &PumpListing,
    ledger: &[FetchWindow],
    wish: Wish,
    now: DateTime<Utc>,
    longest: u32,
) -> Vec<DayRange> {
    let Some(last_upload) = pump.last_upload else { return Vec::new() };
    let reads = Reads::of(ledger);
    let spans = spans(pump, now).into_iter().filter_map(|span| clip(span, wish));
    let due = |day: NaiveDate| wish.full || reads.is_due(day, last_upload, newest_believable(pump, now));
    let mut days: Vec<NaiveDate> = spans
        .clone()
        .flat_map(|span| span.first().iter_days().take_while(move |day| *day <= span.last()))
        .filter(|day| due(*day))
        .collect();
    if !days.is_empty() {
        days.extend(spans.flat_map(|span| reads.deep_read(span, last_upload)));
    }
    days.sort_unstable();
    days.dedup();
    runs(&days).into_iter().flat_map(|run| run.windows(longest)).collect()
}

/// True when every day that the account can tell of was read since its last upload.
#[must_use]
pub fn is_up_to_date(pump: &PumpListing, ledger: &[FetchWindow], now: DateTime<Utc>) -> bool {
    windows_to_fetch(pump, ledger, Wish::default(), now, u32::MAX).is_empty()
}

/// The stretches of days in which the pump may have events: usually one; two when its clock once ran in the future.
fn spans(pump: &PumpListing, now: DateTime<Utc>) -> Vec<DayRange> {
    let (year, month, day) = BEFORE_ANY_PUMP;
    let unknown = NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let today = now.date_naive();
    let last_upload = pump.last_upload.map_or(today, |upload| upload.date_naive());
    let first = pump.first_event.map_or(unknown, |first| first.date());
    let last = pump.last_event.map_or(last_upload, |last| last.date());
    let padded = |first: NaiveDate, last: NaiveDate| DayRange::new(first - PADDING, last + PADDING);
    if last <= today + PLAUSIBLE_LEAD {
        return padded(first.min(last), last).into_iter().collect();
    }
    // The clock was ahead by months or decades: the days around the promised last event, and all up to the last upload.
    let believable = padded(first.min(last_upload), last_upload);
    believable.into_iter().chain(padded(last - DEEP_READ, last)).collect()
}

fn newest_believable(pump: &PumpListing, now: DateTime<Utc>) -> Option<NaiveDate> {
    pump.last_event.map(|last| last.date()).filter(|last| *last <= now.date_naive() + PLAUSIBLE_LEAD)
}

fn clip(span: DayRange, wish: Wish) -> Option<DayRange> {
    let first = wish.from.map_or(span.first(), |from| span.first().max(from));
    let last = wish.to.map_or(span.last(), |to| span.last().min(to));
    DayRange::new(first, last)
}

/// Per day, the newest upload after which it was read; and all uploads that were. A window read before any upload was
/// known counts as the oldest.
struct Reads {
    days: BTreeMap<NaiveDate, DateTime<Utc>>,
    uploads: BTreeSet<NaiveDate>,
}

impl Reads {
    fn of(ledger: &[FetchWindow]) -> Self {
        let (mut days, mut uploads) = (BTreeMap::new(), BTreeSet::new());
        for read in ledger {
            let upload = read.window.last_upload.unwrap_or(DateTime::UNIX_EPOCH);
            uploads.insert(upload.date_naive());
            for day in read.window.days.first().iter_days().take_while(|day| *day <= read.window.days.last()) {
                days.entry(day).and_modify(|known| *known = upload.max(*known)).or_insert(upload);
            }
        }
        Self { days, uploads }
    }

    fn is_due(&self, day: NaiveDate, last_upload: DateTime<Utc>, newest_event: Option<NaiveDate>) -> bool {
        let Some(read_after) = self.days.get(&day) else { return true };
        let uploaded_later = read_after.date_naive() >= self.end_of_pause(day) + SETTLING;
        // While the pump's newest event is no later itself, later uploads say nothing of this day: the pump's clock may
        // stand at a factory date, or the phone may hold a backlog.
        let pump_is_later = newest_event.is_none_or(|newest| newest >= day + SETTLING);
        !(uploaded_later && pump_is_later) && *read_after < last_upload
    }

    /// The last day of the pause between two uploads in which `day` lies; itself when nothing tells of a pause.
    fn end_of_pause(&self, day: NaiveDate) -> NaiveDate {
        let began = self.uploads.range(..=day).next_back();
        let ended = self.uploads.range(day..).find(|upload| **upload > day).and_then(NaiveDate::pred_opt);
        began.and(ended).unwrap_or(day)
    }

    /// The newest 28 days of `span`, when some of them were last read more than a week of uploads ago.
    fn deep_read(&self, span: DayRange, last_upload: DateTime<Utc>) -> Vec<NaiveDate> {
        let first = (span.last() - DEEP_READ).max(span.first());
        let days: Vec<_> = first.iter_days().take_while(|day| *day <= span.last()).collect();
        let stale = |day: &NaiveDate| self.days.get(day).is_some_and(|read| *read + SETTLING < last_upload);
        if days.iter().any(stale) { days } else { Vec::new() }
    }
}

/// Consecutive days, joined.
fn runs(days: &[NaiveDate]) -> Vec<DayRange> {
    let joined = days.chunk_by(|day, next| day.succ_opt() == Some(*next));
    joined.filter_map(|run| DayRange::new(*run.first()?, *run.last()?)).collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;

    use super::*;
    use crate::SerialNumber;
    use crate::store::{FetchedWindow, PageCounts};

    fn instant(text: &str) -> DateTime<Utc> {
        format!("{text}Z").parse().expect("an instant")
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn pump(first: Option<&str>, last: Option<&str>, upload: Option<&str>) -> PumpListing {
        let wall = |text: &str| text.parse::<NaiveDateTime>().expect("a wall clock");
        PumpListing {
            serial_number: SerialNumber::new("1"),
            assignment_id: None,
            model_name: None,
            model_number: None,
            part_number: None,
            software_version: None,
            algorithm: None,
            last_upload: upload.map(instant),
            first_event: first.map(wall),
            last_event: last.map(wall),
            settings: None,
        }
    }

    fn read(first: &str, last: &str, upload: &str) -> FetchWindow {
        let days = DayRange::new(day(first), day(last)).expect("days in order");
        let window = FetchedWindow { days, last_upload: Some(instant(upload)) };
        FetchWindow { window, fetched: instant(upload), counts: PageCounts::default() }
    }

    fn asked(pump: &PumpListing, ledger: &[FetchWindow], wish: Wish) -> Vec<String> {
        let now = instant("2026-06-30T12:00:00");
        windows_to_fetch(pump, ledger, wish, now, 28).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_first_sync_asks_for_everything_and_a_second_for_nothing() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let first = asked(&pump, &[], Wish::default());
        assert_eq!(first, ["2026-04-30 to 2026-05-27", "2026-05-28 to 2026-06-24", "2026-06-25 to 2026-07-01"]);
        let ledger = [read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00")];
        assert_eq!(asked(&pump, &ledger, Wish::default()), [""; 0]);
    }

    #[test]
    fn a_new_upload_reads_unsettled_days_again() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let ledger = [read("2026-04-30", "2026-07-01", "2026-06-30T10:30:00")];
        assert_eq!(asked(&pump, &ledger, Wish::default()), ["2026-06-24 to 2026-07-01"]);
    }

    #[test]
    fn once_a_week_of_use_the_newest_28_days_are_read_again() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let ledger = [read("2026-04-30", "2026-06-24", "2026-06-21T10:30:00")];
        assert_eq!(asked(&pump, &ledger, Wish::default()), ["2026-06-04 to 2026-07-01"]);
    }

    #[test]
    fn days_of_a_pause_stay_unsettled_for_a_week_after_it() {
        // Three weeks without an upload; the newer half came at 10:00, the older half is to come.
        let ledger = [
            read("2026-05-31", "2026-06-04", "2026-06-03T08:00:00"),
            read("2026-05-27", "2026-06-25", "2026-06-24T10:00:00"),
        ];
        let asked_at = |upload: &str| {
            let pump = pump(Some("2026-06-01T08:00:00"), Some(&upload[..19]), Some(upload));
            asked(&pump, &ledger, Wish::default())
        };
        assert_eq!(asked_at("2026-06-24T11:00:00"), ["2026-06-03 to 2026-06-25"]);
        let later = [ledger[0], ledger[1], read("2026-06-03", "2026-07-01", "2026-06-30T10:00:00")];
        let pump = pump(Some("2026-06-01T08:00:00"), Some("2026-06-30T11:00:00"), Some("2026-06-30T11:00:00"));
        assert_eq!(asked(&pump, &later, Wish::default()), ["2026-06-24 to 2026-07-01"]);
    }

    #[test]
    fn odd_dates_do_no_harm() {
        let upload = Some("2026-06-30T11:30:00");
        assert_eq!(asked(&pump(None, None, None), &[], Wish::default()), [""; 0]);
        let future =
            asked(&pump(Some("2026-06-01T00:00:00"), Some("2066-05-24T04:59:14"), upload), &[], Wish::default());
        assert_eq!(
            future,
            [
                "2026-05-31 to 2026-06-27",
                "2026-06-28 to 2026-07-01",
                "2066-04-26 to 2066-05-23",
                "2066-05-24 to 2066-05-25"
            ]
        );
        let factory =
            asked(&pump(Some("2020-01-02T00:00:00"), Some("2020-01-05T00:00:00"), upload), &[], Wish::default());
        assert_eq!(factory, ["2020-01-01 to 2020-01-06"]);
        let unknown = asked(&pump(None, None, upload), &[], Wish::default());
        assert_eq!(unknown.first().map(String::as_str), Some("2015-12-31 to 2016-01-27"));
    }

    #[test]
    fn days_at_a_factory_date_stay_unsettled_while_the_pump_is_there() {
        let pump = pump(Some("2020-01-02T00:00:00"), Some("2020-01-05T00:00:00"), Some("2026-06-30T11:30:00"));
        let ledger = [read("2020-01-01", "2020-01-06", "2026-06-28T11:30:00")];
        assert_eq!(asked(&pump, &ledger, Wish::default()), ["2020-01-01 to 2020-01-06"]);
    }

    #[test]
    fn wishes_are_granted() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let ledger = [read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00")];
        let wish = Wish { from: Some(day("2026-06-10")), to: Some(day("2026-06-12")), full: true };
        assert_eq!(asked(&pump, &ledger, wish), ["2026-06-10 to 2026-06-12"]);
    }
}
