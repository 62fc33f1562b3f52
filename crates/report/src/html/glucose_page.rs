//! Time in ranges, key figures, the ambulatory profile, trends, and small days.

use maud::{Markup, html};

use super::{
    chart::{self, GLUCOSE_TOP, Plot},
    digest::{Day, Digest, is_weekend},
    evidence::{self, Topic},
    frame::{self, Tile},
    page::Page,
    profile_chart, ranges_table, trends, words,
};
use crate::{metrics::GriZone, printing::PrintedRanges};

const SMALL_DAYS: usize = 14;

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::glucose_basis(page, page.digest);
    let figure = |class, key: &str, topic, body: &Markup| {
        frame::render_figure(page, class, &page.translate(key), &basis, topic, body)
    };
    html! {
        section.sheet #glucose aria-labelledby="glucose-h" {
            div.page-head {
                h2 #glucose-h { (page.translate("part-glucose")) }
                @if let Some(previous) = page.previous { p.muted { (page.translate_with("before-colon", &[("value", frame::glucose_basis(page, previous).into())])) } }
            }
            div.pair.top {
                (figure("ranges", "figure-ranges", evidence::RANGES, &ranges_table::render(page)))
                (figure("key", "figure-key", evidence::KEY, &tiles(page)))
            }
            (figure("profile", "figure-profile", evidence::PROFILE, &profile_chart::render(page)))
            (trends::render(page, &basis))
            (frame::render_figure(page, "small", &page.translate("figure-small"), &last_days_basis(page), evidence::SMALL_DAYS, &small_days(page)))
        }
    }
}

fn last_days_basis(page: &Page) -> String {
    let shown = page.digest.days.len().min(SMALL_DAYS);
    let readings: usize = last_days(page.digest).map(|day| day.readings.len()).sum();
    format!("{} · {}", page.count("last-days", shown), page.count("readings", readings))
}

fn tiles(page: &Page) -> Markup {
    let goals = &page.options.goals;
    let mean_goal = match page.options.unit {
        crate::GlucoseUnit::MgPerDl => goals.mean_mg_per_dl.map(|goal| page.format_number(goal, 0)),
        crate::GlucoseUnit::MmolPerL => goals.mean_mmol_per_l.map(|goal| page.format_number(goal, 1)),
    };
    let below = |goal: String| page.translate_with("goal-below", &[("goal", goal.into())]);
    let at_most =
        |goal: f64| page.translate_with("goal-up-to", &[("goal", format!("{} %", page.format_number(goal, 0)).into())]);
    let gri_zone = |zone| page.translate_with("gri-zone", &[("zone", zone_letter(zone).into())]);
    let tiles = [
        tile(page, "tile-mean", page.unit(), evidence::MEAN, |d| d.metrics.summary.mean.map(|mean| page.glucose(mean)))
            .with_goal(mean_goal.map(below)),
        tile(page, "tile-gmi", "%", evidence::GMI, |d| d.metrics.summary.gmi.map(|gmi| page.format_number(gmi, 1)))
            .with_goal(goals.gmi.map(|goal| below(format!("{} %", page.format_number(goal, 0))))),
        tile(page, "tile-cv", "%", evidence::CV, |d| d.metrics.summary.cv.map(|cv| page.format_number(cv, 1)))
            .with_goal(goals.cv.map(at_most)),
        tile(page, "tile-tight", "%", evidence::TIGHT, |d| {
            d.metrics.ranges.map(|r| page.format_number(r.in_tight_range, 0))
        })
        .with_goal(Some(tight_range(page))),
        tile(page, "tile-gri", "", evidence::GRI, |d| d.metrics.gri.map(|gri| page.format_number(gri.index, 0)))
            .with_goal(page.digest.metrics.gri.map(|gri| gri_zone(gri.zone))),
        tile(page, "tile-wear", "%", evidence::WEAR, |d| d.wear.map(|wear| page.format_number(wear, 1)))
            .with_goal(Some(page.readings())),
    ];
    html! { ul.tiles { @for tile in tiles.iter().chain(&own_target(page)) { (tile.render(page)) } } }
}

/// Time in the person's own target range, where there is one.
fn own_target(page: &Page) -> Option<Tile> {
    let (low, high) = page.options.own_target?;
    let range = format!("{}–{} {}", page.glucose(low), page.glucose(high), page.unit());
    let share = |d: &Digest| d.in_own_target.map(|share| page.format_number(share, 0));
    Some(tile(page, "tile-own-target", "%", evidence::OWN_TARGET, share).with_goal(Some(range)))
}

fn tight_range(page: &Page) -> String {
    let t = &page.options.thresholds;
    format!("{}–{} {}", page.glucose(t.low), page.glucose(t.tight_high), page.unit())
}

fn tile(page: &Page, key: &str, unit: &str, topic: Topic, value: impl Fn(&Digest) -> Option<String>) -> Tile {
    let print = |digest: &Digest| value(digest).unwrap_or_else(|| words::NOTHING.to_owned());
    let (value, before) = (print(page.digest), page.previous.map(print));
    Tile { name: page.translate(key), unit: unit.to_owned(), topic, value, before, goal: None }
}

fn zone_letter(zone: GriZone) -> &'static str {
    match zone {
        GriZone::A => "A",
        GriZone::B => "B",
        GriZone::C => "C",
        GriZone::D => "D",
        GriZone::E => "E",
    }
}

fn last_days<'a>(digest: &'a Digest<'a>) -> impl Iterator<Item = &'a Day<'a>> {
    digest.days.iter().skip(digest.days.len().saturating_sub(SMALL_DAYS))
}

fn small_days(page: &Page) -> Markup {
    if page.digest.days.is_empty() {
        return frame::nothing(&page.translate("no-days"));
    }
    html! { ol.small-days { @for day in last_days(page.digest) { li { (small_day(page, day)) } } } }
}

fn small_day(page: &Page, day: &Day) -> Markup {
    let in_range = day.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges).in_range);
    let head = day_head(page, day, in_range);
    let said = in_range.map_or_else(
        || page.translate("no-readings"),
        |share| page.translate_with("percent-in-range", &[("share", share.into())]),
    );
    let width = day.clock.length();
    let plot = Plot {
        class: "tiny",
        label: format!("{}: {said}", page.format_date(day.date)),
        width,
        height: GLUCOSE_TOP,
        left: Vec::new(),
        right: Vec::new(),
        below: Vec::new(),
        body: html! {
            (chart::glucose_ground(width, &page.options.thresholds))
            path.trace d=(glucose_trace(page, day)) {}
        },
    };
    html! {
        @if page.has_sheet(day) {
            a.day-link href={ "#d" (day.date) } { (head) (plot.render()) }
        } @else {
            div.day-link { (head) (plot.render()) }
        }
    }
}

/// Weekday, date and time in range.
pub(super) fn day_head(page: &Page, day: &Day, in_range: Option<i64>) -> Markup {
    html! {
        span.weekday.weekend[is_weekend(day.date)] { (page.format_weekday(day.date)) }
        " " span.date { (page.short_date(day.date)) }
        " " @if let Some(share) = in_range { span.share { (share) " %" } } @else { span.share.muted { (page.translate("no-data")) } }
    }
}

/// The day's readings as a line that is broken where three or more are missing.
pub(super) fn glucose_trace(page: &Page, day: &Day) -> String {
    let longest_step = 3.0 * page.digest.interval_minutes;
    let point = |reading: &&crate::Reading| (day.clock.minute(reading.at), reading.glucose.get().min(GLUCOSE_TOP));
    chart::draw_trace(day.readings.iter().map(point), longest_step)
}
