//! The lanes of one day on one time axis: glucose, boluses with doses and carbohydrates, basal as delivered, insulin on board, modes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use maud::{Markup, html};

use super::{
    chart::{self, GLUCOSE_TOP, Plot, Tick, format_coordinate, percent, round_up},
    digest::{Day, Segment},
    glucose_page,
    input::Alarm,
    page::Page,
    pump_charts, words,
};
use crate::insulin::{BasalSource, Bolus, BolusOrigin, LoopMode, UserMode};
use crate::vocabulary::SiteChangeKind;

/// Smaller automatic boluses carry no dose: there are many.
const LEAST_LABELLED_UNITS: f64 = 0.5;
/// Rows of labels above the bars of boluses.
const LABEL_ROWS: usize = 2;
/// The height of the lane of boluses, by the height of the tallest bar: what is above has the labels.
const LABEL_ROOM: f64 = 1.6;

/// The tops of the axes, the same on every day so that days can be compared.
pub(super) struct Tops {
    bolus: f64,
    basal: f64,
    on_board: f64,
}

impl Tops {
    pub(super) fn new(page: &Page) -> Self {
        let days = &page.digest.days;
        let bolus = days.iter().flat_map(|d| &d.boluses).filter_map(|b| b.delivered_units).fold(0.0, f64::max);
        let basal = days.iter().flat_map(|d| &d.basal).map(|b| b.value.0).fold(0.0, f64::max);
        let on_board = days.iter().flat_map(|d| &d.on_board).map(|i| i.units).fold(0.0, f64::max);
        Self { bolus: round_up(bolus), basal: round_up(basal), on_board: round_up(on_board) }
    }
}

/// How wide a label is in minutes of the axis, by how wide the axis is drawn.
#[derive(Clone, Copy)]
pub(super) enum Room {
    /// A sheet of its own.
    Wide,
    /// One of three beside each other.
    Narrow,
}

impl Room {
    fn minutes_of(self, label: &str) -> f64 {
        let per_letter = match self {
            Self::Wide => 13.0,
            Self::Narrow => 30.0,
        };
        per_letter * (label.chars().count() as f64 + 0.6)
    }

    /// Where a label of this `minute` goes on an axis of `length` minutes.
    fn place(self, label: &str, minute: f64, length: f64) -> Place {
        let width = self.minutes_of(label);
        let is_late = minute + width > length;
        Place { start: if is_late { minute - width } else { minute }, width, is_late }
    }
}

/// What a label takes of the axis, in minutes.
struct Place {
    start: f64,
    width: f64,
    /// It ends at its minute instead of beginning there: the rest of the axis is too short for it.
    is_late: bool,
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

fn plot<'a>(day: &Day, class: &'a str, label: String, height: f64, left: Vec<Tick>, body: Markup) -> Plot<'a> {
    Plot { class, label, width: day.clock.length(), height, left, right: Vec::new(), below: Vec::new(), body }
}

fn left(place: f64) -> String {
    format!("left:{}", percent(place))
}

pub(super) fn glucose(page: &Page, day: &Day) -> Markup {
    let thresholds = &page.options.thresholds;
    let range = |of: fn(f64, f64) -> f64| day.readings.iter().map(|r| r.glucose.get()).reduce(of);
    let label = match range(f64::min).zip(range(f64::max)) {
        Some((low, high)) => {
            let values =
                [("low", page.glucose(low).into()), ("high", page.glucose(high).into()), ("unit", page.unit().into())];
            page.translate_with("lane-glucose-said", &values)
        }
        None => page.translate("no-readings"),
    };
    let body = html! {
        (chart::glucose_ground(day.clock.length(), thresholds))
        path.grid d=(day.clock.hour_lines(GLUCOSE_TOP)) {}
        path.mark d=(mark_lines(page, day)) {}
        path.trace d=(glucose_page::glucose_trace(page, day)) {}
    };
    let mut ticks = chart::glucose_ticks(thresholds, |edge| page.glucose(edge));
    // The lane is too low for two labels 16 mg/dL apart; the line of "very low" is drawn all the same.
    ticks.remove(0);
    let over = html! {
        @if day.readings.is_empty() { p.no-lane { (page.translate("no-readings")) } }
        (marks(page, day))
        (alarm_marks(page, day))
    };
    lane(&page.translate("lane-glucose"), page.unit(), &plot(day, "g", label, GLUCOSE_TOP, ticks, body), &over)
}

