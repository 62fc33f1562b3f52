//! True answers about insulin: days, hours, single boluses.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveDateTime, TimeDelta, Timelike};
use tandem_sim::history::{BolusEnd, BolusSource, BolusTruth, History, PumpTruth};

use super::{Answer, Cell, boluses, mean, units};
use crate::truth::{kind, source, status};

/// Insulin of one day, in units.
#[derive(Clone, Copy, Debug, Default)]
struct Day {
    basal: f64,
    bolus: f64,
    food: f64,
    correction: f64,
    automatic: f64,
    carbs: f64,
    /// For how long a basal rate is known.
    hours: f64,
}

impl Day {
    fn total(&self) -> f64 {
        self.basal + self.bolus
    }

    fn add(&mut self, bolus: &BolusTruth) {
        let delivered = units(bolus.delivered);
        let proposed = f64::from(bolus.food + bolus.correction);
        self.bolus += delivered;
        if bolus.source == BolusSource::Algorithm {
            self.automatic += delivered;
        } else if proposed > 0.0 {
            self.food += delivered * f64::from(bolus.food) / proposed;
            self.correction += delivered * f64::from(bolus.correction) / proposed;
        }
    }
}

/// The days with at least 18 hours of basal. The pumps are used one after the other, so none of their hours overlap.
fn complete_days(history: &History) -> Vec<(NaiveDate, Day)> {
    let mut days: BTreeMap<NaiveDate, Day> = BTreeMap::new();
    for (day, delivered) in history.truth.pumps.iter().flat_map(PumpTruth::basal_by_local_day) {
        days.entry(day).or_default().basal += delivered.units();
    }
    for (hour, (seconds, _)) in basal_by_hour(history) {
        days.entry(hour.date()).or_default().hours += seconds as f64 / 3600.0;
    }
    for (pump, bolus) in boluses(history) {
        days.entry(start(pump, bolus).date()).or_default().add(bolus);
        days.entry(pump.local_time_at(bolus.entered_at).date()).or_default().carbs += f64::from(bolus.carbs_grams);
    }
    days.into_iter().filter(|(_, day)| day.hours >= 18.0).collect()
}

/// When delivery began, or the request of a bolus that never began, on the clock at the request.
fn start(pump: &PumpTruth, bolus: &BolusTruth) -> NaiveDateTime {
    pump.local_time_at(bolus.requested_at) + (bolus.started.unwrap_or(bolus.requested_at) - bolus.requested_at)
}

/// Seconds with a known rate, and units, by local hour. A rate counts on the clock in force when it began.
fn basal_by_hour(history: &History) -> BTreeMap<NaiveDateTime, (i64, f64)> {
    let mut hours: BTreeMap<NaiveDateTime, (i64, f64)> = BTreeMap::new();
    for (pump, span) in history.truth.pumps.iter().flat_map(|pump| pump.basal.iter().map(move |span| (pump, span))) {
        let began = pump.local_time_at(span.start);
        for (hour, time) in by_hour(began, began + (span.end - span.start)) {
            let (seconds, delivered) = hours.entry(hour).or_default();
            *seconds += time.num_seconds();
            *delivered += units(span.rate) * time.num_seconds() as f64 / 3600.0;
        }
    }
    hours
}

/// How much of the time between two local times lies in each hour.
fn by_hour(from: NaiveDateTime, to: NaiveDateTime) -> Vec<(NaiveDateTime, TimeDelta)> {
    let first = hour(from);
    let hours = (0..).map(|number| first + TimeDelta::hours(number)).take_while(|hour| *hour < to);
    hours.map(|hour| (hour, to.min(hour + TimeDelta::hours(1)) - from.max(hour))).collect()
}

fn hour(time: NaiveDateTime) -> NaiveDateTime {
    time.date().and_hms_opt(time.hour(), 0, 0).expect("an hour of the day")
}

/// 6: the last 14 complete days.
pub(super) fn days(history: &History) -> Answer {
    let row = |(day, insulin): (NaiveDate, Day)| {
        let total = insulin.total();
        let parts = [total, insulin.basal, insulin.food, insulin.correction, insulin.automatic];
        let share = Cell::Number(100.0 * insulin.basal / total, 0);
        [Cell::text(day)].into_iter().chain(parts.map(|units| Cell::Number(units, 1))).chain([share]).collect()
    };
    complete_days(history).into_iter().rev().take(14).map(row).collect()
}

