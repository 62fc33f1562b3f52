//! The rows of a history as the columns of the explorer.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::columns::{ColumnWriter, Order};
use crate::{
    Reading,
    episodes::{EpisodeKind, find_episodes},
    html::{AlarmFamily, Period, ReportInput, ReportOptions, SiteChangeKind, alarm_name, describe_changes},
    insulin::{BasalSource, BolusOrigin, CarbEntry, LoopMode, UserMode},
    messages::Messages,
    time::{Span, Timestamp},
};

/// The columns and what belongs to them.
pub(super) struct Tables {
    /// All columns as text.
    pub(super) packed: String,
    /// The names of the tables and their columns, in the order in which they are packed.
    pub(super) layout: Value,
    /// The names of alarms, by the number that their column has.
    pub(super) alarms: Vec<String>,
    /// When settings changed, and what.
    pub(super) settings: Value,
}

impl Tables {
    pub(super) fn new(input: &ReportInput, options: &ReportOptions, messages: &Messages) -> Self {
        let period = &input.period;
        let mut packer = Packer::default();
        let changes = describe_changes(input, options, messages);
        let alarms = packer.alarms(period, messages);
        packer.readings(&sorted(&period.readings, |reading| reading.at));
        packer.basal(period);
        packer.boluses(period);
        packer.entries(period);
        packer.modes(period);
        packer.sites(period);
        packer.episodes(period, options);
        packer
            .table("settings", &[("t", Order::Difference, changes.iter().map(|(at, _)| at.utc.timestamp()).collect())]);
        packer.offsets(period);
        let settings = changes.iter().map(|(at, lines)| json!({"at": at.utc.timestamp(), "lines": lines})).collect();
        Self {
            packed: packer.writer.pack(),
            layout: Value::Array(packer.layout),
            alarms,
            settings: Value::Array(settings),
        }
    }
}

/// Stands for a dose that is not known; the script counts it in no total.
const UNKNOWN: i64 = -1;

type Column<'a> = (&'a str, Order, Vec<i64>);

#[derive(Default)]
struct Packer {
    writer: ColumnWriter,
    layout: Vec<Value>,
}

impl Packer {
    fn table(&mut self, name: &str, columns: &[Column]) {
        for (_, order, values) in columns {
            self.writer.column(*order, values.iter().copied());
        }
        let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
        self.layout.push(json!([name, names]));
    }

    fn readings(&mut self, readings: &[Reading]) {
        self.table(
            "readings",
            &[
                ("t", Order::Second, times(readings, |r| r.at)),
                ("glucose", Order::Difference, numbers(readings, |r| r.glucose.get())),
                ("weight", Order::Difference, weights(readings)),
            ],
        );
    }

    fn basal(&mut self, period: &Period) {
        let rows = sorted(&period.insulin.basal, |b| b.start);
        let source = |source: &BasalSource| match source {
            BasalSource::Suspended => 0,
            BasalSource::Profile | BasalSource::Unknown(_) => 1,
            BasalSource::TempRate => 2,
            BasalSource::Algorithm => 3,
            BasalSource::TempRateAndAlgorithm => 4,
        };
        let profile = profile_rates(period, &rows);
        self.table(
            "basal",
            &[
                ("t", Order::Second, times(&rows, |b| b.start)),
                ("seconds", Order::Difference, rows.iter().map(|b| (b.end.utc - b.start.utc).num_seconds()).collect()),
                ("rate", Order::Difference, numbers(&rows, |b| b.units_per_hour * 1000.0)),
                ("source", Order::Plain, rows.iter().map(|b| source(&b.source)).collect()),
                ("profile", Order::Difference, profile),
            ],
        );
    }

    fn boluses(&mut self, period: &Period) {
        let rows = sorted(&period.insulin.boluses, |b| b.start);
        self.table(
            "boluses",
            &[
                ("t", Order::Difference, times(&rows, |b| b.start)),
                (
                    "seconds",
                    Order::Plain,
                    rows.iter().map(|b| (b.end.utc - b.start.utc).num_seconds().max(0)).collect(),
                ),
                (
                    "units",
                    Order::Plain,
                    rows.iter()
                        .map(|b| b.delivered_units.map_or(UNKNOWN, |units| (units * 1000.0).round() as i64))
                        .collect(),
                ),
                ("extended", Order::Plain, numbers(&rows, |b| b.extended_units * 1000.0)),
                ("carbs", Order::Plain, numbers(&rows, |b| b.carbs_grams)),
                (
                    "automatic",
                    Order::Plain,
                    rows.iter().map(|b| i64::from(b.origin == BolusOrigin::Automatic)).collect(),
                ),
            ],
        );
    }

    /// Carbohydrates that no bolus carries, and insulin on board.
    fn entries(&mut self, period: &Period) {
        let carbs: Vec<CarbEntry> =
            sorted(&period.insulin.carbs, |c| c.at).into_iter().filter(|c| !c.has_bolus).collect();
        let board = sorted(&period.insulin_on_board, |i| i.at);
        self.table(
            "carbs",
            &[("t", Order::Difference, times(&carbs, |c| c.at)), ("grams", Order::Plain, numbers(&carbs, |c| c.grams))],
        );
        self.table(
            "board",
            &[
                ("t", Order::Difference, times(&board, |i| i.at)),
                ("units", Order::Difference, numbers(&board, |i| i.units * 100.0)),
            ],
        );
    }

