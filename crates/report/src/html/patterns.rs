//! What stands out in a period, and what its data lack, each in one sentence with its numbers.

use chrono::{Datelike, Timelike};

use super::{digest::Day, page::Page, words};
use crate::{
    episodes::{Episode, EpisodeKind},
    time::minutes_between,
};

/// Hours of a part of the day.
const PART: u32 = 3;
/// A part of the day stands out when its share differs from the whole day's by this many points.
const OUTSTANDING_POINTS: f64 = 8.0;
/// A share below this is no pattern.
const LEAST_HIGH_PERCENT: f64 = 20.0;
/// Weekdays stand out when best and worst differ by this many points.
const WEEKDAY_POINTS: f64 = 10.0;
/// A weekday needs this many days with readings.
const LEAST_DAYS: usize = 2;
/// Lows in one part of the day are a pattern from this many on.
const LEAST_LOWS: usize = 3;
/// A gap without readings of at least this many minutes is counted.
const GAP_MINUTES: f64 = 60.0;
/// More days than this are not named one by one.
const MAX_NAMED_DAYS: usize = 4;

/// The strongest patterns.
pub(super) fn find_strongest(page: &Page) -> Vec<String> {
    let all = [high_part(page), lows_part(page), weekdays(page), longest_high(page), lowest(page)];
    let found: Vec<String> = all.into_iter().flatten().collect();
    if found.is_empty() { vec![page.translate("pattern-none")] } else { found }
}

/// Readings of one part of the day: how many, and how many above range.
fn shares_above(page: &Page) -> Vec<(usize, usize)> {
    let mut parts = vec![(0, 0); (24 / PART) as usize];
    for reading in page.digest.days.iter().flat_map(|day| &day.readings) {
        let part = &mut parts[(reading.at.wall.hour() / PART) as usize];
        part.0 += 1;
        part.1 += usize::from(reading.glucose.get() > page.options.thresholds.high);
    }
    parts
}

fn high_part(page: &Page) -> Option<String> {
    let parts = shares_above(page);
    let percent = |(all, above): (usize, usize)| if all == 0 { 0.0 } else { 100.0 * above as f64 / all as f64 };
    let whole = percent(parts.iter().fold((0, 0), |sum, part| (sum.0 + part.0, sum.1 + part.1)));
    let (index, share) = parts.iter().map(|part| percent(*part)).enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let stands_out = share >= LEAST_HIGH_PERCENT && share - whole >= OUTSTANDING_POINTS;
    let threshold = format!("{} {}", page.glucose(page.options.thresholds.high), page.unit());
    let values = [
        ("from", hour(index as u32 * PART).into()),
        ("to", hour((index as u32 + 1) * PART).into()),
        ("share", words::whole_percent(share).into()),
        ("threshold", threshold.into()),
        ("whole", words::whole_percent(whole).into()),
    ];
    stands_out.then(|| page.translate_with("pattern-high", &values))
}

fn hour(hour: u32) -> String {
    format!("{hour:02}:00")
}

fn of_kind<'a>(page: &'a Page, kind: EpisodeKind) -> impl Iterator<Item = &'a Episode> {
    page.digest.episodes.iter().filter(move |episode| episode.kind == kind)
}

fn lows_part(page: &Page) -> Option<String> {
    let mut counts = vec![0_usize; (24 / PART) as usize];
    of_kind(page, EpisodeKind::Low).for_each(|low| counts[(low.start.wall.hour() / PART) as usize] += 1);
    let all: usize = counts.iter().sum();
    let (index, most) = counts.iter().copied().enumerate().max_by_key(|(_, count)| *count)?;
    let stands_out = most >= LEAST_LOWS && most * 4 >= all;
    let values = [
        ("count", most.into()),
        ("all", all.into()),
        ("from", hour(index as u32 * PART).into()),
        ("to", hour((index as u32 + 1) * PART).into()),
    ];
    stands_out.then(|| page.translate_with("pattern-lows", &values))
}

