//! Longer periods: time in ranges by week and month, a calendar of days, and the hours of the week.

use std::collections::BTreeMap;

use chrono::{Datelike, Timelike};
use maud::{Markup, html};

use super::{
    buckets::{self, Bucket, Step},
    chart::{self, Plot, Tick, format_coordinate},
    digest::Day,
    evidence, frame,
    page::Page,
};

/// Up to this many days the small days say it all.
const SHORT_DAYS: usize = 14;
/// From this many days on there is a trend by month.
const MONTH_DAYS: usize = 62;
/// Columns of more weeks than this would be too narrow on a phone.
const MAX_WEEK_DAYS: usize = 500;
/// The ranges from the bottom of a column up.
const CLASSES: [&str; 5] = ["f-vlow", "f-low", "f-ok", "f-high", "f-vhigh"];

pub(super) fn render(page: &Page, basis: &str) -> Markup {
    let days = page.digest.charted_days().len();
    if days <= SHORT_DAYS || !page.digest.has_readings() {
        return html! {};
    }
    let figure = |class, key: &str, topic, body: &Markup| {
        frame::render_figure(page, class, &page.translate(key), basis, topic, body)
    };
    html! {
        div.long {
            @if days <= MAX_WEEK_DAYS { (figure("trend", "figure-trend-weeks", evidence::TRENDS, &ranges_by(page, Step::Week))) }
            @if days >= MONTH_DAYS { (figure("trend", "figure-trend-months", evidence::TRENDS, &ranges_by(page, Step::Month))) }
            (figure("calendar", "figure-calendar", evidence::SMALL_DAYS, &calendar(page)))
            (figure("week-map", "figure-week-map", evidence::WEEK_MAP, &week_map(page)))
        }
    }
}

/// A column of shares per week or month, each day weighing by its readings.
fn ranges_by(page: &Page, step: Step) -> Markup {
    let buckets = buckets::make_buckets(page, step);
    let shares: Vec<Option<[f64; 5]>> = buckets.iter().map(shares).collect();
    let crowded = if buckets.len() > 31 { "trend-plot crowded" } else { "trend-plot" };
    let body = html! { @for (index, shares) in shares.iter().enumerate() { @if let Some(shares) = shares { (column(index, shares)) } } };
    let in_range = shares.iter().flatten().map(|shares| shares[2]);
    let values = [
        ("lowest", page.format_number(in_range.clone().fold(100.0, f64::min), 0).into()),
        ("highest", page.format_number(in_range.fold(0.0, f64::max), 0).into()),
    ];
    let plot = Plot {
        class: crowded,
        label: page.translate_with("chart-trend", &values),
        width: buckets.len().max(1) as f64,
        height: 100.0,
        left: [0.0, 0.5, 1.0].map(|at| Tick::new(at, format!("{} %", at * 100.0))).into(),
        right: Vec::new(),
        below: buckets::bucket_ticks(page, &buckets, step),
        body,
    };
    html! { (plot.render()) div.under { (ranges_legend(page)) } }
}

fn ranges_legend(page: &Page) -> Markup {
    let keys = ["range-very-low", "range-low", "range-in", "range-high", "range-very-high"];
    let entries: Vec<(&str, String)> =
        CLASSES.into_iter().zip(keys).map(|(class, key)| (class, page.translate(key))).collect();
    chart::legend(&entries)
}

fn shares(bucket: &Bucket) -> Option<[f64; 5]> {
    let of = |day: &&Day| {
        day.metrics.ranges.map(|r| (day.readings.len() as f64, [r.very_low, r.low, r.in_range, r.high, r.very_high]))
    };
    let days: Vec<(f64, [f64; 5])> = bucket.days.iter().filter_map(of).collect();
    let weight: f64 = days.iter().map(|(weight, _)| weight).sum();
    let mean = |index: usize| days.iter().map(|(weight, shares)| weight * shares[index]).sum::<f64>() / weight;
    (weight > 0.0).then(|| std::array::from_fn(mean))
}

fn column(index: usize, shares: &[f64; 5]) -> Markup {
    let mut from = 0.0;
    let parts: Vec<(&str, f64, f64)> = CLASSES
        .into_iter()
        .zip(shares)
        .map(|(class, share)| {
            let part = (class, from, *share);
            from += share;
            part
        })
        .collect();
    html! {
        @for (class, y, share) in parts {
            @if share > 0.0 { rect class=(class) x=(format_coordinate(index as f64 + 0.08)) y=(format_coordinate(y)) width="0.84" height=(format_coordinate(share)) {} }
        }
    }
}

/// The class of colour of a share of time in range: five steps of twenty points up to the goal and beyond.
fn heat(in_range: f64) -> &'static str {
    match in_range {
        ..40.0 => "h0",
        ..55.0 => "h1",
        ..70.0 => "h2",
        ..85.0 => "h3",
        _ => "h4",
    }
}

