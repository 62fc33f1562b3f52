//! True answers about glucose: days, ranges, lows, meals, sleep.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use tandem_sim::history::{BolusSource, BolusTruth, History, UserMode};

use super::{Answer, Cell, Reading, boluses, mean, median, minutes, percent, quantile, readings, units};

fn in_range(mgdl: f64) -> bool {
    (70.0..=180.0).contains(&mgdl)
}

/// The values of readings by something that they share.
fn group_by<K: Ord>(readings: Vec<Reading<'_>>, key: impl Fn(&Reading<'_>) -> K) -> BTreeMap<K, Vec<f64>> {
    let mut groups: BTreeMap<K, Vec<f64>> = BTreeMap::new();
    for reading in readings {
        groups.entry(key(&reading)).or_default().push(reading.mgdl);
    }
    groups
}

/// 1: the last 14 days.
pub(super) fn days(history: &History) -> Answer {
    let days = group_by(readings(history), |reading| reading.local.date());
    let row = |(day, values): (chrono::NaiveDate, Vec<f64>)| {
        let mean = mean(values.iter().copied());
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (values.len() - 1) as f64).sqrt();
        let share = percent(&values, in_range);
        [Cell::text(day), Cell::text(values.len()), whole(mean), whole(share), whole(100.0 * deviation / mean)].into()
    };
    days.into_iter().rev().take(14).map(row).collect()
}

fn whole(value: f64) -> Cell {
    Cell::Number(value, 0)
}

/// 2: shares of time. Every reading of these sensors stands for five minutes.
pub(super) fn last_two_weeks(history: &History) -> Answer {
    let readings = readings(history);
    let newest = readings.iter().map(|reading| reading.local).max().expect("readings");
    let recent = readings.iter().filter(|reading| reading.local >= newest - TimeDelta::days(14));
    let values: Vec<f64> = recent.map(|reading| reading.mgdl).collect();
    let shares =
        [percent(&values, |mgdl| mgdl < 70.0), percent(&values, in_range), percent(&values, |mgdl| mgdl > 180.0)];
    let gmi = 3.31 + 0.02392 * mean(values);
    vec![shares.into_iter().chain([gmi]).map(|value| Cell::Number(value, 1)).collect()]
}

/// 3: percentiles by hour.
pub(super) fn usual_day(history: &History) -> Answer {
    let hours = group_by(readings(history), |reading| reading.local.hour());
    let row = |(hour, mut values): (u32, Vec<f64>)| {
        values.sort_by(f64::total_cmp);
        let percentiles = [0.05, 0.25, 0.5, 0.75, 0.95].map(|share| whole(quantile(&values, share)));
        [Cell::text(hour)].into_iter().chain(percentiles).collect()
    };
    hours.into_iter().map(row).collect()
}

/// 4: the newest low first.
pub(super) fn lows(history: &History) -> Answer {
    let mut episodes: Vec<Vec<Reading<'_>>> = Vec::new();
    let mut before: Option<Reading<'_>> = None;
    for reading in readings(history) {
        let goes_on = before.is_some_and(|before| before.mgdl < 70.0 && minutes(reading.at - before.at) <= 15.0);
        match episodes.last_mut() {
            Some(episode) if reading.mgdl < 70.0 && goes_on => episode.push(reading),
            _ if reading.mgdl < 70.0 => episodes.push(vec![reading]),
            _ => (),
        }
        before = Some(reading);
    }
    let row = |episode: Vec<Reading<'_>>| {
        let (first, last) = (episode[0], episode[episode.len() - 1]);
        let lowest = episode.iter().map(|reading| reading.mgdl).fold(f64::INFINITY, f64::min);
        vec![Cell::text(first.local), whole(minutes(last.at - first.at) + 5.0), Cell::text(lowest)]
    };
    episodes.into_iter().rev().filter(|episode| episode.len() >= 3).map(row).collect()
}

/// 5: the 50 newest readings below 54.
pub(super) fn boluses_before_lows(history: &History) -> Answer {
    let low = readings(history).into_iter().rev().filter(|reading| reading.mgdl < 54.0);
    let row = |reading: Reading<'_>| {
        let is_before = |started: DateTime<Utc>| started <= reading.at && reading.at - started < TimeDelta::hours(4);
        let boluses: Vec<&BolusTruth> =
            boluses(history).map(|(_, bolus)| bolus).filter(|bolus| bolus.started.is_some_and(is_before)).collect();
        let given = (!boluses.is_empty()).then(|| boluses.iter().map(|bolus| units(bolus.delivered)).sum());
        let carbs: u32 = boluses.iter().map(|bolus| u32::from(bolus.carbs_grams)).sum();
        let carbs = if carbs > 0 { Cell::text(carbs) } else { Cell::Null };
        vec![
            Cell::text(reading.local),
            Cell::text(reading.mgdl),
            Cell::text(boluses.len()),
            Cell::maybe(given, 2),
            carbs,
        ]
    };
    low.take(50).map(row).collect()
}

