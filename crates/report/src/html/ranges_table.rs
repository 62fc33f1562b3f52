//! Time in ranges: one stacked bar, and beside it a table with the numbers, the hours a day and the goals.

use maud::{Markup, html};

use super::{chart::format_coordinate, frame, page::Page, words};
use crate::printing::PrintedRanges;

/// Height of one row of the table in CSS pixels; the bar's leader lines end at the rows' middles.
const ROW: f64 = 50.0;
const ROWS: usize = 5;
const BAR_LEFT: f64 = 26.0;
const BAR_WIDTH: f64 = 44.0;
const FULL_WIDTH: f64 = 104.0;
/// The least height of a segment that is not nothing.
const LEAST: f64 = 5.0;

struct Row {
    class: &'static str,
    name: String,
    range: String,
    printed: i64,
    exact: f64,
    before: Option<i64>,
    goal: Option<String>,
}

pub(super) fn render(page: &Page) -> Markup {
    let Some(rows) = rows(page) else { return frame::nothing(&page.translate("nothing-readings")) };
    html! {
        div.tir {
            (bar(page, &rows))
            (table(page, &rows))
        }
    }
}

/// Top to bottom: very high first.
fn rows(page: &Page) -> Option<[Row; ROWS]> {
    let ranges = page.digest.metrics.ranges?;
    let printed = PrintedRanges::new(&ranges);
    let before = page.previous.and_then(|previous| previous.metrics.ranges).map(|ranges| PrintedRanges::new(&ranges));
    let (t, goals) = (&page.options.thresholds, &page.options.goals);
    let at = |edge: f64| page.glucose(edge);
    let below = |goal: Option<f64>| goal.map(|goal| format!("< {} %", page.format_number(goal, 0)));
    Some([
        Row {
            class: "vhigh",
            name: page.translate("range-very-high"),
            range: format!("> {}", at(t.very_high)),
            printed: printed.very_high,
            exact: ranges.very_high,
            before: before.map(|b| b.very_high),
            goal: below(goals.very_high),
        },
        Row {
            class: "high",
            name: page.translate("range-high"),
            range: format!("{}–{}", words::neighbour(page, t.high, 1.0), at(t.very_high)),
            printed: printed.high,
            exact: ranges.high,
            before: before.map(|b| b.high),
            goal: None,
        },
        Row {
            class: "ok",
            name: page.translate("range-in"),
            range: format!("{}–{}", at(t.low), at(t.high)),
            printed: printed.in_range,
            exact: ranges.in_range,
            before: before.map(|b| b.in_range),
            goal: goals.in_range.map(|goal| format!("> {} %", page.format_number(goal, 0))),
        },
        Row {
            class: "low",
            name: page.translate("range-low"),
            range: format!("{}–{}", at(t.very_low), words::neighbour(page, t.low, -1.0)),
            printed: printed.low,
            exact: ranges.low,
            before: before.map(|b| b.low),
            goal: None,
        },
        Row {
            class: "vlow",
            name: page.translate("range-very-low"),
            range: format!("< {}", at(t.very_low)),
            printed: printed.very_low,
            exact: ranges.very_low,
            before: before.map(|b| b.very_low),
            goal: below(goals.very_low),
        },
    ])
}

fn bar(page: &Page, rows: &[Row]) -> Markup {
    let height = ROW * rows.len() as f64;
    let segments = segments(rows, height);
    let said =
        rows.iter().map(|row| format!("{} {} %", row.name.to_lowercase(), row.printed)).collect::<Vec<_>>().join(", ");
    html! {
        svg.bar width=(format_coordinate(FULL_WIDTH)) height=(format_coordinate(height)) role="img" aria-label={ (page.translate("figure-ranges")) ": " (said) } {
            @for (index, (row, (top, tall))) in rows.iter().zip(&segments).enumerate() {
                @if *tall > 0.0 {
                    rect class={ "f-" (row.class) } x=(format_coordinate(BAR_LEFT)) y=(format_coordinate(*top)) width=(format_coordinate(BAR_WIDTH)) height=(format_coordinate(*tall)) {}
                    path.leader d=(leader(*top + tall / 2.0, (index as f64 + 0.5) * ROW)) {}
                }
            }
            @for (edge, y) in edges(page, &segments) { text.edge-label x=(format_coordinate(BAR_LEFT - 4.0)) y=(format_coordinate(y)) { (edge) } }
        }
    }
}

