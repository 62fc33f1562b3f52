//! Drawing: plots that widen to the page while their labels stay text, and compact SVG paths.
//!
//! A plot is an SVG whose units are the data's (minutes and mg/dL, days and units) with `preserveAspectRatio="none"`; lines keep
//! their width by CSS. Axis labels are HTML beside it, so that they stay readable at 390 pixels and on paper.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::glucose::Thresholds;

/// The top of the glucose axis in mg/dL. What is higher is drawn at the top.
pub(super) const GLUCOSE_TOP: f64 = 350.0;

/// A mark on an axis: where (0 to 1 from the origin) and what it says.
pub(super) struct Tick {
    pub(super) place: f64,
    pub(super) label: String,
    /// A label that is left out on a narrow screen.
    pub(super) minor: bool,
}

impl Tick {
    pub(super) fn new(place: f64, label: impl Into<String>) -> Self {
        Self { place, label: label.into(), minor: false }
    }
}

/// A plot: an SVG with axis labels.
pub(super) struct Plot<'a> {
    /// CSS class that sets the height.
    pub(super) class: &'a str,
    /// What the plot shows, for who cannot see it.
    pub(super) label: String,
    /// Width in data units.
    pub(super) width: f64,
    /// Height in data units, upwards from 0.
    pub(super) height: f64,
    pub(super) left: Vec<Tick>,
    pub(super) right: Vec<Tick>,
    pub(super) below: Vec<Tick>,
    /// SVG in data units, y upwards.
    pub(super) body: Markup,
}

impl Plot<'_> {
    pub(super) fn render(&self) -> Markup {
        let (width, height) = (format_coordinate(self.width), format_coordinate(self.height));
        html! {
            div class={ "plot " (self.class) } {
                div.ys aria-hidden="true" { @for tick in &self.left { (side_label(tick)) } }
                svg viewBox={ "0 0 " (width) " " (height) } preserveAspectRatio="none" role="img" aria-label=(self.label) {
                    g transform={ "matrix(1 0 0 -1 0 " (height) ")" } { (self.body) }
                }
                @if !self.right.is_empty() {
                    div.ys.right aria-hidden="true" { @for tick in &self.right { (side_label(tick)) } }
                }
                @if !self.below.is_empty() {
                    div.xs aria-hidden="true" { @for tick in &self.below { (bottom_label(tick)) } }
                }
            }
        }
    }
}

fn side_label(tick: &Tick) -> Markup {
    let (low, high) = (tick.place <= 0.0, tick.place >= 1.0);
    html! { span.lo[low].hi[high] style={ "bottom:" (percent(tick.place)) } { (tick.label) } }
}

pub(super) fn bottom_label(tick: &Tick) -> Markup {
    let last = tick.place >= 1.0;
    html! { span.minor[tick.minor].last[last] style={ "left:" (percent(tick.place)) } { (tick.label) } }
}

/// "12.5%".
pub(super) fn percent(share: f64) -> String {
    format!("{}%", format_coordinate(share * 100.0))
}

/// The hours of a day, every three hours; on a narrow screen every six.
pub(super) fn hour_ticks() -> Vec<Tick> {
    let label = |hour: i32| if hour == 24 { "24:00".to_owned() } else { format!("{hour:02}:00") };
    (0..=24)
        .step_by(3)
        .map(|hour| Tick { place: f64::from(hour) / 24.0, label: label(hour), minor: hour % 6 != 0 })
        .collect()
}

/// Vertical lines every three hours of a day.
pub(super) fn hour_lines(height: f64) -> Markup {
    let mut path = String::new();
    for hour in (3..24).step_by(3) {
        let _ = write!(path, "M{} 0V{}", hour * 60, format_coordinate(height));
    }
    html! { path.grid d=(path) {} }
}

/// The target range as a band across `width`, and the lines of the other thresholds.
pub(super) fn glucose_ground(width: f64, thresholds: &Thresholds) -> Markup {
    let line = |at: f64| format!("M0 {}H{}", format_coordinate(at), format_coordinate(width));
    html! {
        rect.target x="0" y=(format_coordinate(thresholds.low)) width=(format_coordinate(width)) height=(format_coordinate(thresholds.high - thresholds.low)) {}
        path.grid d={ (line(thresholds.very_low)) (line(thresholds.very_high)) } {}
        path.edge d={ (line(thresholds.low)) (line(thresholds.high)) } {}
    }
}

/// Ticks of the glucose axis: the thresholds, in the reader's unit.
pub(super) fn glucose_ticks(thresholds: &Thresholds, print: impl Fn(f64) -> String) -> Vec<Tick> {
    let edges = [thresholds.very_low, thresholds.low, thresholds.high, thresholds.very_high, GLUCOSE_TOP];
    edges.into_iter().map(|edge| Tick::new(edge / GLUCOSE_TOP, print(edge))).collect()
}

