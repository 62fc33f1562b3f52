//! The summary in plain language: what changed, the strongest patterns, what is missing.

use maud::{Markup, html};

use super::{digest::Digest, evidence, page::Page, patterns};

/// A difference smaller than this, in the unit shown, is called no change.
struct Measure {
    key: &'static str,
    least: f64,
    decimals: usize,
    unit: &'static str,
    value: fn(&Digest) -> Option<f64>,
}

const MEASURES: [Measure; 6] = [
    Measure {
        key: "change-in-range",
        least: 1.0,
        decimals: 0,
        unit: " %",
        value: |d| d.metrics.ranges.map(|r| r.in_range),
    },
    Measure { key: "change-below", least: 0.5, decimals: 1, unit: " %", value: |d| d.metrics.ranges.map(|r| r.below) },
    Measure {
        key: "change-very-high",
        least: 1.0,
        decimals: 0,
        unit: " %",
        value: |d| d.metrics.ranges.map(|r| r.very_high),
    },
    Measure { key: "change-gmi", least: 0.1, decimals: 1, unit: " %", value: |d| d.metrics.summary.gmi },
    Measure {
        key: "change-insulin",
        least: 1.0,
        decimals: 1,
        unit: " U",
        value: |d| d.insulin.average.of_complete_days.and_then(|day| day.total_units()),
    },
    Measure {
        key: "change-carbs",
        least: 5.0,
        decimals: 0,
        unit: " g",
        value: |d| d.insulin.average.of_complete_days.map(|day| day.carbs_grams),
    },
];

pub(super) fn render(page: &Page) -> Markup {
    if page.digest.days.is_empty() {
        return html! { section.sheet #summary aria-labelledby="summary-h" { h2 #summary-h { (page.translate("part-summary")) } } };
    }
    let column = |heading: String, lines: Vec<String>| html! { div { h3 { (heading) } ul { @for line in lines { li { (line) } } } } };
    html! {
        section.sheet #summary aria-labelledby="summary-h" {
            div.page-head {
                h2 #summary-h { (page.translate("part-summary")) }
                details.define { summary { (page.translate("evidence")) span.hidden { ": " (page.translate("part-summary")) } } (evidence::render_evidence(page, evidence::SUMMARY)) }
            }
            div.columns {
                (column(page.translate("summary-changes"), changes(page)))
                (column(page.translate("summary-patterns"), patterns::find_strongest(page)))
                (column(page.translate("summary-missing"), patterns::missing(page)))
            }
        }
    }
}

fn changes(page: &Page) -> Vec<String> {
    let Some(previous) = page.previous.filter(|previous| previous.has_readings() || previous.has_insulin()) else {
        return vec![page.translate("change-nothing-before")];
    };
    let mut lines =
        vec![page.translate_with("change-against", &[("window", page.format_window(previous.window).into())])];
    lines.extend(MEASURES.iter().filter_map(|measure| change(page, previous, measure)));
    lines
}

fn change(page: &Page, previous: &Digest, measure: &Measure) -> Option<String> {
    let (before, now) = ((measure.value)(previous)?, (measure.value)(page.digest)?);
    let direction = match now - before {
        difference if difference.abs() < measure.least => "same",
        difference if difference > 0.0 => "up",
        _ => "down",
    };
    let shown = |value: f64| format!("{}{}", page.format_number(value, measure.decimals), measure.unit);
    let values = [("direction", direction.into()), ("before", shown(before).into()), ("now", shown(now).into())];
    Some(page.translate_with(measure.key, &values))
}