/// 7: means over complete days.
pub(super) fn average_day(history: &History) -> Answer {
    let days = complete_days(history);
    let mean = |value: fn(&Day) -> f64| mean(days.iter().map(|(_, day)| value(day)));
    vec![vec![
        Cell::text(days.len()),
        Cell::Number(mean(Day::total), 1),
        Cell::Number(mean(|day| day.basal), 1),
        Cell::Number(mean(|day| day.bolus), 1),
        Cell::Number(mean(|day| day.carbs), 0),
    ]]
}

/// What a bolus delivered by local hour: the later part of an extended one evenly from its start to its end.
fn bolus_by_hour(pump: &PumpTruth, bolus: &BolusTruth) -> Vec<(NaiveDateTime, f64)> {
    let began = start(pump, bolus);
    let lasted = bolus.ended.unwrap_or(bolus.requested_at) - bolus.started.unwrap_or(bolus.requested_at);
    let later = bolus.delivered.saturating_sub(bolus.requested - bolus.extended);
    let share = |time: TimeDelta| units(later) * time.num_seconds() as f64 / lasted.num_seconds() as f64;
    let spread = by_hour(began, began + lasted).into_iter().filter(|_| later > 0);
    let spread = spread.map(|(hour, time)| (hour, share(time)));
    [(hour(began), units(bolus.delivered - later))].into_iter().chain(spread).collect()
}

/// 9: means by hour of the day.
pub(super) fn usual_day(history: &History) -> Answer {
    let mut hours: BTreeMap<u32, (BTreeSet<NaiveDate>, f64, f64)> = BTreeMap::new();
    for (hour, (_, units)) in basal_by_hour(history) {
        let (days, basal, _) = hours.entry(hour.hour()).or_default();
        days.insert(hour.date());
        *basal += units;
    }
    for (hour, units) in boluses(history).flat_map(|(pump, bolus)| bolus_by_hour(pump, bolus)) {
        let (days, _, bolus) = hours.entry(hour.hour()).or_default();
        days.insert(hour.date());
        *bolus += units;
    }
    let row = |(hour, (days, basal, bolus)): (u32, (BTreeSet<NaiveDate>, f64, f64))| {
        let mean = |units: f64| Cell::Number(units / days.len() as f64, 2);
        vec![Cell::text(hour), mean(basal), mean(bolus)]
    };
    hours.into_iter().map(row).collect()
}

/// 10: those of the last three days.
pub(super) fn last_boluses(history: &History) -> Answer {
    let mut boluses: Vec<_> =
        boluses(history).map(|(pump, bolus)| (pump.local_time_at(bolus.requested_at), bolus)).collect();
    boluses.sort_by_key(|(local, _)| *local);
    let newest = boluses.last().expect("boluses").0;
    let number = |value: u16| if value > 0 { Cell::text(value) } else { Cell::Null };
    let row = |(local, bolus): (NaiveDateTime, &BolusTruth)| {
        vec![
            Cell::text(local),
            Cell::text(kind(bolus)),
            Cell::text(source(bolus)),
            Cell::text(status(bolus)),
            Cell::units(bolus.delivered),
            Cell::units(bolus.requested),
            number(bolus.carbs_grams),
            number(bolus.bg_mgdl),
            Cell::Logged(bolus.iob_units),
        ]
    };
    boluses.into_iter().filter(|(local, _)| *local >= newest - TimeDelta::days(3)).map(row).collect()
}

/// 11: the newest first.
pub(super) fn unfinished_boluses(history: &History) -> Answer {
    let unfinished = boluses(history).filter(|(_, bolus)| bolus.end != BolusEnd::Completed);
    let mut unfinished: Vec<_> =
        unfinished.map(|(pump, bolus)| (pump.local_time_at(bolus.requested_at), bolus)).collect();
    unfinished.sort_by_key(|(local, _)| std::cmp::Reverse(*local));
    let row = |(local, bolus): (NaiveDateTime, &BolusTruth)| {
        vec![
            Cell::text(local),
            Cell::text(kind(bolus)),
            Cell::text(status(bolus)),
            Cell::units(bolus.requested),
            Cell::units(bolus.delivered),
            Cell::Number(units(bolus.requested) - units(bolus.delivered), 2),
        ]
    };
    unfinished.into_iter().map(row).collect()
}
