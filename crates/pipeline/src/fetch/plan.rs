//! Decides which days to ask for. Pure: the account's word, the fetch log and the present in, days out.
//!
//! A day is *settled* once it was read after an upload at least a week later and the pump itself has come a week
//! further: what comes up to a week late is not missed. The days of a pause count from the upload that ended it: a phone
//! that was away may send the newest days first. An unsettled day is read again after each new upload, a settled one
//! never, and once a week of use the newest 28 days are read again whole, for backlogs that came later still.
//!
//! Days are those of the pump's wall clock. Where it was set back by days, it goes through days again that may be settled:
//! these count as read only after the setting was known, and settle by the days on which the clock showed them again.
//!
//! Days whose answer is doubtful (see [`super::plausibility`]) are asked for again whether or not they are settled.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, SubsecRound, TimeDelta, Utc};

use super::plausibility::{Doubt, is_due_again};
use crate::store::{DateChange, FetchWindow};
use crate::{AssignmentId, DayRange, PumpListing};

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
/// A pump counts seconds from here on: no clock shows an earlier day.
const FIRST_DAY: (i32, u32, u32) = (2008, 1, 1);

/// What a person asked for beyond "what is new".
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct FetchSelection {
    /// Not before this day.
    pub from: Option<NaiveDate>,
    /// Not after this day.
    pub to: Option<NaiveDate>,
    /// Every day, settled or not.
    pub full: bool,
}

/// What the store knows of a pump.
#[derive(Clone, Copy, Debug, Default)]
pub struct FetchState<'a> {
    /// What was asked for.
    pub fetch_log: &'a [FetchWindow],
    /// Where its clock went back.
    pub set_back: &'a [ClockRewind],
    /// Days whose answer is doubtful.
    pub doubts: &'a [Doubt],
}

/// A segment of days that a pump's clock went through after it was set back, perhaps for the second time.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ClockRewind {
    first: NaiveDate,
    /// The day of the next change of its date; `None` while there is none.
    last: Option<NaiveDate>,
    learned: DateTime<Utc>,
}

impl ClockRewind {
    fn covers(&self, day: NaiveDate) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }

    /// The real day on which the clock showed `day` again, or a later one.
    fn shown_on(&self, day: NaiveDate) -> NaiveDate {
        self.learned.date_naive() + (day - self.first)
    }
}

/// Where the clock went back by more than a day, as a journey does not.
#[must_use]
pub(crate) fn set_back(changes: &[DateChange]) -> Vec<ClockRewind> {
    let read = |change: &DateChange| {
        let event = pump_events::decode_raw(&change.data).ok()?;
        let forward = crate::parse::clock_change(&event)?;
        Some((change.learned, event.header().pump_time.to_naive(), forward))
    };
    let changes: Vec<_> = changes.iter().filter_map(read).collect();
    let next = changes.iter().skip(1).map(|(_, wall, forward)| Some((*wall - *forward).date())).chain([None]);
    let back = changes.iter().zip(next).filter(|((_, _, forward), _)| *forward < -TimeDelta::days(1));
    back.map(|((learned, wall, _), last)| ClockRewind { first: wall.date(), last, learned: *learned }).collect()
}

/// The listing with an upload: where the account names none although the pump has events, the pump may have uploaded now.
/// To the second, as stores and the service write it: a finer time would be later than itself once it was stored.
#[must_use]
pub(crate) fn assume_upload(pump: &PumpListing, fetch_log: &[FetchWindow], now: DateTime<Utc>) -> PumpListing {
    let has_events = pump.first_event.is_some() || pump.last_event.is_some() || !fetch_log.is_empty();
    let last_upload = pump.last_upload.or_else(|| has_events.then(|| now.trunc_subsecs(0)));
    let oldest_read = || fetch_log.iter().map(|window| window.window.days.first()).min();
    let first_event = pump.first_event.or_else(|| Some((oldest_read()? + PADDING).and_time(NaiveTime::MIN)));
    PumpListing { last_upload, first_event, ..pump.clone() }
}

