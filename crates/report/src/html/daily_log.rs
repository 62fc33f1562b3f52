//! The days one by one: three beside each other for paper, and a sheet for each on the screen.

use maud::{Markup, html};

use super::{
    chart,
    digest::Day,
    evidence, frame, glucose_page,
    lanes::{self, Room, Tops},
    page::Page,
};
use crate::printing::PrintedRanges;

const LEGEND: [(&str, &str); 7] = [
    ("f-meal", "legend-by-hand"),
    ("k-ext", "legend-extended"),
    ("f-auto", "legend-automatic-boluses"),
    ("f-basal", "legend-basal-loop"),
    ("k-manual", "legend-basal-manual"),
    ("k-susp", "legend-suspended"),
    ("f-alarm", "legend-alarm"),
];

/// More days than this are not shown beside each other: paper has the calendar for them.
const MAX_GRID_DAYS: usize = 31;
/// More days than this have no sheet: the explorer shows every one.
const MAX_SHEETS: usize = 90;
/// From this many sheets on, those of a week are folded.
const FOLDED_FROM: usize = 15;

impl Page<'_> {
    fn first_sheet(&self) -> usize {
        self.digest.days.len().saturating_sub(MAX_SHEETS)
    }

    /// Whether the day has a sheet to link to.
    pub(super) fn has_sheet(&self, day: &Day) -> bool {
        let first = self.digest.days.get(self.first_sheet()).map(|first| first.date);
        self.options.day_pages && first.is_some_and(|first| first <= day.date)
    }
}

/// Whether the days are too many to be printed beside each other.
pub(super) fn has_too_many_for_paper(page: &Page) -> bool {
    page.digest.days.len() > MAX_GRID_DAYS
}

pub(super) fn render(page: &Page) -> Markup {
    let tops = Tops::new(page);
    let days = &page.digest.days;
    html! {
        section #days aria-labelledby="days-h" {
            div.page-head.outside {
                h2 #days-h { (page.translate("part-days")) }
                details.define { summary { (page.translate("evidence")) span.hidden { ": " (page.translate("part-days")) } } (evidence::render_evidence(page, evidence::DAY)) }
                (chart::legend(&LEGEND.map(|(class, key)| (class, page.translate(key)))))
            }
            @if !has_too_many_for_paper(page) { div.day-grid { @for day in days { (day_card(page, day, &tops)) } } }
            @if page.first_sheet() > 0 { p.muted.sheets-note { (page.count("sheets-of-last", MAX_SHEETS)) } }
            div.sheets { (sheets(page, &tops)) }
        }
    }
}

fn sheets(page: &Page, tops: &Tops) -> Markup {
    let shown = &page.digest.days[page.first_sheet()..];
    if shown.len() < FOLDED_FROM {
        let head = |day: &Day| html! { h3 id={ "h" (day.date) } { (page.format_date(day.date)) } };
        return html! { @for day in shown { (day_sheet(page, day, tops, &head(day))) } };
    }
    // Days of one week together, the newest week first and open.
    let weeks: Vec<&[Day]> = shown.chunk_by(|a, b| week(a) == week(b)).collect();
    let head = |day: &Day| html! { h4 id={ "h" (day.date) } { (page.format_date(day.date)) } };
    html! {
        @for (index, days) in weeks.iter().rev().enumerate() {
            details.week-of-days open[index == 0] {
                summary { h3 { (page.short_date(days[0].date)) " – " (page.format_date(days[days.len() - 1].date)) } }
                @for day in *days { (day_sheet(page, day, tops, &head(day))) }
            }
        }
    }
}

fn week(day: &Day) -> chrono::IsoWeek {
    chrono::Datelike::iso_week(&day.date)
}

fn is_empty(day: &Day) -> bool {
    day.readings.is_empty() && !day.insulin.has_data
}