fn weekdays(page: &Page) -> Option<String> {
    let mean = |weekday: u32| {
        let of_weekday = page.digest.days.iter().filter(|day| day.date.weekday().number_from_monday() == weekday);
        let shares: Vec<f64> = of_weekday.filter_map(|day| day.metrics.ranges.map(|ranges| ranges.in_range)).collect();
        (shares.len() >= LEAST_DAYS).then(|| (weekday, shares.iter().sum::<f64>() / shares.len() as f64))
    };
    let means: Vec<(u32, f64)> = (1..=7).filter_map(mean).collect();
    let worst = means.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
    let best = means.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let name = |weekday: u32| page.translate(&format!("weekday-{weekday}"));
    let values = [
        ("worst", name(worst.0).into()),
        ("low", words::whole_percent(worst.1).into()),
        ("best", name(best.0).into()),
        ("high", words::whole_percent(best.1).into()),
    ];
    (best.1 - worst.1 >= WEEKDAY_POINTS).then(|| page.translate_with("pattern-weekdays", &values))
}

fn longest_high(page: &Page) -> Option<String> {
    let longest = of_kind(page, EpisodeKind::High).max_by(|a, b| a.duration_minutes.total_cmp(&b.duration_minutes))?;
    let values = [
        ("time", page.format_duration(longest.duration_minutes).into()),
        ("date", page.format_date(longest.start.date()).into()),
        ("at", words::format_clock(longest.start.wall).into()),
        ("peak", format!("{} {}", page.glucose(longest.extreme), page.unit()).into()),
    ];
    Some(page.translate_with("pattern-longest-high", &values))
}

fn lowest(page: &Page) -> Option<String> {
    let readings = page.digest.days.iter().flat_map(|day| &day.readings);
    let lowest = readings.min_by(|a, b| a.glucose.get().total_cmp(&b.glucose.get()))?;
    let is_low = lowest.glucose.get() < page.options.thresholds.low;
    let values = [
        ("glucose", format!("{} {}", page.glucose(lowest.glucose.get()), page.unit()).into()),
        ("date", page.format_date(lowest.at.date()).into()),
        ("at", words::format_clock(lowest.at.wall).into()),
    ];
    is_low.then(|| page.translate_with("pattern-lowest", &values))
}

/// What the data lack.
pub(super) fn missing(page: &Page) -> Vec<String> {
    let all = [
        gaps(page),
        days_without(page, "missing-glucose-days", |day| day.readings.is_empty()),
        days_without(page, "missing-insulin-days", |day| !day.insulin.is_complete()),
    ];
    let mut found: Vec<String> = all.into_iter().flatten().collect();
    if page.input.settings.is_empty() {
        found.push(page.translate("missing-settings"));
    }
    if found.is_empty() { vec![page.translate("missing-nothing")] } else { found }
}

/// Gaps between readings, and between them and the edges of the window.
fn gaps(page: &Page) -> Option<String> {
    let window = page.digest.window;
    let readings = page.digest.days.iter().flat_map(|day| &day.readings).map(|reading| reading.at);
    let marks: Vec<_> = std::iter::once(window.start).chain(readings).chain([window.end]).collect();
    let gaps = marks.windows(2).map(|pair| minutes_between(pair[0], pair[1])).filter(|gap| *gap >= GAP_MINUTES);
    let gaps: Vec<f64> = gaps.collect();
    let longest = gaps.iter().copied().fold(0.0, f64::max);
    let values = [
        ("wear", page.percent(page.digest.wear).into()),
        ("count", gaps.len().into()),
        ("all", page.format_duration(gaps.iter().sum()).into()),
        ("longest", page.format_duration(longest).into()),
    ];
    (!gaps.is_empty()).then(|| page.translate_with("missing-gaps", &values))
}

fn days_without(page: &Page, key: &str, lacks: fn(&Day) -> bool) -> Option<String> {
    let days: Vec<&Day> = page.digest.days.iter().filter(|day| lacks(day)).collect();
    let named = days.iter().take(MAX_NAMED_DAYS).map(|day| page.short_date(day.date)).collect::<Vec<_>>().join(", ");
    let more = if days.len() > MAX_NAMED_DAYS { ", …" } else { "" };
    let values = [("count", days.len().into()), ("days", format!("{named}{more}").into())];
    (!days.is_empty()).then(|| page.translate_with(key, &values))
}
