//! A period worked out once: rows inside the window, metrics, episodes, and the rows of each day.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::{
    day_clock::DayClock,
    input::{Alarm, InsulinOnBoard, Period, ReportOptions, SiteChange},
};
use crate::{
    episodes::{Episode, EpisodeSummaries, find_episodes},
    glucose::{Reading, Thresholds},
    insulin::{BasalSource, Bolus, CarbEntry, InsulinDay, InsulinSummary, LoopMode, UserMode},
    metrics::{Metrics, MetricsOptions},
    profile::{ProfileBin, profile},
    time::{Span, Timestamp, Window, pieces_by_date},
    wear,
};

pub(super) struct Digest<'a> {
    pub(super) window: &'a Window,
    pub(super) metrics: Metrics,
    /// Time in the person's own target range, in %.
    pub(super) in_own_target: Option<f64>,
    pub(super) profile: Vec<ProfileBin>,
    pub(super) episodes: Vec<Episode>,
    pub(super) insulin: InsulinSummary,
    pub(super) days: Vec<Day<'a>>,
    /// Sensor time in the window, in %.
    pub(super) wear: Option<f64>,
    /// Minutes of sensor time.
    sensor_minutes: f64,
    /// The longest interval between two readings of a sensor, in minutes.
    pub(super) interval_minutes: f64,
    pub(super) alarms: Vec<&'a Alarm>,
    pub(super) site_changes: Vec<&'a SiteChange>,
    pub(super) sensor_starts: Vec<Timestamp>,
    pub(super) suspended_minutes: f64,
}

/// The rows of one wall-clock date.
pub(super) struct Day<'a> {
    pub(super) date: NaiveDate,
    pub(super) clock: DayClock,
    pub(super) readings: Vec<&'a Reading>,
    pub(super) metrics: Metrics,
    pub(super) wear: Option<f64>,
    pub(super) insulin: InsulinDay,
    pub(super) boluses: Vec<&'a Bolus>,
    pub(super) carbs: Vec<&'a CarbEntry>,
    pub(super) basal: Vec<Segment<(f64, BasalSource)>>,
    pub(super) on_board: Vec<&'a InsulinOnBoard>,
    pub(super) loop_modes: Vec<Segment<LoopMode>>,
    pub(super) user_modes: Vec<Segment<UserMode>>,
    pub(super) suspensions: Vec<Segment<()>>,
    pub(super) site_changes: Vec<&'a SiteChange>,
    pub(super) sensor_starts: Vec<Timestamp>,
    pub(super) alarms: Vec<&'a Alarm>,
}

/// Something that held for part of a day, in elapsed minutes from midnight.
#[derive(Debug, Clone)]
pub(super) struct Segment<T> {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) value: T,
}

impl<'a> Digest<'a> {
    pub(super) fn new(period: &'a Period, zone: Option<Tz>, options: &ReportOptions) -> Self {
        let thresholds = &options.thresholds;
        let window = &period.window;
        let readings: Vec<Reading> = inside(&period.readings, window, |r| r.at).copied().collect();
        let metrics = Metrics::of(&readings, &MetricsOptions { thresholds: *thresholds });
        let insulin = InsulinSummary::new(&period.insulin, window);
        let suspensions = period.suspensions.iter().filter_map(|s| window.clip(s.start, s.end));
        Self {
            profile: profile(&readings),
            episodes: find_episodes(&readings, thresholds),
            days: days(period, &insulin, zone, thresholds),
            wear: wear::percent_of_window(&readings, window),
            sensor_minutes: wear::sensor_minutes(&readings),
            interval_minutes: wear::longest_interval_minutes(&readings),
            alarms: inside(&period.alarms, window, |alarm| alarm.at).collect(),
            site_changes: inside(&period.site_changes, window, |change| change.at).collect(),
            sensor_starts: inside(&period.sensor_starts, window, |at| *at).copied().collect(),
            suspended_minutes: suspensions.map(|(start, end)| crate::time::minutes_between(start, end)).sum(),
            in_own_target: options
                .own_target
                .and_then(|(low, high)| crate::metrics::share_between(&readings, low, high)),
            metrics,
            insulin,
            window,
        }
    }

    pub(super) fn has_readings(&self) -> bool {
        self.metrics.summary.n > 0
    }

    /// The days that charts are drawn for: from the first to the last with anything on record. A window that begins years before
    /// the history would otherwise be drawn as empty years.
    pub(super) fn charted_days(&self) -> &[Day<'a>] {
        let first = self.days.iter().position(Day::has_data).unwrap_or(self.days.len());
        let end = self.days.iter().rposition(Day::has_data).map_or(first, |last| last + 1);
        &self.days[first..end]
    }

    pub(super) fn has_insulin(&self) -> bool {
        self.insulin.days.iter().any(|day| day.has_data)
    }

    pub(super) fn episode_summaries(&self) -> &EpisodeSummaries {
        &self.metrics.episodes
    }

    /// Whole and broken days of sensor time.
    pub(super) fn sensor_days(&self) -> f64 {
        self.sensor_minutes / 1440.0
    }

    /// Dates with insulin on record.
    pub(super) fn days_with_insulin(&self) -> impl Iterator<Item = &InsulinDay> {
        self.insulin.days.iter().filter(|day| day.has_data)
    }
}