/// The days to ask for, oldest first, in windows of at most `longest` days.
#[must_use]
pub(crate) fn windows_to_fetch(
    pump: &PumpListing,
    known: FetchState<'_>,
    selection: FetchSelection,
    now: DateTime<Utc>,
    longest: u32,
) -> Vec<DayRange> {
    let Some(last_upload) = pump.last_upload else { return Vec::new() };
    let reads = Reads::from_listing(pump, known);
    let spans = selected_days(&plan_spans(pump, &reads, now), selection);
    let again: Vec<_> = known.doubts.iter().filter(|doubt| is_due_again(doubt, known.fetch_log, now)).collect();
    let is_doubtful = |day: NaiveDate| again.iter().any(|doubt| doubt.days.contains(day));
    let due = |day: NaiveDate| {
        selection.full || is_doubtful(day) || reads.is_due(day, last_upload, newest_believable(pump, now))
    };
    let every = |span: &DayRange| span.first().iter_days().take((span.last() - span.first()).num_days() as usize + 1);
    let mut days: Vec<NaiveDate> = spans.iter().flat_map(every).filter(|day| due(*day)).collect();
    if !days.is_empty() {
        days.extend(spans.iter().flat_map(|span| reads.deep_read(*span, last_upload)));
    }
    days.sort_unstable();
    days.dedup();
    runs(&days).into_iter().flat_map(|run| run.windows(longest)).collect()
}

/// The segments of days in which the pump may have events: usually one; two when its clock once ran in the future.
fn plan_spans(pump: &PumpListing, reads: &Reads<'_>, now: DateTime<Utc>) -> Vec<DayRange> {
    let date = |(year, month, day)| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    let today = now.date_naive();
    let last_upload = pump.last_upload.map_or(today, |upload| upload.date_naive());
    let first = pump.first_event.map_or(date(BEFORE_ANY_PUMP), |first| first.date().max(date(FIRST_DAY)));
    let last = pump.last_event.map_or(last_upload, |last| last.date());
    let padded = |first: NaiveDate, last: NaiveDate| DayRange::new(first - PADDING, last + PADDING);
    if last <= today + PLAUSIBLE_LEAD {
        return padded(first.min(last), last).into_iter().collect();
    }
    // The clock was ahead by months or decades: all up to the last upload, and the days before the promised last event, for
    // as far back as there are events.
    let believable = padded(first.min(last_upload), last_upload);
    let mut ahead = last - DEEP_READ;
    while ahead > last_upload && reads.brought(ahead - PADDING) {
        ahead = ahead - DEEP_READ - PADDING;
    }
    believable.into_iter().chain(padded(ahead.max(last_upload), last)).collect()
}

fn newest_believable(pump: &PumpListing, now: DateTime<Utc>) -> Option<NaiveDate> {
    pump.last_event.map(|last| last.date()).filter(|last| *last <= now.date_naive() + PLAUSIBLE_LEAD)
}

/// The days of `spans` that are wanted; days that a person names from both sides even where the account lists none.
fn selected_days(spans: &[DayRange], selection: FetchSelection) -> Vec<DayRange> {
    let wanted: Vec<_> = spans.iter().filter_map(|span| clip_span(*span, selection)).collect();
    match (selection.from, selection.to) {
        (Some(from), Some(to)) if wanted.is_empty() => DayRange::new(from, to).into_iter().collect(),
        _ => wanted,
    }
}

fn clip_span(span: DayRange, selection: FetchSelection) -> Option<DayRange> {
    let first = selection.from.map_or(span.first(), |from| span.first().max(from));
    let last = selection.to.map_or(span.last(), |to| span.last().min(to));
    DayRange::new(first, last)
}

/// The newest reading of a day.
#[derive(Clone, Copy)]
struct Read {
    /// The upload after which it was read; the oldest of all where none was known.
    upload: DateTime<Utc>,
    fetched: DateTime<Utc>,
    /// Its window brought something.
    brought: bool,
    /// Something of its window could not be identified.
    rejected: bool,
}