/// When a new site or sensor was started, in minutes of the day.
fn marks_of(page: &Page, day: &Day) -> Vec<(f64, String)> {
    let sites = day
        .site_changes
        .iter()
        .filter(|change| change.kind == SiteChangeKind::CannulaFilled)
        .map(|change| (change.at, "mark-site"));
    let sensors = day.sensor_starts.iter().map(|at| (*at, "mark-sensor"));
    let mut marks: Vec<(f64, String)> =
        sites.chain(sensors).map(|(at, key)| (day.clock.minute(at), page.translate(key))).collect();
    marks.sort_by(|a, b| a.0.total_cmp(&b.0));
    marks
}

fn mark_lines(page: &Page, day: &Day) -> String {
    marks_of(page, day).iter().fold(String::new(), |mut path, (minute, _)| {
        let _ = write!(path, "M{} 0V{}", format_coordinate(*minute), format_coordinate(GLUCOSE_TOP));
        path
    })
}

/// New sites and sensors as small flags over the glucose lane.
fn marks(page: &Page, day: &Day) -> Markup {
    let marks = marks_of(page, day);
    // There are few, so that they have room for the width they take on a phone.
    let places: Vec<Place> =
        marks.iter().map(|(minute, text)| Room::Narrow.place(text, *minute, day.clock.length())).collect();
    let rows = rows_for(&places);
    html! {
        @for ((minute, text), (place, row)) in marks.iter().zip(places.iter().zip(rows)) {
            span.flag.late[place.is_late] style={ (left(minute / day.clock.length())) ";top:" (row * 14) "px" } { (text) }
        }
    }
}

/// A mark for each alarm at the foot of the glucose lane; its words are in its title and in the list below the day.
fn alarm_marks(page: &Page, day: &Day) -> Markup {
    html! {
        @for alarm in &day.alarms {
            span class={ "alarm-mark " (pump_charts::family_class(&alarm.family)) } style=(left(day.clock.minute(alarm.at) / day.clock.length())) title=(alarm_said(page, alarm)) {}
        }
    }
}

pub(super) fn alarm_said(page: &Page, alarm: &Alarm) -> String {
    format!("{} {}", words::format_clock(alarm.at.wall), page.alarm_name(alarm))
}

pub(super) fn render_boluses(page: &Page, day: &Day, tops: &Tops, room: Room) -> Markup {
    let top = tops.bolus * LABEL_ROOM;
    let of = |automatic: bool| day.boluses.iter().filter(move |bolus| is_automatic(bolus) == automatic);
    let body = html! {
        path.grid d=(day.clock.hour_lines(top)) {}
        path.grid d={ "M0 0H" (format_coordinate(day.clock.length())) } {}
        (extended_parts(day))
        @for bolus in of(false) { (bar(page, bolus, day, "c-meal")) }
        @for bolus in of(true) { (bar(page, bolus, day, "c-auto")) }
    };
    let values = [
        ("boluses", page.count("boluses", day.boluses.len()).into()),
        ("units", page.format_number(day.insulin.bolus_units, 1).into()),
    ];
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0 / LABEL_ROOM, format_coordinate(tops.bolus))];
    lane(
        &page.translate("lane-bolus"),
        "U",
        &plot(day, "b", page.translate_with("lane-bolus-said", &values), top, ticks, body),
        &labels(page, day, room),
    )
}

fn bar(page: &Page, bolus: &Bolus, day: &Day, class: &str) -> Markup {
    let at = format_coordinate(day.clock.minute(bolus.start));
    html! { path class={ "bar " (class) } d={ "M" (at) " 0V" (format_coordinate(bolus.delivered_units.unwrap_or_default())) } { title { (bolus_said(page, bolus)) } } }
}