/// 16: readings by what the person was doing.
pub(super) fn asleep_and_awake(history: &History) -> Answer {
    let state = |reading: &Reading<'_>| {
        let modes = reading.pump.user_modes.iter();
        let mut now = modes.filter(|mode| mode.start <= reading.at && mode.end.is_none_or(|end| reading.at < end));
        now.next().map_or("awake", |mode| match mode.what {
            UserMode::Sleeping => "sleeping",
            UserMode::Exercising => "exercising",
        })
    };
    let row = |(state, values): (&str, Vec<f64>)| {
        let (mean, share) = (mean(values.iter().copied()), percent(&values, in_range));
        vec![Cell::text(state), Cell::text(values.len()), whole(mean), whole(share)]
    };
    group_by(readings(history), state).into_iter().map(row).collect()
}

/// A meal and what came of it.
struct Meal {
    local: NaiveDateTime,
    carbs: f64,
    bolus_delay: Option<f64>,
    before: Option<f64>,
    peak: Option<f64>,
    minutes_to_peak: Option<f64>,
    after_2h: Option<f64>,
    after_4h: Option<f64>,
}

/// 13: means by time of day.
pub(super) fn after_meals(history: &History) -> Answer {
    let mut times: BTreeMap<&str, Vec<Meal>> = BTreeMap::new();
    for meal in meals(history) {
        let time = match meal.local.hour() {
            0..10 => "breakfast",
            10..15 => "lunch",
            _ => "dinner",
        };
        times.entry(time).or_default().push(meal);
    }
    let mut times: Vec<_> = times.into_iter().collect();
    times.sort_by_key(|(_, meals)| std::cmp::Reverse(meals.len()));
    times.into_iter().map(|(time, meals)| time_of_day(time, &meals)).collect()
}

fn time_of_day(time: &str, meals: &[Meal]) -> Vec<Cell> {
    let known = |value: fn(&Meal) -> Option<f64>| meals.iter().filter_map(value);
    vec![
        Cell::text(time),
        Cell::text(meals.len()),
        whole(mean(meals.iter().map(|meal| meal.carbs))),
        Cell::Number(mean(known(|meal| meal.bolus_delay)), 1),
        whole(mean(known(|meal| meal.before))),
        whole(mean(known(|meal| meal.peak))),
        whole(median(known(|meal| meal.minutes_to_peak).collect())),
        whole(mean(known(|meal| meal.after_2h))),
        whole(mean(known(|meal| meal.after_4h))),
    ]
}

/// Carbs that were entered within half an hour of the ones before are the same meal.
fn meals(history: &History) -> Vec<Meal> {
    let readings = readings(history);
    let mut meals: Vec<(DateTime<Utc>, NaiveDateTime, f64)> = Vec::new();
    let mut last = DateTime::<Utc>::MIN_UTC;
    for (pump, bolus) in boluses(history).filter(|(_, bolus)| bolus.carbs_grams > 0) {
        let (at, grams) = (bolus.entered_at, f64::from(bolus.carbs_grams));
        match meals.last_mut() {
            Some((_, _, carbs)) if minutes(at - last) <= 30.0 => *carbs += grams,
            _ => meals.push((at, pump.local_time_at(at), grams)),
        }
        last = at;
    }
    meals.into_iter().map(|meal| followed(meal, &readings, history)).collect()
}

/// From a meal to the first bolus that the person gave within half an hour of it, in minutes.
fn bolus_delay(history: &History, meal: DateTime<Utc>) -> Option<f64> {
    let own = boluses(history).filter(|(_, bolus)| bolus.source != BolusSource::Algorithm);
    let near = own.filter(|(_, bolus)| minutes(bolus.requested_at - meal).abs() <= 30.0);
    near.map(|(_, bolus)| bolus.started.unwrap_or(bolus.requested_at)).min().map(|bolus| minutes(bolus - meal))
}

/// A meal at an instant and a local time, with what came of it.
fn followed(
    (at, local, carbs): (DateTime<Utc>, NaiveDateTime, f64),
    readings: &[Reading<'_>],
    history: &History,
) -> Meal {
    let passed = readings.partition_point(|reading| reading.at <= at);
    let before = readings[..passed].last().filter(|reading| minutes(at - reading.at) <= 15.0);
    let after = readings[passed..].iter().map(|reading| (minutes(reading.at - at), reading.mgdl));
    let after: Vec<_> = after.take_while(|(minutes, _)| *minutes <= 250.0).collect();
    let rising = after.iter().copied().filter(|(minutes, _)| *minutes <= 180.0);
    let peak = rising.reduce(|peak, reading| if reading.1 > peak.1 { reading } else { peak });
    Meal {
        local,
        carbs,
        bolus_delay: bolus_delay(history, at),
        before: before.map(|reading| reading.mgdl),
        peak: peak.map(|(_, mgdl)| mgdl),
        minutes_to_peak: peak.map(|(minutes, _)| minutes),
        after_2h: nearest(&after, 120.0),
        after_4h: nearest(&after, 240.0),
    }
}

/// The reading at most ten minutes from `wanted`, of equally near ones the first.
fn nearest(after: &[(f64, f64)], wanted: f64) -> Option<f64> {
    let near = after.iter().filter(|(minutes, _)| (minutes - wanted).abs() <= 10.0);
    near.min_by(|one, other| (one.0 - wanted).abs().total_cmp(&(other.0 - wanted).abs())).map(|(_, mgdl)| *mgdl)
}