/// Paint servers used all over the page: fills and strokes that change colour at the thresholds.
pub(super) fn shared_paint(thresholds: &Thresholds) -> Markup {
    html! {
        svg.paint width="0" height="0" aria-hidden="true" focusable="false" {
            defs { @for id in ["ink", "ink-strong"] { (gradient(id, thresholds)) } }
        }
    }
}

fn gradient(id: &str, thresholds: &Thresholds) -> Markup {
    let stop =
        |at: f64, class: &str| html! { stop class={ "s-" (class) } offset=(format_coordinate(at / GLUCOSE_TOP)) {} };
    let t = thresholds;
    let bands = [
        (0.0, t.very_low, "vlow"),
        (t.very_low, t.low, "low"),
        (t.low, t.high, "ok"),
        (t.high, t.very_high, "high"),
        (t.very_high, GLUCOSE_TOP, "vhigh"),
    ];
    html! {
        linearGradient id=(id) class=(id) gradientUnits="userSpaceOnUse" x1="0" y1="0" x2="0" y2=(format_coordinate(GLUCOSE_TOP)) {
            @for (from, to, class) in bands { (stop(from, class)) (stop(to, class)) }
        }
    }
}

/// A number as short as SVG takes it: at most two decimals.
pub(super) fn format_coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// A polyline through whole-number points, broken where consecutive x are further apart than `longest_step`. A point that
/// stands alone is drawn as a dot.
pub(super) fn draw_trace(points: impl Iterator<Item = (f64, f64)>, longest_step: f64) -> String {
    let mut path = String::new();
    let mut last: Option<(i64, i64)> = None;
    let mut alone = true;
    for (x, y) in points {
        let (x, y) = (x.round() as i64, y.round() as i64);
        match last {
            Some((last_x, last_y)) if ((x - last_x) as f64) <= longest_step && x >= last_x => {
                let _ = write!(path, "l{} {}", x - last_x, y - last_y);
                alone = false;
            }
            previous => {
                if previous.is_some() && alone {
                    path.push_str("h0");
                }
                let _ = write!(path, "M{x} {y}");
                alone = true;
            }
        }
        last = Some((x, y));
    }
    if alone && last.is_some() {
        path.push_str("h0");
    }
    path
}

/// A smooth, monotone curve through points (Fritsch and Carlson): it never overshoots them.
pub(super) fn draw_curve(points: &[(f64, f64)], start: char) -> String {
    let Some(((x, y), rest)) = points.split_first().map(|(first, rest)| (*first, rest)) else { return String::new() };
    let mut path = format!("{start}{} {}", format_coordinate(x), format_coordinate(y));
    let slopes = tangents(points);
    let mut from = (x, y);
    for (index, to) in rest.iter().enumerate() {
        let third = (to.0 - from.0) / 3.0;
        let _ = write!(
            path,
            "C{} {} {} {} {} {}",
            format_coordinate(from.0 + third),
            format_coordinate(from.1 + slopes[index] * third),
            format_coordinate(to.0 - third),
            format_coordinate(to.1 - slopes[index + 1] * third),
            format_coordinate(to.0),
            format_coordinate(to.1)
        );
        from = *to;
    }
    path
}

fn tangents(points: &[(f64, f64)]) -> Vec<f64> {
    let secants: Vec<f64> = points.windows(2).map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0)).collect();
    let inner = |before: f64, after: f64| {
        if before * after <= 0.0 { 0.0 } else { 2.0 * before * after / (before + after) }
    };
    (0..points.len())
        .map(|index| {
            let (before, after) = (index.checked_sub(1).and_then(|i| secants.get(i)), secants.get(index));
            match (before, after) {
                (Some(before), Some(after)) => inner(*before, *after),
                (Some(only), None) | (None, Some(only)) => *only,
                (None, None) => 0.0,
            }
        })
        .collect()
}

/// The next round number at or above `value`, for the top of an axis.
pub(super) fn round_up(value: f64) -> f64 {
    if value <= 0.0 {
        return 1.0;
    }
    let magnitude = 10_f64.powf(value.log10().floor());
    let steps = [1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0];
    steps.iter().map(|step| step * magnitude).find(|top| *top >= value - 1e-9).unwrap_or(10.0 * magnitude)
}

/// A key to colours: each entry a class of swatch and its name.
pub(super) fn legend(entries: &[(&str, String)]) -> Markup {
    html! {
        ul.legend {
            @for (class, name) in entries { li { span class={ "swatch " (class) } aria-hidden="true" {} (name) } }
        }
    }
}