/// A day as one of three beside each other.
fn day_card(page: &Page, day: &Day, tops: &Tops) -> Markup {
    let in_range = day.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges).in_range);
    html! {
        article.card aria-label=(page.format_date(day.date)) {
            p.card-head {
                (glucose_page::day_head(page, day, in_range))
                @if day.insulin.has_data { span.card-units { (page.format_units(day.insulin.total_units())) " · " (page.format_number(day.insulin.carbs_grams, 0)) " g" } }
            }
            @if is_empty(day) {
                (frame::nothing(&page.translate("nothing-on-record")))
            } @else {
                div.lanes-of-day.narrow {
                    (lanes::glucose(page, day))
                    @if day.insulin.has_data { (lanes::render_boluses(page, day, tops, Room::Narrow)) (lanes::render_basal(page, day, tops)) }
                    (lanes::hours(day, 6))
                }
            }
        }
    }
}

/// A day on a sheet of its own, below its heading, whose level depends on what is around it.
fn day_sheet(page: &Page, day: &Day, tops: &Tops, head: &Markup) -> Markup {
    html! {
        article.sheet.day id={ "d" (day.date) } aria-labelledby={ "h" (day.date) } {
            div.day-head {
                (head)
                (figures(page, day))
            }
            @if is_empty(day) {
                (frame::nothing(&page.translate("nothing-on-day")))
            } @else {
                div.lanes-of-day data-change=[change_of(day)] {
                    (lanes::glucose(page, day))
                    @if day.insulin.has_data { (lanes::render_boluses(page, day, tops, Room::Wide)) (lanes::render_basal(page, day, tops)) }
                    @if !day.on_board.is_empty() { (lanes::on_board(page, day, tops)) }
                    (lanes::mode_strips(page, day))
                    (lanes::hours(day, 3))
                }
                (lists(page, day))
            }
        }
    }
}

/// For the script: after how many minutes the wall clock changes, and by how many.
fn change_of(day: &Day) -> Option<String> {
    day.clock.change().map(|(at, shift)| format!("{at},{shift}"))
}

fn figures(page: &Page, day: &Day) -> Markup {
    let summary = &day.metrics.summary;
    let printed = day.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges));
    let insulin = &day.insulin;
    let share = |key: &str, share: i64| html! { span { (page.translate_with(key, &[("share", share.into())])) } };
    html! {
        p.day-figures {
            @if let Some(printed) = printed {
                (share("percent-in-range", printed.in_range))
                (share("percent-below", printed.below()))
                (share("percent-above", printed.above()))
                @if let Some(mean) = summary.mean { span { (page.translate_with("day-mean", &[("mean", format!("{} {}", page.glucose(mean), page.unit()).into())])) } }
            }
            @if insulin.has_data {
                span { (page.translate_with("day-insulin", &[("total", page.format_units(insulin.total_units()).into()), ("basal", page.format_units(insulin.basal_units).into())])) }
                @if insulin.pumps_overlap() {
                    span { (page.translate_with("day-overlap", &[("hours", page.format_number(insulin.overlapping_basal_hours, 1).into())])) }
                } @else if !insulin.is_complete() {
                    span { (page.translate_with("day-only-basal", &[("hours", page.format_number(insulin.basal_hours, 1).into())])) }
                }
                @if insulin.unknown_bolus_count > 0 {
                    span { (page.translate_with("day-unknown-boluses", &[("boluses", page.count("boluses", insulin.unknown_bolus_count).into())])) }
                }
            } @else { span { (page.translate("no-insulin-on-day")) } }
            @if (day.clock.length() - 1440.0).abs() > 1.0 { span { (page.translate_with("day-length", &[("hours", page.format_number(day.clock.length() / 60.0, 0).into())])) } }
            span.muted { (page.translate_with("wear-of", &[("wear", page.percent(day.wear).into())])) " · " (page.count("readings", summary.n)) }
        }
    }
}

/// Boluses and alarms as text.
fn lists(page: &Page, day: &Day) -> Markup {
    html! {
        @if !day.alarms.is_empty() {
            p.alarm-list { b { (page.count("alarms", day.alarms.len())) ": " } @for (index, alarm) in day.alarms.iter().enumerate() { @if index > 0 { " · " } (lanes::alarm_said(page, alarm)) } }
        }
        @if !day.boluses.is_empty() {
            details.numbers.bolus-list {
                summary { (page.count("boluses", day.boluses.len())) }
                ul { @for bolus in &day.boluses { li { (lanes::bolus_said(page, bolus)) } } }
            }
        }
    }
}
