//! `tandem` without a command: today and this week in ten lines, or the help where nothing is on record.

use std::fmt::Write as _;

use anyhow::Result;
use chrono::{DateTime, Days, TimeDelta, Utc};
use clap::Command;
use console::style;
use report::episodes::{EpisodeKind, find_episodes};
use report::printing::{self, PrintedRanges, fixed};
use report::{GlucoseUnit, Reading, Thresholds, Timestamp, Window, wear};

use super::preferences::glucose_unit;
use super::week::{NONE, WEEK, Week, metrics_of};
use crate::context::Context;
use crate::failure::Exit;
use crate::history::{History, Latest};
use crate::output::{format_age, format_count, format_span, wrap_text};

/// The widest overview.
const WIDTH: usize = 80;
/// Columns of the labels.
const LABEL: usize = 11;
/// A gap of at least this many minutes is worth a word.
const GAP_MINUTES: i64 = 60;
/// Data older than this ask for a sync.
const STALE: TimeDelta = TimeDelta::hours(12);

/// Shows the overview.
pub(crate) fn run(mut program: Command, context: &Context) -> Result<Exit> {
    if context.settings.database.exists() {
        let reader = context.reader()?;
        let history = History::new(&reader)?;
        if let Some((_, newest)) = history.recorded_days()? {
            let overview = Overview {
                unit: glucose_unit(None, context, Some(&history))?,
                now: Context::now(),
                latest: history.latest()?,
                week: Week::read(&history, newest)?,
                before: history.readings(week_before(&history, newest))?,
            };
            context.terminal.write_data(overview.text().as_bytes())?;
            return Ok(Exit::Done);
        }
    }
    context.terminal.write_data(program.render_help().to_string())?;
    Ok(Exit::Usage)
}

fn week_before(history: &History<'_>, newest: chrono::NaiveDate) -> Window {
    let end = newest + Days::new(1) - Days::new(WEEK);
    history.days(end - Days::new(WEEK), end)
}

struct Overview {
    unit: GlucoseUnit,
    now: DateTime<Utc>,
    latest: Latest,
    week: Week,
    before: Vec<Reading>,
}

impl Overview {
    fn text(&self) -> String {
        let lines = [
            ("glucose", self.glucose()),
            ("in range", self.in_range()),
            ("lowest", self.lowest()),
            ("longest high", self.longest_high()),
            ("insulin", self.insulin()),
            ("left", self.left()),
            ("age", self.ages()),
            ("missing", self.missing()),
            ("next", self.next()),
        ];
        let mut text = String::new();
        for (label, words) in lines {
            let words = wrap_text(&words, WIDTH - LABEL - 3, LABEL + 3);
            let _ = writeln!(text, "{}  {words}", style(format!("{label:<width$}", width = LABEL + 1)).cyan());
        }
        text
    }

    fn concentration(&self, mg_per_dl: f64) -> String {
        format!("{} {}", printing::glucose(mg_per_dl, self.unit), self.unit.name())
    }

    fn glucose(&self) -> String {
        let Some(reading) = &self.latest.reading else { return "no readings recorded".to_owned() };
        format!(
            "{}, {} ({})",
            style(self.concentration(reading.glucose.get())).bold(),
            format_age(reading.at.utc, self.now),
            moment(reading.at)
        )
    }

