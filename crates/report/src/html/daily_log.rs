//! A page per day: glucose, boluses with carbohydrates, basal as delivered, insulin on board and modes on one time axis.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::{
    Page, SiteChangeKind,
    chart::{self, GLUCOSE_TOP, Plot, Tick, number, percent, round_up},
    digest::{Day, Stretch, minute_of_day},
    frame, glucose_page,
    words::{self, define},
};
use crate::{
    insulin::{BasalSource, Bolus, BolusOrigin, LoopMode, UserMode},
    printing::{PrintedRanges, fixed},
};

/// Labels of carbohydrates nearer than this, in minutes, are put on different lines.
const LABEL_WIDTH: f64 = 64.0;
const LABEL_LINES: usize = 2;

const LEGEND: [(&str, &str); 6] = [
    ("f-meal", "bolus by hand"),
    ("k-ext", "its extended part"),
    ("f-auto", "automatic bolus"),
    ("f-basal", "basal by Control-IQ"),
    ("k-manual", "basal by profile or temporary rate"),
    ("k-susp", "suspended"),
];

/// The tops of the axes, the same on every day so that days can be compared.
struct Tops {
    bolus: f64,
    basal: f64,
    on_board: f64,
}

impl Tops {
    fn new(page: &Page) -> Self {
        let days = &page.digest.days;
        let bolus = days.iter().flat_map(|d| &d.boluses).filter_map(|b| b.delivered_units).fold(0.0, f64::max);
        let basal = days.iter().flat_map(|d| &d.basal).map(|b| b.value.0).fold(0.0, f64::max);
        let on_board = days.iter().flat_map(|d| &d.on_board).map(|i| i.units).fold(0.0, f64::max);
        Self { bolus: round_up(bolus), basal: round_up(basal), on_board: round_up(on_board) }
    }
}

pub(super) fn render(page: &Page) -> Markup {
    let tops = Tops::new(page);
    html! {
        section #days aria-labelledby="days-h" {
            div.page-head.outside {
                h2 #days-h { "Days" }
                details.define { summary { "Definition" span.hidden { " of a day" } } p { (define::DAY) } }
                (chart::legend(&LEGEND))
            }
            @for day in &page.digest.days { (day_sheet(page, day, &tops)) }
        }
    }
}

fn day_sheet(page: &Page, day: &Day, tops: &Tops) -> Markup {
    let empty = day.readings.is_empty() && !day.insulin.has_data;
    html! {
        article.sheet.day id={ "d" (day.date) } aria-labelledby={ "h" (day.date) } {
            div.day-head {
                h3 id={ "h" (day.date) } { (words::date(day.date)) }
                (figures(page, day))
            }
            @if empty {
                (frame::nothing("Nothing on record on this day."))
            } @else {
                div.lanes-of-day {
                    (glucose_lane(page, day))
                    @if day.insulin.has_data { (bolus_lane(day, tops)) (basal_lane(day, tops)) }
                    @if !day.on_board.is_empty() { (on_board_lane(day, tops)) }
                    (mode_strips(day))
                    div.xs.shared aria-hidden="true" { @for tick in chart::hour_ticks() { (chart::bottom_label(&tick)) } }
                }
                (bolus_table(day))
            }
        }
    }
}

fn figures(page: &Page, day: &Day) -> Markup {
    let summary = &day.metrics.summary;
    let printed = day.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges));
    let insulin = &day.insulin;
    html! {
        p.day-figures {
            @if let Some(printed) = printed {
                span { b { (printed.in_range) " %" } " in range" }
                span { b { (printed.below()) " %" } " below" }
                span { b { (printed.above()) " %" } " above" }
                @if let Some(mean) = summary.mean { span { "mean " b { (page.glucose(mean)) } " " (page.unit()) } }
            }
            @if insulin.has_data {
                span { b { (words::units(insulin.total_units())) } " (basal " (words::units(insulin.basal_units)) ")" }
                @if insulin.pumps_overlap() {
                    span { "two pumps logged basal at once for " (fixed(insulin.overlapping_basal_hours, 1)) " h: incomplete" }
                } @else if !insulin.is_complete() {
                    span { "only " (fixed(insulin.basal_hours, 1)) " h of basal on record" }
                }
                @if insulin.unknown_bolus_count > 0 {
                    span { (words::count(insulin.unknown_bolus_count, "bolus", "boluses")) " of unknown size" }
                }
            } @else { span { "no insulin on record" } }
            @if day.alarms > 0 { span { (words::count(day.alarms, "alarm", "alarms")) } }
            span.muted { "wear " (words::percent(day.wear)) " · " (words::count(summary.n, "reading", "readings")) }
        }
    }
}