impl Day<'_> {
    /// Whether anything is on record.
    pub(super) fn has_data(&self) -> bool {
        let is_empty = self.readings.is_empty()
            && self.carbs.is_empty()
            && self.site_changes.is_empty()
            && self.sensor_starts.is_empty()
            && self.alarms.is_empty();
        self.insulin.has_data || !is_empty
    }
}

fn inside<'a, T>(rows: &'a [T], window: &'a Window, at: impl Fn(&T) -> Timestamp + 'a) -> impl Iterator<Item = &'a T> {
    rows.iter().filter(move |row| window.contains(at(row)))
}

/// Rows by the date of their stamp, in time order.
struct ByDate<'a, T>(BTreeMap<NaiveDate, Vec<&'a T>>);

impl<'a, T> ByDate<'a, T> {
    fn new(rows: &'a [T], window: &'a Window, at: impl Fn(&T) -> Timestamp + Copy + 'a) -> Self {
        let mut by_date: BTreeMap<NaiveDate, Vec<&'a T>> = BTreeMap::new();
        for row in inside(rows, window, at) {
            by_date.entry(at(row).date()).or_default().push(row);
        }
        for rows in by_date.values_mut() {
            rows.sort_by_key(|row| at(row));
        }
        Self(by_date)
    }

    fn take(&mut self, date: NaiveDate) -> Vec<&'a T> {
        self.0.remove(&date).unwrap_or_default()
    }
}

/// Spans by date, cut at midnight.
struct SpansByDate<T>(BTreeMap<NaiveDate, Vec<Span<T>>>);

impl<T: Clone> SpansByDate<T> {
    fn new(spans: impl Iterator<Item = Span<T>>, window: &Window) -> Self {
        let mut by_date: BTreeMap<NaiveDate, Vec<Span<T>>> = BTreeMap::new();
        for span in spans {
            let Some((start, end)) = window.clip(span.start, span.end) else { continue };
            for (start, end) in pieces_by_date(start, end) {
                by_date.entry(start.date()).or_default().push(Span { start, end, value: span.value.clone() });
            }
        }
        for spans in by_date.values_mut() {
            spans.sort_by_key(|span| span.start);
        }
        Self(by_date)
    }

    fn take(&mut self, date: NaiveDate, clock: &DayClock) -> Vec<Segment<T>> {
        let placed =
            |span: Span<T>| Segment { from: clock.minute(span.start), to: clock.minute(span.end), value: span.value };
        let segments = self.0.remove(&date).unwrap_or_default().into_iter().map(placed);
        segments.filter(|segment| segment.from < segment.to).collect()
    }
}

fn days<'a>(period: &'a Period, insulin: &InsulinSummary, zone: Option<Tz>, thresholds: &Thresholds) -> Vec<Day<'a>> {
    let window = &period.window;
    let rows = &period.insulin;
    let options = MetricsOptions { thresholds: *thresholds };
    let mut readings = ByDate::new(&period.readings, window, |r| r.at);
    let mut boluses = ByDate::new(&rows.boluses, window, |b| b.start);
    let mut carbs = ByDate::new(&period.insulin.carbs, window, |c| c.at);
    let mut on_board = ByDate::new(&period.insulin_on_board, window, |i| i.at);
    let mut site_changes = ByDate::new(&period.site_changes, window, |s| s.at);
    let mut sensor_starts = ByDate::new(&period.sensor_starts, window, |s| *s);
    let mut alarms = ByDate::new(&period.alarms, window, |a| a.at);
    let basal =
        rows.basal.iter().map(|b| Span { start: b.start, end: b.end, value: (b.units_per_hour, b.source.clone()) });
    let mut basal = SpansByDate::new(basal, window);
    let mut loop_modes = SpansByDate::new(rows.loop_modes.iter().cloned(), window);
    let mut user_modes = SpansByDate::new(rows.user_modes.iter().cloned(), window);
    let mut suspensions = SpansByDate::new(period.suspensions.iter().copied(), window);
    let of_day = |day: &InsulinDay| {
        let date = day.date;
        let readings = readings.take(date);
        let boluses = boluses.take(date);
        let stamps: Vec<Timestamp> = readings.iter().map(|r| r.at).chain(boluses.iter().map(|b| b.start)).collect();
        let clock = DayClock::new(date, zone, &stamps);
        let copied: Vec<Reading> = readings.iter().map(|r| **r).collect();
        Day {
            date,
            metrics: Metrics::of(&copied, &options),
            wear: clock.within(window).and_then(|day| wear::percent_of_window(&copied, &day)),
            readings,
            insulin: day.clone(),
            boluses,
            carbs: carbs.take(date),
            basal: basal.take(date, &clock),
            on_board: on_board.take(date),
            loop_modes: loop_modes.take(date, &clock),
            user_modes: user_modes.take(date, &clock),
            suspensions: suspensions.take(date, &clock),
            site_changes: site_changes.take(date),
            sensor_starts: sensor_starts.take(date).into_iter().copied().collect(),
            alarms: alarms.take(date),
            clock,
        }
    };
    insulin.days.iter().map(of_day).collect()
}

/// Saturday or Sunday.
pub(super) fn is_weekend(date: NaiveDate) -> bool {
    date.weekday().number_from_monday() > 5
}