fn leader(from: f64, to: f64) -> String {
    let (start, end) = (BAR_LEFT + BAR_WIDTH + 3.0, FULL_WIDTH);
    format!(
        "M{} {}L{} {}H{}",
        format_coordinate(start),
        format_coordinate(from),
        format_coordinate(end - 12.0),
        format_coordinate(to),
        format_coordinate(end)
    )
}

/// Top and height of each segment. One that is not nothing is at least [`LEAST`] tall, at the cost of the tallest.
fn segments(rows: &[Row], height: f64) -> Vec<(f64, f64)> {
    let mut talls: Vec<f64> =
        rows.iter().map(|row| if row.exact > 0.0 { (row.exact / 100.0 * height).max(LEAST) } else { 0.0 }).collect();
    let excess = talls.iter().sum::<f64>() - height;
    if let Some(tallest) = talls.iter_mut().max_by(|a, b| a.total_cmp(b)) {
        *tallest -= excess;
    }
    let mut top = 0.0;
    talls
        .into_iter()
        .map(|tall| {
            let segment = (top, tall);
            top += tall;
            segment
        })
        .collect()
}

/// The thresholds at the left edge of the bar, where the segments meet, without overlap.
fn edges(page: &Page, segments: &[(f64, f64)]) -> Vec<(String, f64)> {
    const LEAST_APART: f64 = 11.0;
    let t = &page.options.thresholds;
    let height = ROW * ROWS as f64;
    let mut labels: Vec<(String, f64)> = [t.very_high, t.high, t.low, t.very_low]
        .into_iter()
        .zip(segments)
        .map(|(edge, (top, tall))| (page.glucose(edge), top + tall))
        .collect();
    let mut least = 6.0;
    for label in &mut labels {
        label.1 = label.1.max(least);
        least = label.1 + LEAST_APART;
    }
    let mut limit = height - 2.0;
    for label in labels.iter_mut().rev() {
        label.1 = label.1.min(limit);
        limit = label.1 - LEAST_APART;
    }
    labels.into_iter().map(|(text, y)| (text, y + 3.5)).collect()
}

fn table(page: &Page, rows: &[Row]) -> Markup {
    let goals = &page.options.goals;
    let t = &page.options.thresholds;
    let sum = |a: usize, b: usize| rows[a].printed + rows[b].printed;
    let goal = |goal: Option<f64>| goal.map(|goal| format!("< {} %", page.format_number(goal, 0)));
    let above =
        (page.translate_with("above-edge", &[("edge", page.glucose(t.high).into())]), sum(0, 1), goal(goals.above));
    let below =
        (page.translate_with("below-edge", &[("edge", page.glucose(t.low).into())]), sum(3, 4), goal(goals.below));
    html! {
        table.tir-table {
            caption.hidden { (page.translate("figure-ranges")) ", " (page.unit()) "; " (page.translate("audience")) }
            thead.hidden { tr { @for key in ["head-range", "head-share", "head-together"] { th scope="col" { (page.translate(key)) } } } }
            tbody {
                @for (index, row) in rows.iter().enumerate() {
                    tr class={ "r-" (row.class) } {
                        th scope="row" { span.name { (row.name) } span.range { (row.range) span.u { " " (page.unit()) } } }
                        td.share {
                            span.big { (row.printed) " %" }
                            @if let Some(before) = row.before { " " span.was { (page.translate_with("before", &[("value", format!("{before} %").into())])) } }
                            span.small-print {
                                span.hours { (page.format_duration(row.exact * 14.4)) @if row.goal.is_some() { " · " } }
                                @if let Some(goal) = &row.goal { (page.translate_with("goal", &[("goal", goal.as_str().into())])) }
                            }
                        }
                        @match index {
                            0 => (together(page, &above)),
                            2 => td.together.blank {},
                            3 => (together(page, &below)),
                            _ => {}
                        }
                    }
                }
            }
        }
    }
}

fn together(page: &Page, (name, share, goal): &(String, i64, Option<String>)) -> Markup {
    html! {
        td.together rowspan="2" {
            span.big { (share) " %" }
            span.small-print { (name) }
            @if let Some(goal) = goal { span.small-print { (page.translate_with("goal", &[("goal", goal.as_str().into())])) } }
        }
    }
}