/// The extended part of a bolus as a low block over the time it took.
fn extended_parts(day: &Day) -> Markup {
    let extended = day.boluses.iter().filter(|bolus| bolus.extended_units > 0.0);
    html! {
        @for bolus in extended {
            @let from = day.clock.minute(bolus.start);
            @let to = day.clock.minute(bolus.end).max(from);
            rect.f-extended x=(format_coordinate(from)) y="0" width=(format_coordinate(to - from)) height=(format_coordinate(bolus.extended_units)) {}
        }
    }
}

/// "07:30 4.25 U, 45 g, automatic".
pub(super) fn bolus_said(page: &Page, bolus: &Bolus) -> String {
    let units = bolus.delivered_units.map_or_else(
        || page.translate("unknown"),
        |units| format!("{} {}", page.format_number(units, 2), page.translate("unit-u")),
    );
    let mut text = format!("{} {units}", words::format_clock(bolus.start.wall));
    if bolus.carbs_grams > 0.0 {
        let _ = write!(text, ", {} g", page.format_number(bolus.carbs_grams, 0));
    }
    match &bolus.origin {
        BolusOrigin::User | BolusOrigin::Remote => {}
        BolusOrigin::Automatic => {
            let _ = write!(text, ", {}", page.translate("automatic"));
        }
        BolusOrigin::Unknown(label) => {
            let _ = write!(text, ", {label}");
        }
    }
    text
}

fn is_automatic(bolus: &Bolus) -> bool {
    bolus.origin == BolusOrigin::Automatic
}

/// A label of the bolus lane.
struct Label {
    minute: f64,
    text: String,
    class: &'static str,
}

/// Doses of the boluses a person gave and carbohydrates, in rows so that none covers another.
fn labels(page: &Page, day: &Day, room: Room) -> Markup {
    let mut labels = doses(page, day);
    labels.extend(grams(page, day));
    labels.sort_by(|a, b| a.minute.total_cmp(&b.minute));
    let places = |room: Room| -> Vec<Place> {
        labels.iter().map(|label| room.place(&label.text, label.minute, day.clock.length())).collect()
    };
    // A sheet is as narrow as a card on a phone; what has no room there is left out by the style sheet.
    let (places, narrow_places) = (places(room), places(Room::Narrow));
    let (rows, narrow_rows) = (rows_for(&places), rows_for(&narrow_places));
    let classes = |index: usize| {
        [
            (places[index].is_late, " late"),
            (narrow_places[index].is_late, " late-narrow"),
            (narrow_rows[index] >= LABEL_ROWS, " roomy"),
        ]
    };
    html! {
        @for (index, label) in labels.iter().enumerate().filter(|(index, _)| rows[*index] < LABEL_ROWS) {
            span class={ "dose " (label.class) @for (is_so, class) in classes(index) { @if is_so { (class) } } }
                style={ (left(label.minute / day.clock.length())) ";--r:" (rows[index]) ";--n:" (narrow_rows[index]) } { (label.text) }
        }
    }
}

/// The dose, with the carbohydrates entered with it.
fn doses(page: &Page, day: &Day) -> Vec<Label> {
    let by_hand = day.boluses.iter().filter(|bolus| !is_automatic(bolus) && bolus.delivered_units != Some(0.0));
    let units =
        |bolus: &Bolus| bolus.delivered_units.map_or_else(|| "?".to_owned(), |units| page.format_number(units, 1));
    let text = |bolus: &Bolus| {
        let units = units(bolus);
        if bolus.carbs_grams > 0.0 {
            format!("{units} · {} g", page.format_number(bolus.carbs_grams, 0))
        } else {
            units
        }
    };
    let automatic = day
        .boluses
        .iter()
        .filter(|bolus| is_automatic(bolus) && bolus.delivered_units.is_none_or(|units| units >= LEAST_LABELLED_UNITS));
    let label = |bolus: &Bolus, text: String, class| Label { minute: day.clock.minute(bolus.start), text, class };
    let all = by_hand.map(|bolus| label(bolus, text(bolus), "by-hand"));
    all.chain(automatic.map(|bolus| label(bolus, units(bolus), "by-pump"))).collect()
}