fn heat_legend(page: &Page) -> Markup {
    let entries = [("h0", "< 40 %"), ("h1", "40–54 %"), ("h2", "55–69 %"), ("h3", "70–84 %"), ("h4", "≥ 85 %")];
    let mut entries: Vec<(&str, String)> = entries.map(|(class, text)| (class, text.to_owned())).into();
    entries.push(("h-none", page.translate("no-data")));
    chart::legend(&entries)
}

/// A row of weeks per year with anything on record, a cell per day.
fn calendar(page: &Page) -> Markup {
    let mut years: BTreeMap<i32, Vec<&Day>> = BTreeMap::new();
    page.digest.charted_days().iter().for_each(|day| years.entry(day.date.year()).or_default().push(day));
    years.retain(|_, days| days.iter().any(|day| day.has_data()));
    html! {
        @for (year, days) in &years { (calendar_year(page, *year, days)) }
        div.under { (heat_legend(page)) }
    }
}

fn calendar_year(page: &Page, year: i32, days: &[&Day]) -> Markup {
    let place = |day: &Day| {
        let weekday = day.date.weekday().num_days_from_monday();
        // Weeks counted from the Monday on or before the first of January.
        let first = day.date.with_ordinal(1).unwrap_or(day.date).weekday().num_days_from_monday();
        ((day.date.ordinal0() + first) / 7, weekday)
    };
    let months = days.iter().filter(|day| day.date.day() == 1 || day.date == days[0].date);
    let labels: Vec<(f64, String)> =
        months.map(|day| (f64::from(place(day).0) / 54.0, page.short_month(day.date))).collect();
    let good = days.iter().filter(|day| day.metrics.ranges.is_some_and(|ranges| ranges.in_range >= 70.0)).count();
    let said = page.translate_with(
        "calendar-said",
        &[("year", year.to_string().into()), ("count", good.into()), ("all", days.len().into())],
    );
    html! {
        div.calendar-year {
            p.year { (year) }
            div {
                div.xs.months aria-hidden="true" { @for (at, label) in spaced(&labels) { span style={ "left:" (chart::percent(at)) } { (label) } } }
                svg.cells viewBox="0 0 54 7" role="img" aria-label=(said) {
                    @for day in days {
                        @let (week, weekday) = place(day);
                        rect class=(day.metrics.ranges.map_or("h-none", |ranges| heat(ranges.in_range))) x=(format_coordinate(f64::from(week) + 0.06)) y=(format_coordinate(f64::from(weekday) + 0.06)) width=".88" height=".88" {
                            title { (day_said(page, day)) }
                        }
                    }
                }
            }
        }
    }
}

/// Labels of months, without those that would touch the one before.
fn spaced(labels: &[(f64, String)]) -> Vec<(f64, String)> {
    let mut kept: Vec<(f64, String)> = Vec::new();
    for (at, label) in labels {
        if kept.last().is_none_or(|(last, _)| at - last > 0.06) {
            kept.push((*at, label.clone()));
        }
    }
    kept
}

fn day_said(page: &Page, day: &Day) -> String {
    let share = day.metrics.ranges.map(|ranges| {
        page.translate_with("percent-in-range", &[("share", page.format_number(ranges.in_range, 0).into())])
    });
    format!("{}: {}", page.format_date(day.date), share.unwrap_or_else(|| page.translate("no-data")))
}

/// Time in range by weekday and hour.
fn week_map(page: &Page) -> Markup {
    let mut cells = vec![(0_usize, 0_usize); 7 * 24];
    let thresholds = &page.options.thresholds;
    for reading in page.digest.days.iter().flat_map(|day| &day.readings) {
        let wall = reading.at.wall;
        let cell = &mut cells[(wall.weekday().num_days_from_monday() * 24 + wall.hour()) as usize];
        cell.0 += 1;
        cell.1 += usize::from(thresholds.low <= reading.glucose.get() && reading.glucose.get() <= thresholds.high);
    }
    let share = |(all, inside): (usize, usize)| (all > 0).then(|| 100.0 * inside as f64 / all as f64);
    let weekday = |index: usize| page.translate(&format!("weekday-short-{}", index + 1));
    let cell_said = |index: usize, share: Option<f64>| {
        let inside = share.map_or_else(
            || page.translate("no-data"),
            |share| page.translate_with("percent-in-range", &[("share", page.format_number(share, 0).into())]),
        );
        format!("{} {:02}:00: {inside}", weekday(index / 24), index % 24)
    };
    html! {
        div.week-map-grid {
            div.days aria-hidden="true" { @for index in 0..7 { span { (weekday(index)) } } }
            div {
                svg.cells viewBox="0 0 24 7" preserveAspectRatio="none" role="img" aria-label=(page.translate("figure-week-map")) {
                    @for (index, cell) in cells.iter().enumerate() {
                        rect class=(share(*cell).map_or("h-none", heat)) x=(format_coordinate((index % 24) as f64 + 0.03)) y=(format_coordinate((index / 24) as f64 + 0.04)) width=".94" height=".92" {
                            title { (cell_said(index, share(*cell))) }
                        }
                    }
                }
                div.xs aria-hidden="true" { @for tick in chart::hour_ticks() { (chart::bottom_label(&tick)) } }
            }
        }
        div.under { (heat_legend(page)) }
    }
}