/// A lane: its name at the left, the plot, the same axis as all the others.
fn lane(name: &str, unit: &str, plot: &Plot, over: &Markup) -> Markup {
    html! {
        div.lane-row {
            p.lane-name { (name) @if !unit.is_empty() { span.unit { " " (unit) } } }
            div.lane-plot { (plot.render()) div.over { (over) } }
        }
    }
}

fn plot(class: &str, label: String, height: f64, left: Vec<Tick>, body: Markup) -> Plot<'_> {
    Plot { class, label, width: 1440.0, height, left, right: Vec::new(), below: Vec::new(), body }
}

fn glucose_lane(page: &Page, day: &Day) -> Markup {
    let thresholds = &page.options.thresholds;
    let range = |of: fn(f64, f64) -> f64| day.readings.iter().map(|r| r.glucose.get()).reduce(of);
    let label = match range(f64::min).zip(range(f64::max)) {
        Some((low, high)) => format!("Glucose from {} to {} {}", page.glucose(low), page.glucose(high), page.unit()),
        None => "No glucose readings".to_owned(),
    };
    let body = html! {
        (chart::glucose_ground(1440.0, thresholds))
        (chart::hour_lines(GLUCOSE_TOP))
        path.mark d=(mark_lines(day)) {}
        path.trace d=(glucose_page::glucose_trace(page, day)) {}
    };
    let mut ticks = chart::glucose_ticks(thresholds, |edge| page.glucose(edge));
    // The lane is too low for two labels 16 mg/dL apart; the line of "very low" is drawn all the same.
    ticks.remove(0);
    let over = html! {
        @if day.readings.is_empty() { p.no-lane { "no readings" } }
        (marks(day))
    };
    lane("Glucose", page.unit(), &plot("g", label, GLUCOSE_TOP, ticks, body), &over)
}

/// When a new site or sensor was started, in minutes of the day.
fn marks_of(day: &Day) -> Vec<(f64, &'static str)> {
    let sites = day
        .site_changes
        .iter()
        .filter(|change| change.kind == SiteChangeKind::CannulaFilled)
        .map(|change| (change.at, "new site"));
    let sensors = day.sensor_starts.iter().map(|at| (*at, "new sensor"));
    let mut marks: Vec<(f64, &'static str)> =
        sites.chain(sensors).map(|(at, text)| (minute_of_day(at, day.date), text)).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    marks
}

fn mark_lines(day: &Day) -> String {
    marks_of(day).iter().fold(String::new(), |mut path, (minute, _)| {
        let _ = write!(path, "M{} 0V{}", number(*minute), number(GLUCOSE_TOP));
        path
    })
}

/// New sites and sensors as small flags over the glucose lane.
fn marks(day: &Day) -> Markup {
    let marks = marks_of(day);
    let lines = lines_for(&marks.iter().map(|(minute, _)| *minute).collect::<Vec<_>>(), 3.0 * LABEL_WIDTH);
    html! {
        @for ((minute, text), line) in marks.iter().zip(lines) {
            span.flag.late[*minute > 1200.0] style={ "left:" (percent(minute / 1440.0)) ";top:" (line * 14) "px" } { (text) }
        }
    }
}

fn bolus_lane(day: &Day, tops: &Tops) -> Markup {
    let top = tops.bolus;
    let of =
        |automatic: bool| day.boluses.iter().filter(move |bolus| (bolus.origin == BolusOrigin::Automatic) == automatic);
    let body = html! {
        (chart::hour_lines(top))
        path.grid d="M0 0H1440" {}
        (extended_parts(day))
        @for bolus in of(false) { (bar(bolus, day, "c-meal")) }
        @for bolus in of(true) { (bar(bolus, day, "c-auto")) }
    };
    let label = format!(
        "{}, {} U in all",
        words::count(day.boluses.len(), "bolus", "boluses"),
        fixed(day.insulin.bolus_units, 1)
    );
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0, number(top))];
    lane("Bolus", "U", &plot("b", label, top, ticks, body), &carb_labels(day))
}

