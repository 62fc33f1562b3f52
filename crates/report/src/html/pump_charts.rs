//! Charts of the pump page: a column per day, week or month, or per hour.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Timelike;
use maud::{Markup, html};

use super::{
    AlarmFamily, SiteChangeKind,
    buckets::{self, Bucket, Step},
    chart::{self, Plot, Tick, format_coordinate, round_up},
    day_clock,
    digest::Day,
    frame,
    page::Page,
};
use crate::{
    insulin::InsulinDay,
    time::{Timestamp, minutes_between},
};

/// Width of a column in a unit of one column.
const COLUMN: f64 = 0.76;
/// More columns than this are drawn without an outline, which would cover them.
const MAX_OUTLINED: usize = 31;

/// The parts of a column, from the bottom up: class of colour and height.
type Parts = Vec<(&'static str, f64)>;

/// One column of a chart.
struct Column {
    pale: bool,
    parts: Parts,
}

pub(super) fn daily_insulin(page: &Page) -> Markup {
    let stack = |day: &InsulinDay| {
        let class = &day.bolus_by_class;
        vec![
            ("f-basal", day.basal_units.unwrap_or_default()),
            ("f-meal", class.meal() + class.other),
            ("f-corr", class.user_correction()),
            ("f-auto", class.auto_correction),
        ]
    };
    let legend = [
        ("f-basal", "legend-basal"),
        ("f-meal", "legend-meal"),
        ("f-corr", "legend-correction"),
        ("f-auto", "legend-automatic"),
    ];
    html! {
        p.axis-unit { "U" }
        (columns_by_day(page, "tall", "chart-insulin", 1.0, &stack))
        div.under {
            (chart::legend(&legend.map(|(class, key)| (class, page.translate(key)))))
            (table_by_day(page))
        }
    }
}

pub(super) fn daily_boluses(page: &Page) -> Markup {
    let stack =
        |day: &InsulinDay| vec![("f-meal", day.user_bolus_count() as f64), ("f-auto", day.auto_bolus_count as f64)];
    let legend = [("f-meal", page.translate("legend-by-hand")), ("f-auto", page.translate("legend-automatic-boluses"))];
    if page.digest.days.iter().all(|day| day.insulin.bolus_count == 0) {
        return frame::nothing(&page.translate("nothing-boluses"));
    }
    html! {
        (columns_by_day(page, "short", "chart-boluses", 4.0, &stack))
        div.under { (chart::legend(&legend)) }
    }
}

pub(super) fn daily_carbs(page: &Page) -> Markup {
    let stack = |day: &InsulinDay| vec![("f-carbs", day.carbs_grams)];
    if page.digest.days.iter().all(|day| day.insulin.carbs_grams <= 0.0) {
        return frame::nothing(&page.translate("nothing-carbs"));
    }
    html! {
        (columns_by_day(page, "short", "chart-carbs", 10.0, &stack))
        div.under { (chart::legend(&[("f-carbs", page.translate("legend-carbs"))])) }
    }
}

/// A column per day, or per week or month the mean of its days with insulin on record.
fn columns_by_day(page: &Page, class: &str, key: &str, least_top: f64, stack: &dyn Fn(&InsulinDay) -> Parts) -> Markup {
    let step = Step::fitting(page.digest.charted_days().len());
    let buckets = buckets::make_buckets(page, step);
    let columns: Vec<Column> = buckets.iter().map(|bucket| column_of_days(bucket, stack)).collect();
    let top = round_up(columns.iter().map(Column::height).fold(0.0, f64::max)).max(least_top);
    let label = format!(
        "{}, {}",
        page.translate_with(key, &[("top", page.format_number(top, 0).into())]),
        page.translate(step.key())
    );
    plot_of_columns(class, label, top, &columns, buckets::bucket_ticks(page, &buckets, step))
}

fn column_of_days(bucket: &Bucket, stack: &dyn Fn(&InsulinDay) -> Parts) -> Column {
    let days: Vec<&InsulinDay> =
        bucket.days.iter().map(|day| &day.insulin).filter(|day| day.has_data || day.carbs_grams > 0.0).collect();
    let stacks: Vec<Parts> = days.iter().map(|day| stack(day)).collect();
    let mean = |index: usize| stacks.iter().map(|parts| parts[index].1).sum::<f64>() / stacks.len() as f64;
    let parts =
        stacks.first().map(|first| first.iter().enumerate().map(|(index, (class, _))| (*class, mean(index))).collect());
    Column { pale: !days.is_empty() && days.iter().all(|day| !day.is_complete()), parts: parts.unwrap_or_default() }
}

impl Column {
    fn height(&self) -> f64 {
        self.parts.iter().map(|(_, value)| value).sum()
    }

    fn render(&self, index: usize) -> Markup {
        let x = format_coordinate(index as f64 + (1.0 - COLUMN) / 2.0);
        let mut from = 0.0;
        let bars = self.parts.iter().filter(|(_, value)| *value > 0.0).map(|(class, value)| {
            let y = from;
            from += value;
            html! { rect class=(class) x=(x) y=(format_coordinate(y)) width=(format_coordinate(COLUMN)) height=(format_coordinate(*value)) {} }
        });
        let bars: Vec<Markup> = bars.collect();
        html! { @if self.pale { g.pale { @for bar in &bars { (bar) } } } @else { @for bar in &bars { (bar) } } }
    }
}

fn plot_of_columns(class: &str, label: String, top: f64, columns: &[Column], below: Vec<Tick>) -> Markup {
    let width = columns.len().max(1) as f64;
    let middle = if top % 2.0 == 0.0 { Some(top / 2.0) } else { None };
    let marks = [Some(0.0), middle, Some(top)].into_iter().flatten();
    let crowded = if columns.len() > MAX_OUTLINED { " crowded" } else { "" };
    let plot = Plot {
        class: &format!("{class}{crowded}"),
        label,
        width,
        height: top,
        left: marks.map(|at| Tick::new(at / top, crate::printing::fixed(at, 0))).collect(),
        right: Vec::new(),
        below,
        body: html! {
            path.grid d={ "M0 0H" (format_coordinate(width)) @if let Some(at) = middle { "M0 " (format_coordinate(at)) "H" (format_coordinate(width)) } } {}
            @for (index, column) in columns.iter().enumerate() { (column.render(index)) }
        },
    };
    plot.render()
}

/// More days than this are not listed one by one.
const MAX_LISTED_DAYS: usize = 100;

fn table_by_day(page: &Page) -> Markup {
    let heads = [
        "head-basal",
        "head-meal",
        "head-correction",
        "head-automatic",
        "head-other",
        "head-total",
        "head-boluses",
        "head-carbs",
        "head-basal-hours",
    ];
    let listed = page.digest.days.iter().skip(page.digest.days.len().saturating_sub(MAX_LISTED_DAYS));
    html! {
        details.numbers {
            summary { (page.translate("numbers-by-day")) }
            div.scroll tabindex="0" role="region" aria-label=(page.translate("numbers-by-day")) {
                table.plain {
                    thead { tr { th scope="col" { (page.translate("head-day")) } @for head in heads { th scope="col" { (page.translate(head)) } } } }
                    tbody { @for day in listed { (row_of_day(page, day)) } }
                }
            }
        }
    }
}

fn row_of_day(page: &Page, day: &Day) -> Markup {
    let insulin = &day.insulin;
    let class = &insulin.bolus_by_class;
    html! {
        tr {
            th scope="row" { (page.format_date(day.date)) }
            @if insulin.has_data {
                @for units in [insulin.basal_units, Some(class.meal()), Some(class.user_correction()), Some(class.auto_correction), Some(class.other), insulin.total_units()] {
                    td { (page.optional(units, 1)) }
                }
                td { (insulin.bolus_count) }
                td { (page.format_number(insulin.carbs_grams, 0)) }
                td { (page.format_number(insulin.basal_hours, 1)) }
            } @else {
                td.muted colspan="9" { (page.translate("nothing-on-record")) }
            }
        }
    }
}

/// A line of the chart of changes.
struct Lane {
    name: String,
    at: Vec<Timestamp>,
}

pub(super) fn render_changes(page: &Page) -> Markup {
    let lane = |name: String, kind: &SiteChangeKind| {
        let mut at: Vec<Timestamp> =
            page.digest.site_changes.iter().filter(|c| c.kind == *kind).map(|c| c.at).collect();
        at.sort_unstable();
        Lane { name, at }
    };
    let mut sensors = page.digest.sensor_starts.clone();
    sensors.sort_unstable();
    let mut lanes = vec![
        lane(page.translate("lane-cannula"), &SiteChangeKind::CannulaFilled),
        lane(page.translate("lane-tubing"), &SiteChangeKind::TubingFilled),
        lane(page.translate("lane-cartridge"), &SiteChangeKind::CartridgeFilled),
        Lane { name: page.translate("lane-sensor"), at: sensors },
    ];
    for kind in page.digest.site_changes.iter().map(|change| &change.kind).collect::<BTreeSet<_>>() {
        if let SiteChangeKind::Unknown(label) = kind {
            lanes.push(lane(label.to_string(), kind));
        }
    }
    if lanes.iter().all(|lane| lane.at.is_empty()) {
        return frame::nothing(&page.translate("nothing-changes"));
    }
    html! {
        table.lanes {
            caption.hidden { (page.translate("figure-changes")) }
            thead.hidden { tr { @for head in ["head-part", "head-when", "head-how-often"] { th scope="col" { (page.translate(head)) } } } }
            tbody { @for lane in &lanes { (lane_row(page, lane)) } }
        }
    }
}

fn lane_row(page: &Page, lane: &Lane) -> Markup {
    html! {
        tr {
            th scope="row" { (lane.name) }
            td.strip { (lane_plot(page, lane)) }
            td.count { (page.count("changes", lane.at.len())) @if let Some(every) = interval(page, &lane.at) { span.small-print { (every) } } }
        }
    }
}

/// The mean time between changes.
fn interval(page: &Page, at: &[Timestamp]) -> Option<String> {
    let (first, last) = at.first().zip(at.last())?;
    let steps = at.len().checked_sub(1).filter(|steps| *steps > 0)?;
    let days = minutes_between(*first, *last) / 1440.0 / steps as f64;
    Some(page.translate_with("every-days", &[("days", page.format_number(days, 1).into())]))
}

/// More dots than this are not read out one by one.
const MAX_SAID: usize = 20;

fn lane_plot(page: &Page, lane: &Lane) -> Markup {
    let days = page.digest.charted_days().len().max(1) as f64;
    let first = page.digest.charted_days().first().map(|day| day.date);
    let place = |at: &Timestamp| {
        Some((at.date() - first?).num_days() as f64 + f64::from(at.wall.num_seconds_from_midnight()) / 86_400.0)
    };
    let dots = lane
        .at
        .iter()
        .filter_map(place)
        .fold(String::new(), |path, x| path + &format!("M{} .5h0", format_coordinate(x)));
    let said = lane.at.iter().take(MAX_SAID).map(|at| page.short_date(at.date())).collect::<Vec<_>>().join(", ");
    let label = format!("{}: {}", lane.name, if said.is_empty() { page.translate("none") } else { said });
    let body = html! { path.grid d={ "M0 .5H" (format_coordinate(days)) } {} path.dots.many[lane.at.len() > MAX_SAID] d=(dots) {} };
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

/// The order in which families of alarms are stacked.
const FAMILIES: [AlarmFamily; 4] = [AlarmFamily::Alert, AlarmFamily::Cgm, AlarmFamily::Alarm, AlarmFamily::Malfunction];

/// The class of colour of a family of alarms.
pub(super) fn family_class(family: &AlarmFamily) -> &'static str {
    match family {
        AlarmFamily::Alert | AlarmFamily::Unknown(_) => "f-alert",
        AlarmFamily::Cgm => "f-cgm",
        AlarmFamily::Alarm => "f-alarm",
        AlarmFamily::Malfunction => "f-malf",
    }
}

/// What a family of alarms is called; one that is not known goes by its label.
fn family_name(page: &Page, family: &AlarmFamily) -> String {
    let key = match family {
        AlarmFamily::Alert => "kind-alerts",
        AlarmFamily::Cgm => "kind-cgm-alerts",
        AlarmFamily::Alarm => "kind-alarms",
        AlarmFamily::Malfunction => "kind-malfunctions",
        AlarmFamily::Unknown(label) => return label.to_string(),
    };
    page.translate(key)
}

pub(super) fn render_alarms(page: &Page) -> Markup {
    let alarms = &page.digest.alarms;
    if alarms.is_empty() {
        return frame::nothing(&page.translate("nothing-alarms"));
    }
    let raised: BTreeSet<&AlarmFamily> = alarms.iter().map(|alarm| &alarm.family).collect();
    let unknown = raised.iter().copied().filter(|family| !FAMILIES.contains(family));
    let families: Vec<&AlarmFamily> = FAMILIES.iter().chain(unknown).filter(|family| raised.contains(family)).collect();
    let count = |hour: u32, family: &AlarmFamily| {
        alarms.iter().filter(|a| day_clock::hour_of(a.at) == hour && a.family == *family).count() as f64
    };
    let parts = |hour| families.iter().map(|family| (family_class(family), count(hour, family))).collect();
    let columns: Vec<Column> = (0..24).map(|hour| Column { pale: false, parts: parts(hour) }).collect();
    let top = round_up(columns.iter().map(Column::height).fold(0.0, f64::max)).max(2.0);
    let legend: Vec<(&str, String)> =
        families.iter().map(|family| (family_class(family), family_name(page, family))).collect();
    let label = format!("{}, {}", page.count("alarms", alarms.len()), page.translate("by-hour"));
    html! {
        (plot_of_columns("short", label, top, &columns, chart::hour_ticks()))
        div.under { (chart::legend(&legend)) (alarm_names(page)) }
    }
}

fn alarm_names(page: &Page) -> Markup {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for alarm in &page.digest.alarms {
        *names.entry(page.alarm_name(alarm)).or_default() += 1;
    }
    let mut names: Vec<(String, usize)> = names.into_iter().collect();
    names.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let most = names.iter().take(4).map(|(name, count)| format!("{count} × {name}")).collect::<Vec<_>>().join(" · ");
    html! {
        p.small-print.most { (most) }
        details.numbers {
            summary { (page.translate("alarms-by-name")) }
            table.plain {
                thead { tr { th scope="col" { (page.translate("head-name")) } th scope="col" { (page.translate("head-times")) } } }
                tbody { @for (name, count) in &names { tr { th scope="row" { (name) } td { (count) } } } }
            }
        }
    }
}