/// Carbohydrates that no bolus carries.
fn grams(page: &Page, day: &Day) -> Vec<Label> {
    let entries = day.carbs.iter().filter(|entry| entry.grams > 0.0 && !entry.has_bolus);
    entries
        .map(|entry| Label {
            minute: day.clock.minute(entry.at),
            text: format!("{} g", page.format_number(entry.grams, 0)),
            class: "carbs-only",
        })
        .collect()
}

/// The row each label goes to so that none covers another. The first one that has room in a row keeps it.
fn rows_for(places: &[Place]) -> Vec<usize> {
    let mut rows: Vec<Vec<(f64, f64)>> = Vec::new();
    places
        .iter()
        .map(|Place { start, width, .. }| {
            let (start, end) = (*start, start + width);
            let has_room = |row: &Vec<(f64, f64)>| row.iter().all(|taken| end <= taken.0 || taken.1 <= start);
            let row = rows.iter().position(has_room).unwrap_or(rows.len());
            if row == rows.len() {
                rows.push(Vec::new());
            }
            rows[row].push((start, end));
            row
        })
        .collect()
}

pub(super) fn render_basal(page: &Page, day: &Day, tops: &Tops) -> Markup {
    let top = tops.basal;
    let automatic = |s: &Segment<(f64, BasalSource)>| {
        matches!(s.value.1, BasalSource::Algorithm | BasalSource::TempRateAndAlgorithm)
    };
    let body = html! {
        path.grid d=(day.clock.hour_lines(top)) {}
        @for suspension in &day.suspensions { rect.f-susp x=(format_coordinate(suspension.from)) y="0" width=(format_coordinate(suspension.to - suspension.from)) height=(format_coordinate(top)) {} }
        path.f-basal-auto d=(steps(day.basal.iter().filter(|s| automatic(s)))) {}
        path.f-basal-manual d=(steps(day.basal.iter().filter(|s| !automatic(s)))) {}
        path.grid d={ "M0 0H" (format_coordinate(day.clock.length())) } {}
    };
    let label = page.translate_with("lane-basal-said", &[("units", page.format_units(day.insulin.basal_units).into())]);
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0, format_coordinate(top))];
    let unknown: BTreeSet<&str> = day.basal.iter().filter_map(|segment| unknown_source(&segment.value.1)).collect();
    let over = html! { @for label in unknown { p.no-lane { (label) } } };
    lane(
        &page.translate("lane-basal"),
        &page.translate("unit-u-per-h"),
        &plot(day, "i", label, top, ticks, body),
        &over,
    )
}

fn unknown_source(source: &BasalSource) -> Option<&str> {
    match source {
        BasalSource::Unknown(label) => Some(label),
        _ => None,
    }
}

/// Filled steps: one block per run of segments without a hole.
fn steps<'a>(segments: impl Iterator<Item = &'a Segment<(f64, BasalSource)>>) -> String {
    let mut path = String::new();
    let mut at: Option<f64> = None;
    for segment in segments {
        if at != Some(segment.from) {
            path.push_str(if at.is_some() { "V0Z" } else { "" });
            let _ = write!(path, "M{} 0", format_coordinate(segment.from));
        }
        let _ = write!(path, "V{}H{}", format_coordinate(segment.value.0), format_coordinate(segment.to));
        at = Some(segment.to);
    }
    if at.is_some() {
        path.push_str("V0Z");
    }
    path
}