fn bar(bolus: &Bolus, day: &Day, class: &str) -> Markup {
    let at = number(minute_of_day(bolus.start, day.date));
    let height = number(bolus.delivered_units.unwrap_or_default());
    html! { path class={ "bar " (class) } d={ "M" (at) " 0V" (height) } { title { (in_words(bolus)) } } }
}

/// The extended part of a bolus as a low block over the time it took.
fn extended_parts(day: &Day) -> Markup {
    let extended = day.boluses.iter().filter(|bolus| bolus.extended_units > 0.0);
    html! {
        @for bolus in extended {
            @let from = minute_of_day(bolus.start, day.date);
            @let to = minute_of_day(bolus.end, day.date).max(from);
            rect.f-extended x=(number(from)) y="0" width=(number(to - from)) height=(number(bolus.extended_units)) {}
        }
    }
}

fn in_words(bolus: &Bolus) -> String {
    let units =
        bolus.delivered_units.map_or_else(|| words::UNKNOWN.to_owned(), |units| format!("{} U", fixed(units, 2)));
    let mut text = format!("{} {units}", words::clock(bolus.start.wall));
    if bolus.carbs_grams > 0.0 {
        let _ = write!(text, ", {} g", fixed(bolus.carbs_grams, 0));
    }
    match &bolus.origin {
        BolusOrigin::User | BolusOrigin::Remote => {}
        BolusOrigin::Automatic => text.push_str(", automatic"),
        BolusOrigin::Unknown(label) => {
            let _ = write!(text, ", {label}");
        }
    }
    text
}

fn carb_labels(day: &Day) -> Markup {
    let entries = day.carbs.iter().map(|entry| (entry.at, entry.grams)).filter(|(_, grams)| *grams > 0.0);
    let mut entries: Vec<(f64, f64)> = entries.map(|(at, grams)| (minute_of_day(at, day.date), grams)).collect();
    entries.sort_by(|a, b| a.0.total_cmp(&b.0));
    let lines = lines_for(&entries.iter().map(|(minute, _)| *minute).collect::<Vec<_>>(), LABEL_WIDTH);
    html! {
        @for ((minute, grams), line) in entries.iter().zip(lines) {
            @if line < LABEL_LINES {
                span.carb.late[*minute > 1380.0] style={ "left:" (percent(minute / 1440.0)) ";top:" (line * 13) "px" } { (fixed(*grams, 0)) " g" }
            }
        }
    }
}

/// The line each label goes to so that none covers another; sorted by minute. A number beyond the lines there are means
/// there is no room.
fn lines_for(minutes: &[f64], width: f64) -> Vec<usize> {
    let mut free_from: Vec<f64> = Vec::new();
    minutes
        .iter()
        .map(|minute| {
            let line = free_from.iter().position(|free| *free <= *minute).unwrap_or(free_from.len());
            if line == free_from.len() {
                free_from.push(0.0);
            }
            free_from[line] = minute + width;
            line
        })
        .collect()
}

fn basal_lane(day: &Day, tops: &Tops) -> Markup {
    let top = tops.basal;
    let automatic = |s: &Stretch<(f64, BasalSource)>| {
        matches!(s.value.1, BasalSource::Algorithm | BasalSource::TempRateAndAlgorithm)
    };
    let body = html! {
        (chart::hour_lines(top))
        @for suspension in &day.suspensions { rect.f-susp x=(number(suspension.from)) y="0" width=(number(suspension.to - suspension.from)) height=(number(top)) {} }
        path.f-basal-auto d=(steps(day.basal.iter().filter(|s| automatic(s)))) {}
        path.f-basal-manual d=(steps(day.basal.iter().filter(|s| !automatic(s)))) {}
        path.grid d="M0 0H1440" {}
    };
    let label = format!("Basal as delivered, {} in all", words::units(day.insulin.basal_units));
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0, number(top))];
    let unknown: BTreeSet<&str> = day.basal.iter().filter_map(|stretch| unknown_source(&stretch.value.1)).collect();
    let over = html! { @for label in unknown { p.no-lane { "source " (label) } } };
    lane("Basal", "U/h", &plot("i", label, top, ticks, body), &over)
}

