//! The ambulatory glucose profile as bands coloured by the range they pass through.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::{
    chart::{self, GLUCOSE_TOP, Plot, Tick},
    frame,
    page::Page,
    words,
};
use crate::profile::{Percentiles, ProfileBin};

/// Less sensor time than this gives no profile.
const FEWEST_SENSOR_DAYS: f64 = 1.0;
/// The least distance of two labels at the right edge, as a share of the height.
const LABELS_APART: f64 = 0.055;

pub(super) fn render(page: &Page) -> Markup {
    if page.digest.sensor_days() < FEWEST_SENSOR_DAYS {
        return frame::nothing(&page.translate("profile-too-few"));
    }
    let runs = runs(&page.digest.profile);
    let plot = Plot {
        class: "agp",
        label: said(page),
        width: 1440.0,
        height: GLUCOSE_TOP,
        left: chart::glucose_ticks(&page.options.thresholds, |edge| page.glucose(edge)),
        right: right_labels(&page.digest.profile),
        below: chart::hour_ticks(),
        body: html! {
            (chart::hour_lines(GLUCOSE_TOP))
            path.band-pale d=(bands(&runs, |p| p.p05, |p| p.p95)) {}
            path.band-mid d=(bands(&runs, |p| p.p25, |p| p.p75)) {}
            (chart::glucose_ground(1440.0, &page.options.thresholds))
            path.median d=(lines(&runs)) {}
        },
    };
    html! {
        p.axis-unit { (page.unit()) }
        (plot.render())
        div.under {
            (chart::legend(&[("k-line", page.translate("median")), ("k-mid", "25–75 %".to_owned()), ("k-pale", "5–95 %".to_owned())]))
            (numbers(page))
        }
    }
}

fn said(page: &Page) -> String {
    let medians = page.digest.profile.iter().filter_map(|bin| Some((bin.hour, bin.smoothed?.p50)));
    let glucose = |value: f64| format!("{} {}", page.glucose(value), page.unit());
    let lowest = medians.clone().min_by(|a, b| a.1.total_cmp(&b.1));
    let highest = medians.max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((lowest, highest)) = lowest.zip(highest) else { return page.translate("profile-empty") };
    let values = [
        ("lowest", glucose(lowest.1).into()),
        ("lowesttime", format!("{:02}:30", lowest.0).into()),
        ("highest", glucose(highest.1).into()),
        ("highesttime", format!("{:02}:30", highest.0).into()),
    ];
    page.translate_with("profile-said", &values)
}

/// Points of hours in a row that have readings, a little beyond midnight on both sides where the day goes round.
type Run = Vec<(f64, Percentiles)>;

fn runs(bins: &[ProfileBin]) -> Vec<Run> {
    let last = bins.len() as i64;
    let mut runs: Vec<Run> = vec![Vec::new()];
    for hour in -1..=last {
        let bin = &bins[hour.rem_euclid(last) as usize];
        match (bin.smoothed, runs.last_mut()) {
            (Some(percentiles), Some(run)) => run.push((hour as f64 * 60.0 + 30.0, percentiles)),
            _ => runs.push(Vec::new()),
        }
    }
    runs.into_iter().filter(|run| !run.is_empty()).map(widened).collect()
}

/// An hour that stands alone is drawn as wide as it is.
fn widened(run: Run) -> Run {
    match run.as_slice() {
        [(minute, only)] => vec![(minute - 30.0, *only), (minute + 30.0, *only)],
        _ => run,
    }
}

fn points(run: &Run, of: fn(&Percentiles) -> f64) -> Vec<(f64, f64)> {
    run.iter().map(|(minute, percentiles)| (*minute, of(percentiles).min(GLUCOSE_TOP))).collect()
}

fn bands(runs: &[Run], lower: fn(&Percentiles) -> f64, upper: fn(&Percentiles) -> f64) -> String {
    runs.iter().fold(String::new(), |mut path, run| {
        let back: Vec<(f64, f64)> = points(run, lower).into_iter().rev().collect();
        let _ = write!(path, "{}{}Z", chart::draw_curve(&points(run, upper), 'M'), chart::draw_curve(&back, 'L'));
        path
    })
}

fn lines(runs: &[Run]) -> String {
    runs.iter().map(|run| chart::draw_curve(&points(run, |p| p.p50), 'M')).collect()
}

/// "5 %" to "95 %" where the curves leave the chart, without overlap.
fn right_labels(bins: &[ProfileBin]) -> Vec<Tick> {
    let Some((first, last)) = bins.first().zip(bins.last()) else { return Vec::new() };
    let Some((midnight, before)) = first.smoothed.zip(last.smoothed) else { return Vec::new() };
    let at_midnight = |of: fn(&Percentiles) -> f64| (f64::midpoint(of(&before), of(&midnight)) / GLUCOSE_TOP).min(1.0);
    let mut ticks = vec![
        Tick::new(at_midnight(|p| p.p05), "5 %"),
        Tick::new(at_midnight(|p| p.p25), "25 %"),
        Tick::new(at_midnight(|p| p.p50), "50 %"),
        Tick::new(at_midnight(|p| p.p75), "75 %"),
        Tick::new(at_midnight(|p| p.p95), "95 %"),
    ];
    for index in 1..ticks.len() {
        ticks[index].place = ticks[index].place.max(ticks[index - 1].place + LABELS_APART);
    }
    ticks
}

/// The smoothed percentiles hour by hour, for who wants the numbers.
fn numbers(page: &Page) -> Markup {
    html! {
        details.numbers {
            summary { (page.translate("numbers-by-hour")) }
            div.scroll tabindex="0" role="region" aria-label=(page.translate("numbers-by-hour")) {
                table.plain {
                    thead { tr { th scope="col" { (page.translate("hour")) } @for p in ["5 %", "25 %", "50 %", "75 %", "95 %"] { th scope="col" { (p) } } th scope="col" { (page.translate("head-readings")) } } }
                    tbody {
                        @for bin in &page.digest.profile {
                            tr {
                                th scope="row" { (format!("{:02}:00", bin.hour)) }
                                @for value in five(bin) { td { (value.map_or_else(|| words::NOTHING.to_owned(), |value| page.glucose(value))) } }
                                td { (bin.readings) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn five(bin: &ProfileBin) -> [Option<f64>; 5] {
    let of = |of: fn(&Percentiles) -> f64| bin.smoothed.as_ref().map(of);
    [of(|p| p.p05), of(|p| p.p25), of(|p| p.p50), of(|p| p.p75), of(|p| p.p95)]
}
