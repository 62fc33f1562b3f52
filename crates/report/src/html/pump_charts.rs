//! Charts of the pump page, one column per calendar day or per hour.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, Timelike};
use maud::{Markup, html};

use super::{
    AlarmFamily, Page, SiteChangeKind,
    chart::{self, Plot, Tick, number, round_up},
    digest::minute_of_day,
    frame, words,
};
use crate::{
    insulin::InsulinDay,
    printing::fixed,
    time::{Stamp, minutes_between},
};

/// Width of a column in a unit of one day.
const COLUMN: f64 = 0.76;
/// The most labels below an axis of days.
const MOST_LABELS: usize = 7;

pub(super) fn daily_insulin(page: &Page) -> Markup {
    let days = &page.digest.insulin.days;
    let top = round_up(days.iter().map(delivered_units).fold(0.0, f64::max));
    let stack = |day: &InsulinDay| {
        let class = &day.bolus_by_class;
        vec![
            ("f-basal", day.basal_units.unwrap_or_default()),
            ("f-meal", class.meal() + class.other),
            ("f-corr", class.user_correction()),
            ("f-auto", class.auto_correction),
        ]
    };
    let columns: Vec<Column> = days.iter().map(|day| Column { pale: !day.is_complete(), parts: stack(day) }).collect();
    let label = format!("Units of insulin a day, up to {} U; the numbers are in the table below", fixed(top, 0));
    html! {
        p.axis-unit { "U" }
        (plot_by_day(page, "tall", label, top, 0, &columns))
        div.under {
            (chart::legend(&[("f-basal", "basal"), ("f-meal", "meal and other bolus"), ("f-corr", "correction"), ("f-auto", "automatic correction")]))
            (table_by_day(page))
        }
    }
}

/// The height of the day's column: what is known of it.
fn delivered_units(day: &InsulinDay) -> f64 {
    day.basal_units.unwrap_or_default() + day.bolus_units
}

pub(super) fn daily_boluses(page: &Page) -> Markup {
    let days = &page.digest.insulin.days;
    let top = round_up(days.iter().map(|day| day.bolus_count as f64).fold(0.0, f64::max)).max(4.0);
    let stack =
        |day: &InsulinDay| vec![("f-meal", day.user_bolus_count() as f64), ("f-auto", day.auto_bolus_count as f64)];
    let columns: Vec<Column> = days.iter().map(|day| Column { pale: false, parts: stack(day) }).collect();
    html! {
        (plot_by_day(page, "short", "Boluses a day, by hand and automatic".to_owned(), top, 0, &columns))
        div.under { (chart::legend(&[("f-meal", "by hand"), ("f-auto", "automatic")])) }
    }
}

pub(super) fn daily_carbs(page: &Page) -> Markup {
    let grams: Vec<f64> = page.digest.days.iter().map(carbs_of).collect();
    let top = round_up(grams.iter().copied().fold(0.0, f64::max)).max(10.0);
    let columns: Vec<Column> = grams.iter().map(|g| Column { pale: false, parts: vec![("f-carbs", *g)] }).collect();
    html! {
        (plot_by_day(page, "short", "Grams of carbohydrates entered a day".to_owned(), top, 0, &columns))
        div.under { (chart::legend(&[("f-carbs", "grams entered")])) }
    }
}

fn carbs_of(day: &super::digest::Day) -> f64 {
    day.insulin.carbs_grams
}