/// Per day the newest reading; and all uploads after which was read.
struct Reads<'a> {
    days: BTreeMap<NaiveDate, Read>,
    uploads: BTreeSet<NaiveDate>,
    set_back: &'a [ClockRewind],
}

impl<'a> Reads<'a> {
    /// What was read of `pump`: of a pump that was reassigned, by the assignment that the listing is of.
    fn from_listing(pump: &PumpListing, known: FetchState<'a>) -> Self {
        let (mut days, mut uploads) = (BTreeMap::<NaiveDate, Read>::new(), BTreeSet::new());
        let assignment = pump.assignment_id.as_ref();
        let of_another = |asked: &AssignmentId| assignment.is_some_and(|assignment| !assignment.is(asked.as_str()));
        for FetchWindow { window, fetched, counts } in known.fetch_log {
            if window.assignment_id.as_ref().is_some_and(of_another) {
                continue;
            }
            let upload = window.last_upload.unwrap_or(DateTime::UNIX_EPOCH);
            uploads.insert(upload.date_naive());
            let brought = counts.new + counts.duplicate + counts.revised > 0;
            let read = Read { upload, fetched: *fetched, brought, rejected: counts.rejected > 0 };
            for day in window.days.first().iter_days().take_while(|day| *day <= window.days.last()) {
                days.entry(day).and_modify(|known| *known = read.newer(*known)).or_insert(read);
            }
        }
        Self { days, uploads, set_back: known.set_back }
    }

    fn is_due(&self, day: NaiveDate, last_upload: DateTime<Utc>, newest_event: Option<NaiveDate>) -> bool {
        let Some(read) = self.days.get(&day) else { return true };
        if read.upload >= last_upload {
            return false;
        }
        let (mut shown_on, mut is_stale) = (day, read.rejected && read.upload + SETTLING < last_upload);
        for back in self.set_back.iter().filter(|back| back.covers(day)) {
            is_stale |= read.fetched < back.learned;
            // Days that the clock has not reached again since can hold nothing new.
            let again = back.shown_on(day);
            if again <= last_upload.date_naive() + PADDING {
                shown_on = shown_on.max(again);
            }
        }
        let uploaded_later = read.upload.date_naive() >= self.end_of_pause(shown_on) + SETTLING;
        // While the pump's newest event is no later itself, later uploads say nothing of this day: the pump's clock may
        // stand at a factory date, or the phone may hold a backlog.
        let pump_is_later = newest_event.is_none_or(|newest| newest >= day + SETTLING);
        is_stale || !(uploaded_later && pump_is_later)
    }

    /// True when the window in which `day` was read last brought something.
    fn brought(&self, day: NaiveDate) -> bool {
        self.days.get(&day).is_some_and(|read| read.brought)
    }

    /// The last day of the pause between two uploads in which `day` lies; itself when no pause is known.
    fn end_of_pause(&self, day: NaiveDate) -> NaiveDate {
        let began = self.uploads.range(..=day).next_back();
        let ended = self.uploads.range(day..).find(|upload| **upload > day).and_then(NaiveDate::pred_opt);
        began.and(ended).unwrap_or(day)
    }

    /// The newest 28 days of `span`, when some of them were last read more than a week of uploads ago.
    fn deep_read(&self, span: DayRange, last_upload: DateTime<Utc>) -> Vec<NaiveDate> {
        let first = (span.last() - DEEP_READ).max(span.first());
        let days: Vec<_> = first.iter_days().take_while(|day| *day <= span.last()).collect();
        let stale = |day: &NaiveDate| self.days.get(day).is_some_and(|read| read.upload + SETTLING < last_upload);
        if days.iter().any(stale) { days } else { Vec::new() }
    }
}

impl Read {
    fn newer(self, known: Self) -> Self {
        if self.upload >= known.upload { self } else { known }
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
        let window = FetchedWindow { assignment_id: None, days, last_upload: Some(instant(upload)), doubt: None };
        FetchWindow { window, fetched: instant(upload), counts: PageCounts::default() }
    }