    fn modes(&mut self, period: &Period) {
        let closed = period
            .insulin
            .loop_modes
            .iter()
            .filter(|span| span.value == LoopMode::ClosedLoop)
            .map(|span| named(span, 0));
        let user = period.insulin.user_modes.iter().filter_map(|span| match span.value {
            UserMode::Sleeping => Some(named(span, 1)),
            UserMode::Exercising => Some(named(span, 2)),
            _ => None,
        });
        let rows = sorted(&closed.chain(user).collect::<Vec<_>>(), |span| span.start);
        self.table(
            "modes",
            &[
                ("t", Order::Difference, times(&rows, |span| span.start)),
                (
                    "seconds",
                    Order::Plain,
                    rows.iter().map(|span| (span.end.utc - span.start.utc).num_seconds()).collect(),
                ),
                ("kind", Order::Plain, rows.iter().map(|span| span.value).collect()),
            ],
        );
    }

    /// Alarms; returns their names.
    fn alarms(&mut self, period: &Period, messages: &Messages) -> Vec<String> {
        let rows = sorted(&period.alarms, |alarm| alarm.at);
        let mut numbers: BTreeMap<String, i64> = BTreeMap::new();
        let mut names = Vec::new();
        let mut number = |name: String| {
            *numbers.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() as i64 - 1
            })
        };
        let columns = rows.iter().map(|alarm| number(alarm_name(messages, &alarm.name))).collect();
        let kind = |family: &AlarmFamily| match family {
            AlarmFamily::Alert | AlarmFamily::Unknown(_) => 0,
            AlarmFamily::Cgm => 1,
            AlarmFamily::Alarm => 2,
            AlarmFamily::Malfunction => 3,
        };
        self.table(
            "alarms",
            &[
                ("t", Order::Difference, times(&rows, |alarm| alarm.at)),
                ("kind", Order::Plain, rows.iter().map(|alarm| kind(&alarm.family)).collect()),
                ("name", Order::Plain, columns),
            ],
        );
        names
    }

    /// New sites and sensors.
    fn sites(&mut self, period: &Period) {
        let sites = period
            .site_changes
            .iter()
            .filter(|change| change.kind == SiteChangeKind::CannulaFilled)
            .map(|change| (change.at, 2));
        let rows =
            sorted(&sites.chain(period.sensor_starts.iter().map(|at| (*at, 3))).collect::<Vec<_>>(), |(at, _)| *at);
        self.table(
            "sites",
            &[
                ("t", Order::Difference, times(&rows, |(at, _)| *at)),
                ("part", Order::Plain, rows.iter().map(|(_, part)| *part).collect()),
            ],
        );
    }

    fn episodes(&mut self, period: &Period, options: &ReportOptions) {
        let rows = find_episodes(&period.readings, &options.thresholds);
        let kind = |kind| EpisodeKind::ALL.iter().position(|other| *other == kind).unwrap_or_default() as i64;
        self.table(
            "episodes",
            &[
                ("t", Order::Difference, times(&rows, |episode| episode.start)),
                ("seconds", Order::Plain, numbers(&rows, |episode| episode.duration_minutes * 60.0)),
                ("kind", Order::Plain, rows.iter().map(|episode| kind(episode.kind)).collect()),
                ("extreme", Order::Plain, numbers(&rows, |episode| episode.extreme)),
            ],
        );
    }

    /// From when on the wall clock had which offset, by the readings and, where there are none, the boluses and basal rates.
    fn offsets(&mut self, period: &Period) {
        let readings = period.readings.iter().map(|r| r.at);
        let basal = period.insulin.basal.iter().map(|b| b.start);
        let stamps =
            sorted(&[period.window.start].into_iter().chain(readings).chain(basal).collect::<Vec<_>>(), |at| *at);
        let offset = |at: &Timestamp| at.offset_millis() / 1000;
        let mut changes: Vec<(i64, i64)> = Vec::new();
        for stamp in &stamps {
            if changes.last().is_none_or(|(_, last)| *last != offset(stamp)) {
                changes.push((stamp.utc.timestamp(), offset(stamp)));
            }
        }
        self.table(
            "offsets",
            &[
                ("t", Order::Difference, changes.iter().map(|(at, _)| *at).collect()),
                ("offset", Order::Plain, changes.iter().map(|(_, offset)| *offset).collect()),
            ],
        );
    }
}

fn named<T>(span: &Span<T>, value: i64) -> Span<i64> {
    Span { start: span.start, end: span.end, value }
}

fn sorted<T: Clone>(rows: &[T], at: impl Fn(&T) -> Timestamp) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_key(at);
    rows
}

fn times<T>(rows: &[T], at: impl Fn(&T) -> Timestamp) -> Vec<i64> {
    rows.iter().map(|row| at(row).utc.timestamp()).collect()
}

fn numbers<T>(rows: &[T], value: impl Fn(&T) -> f64) -> Vec<i64> {
    rows.iter().map(|row| value(row).round() as i64).collect()
}

/// What each reading counts for in shares and means: as everywhere, by the time it stands for.
fn weights(readings: &[Reading]) -> Vec<i64> {
    crate::weights::weigh_readings(readings).into_iter().map(|weight| weight.round() as i64).collect()
}

/// The profile's rate at each segment of basal, in mU/h; -1 where it is not known.
fn profile_rates(period: &Period, rows: &[crate::insulin::BasalSegment]) -> Vec<i64> {
    let rates = &period.profile_basal;
    let at = |stamp: Timestamp| {
        let next = rates.partition_point(|(from, _)| *from <= stamp);
        next.checked_sub(1).map_or(-1, |index| (rates[index].1 * 1000.0).round() as i64)
    };
    rows.iter().map(|row| at(row.start)).collect()
}