    fn in_range(&self) -> String {
        let share =
            |readings: &[Reading]| metrics_of(readings).ranges.map(|ranges| PrintedRanges::new(&ranges).in_range);
        let shown = |share: Option<i64>| share.map_or_else(|| NONE.to_owned(), |share| format!("{share} %"));
        let (now, before) =
            (self.week.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges).in_range), share(&self.before));
        let change = now.zip(before).map_or_else(String::new, |(now, before)| match now - before {
            0 => ", as in the week before".to_owned(),
            points => format!(", {points:+} points against the week before ({before} %)"),
        });
        format!("24 h {}, 7 days {}{change}", shown(share(&self.last_day())), shown(now))
    }

    /// The readings of the last 24 hours on record.
    fn last_day(&self) -> Vec<Reading> {
        let newest = self.latest.reading.map(|reading| reading.at.utc);
        let since = newest.map(|newest| newest - TimeDelta::hours(24));
        self.week.readings.iter().filter(|reading| since.is_some_and(|since| reading.at.utc > since)).copied().collect()
    }

    fn lowest(&self) -> String {
        let readings = self.week.readings.iter();
        let lowest = readings.min_by(|one, other| one.glucose.get().total_cmp(&other.glucose.get()));
        lowest.map_or_else(
            || NONE.to_owned(),
            |reading| format!("{}, {}", self.concentration(reading.glucose.get()), moment(reading.at)),
        )
    }

    fn longest_high(&self) -> String {
        let episodes = find_episodes(&self.week.readings, &Thresholds::default());
        let highs = episodes.iter().filter(|episode| episode.kind == EpisodeKind::High);
        let Some(longest) = highs.max_by(|one, other| one.duration_minutes.total_cmp(&other.duration_minutes)) else {
            return "none this week".to_owned();
        };
        let length = duration(longest.duration_minutes as i64);
        format!("{length} from {}, up to {}", moment(longest.start), self.concentration(longest.extreme))
    }

    fn insulin(&self) -> String {
        let Some(day) = self.week.insulin.average.of_complete_days else {
            return "no complete day this week".to_owned();
        };
        let number =
            |value: Option<f64>, decimals| value.map_or_else(|| NONE.to_owned(), |value| fixed(value, decimals));
        let (total, share) = (number(day.total_units(), 1), number(day.basal_percent(), 0));
        format!(
            "{total} U a day ({share} % basal), {} g carbs, average of {} days",
            fixed(day.carbs_grams, 0),
            day.days
        )
    }

    fn left(&self) -> String {
        let insulin = self
            .latest
            .insulin_left
            .map_or_else(|| "insulin unknown".to_owned(), |units| format!("about {} U of insulin", fixed(units, 0)));
        let battery = self.latest.battery.as_ref().map_or_else(
            || "battery unknown".to_owned(),
            |battery| format!("battery {} % ({})", battery.percent, format_age(battery.at, self.now)),
        );
        format!("{insulin}, {battery}")
    }

    fn ages(&self) -> String {
        let site = self
            .latest
            .site
            .map_or_else(|| "site unknown".to_owned(), |at| format!("site {}", format_span(self.now - at)));
        let sensor = self.latest.sensor.as_ref().map_or_else(
            || "no sensor recorded".to_owned(),
            |sensor| {
                let made_for = sensor.days.map_or_else(String::new, |days| format!(" of {days}"));
                format!("sensor {}{made_for}", format_span(self.now - sensor.started))
            },
        );
        format!("{site}, {sensor}")
    }

    fn missing(&self) -> String {
        let wear = wear::percent_of_window(&self.week.readings, &self.week.window);
        let gaps = self.gaps();
        let incomplete = self.week.insulin.days.iter().filter(|day| !day.is_complete()).count();
        let mut words = Vec::new();
        if !gaps.is_empty() {
            let all = duration(gaps.iter().sum());
            words.push(format!(
                "{} of readings in {} ({} % wear)",
                all,
                format_count(gaps.len() as u64, "gap"),
                wear.map_or_else(|| NONE.to_owned(), |wear| fixed(wear, 0))
            ));
        }
        if incomplete > 0 {
            words.push(format!("insulin of {incomplete} of 7 days incomplete"));
        }
        if words.is_empty() { "nothing this week".to_owned() } else { words.join("; ") }
    }

    /// The minutes of each gap between the readings of the week.
    fn gaps(&self) -> Vec<i64> {
        let pairs = self.week.readings.windows(2).map(|pair| (pair[1].at.utc - pair[0].at.utc).num_minutes());
        pairs.filter(|minutes| *minutes >= GAP_MINUTES).collect()
    }

    fn next(&self) -> String {
        let newest = self.latest.reading.map(|reading| reading.at.utc).or(self.latest.fetched);
        let command = if newest.is_some_and(|newest| self.now - newest < STALE) { "tandem day" } else { "tandem sync" };
        let fetched = self
            .latest
            .fetched
            .map_or_else(String::new, |at| format!("  (last sync or import {})", format_age(at, self.now)));
        format!("{command}{fetched}")
    }
}

/// "Sat 14 Mar 21:40".
fn moment(at: Timestamp) -> String {
    at.wall.format("%a %-d %b %H:%M").to_string()
}

fn duration(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, rest) => format!("{hours} h {rest:02} min"),
    }
}