pub(super) fn on_board(page: &Page, day: &Day, tops: &Tops) -> Markup {
    let top = tops.on_board;
    let hundredths = 100.0;
    let points = day.on_board.iter().map(|i| (day.clock.minute(i.at), i.units * hundredths));
    let line = chart::draw_trace(points, 31.0);
    let most = day.on_board.iter().map(|i| i.units).fold(0.0, f64::max);
    let body = html! {
        path.grid d=(day.clock.hour_lines(top * hundredths)) {}
        path.grid d={ "M0 0H" (format_coordinate(day.clock.length())) } {}
        path.on-board d=(line) {}
    };
    let label = page.translate_with("lane-on-board-said", &[("units", page.format_number(most, 1).into())]);
    let ticks = vec![Tick::new(0.0, "0"), Tick::new(1.0, format_coordinate(top))];
    lane(&page.translate("lane-on-board"), "U", &plot(day, "i", label, top * hundredths, ticks, body), &html! {})
}

/// Control-IQ, sleep and exercise as strips, and what the vocabulary does not have under its own label.
pub(super) fn mode_strips(page: &Page, day: &Day) -> Markup {
    let mut strips = vec![
        (page.translate("mode-control-iq"), "f-loop", segments_of(&day.loop_modes, &LoopMode::ClosedLoop)),
        (page.translate("mode-sleep"), "f-sleep", segments_of(&day.user_modes, &UserMode::Sleeping)),
        (page.translate("mode-exercise"), "f-exercise", segments_of(&day.user_modes, &UserMode::Exercising)),
    ];
    for mode in day.loop_modes.iter().map(|s| &s.value).collect::<BTreeSet<_>>() {
        if let LoopMode::Unknown(label) = mode {
            strips.push((label.to_string(), "f-loop", segments_of(&day.loop_modes, mode)));
        }
    }
    for mode in day.user_modes.iter().map(|s| &s.value).collect::<BTreeSet<_>>() {
        if let UserMode::Unknown(label) = mode {
            strips.push((label.to_string(), "f-exercise", segments_of(&day.user_modes, mode)));
        }
    }
    html! {
        @for (name, class, segments) in strips.iter().filter(|(_, _, segments)| !segments.is_empty()) {
            (strip(page, day, name, class, segments))
        }
    }
}

fn segments_of<T: PartialEq>(segments: &[Segment<T>], value: &T) -> Vec<(f64, f64)> {
    segments.iter().filter(|segment| segment.value == *value).map(|segment| (segment.from, segment.to)).collect()
}

fn strip(page: &Page, day: &Day, name: &str, class: &str, segments: &[(f64, f64)]) -> Markup {
    let minutes: f64 = segments.iter().map(|(from, to)| to - from).sum();
    let body = html! {
        rect.track x="0" y="0" width=(format_coordinate(day.clock.length())) height="1" {}
        @for (from, to) in segments { rect class=(class) x=(format_coordinate(*from)) y="0" width=(format_coordinate(to - from)) height="1" {} }
    };
    let label = format!("{name}: {}", page.format_duration(minutes));
    lane(name, "", &plot(day, "m", label, 1.0, Vec::new(), body), &html! {})
}

/// The hours below all lanes.
pub(super) fn hours(day: &Day, step: u32) -> Markup {
    html! { div.xs.shared aria-hidden="true" { @for tick in day.clock.ticks(step) { (chart::bottom_label(&tick)) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_ends_at_its_minute_where_the_axis_is_too_short_for_it() {
        let day = 24.0 * 60.0;
        for (label, minute, is_late, is_late_on_phones) in [
            ("4.2", 600.0, false, false),
            ("1.9 · 20 g", 1_100.0, false, false),
            ("1.9 · 20 g", 1_150.0, false, true),
            ("1.9 · 20 g", 1_320.0, true, true),
            ("4.2", 1_339.0, false, true),
            ("4.2", 1_439.0, true, true),
        ] {
            for (room, is_late) in [(Room::Wide, is_late), (Room::Narrow, is_late_on_phones)] {
                let place = room.place(label, minute, day);
                assert_eq!(place.is_late, is_late, "{label} at {minute}");
                assert!(place.start >= 0.0 && place.start + place.width <= day, "{label} at {minute}");
            }
        }
    }
}