    fn asked(pump: &PumpListing, fetch_log: &[FetchWindow], selection: FetchSelection) -> Vec<String> {
        planned(pump, FetchState { fetch_log, ..FetchState::default() }, selection)
    }

    fn planned(pump: &PumpListing, known: FetchState<'_>, selection: FetchSelection) -> Vec<String> {
        let now = instant("2026-06-30T12:00:00");
        windows_to_fetch(pump, known, selection, now, 28).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_first_sync_asks_for_everything_and_a_second_for_nothing() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let first = asked(&pump, &[], FetchSelection::default());
        assert_eq!(first, ["2026-04-30 to 2026-05-27", "2026-05-28 to 2026-06-24", "2026-06-25 to 2026-07-01"]);
        let fetch_log = [read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00")];
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), [""; 0]);
    }

    #[test]
    fn a_new_upload_reads_unsettled_days_again() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let fetch_log = [read("2026-04-30", "2026-07-01", "2026-06-30T10:30:00")];
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), ["2026-06-24 to 2026-07-01"]);
    }

    #[test]
    fn once_a_week_of_use_the_newest_28_days_are_read_again() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let fetch_log = [read("2026-04-30", "2026-06-24", "2026-06-21T10:30:00")];
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), ["2026-06-04 to 2026-07-01"]);
    }

    #[test]
    fn days_of_a_pause_stay_unsettled_for_a_week_after_it() {
        // Three weeks without an upload; the newer half came at 10:00, the older half is to come.
        let fetch_log = [
            read("2026-05-31", "2026-06-04", "2026-06-03T08:00:00"),
            read("2026-05-27", "2026-06-25", "2026-06-24T10:00:00"),
        ];
        let asked_at = |upload: &str| {
            let pump = pump(Some("2026-06-01T08:00:00"), Some(&upload[..19]), Some(upload));
            asked(&pump, &fetch_log, FetchSelection::default())
        };
        assert_eq!(asked_at("2026-06-24T11:00:00"), ["2026-06-03 to 2026-06-25"]);
        let later =
            [fetch_log[0].clone(), fetch_log[1].clone(), read("2026-06-03", "2026-07-01", "2026-06-30T10:00:00")];
        let pump = pump(Some("2026-06-01T08:00:00"), Some("2026-06-30T11:00:00"), Some("2026-06-30T11:00:00"));
        assert_eq!(asked(&pump, &later, FetchSelection::default()), ["2026-06-24 to 2026-07-01"]);
    }

    #[test]
    fn doubtful_days_are_asked_for_again_a_few_times_at_once_and_then_once_a_week() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let days = DayRange::new(day("2026-05-10"), day("2026-05-12")).expect("days in order");
        let reason = crate::fetch::plausibility::DoubtReason::MissingNumbers;
        let asked_after = |times: u32, last: &str| {
            let mut fetch_log = vec![read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00"); times as usize];
            fetch_log[times as usize - 1].fetched = instant(last);
            fetch_log[..times as usize - 1]
                .iter_mut()
                .for_each(|window| window.fetched = instant("2026-01-01T00:00:00"));
            let doubts = [Doubt { days, missing: None, reason, asked: times }];
            planned(
                &pump,
                FetchState { fetch_log: &fetch_log, set_back: &[], doubts: &doubts },
                FetchSelection::default(),
            )
        };
        let (again, lately, long_ago) = (["2026-05-10 to 2026-05-12"], "2026-06-30T11:31:00", "2026-06-23T12:00:00");
        assert_eq!(asked_after(1, lately), again);
        assert_eq!(asked_after(3, lately), again);
        assert_eq!(asked_after(4, lately), [""; 0]);
        assert_eq!(asked_after(4, long_ago), again);
        assert_eq!(asked_after(11, long_ago), again);
        assert_eq!(asked_after(12, long_ago), [""; 0]);
    }

    #[test]
    fn without_an_upload_the_events_of_the_pump_decide() {
        let now = instant("2026-06-30T12:00:00");
        let fetch_log = [read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00")];
        let upload = |first: Option<&str>, last: Option<&str>, fetch_log: &[FetchWindow]| {
            let assumed = assume_upload(&pump(first, last, None), fetch_log, now);
            (assumed.last_upload.is_some(), assumed.first_event.map(|first| first.date().to_string()))
        };
        let first = Some("2026-05-02T08:00:00");
        assert_eq!(upload(None, None, &[]), (false, None), "a pump that was never used");
        assert_eq!(upload(first, None, &[]), (true, Some("2026-05-02".to_owned())));
        assert_eq!(upload(None, first, &[]), (true, None));
        assert_eq!(upload(None, None, &fetch_log), (true, Some("2026-05-01".to_owned())));
    }

    #[test]
    fn odd_dates_do_no_harm() {
        let upload = Some("2026-06-30T11:30:00");
        assert_eq!(asked(&pump(None, None, None), &[], FetchSelection::default()), [""; 0]);
        let future = asked(
            &pump(Some("2026-06-01T00:00:00"), Some("2066-05-24T04:59:14"), upload),
            &[],
            FetchSelection::default(),
        );
        assert_eq!(
            future,
            [
                "2026-05-31 to 2026-06-27",
                "2026-06-28 to 2026-07-01",
                "2066-04-26 to 2066-05-23",
                "2066-05-24 to 2066-05-25"
            ]
        );
        let factory = asked(
            &pump(Some("2020-01-02T00:00:00"), Some("2020-01-05T00:00:00"), upload),
            &[],
            FetchSelection::default(),
        );
        assert_eq!(factory, ["2020-01-01 to 2020-01-06"]);
        let unknown = asked(&pump(None, None, upload), &[], FetchSelection::default());
        assert_eq!(unknown.first().map(String::as_str), Some("2015-12-31 to 2016-01-27"));
    }

    #[test]
    fn days_at_a_factory_date_stay_unsettled_while_the_pump_is_there() {
        let pump = pump(Some("2020-01-02T00:00:00"), Some("2020-01-05T00:00:00"), Some("2026-06-30T11:30:00"));
        let fetch_log = [read("2020-01-01", "2020-01-06", "2026-06-28T11:30:00")];
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), ["2020-01-01 to 2020-01-06"]);
    }

    #[test]
    fn wishes_are_granted() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2026-06-30T07:00:00"), Some("2026-06-30T11:30:00"));
        let fetch_log = [read("2026-04-30", "2026-07-01", "2026-06-30T11:30:00")];
        let selection = FetchSelection { from: Some(day("2026-06-10")), to: Some(day("2026-06-12")), full: true };
        assert_eq!(asked(&pump, &fetch_log, selection), ["2026-06-10 to 2026-06-12"]);
    }

    #[test]
    fn days_named_from_both_sides_are_asked_for_wherever_they_lie() {
        let pump = pump(Some("2026-05-01T08:00:00"), Some("2027-05-31T07:00:00"), Some("2026-06-30T11:30:00"));
        let selection = FetchSelection { from: Some(day("2027-03-01")), to: Some(day("2027-03-03")), full: false };
        assert_eq!(asked(&pump, &[], selection), ["2027-03-01 to 2027-03-03"]);
    }

    #[test]
    fn days_of_a_clock_that_was_ahead_are_asked_for_as_far_back_as_there_are_events() {
        let pump = pump(Some("2026-06-01T08:00:00"), Some("2027-05-31T07:00:00"), Some("2026-06-30T11:30:00"));
        let upload = "2026-06-30T11:30:00";
        let mut fetch_log = vec![read("2026-05-31", "2026-07-01", upload)];
        assert_eq!(
            asked(&pump, &fetch_log, FetchSelection::default()),
            ["2027-05-03 to 2027-05-30", "2027-05-31 to 2027-06-01"]
        );
        fetch_log.push(read("2027-05-03", "2027-06-01", upload));
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), [""; 0], "the days before brought nothing");
        fetch_log[1].counts.new = 1;
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), ["2027-04-05 to 2027-05-02"]);
    }

    #[test]
    fn a_clock_never_shows_a_day_before_it_counts() {
        let pump = pump(Some("0001-01-01T00:00:00"), Some("2008-01-05T00:00:00"), Some("2026-06-30T11:30:00"));
        assert_eq!(asked(&pump, &[], FetchSelection::default()), ["2007-12-31 to 2008-01-06"]);
    }

    #[test]
    fn settled_days_that_the_clock_was_set_back_to_are_read_again() {
        let date_change = |learned: &str, wall: &str, days: [u32; 2]| DateChange {
            learned: instant(learned),
            data: format!(
                r#"{{"eventCode":14,"sequenceNumber":9,"pumpDateTime":"{wall}","eventProperties":{{"datePrior":{},"dateAfter":{},"rawRTCTime":0}}}}"#,
                days[0], days[1]
            ),
        };
        // On June 20 the clock is set a year back, on June 23 forward again.
        let back = date_change("2026-06-20T12:00:00", "2025-06-20T10:00:00", [6745, 6380]);
        let forward = date_change("2026-06-23T12:00:00", "2026-06-23T10:00:00", [6383, 6748]);
        let pump = pump(Some("2025-05-01T08:00:00"), Some("2026-06-20T07:00:00"), Some("2026-06-22T11:30:00"));
        let plan = |fetch_log: &[FetchWindow], changes: &[DateChange]| {
            planned(
                &pump,
                FetchState { fetch_log, set_back: &set_back(changes), doubts: &[] },
                FetchSelection::default(),
            )
        };
        let before = [read("2025-04-30", "2026-06-21", "2026-06-19T11:30:00")];
        let newest = "2026-06-13 to 2026-06-21";
        assert_eq!(plan(&before, &[]), [newest]);
        let whole = plan(&before, std::slice::from_ref(&back));
        assert_eq!((whole.first().map(String::as_str), whole.len()), (Some("2025-06-20 to 2025-07-17"), 14));
        assert_eq!(plan(&before, &[back.clone(), forward]), ["2025-06-20 to 2025-06-23", newest]);
        // Read once since, only the days that the clock shows by now can hold more.
        let after = [before[0].clone(), read("2025-04-30", "2026-06-21", "2026-06-21T11:30:00")];
        assert_eq!(plan(&after, std::slice::from_ref(&back)), ["2025-06-20 to 2025-06-23", "2026-06-14 to 2026-06-21"]);
    }

    #[test]
    fn what_could_not_be_identified_is_asked_for_again_once_a_week_of_use() {
        let pump = |upload: &str| pump(Some("2026-01-01T08:00:00"), Some("2026-06-30T07:00:00"), Some(upload));
        let mut odd = read("2026-02-01", "2026-02-28", "2026-06-20T11:30:00");
        odd.counts.rejected = 1;
        let fetch_log = [read("2025-12-31", "2026-07-01", "2026-06-20T11:30:00"), odd];
        let first = |upload: &str| asked(&pump(upload), &fetch_log, FetchSelection::default()).first().cloned();
        assert_eq!(first("2026-06-26T11:30:00").as_deref(), Some("2026-06-14 to 2026-07-01"));
        assert_eq!(first("2026-06-30T11:30:00").as_deref(), Some("2026-02-01 to 2026-02-28"));
    }

    #[test]
    fn a_reassigned_pump_has_a_fetch_log_for_each_assignment() {
        let mut pump = pump(Some("2021-01-01T08:00:00"), Some("2021-01-03T07:00:00"), Some("2022-09-30T11:30:00"));
        pump.assignment_id = Some(AssignmentId::new("first"));
        let mut fetch_log = [read("2020-01-01", "2026-07-01", "2026-06-30T11:30:00")];
        fetch_log[0].window.assignment_id = Some(AssignmentId::new("SECOND"));
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), ["2020-12-31 to 2021-01-04"]);
        fetch_log[0].window.assignment_id = Some(AssignmentId::new("FIRST"));
        assert_eq!(asked(&pump, &fetch_log, FetchSelection::default()), [""; 0]);
    }
}