/// One column of a chart: its parts from the bottom up.
struct Column {
    pale: bool,
    parts: Vec<(&'static str, f64)>,
}

fn plot_by_day(page: &Page, class: &str, label: String, top: f64, decimals: usize, columns: &[Column]) -> Markup {
    let dates: Vec<NaiveDate> = page.digest.days.iter().map(|day| day.date).collect();
    plot_of_columns(class, label, top, decimals, columns, day_ticks(&dates))
}

fn plot_of_columns(
    class: &str,
    label: String,
    top: f64,
    decimals: usize,
    columns: &[Column],
    below: Vec<Tick>,
) -> Markup {
    let width = columns.len().max(1) as f64;
    let middle = if decimals == 0 && top % 2.0 != 0.0 { None } else { Some(top / 2.0) };
    let plot = Plot {
        class,
        label,
        width,
        height: top,
        left: [Some(0.0), middle, Some(top)]
            .into_iter()
            .flatten()
            .map(|at| Tick::new(at / top, fixed(at, decimals)))
            .collect(),
        right: Vec::new(),
        below,
        body: html! {
            path.grid d={ "M0 0H" (number(width)) @if let Some(at) = middle { "M0 " (number(at)) "H" (number(width)) } } {}
            @for (index, column) in columns.iter().enumerate() { (column_of(index, column)) }
        },
    };
    plot.render()
}

fn column_of(index: usize, column: &Column) -> Markup {
    let x = number(index as f64 + (1.0 - COLUMN) / 2.0);
    let mut from = 0.0;
    let bars = column.parts.iter().filter(|(_, value)| *value > 0.0).map(|(class, value)| {
        let y = from;
        from += value;
        html! { rect class=(class) x=(x) y=(number(y)) width=(number(COLUMN)) height=(number(*value)) {} }
    });
    let bars: Vec<Markup> = bars.collect();
    html! { @if column.pale { g.pale { @for bar in &bars { (bar) } } } @else { @for bar in &bars { (bar) } } }
}

/// At most [`MOST_LABELS`] dates, each in the middle of its column.
fn day_ticks(dates: &[NaiveDate]) -> Vec<Tick> {
    let step = dates.len().div_ceil(MOST_LABELS).max(1);
    let label = |index: usize| Tick {
        place: (index as f64 + 0.5) / dates.len() as f64,
        label: words::short_date(dates[index]),
        minor: (index / step) % 2 == 1,
    };
    (0..dates.len()).step_by(step).map(label).collect()
}

fn table_by_day(page: &Page) -> Markup {
    html! {
        details.numbers {
            summary { "Numbers by day" }
            div.scroll tabindex="0" role="region" aria-label="Insulin by day" {
                table.plain {
                    thead {
                        tr {
                            th scope="col" { "Day" }
                            @for name in ["Basal U", "Meal U", "Correction U", "Automatic U", "Other U", "Total U", "Boluses", "Carbs g", "Basal h"] {
                                th scope="col" { (name) }
                            }
                        }
                    }
                    tbody { @for day in &page.digest.days { (row_of_day(day)) } }
                }
            }
        }
    }
}

fn row_of_day(day: &super::digest::Day) -> Markup {
    let insulin = &day.insulin;
    let class = &insulin.bolus_by_class;
    html! {
        tr {
            th scope="row" { (words::date(day.date)) }
            @if insulin.has_data {
                @for units in [insulin.basal_units, Some(class.meal()), Some(class.user_correction()), Some(class.auto_correction), Some(class.other), insulin.total_units()] {
                    td { (words::number(units, 1)) }
                }
                td { (insulin.bolus_count) }
                td { (fixed(carbs_of(day), 0)) }
                td { (fixed(insulin.basal_hours, 1)) }
            } @else {
                td.muted colspan="9" { "nothing on record" }
            }
        }
    }
}

/// A line of the chart of changes.
struct Lane {
    name: String,
    at: Vec<Stamp>,
}

pub(super) fn changes(page: &Page) -> Markup {
    let lane = |name: &str, kind: &SiteChangeKind| {
        let mut at: Vec<Stamp> = page.digest.site_changes.iter().filter(|c| c.kind == *kind).map(|c| c.at).collect();
        at.sort_unstable();
        Lane { name: name.to_owned(), at }
    };
    let mut sensors = page.digest.sensor_starts.clone();
    sensors.sort_unstable();
    let mut lanes = vec![
        lane("Cannula", &SiteChangeKind::CannulaFilled),
        lane("Tubing", &SiteChangeKind::TubingFilled),
        lane("Cartridge", &SiteChangeKind::CartridgeFilled),
        Lane { name: "Sensor".to_owned(), at: sensors },
    ];
    for kind in page.digest.site_changes.iter().map(|change| &change.kind).collect::<BTreeSet<_>>() {
        if let SiteChangeKind::Unknown(label) = kind {
            lanes.push(lane(label, kind));
        }
    }
    if lanes.iter().all(|lane| lane.at.is_empty()) {
        return frame::nothing("No site or sensor changes on record in this window.");
    }
    html! {
        table.lanes {
            caption.hidden { "Changes of site and sensor" }
            thead.hidden { tr { th scope="col" { "Part" } th scope="col" { "When" } th scope="col" { "How often" } } }
            tbody { @for lane in &lanes { (lane_row(page, lane)) } }
        }
    }
}

fn lane_row(page: &Page, lane: &Lane) -> Markup {
    html! {
        tr {
            th scope="row" { (lane.name) }
            td.strip { (lane_plot(page, lane)) }
            td.count { (words::count(lane.at.len(), "change", "changes")) @if let Some(every) = interval(&lane.at) { span.small-print { "every " (every) } } }
        }
    }
}

/// The mean time between changes.
fn interval(at: &[Stamp]) -> Option<String> {
    let (first, last) = at.first().zip(at.last())?;
    let steps = at.len().checked_sub(1).filter(|steps| *steps > 0)?;
    let days = minutes_between(*first, *last) / 1440.0 / steps as f64;
    Some(format!("{} days", fixed(days, 1)))
}

fn lane_plot(page: &Page, lane: &Lane) -> Markup {
    let days = page.digest.days.len().max(1) as f64;
    let place = |at: &Stamp| {
        let index = page.digest.days.iter().position(|day| day.date == at.date())?;
        Some(index as f64 + minute_of_day(*at, at.date()) / 1440.0)
    };
    let dots = lane.at.iter().filter_map(place).fold(String::new(), |path, x| path + &format!("M{} .5h0", number(x)));
    let said = lane.at.iter().map(|at| words::short_date(at.date())).collect::<Vec<_>>().join(", ");
    let label = if said.is_empty() { format!("{}: none", lane.name) } else { format!("{}: {said}", lane.name) };
    let body = html! { path.grid d={ "M0 .5H" (number(days)) } {} path.dots d=(dots) {} };
    Plot {
        class: "lane",
        label,
        width: days,
        height: 1.0,
        left: Vec::new(),
        right: Vec::new(),
        below: Vec::new(),
        body,
    }
    .render()
}

/// The order in which families are stacked.
const FAMILIES: [AlarmFamily; 4] = [AlarmFamily::Alert, AlarmFamily::Cgm, AlarmFamily::Alarm, AlarmFamily::Malfunction];

/// The class and the name of a family in charts.
fn family_look(family: &AlarmFamily) -> (&'static str, &str) {
    match family {
        AlarmFamily::Alert => ("f-alert", "alerts"),
        AlarmFamily::Cgm => ("f-cgm", "CGM alerts"),
        AlarmFamily::Alarm => ("f-alarm", "alarms"),
        AlarmFamily::Malfunction => ("f-malf", "malfunctions"),
        AlarmFamily::Unknown(label) => ("f-alert", label),
    }
}

pub(super) fn alarms(page: &Page) -> Markup {
    let alarms = &page.digest.alarms;
    if alarms.is_empty() {
        return frame::nothing("No alarms on record in this window.");
    }
    let raised: BTreeSet<&AlarmFamily> = alarms.iter().map(|alarm| &alarm.family).collect();
    let unknown = raised.iter().copied().filter(|family| !FAMILIES.contains(family));
    let families: Vec<&AlarmFamily> = FAMILIES.iter().chain(unknown).collect();
    let count = |hour: u32, family: &AlarmFamily| {
        alarms.iter().filter(|a| a.at.wall.hour() == hour && a.family == *family).count() as f64
    };
    let columns: Vec<Column> = (0..24)
        .map(|hour| Column {
            pale: false,
            parts: families.iter().map(|family| (family_look(family).0, count(hour, family))).collect(),
        })
        .collect();
    let top = columns.iter().map(|column| column.parts.iter().map(|(_, n)| n).sum::<f64>()).fold(0.0, f64::max);
    let present: Vec<(&str, &str)> =
        families.iter().filter(|family| raised.contains(*family)).map(|family| family_look(family)).collect();
    html! {
        (plot_of_columns("short", format!("{} by the hour of day", words::count(alarms.len(), "alarm", "alarms")), round_up(top).max(2.0), 0, &columns, chart::hour_ticks()))
        div.under { (chart::legend(&present)) (alarm_names(page)) }
    }
}

fn alarm_names(page: &Page) -> Markup {
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for alarm in &page.digest.alarms {
        *names.entry(alarm.name.as_str()).or_default() += 1;
    }
    let mut names: Vec<(&str, usize)> = names.into_iter().collect();
    names.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
    html! {
        details.numbers {
            summary { (words::count(page.digest.alarms.len(), "alarm", "alarms")) " by name" }
            table.plain {
                thead { tr { th scope="col" { "Name" } th scope="col" { "Times" } } }
                tbody { @for (name, count) in &names { tr { th scope="row" { (name) } td { (count) } } } }
            }
        }
    }
}