fn unknown_source(source: &BasalSource) -> Option<&str> {
    match source {
        BasalSource::Unknown(label) => Some(label),
        _ => None,
    }
}

/// Filled steps: one block per run of stretches without a hole.
fn steps<'a>(stretches: impl Iterator<Item = &'a Stretch<(f64, BasalSource)>>) -> String {
    let mut path = String::new();
    let mut at: Option<f64> = None;
    for stretch in stretches {
        if at != Some(stretch.from) {
            path.push_str(if at.is_some() { "V0Z" } else { "" });
            let _ = write!(path, "M{} 0", number(stretch.from));
        }
        let _ = write!(path, "V{}H{}", number(stretch.value.0), number(stretch.to));
        at = Some(stretch.to);
    }
    if at.is_some() {
        path.push_str("V0Z");
    }
    path
}

fn on_board_lane(day: &Day, tops: &Tops) -> Markup {
    let top = tops.on_board;
    let hundredths = 100.0;
    let points = day.on_board.iter().map(|i| (minute_of_day(i.at, day.date), i.units * hundredths));
    let line = chart::trace(points, 31.0);
    let most = day.on_board.iter().map(|i| i.units).fold(0.0, f64::max);
    let body = html! {
        (chart::hour_lines(top * hundredths))
        path.grid d="M0 0H1440" {}
        path.on-board d=(line) {}
    };
    let label = format!("Insulin on board by the pump's reckoning, at most {} U", fixed(most, 1));
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0, number(top))];
    lane("On board", "U", &plot("i", label, top * hundredths, ticks, body), &html! {})
}

/// Control-IQ, sleep and exercise as strips.
fn mode_strips(day: &Day) -> Markup {
    let mut strips = vec![
        ("Control-IQ", "f-loop", stretches_of(&day.loop_modes, &LoopMode::ClosedLoop)),
        ("Sleep", "f-sleep", stretches_of(&day.user_modes, &UserMode::Sleeping)),
        ("Exercise", "f-exercise", stretches_of(&day.user_modes, &UserMode::Exercising)),
    ];
    for mode in day.loop_modes.iter().map(|s| &s.value).collect::<BTreeSet<_>>() {
        if let LoopMode::Unknown(label) = mode {
            strips.push((label, "f-loop", stretches_of(&day.loop_modes, mode)));
        }
    }
    for mode in day.user_modes.iter().map(|s| &s.value).collect::<BTreeSet<_>>() {
        if let UserMode::Unknown(label) = mode {
            strips.push((label, "f-exercise", stretches_of(&day.user_modes, mode)));
        }
    }
    html! {
        @for (name, class, stretches) in strips.iter().filter(|(_, _, stretches)| !stretches.is_empty()) {
            (strip(name, class, stretches))
        }
    }
}

fn stretches_of<T: PartialEq>(stretches: &[Stretch<T>], value: &T) -> Vec<(f64, f64)> {
    stretches.iter().filter(|stretch| stretch.value == *value).map(|stretch| (stretch.from, stretch.to)).collect()
}

fn strip(name: &str, class: &str, stretches: &[(f64, f64)]) -> Markup {
    let minutes: f64 = stretches.iter().map(|(from, to)| to - from).sum();
    let body = html! {
        rect.track x="0" y="0" width="1440" height="1" {}
        @for (from, to) in stretches { rect class=(class) x=(number(*from)) y="0" width=(number(to - from)) height="1" {} }
    };
    lane(name, "", &plot("m", format!("{name}: {}", words::duration(minutes)), 1.0, Vec::new(), body), &html! {})
}

fn bolus_table(day: &Day) -> Markup {
    html! {
        @if !day.boluses.is_empty() {
            details.numbers.bolus-list {
                summary { (words::count(day.boluses.len(), "bolus", "boluses")) }
                ul { @for bolus in &day.boluses { li { (in_words(bolus)) } } }
            }
        }
    }
}
