//! The first page: time in ranges, key figures, the ambulatory profile, fourteen small days.

use maud::{Markup, html};

use super::{
    Page,
    chart::{self, GLUCOSE_TOP, Plot},
    digest::{Day, Digest, is_weekend},
    frame::{self, Tile},
    profile_chart, ranges_table,
    words::{self, define},
};
use crate::{
    metrics::GriZone,
    printing::{PrintedRanges, fixed},
};

const SMALL_DAYS: usize = 14;

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::glucose_basis(page.digest);
    html! {
        section.sheet #glucose aria-labelledby="glucose-h" {
            div.page-head {
                h2 #glucose-h { "Glucose" }
                @if let Some(previous) = page.previous { p.muted { "before: " (frame::glucose_basis(previous)) } }
            }
            div.pair.top {
                (frame::figure("ranges", "Time in ranges", &basis, define::RANGES, &ranges_table::render(page)))
                (frame::figure("key", "Key figures", &basis, define::KEY, &tiles(page)))
            }
            (frame::figure("profile", "Ambulatory glucose profile", &basis, define::PROFILE, &profile_chart::render(page)))
            (frame::figure("small", "Daily glucose", &last_days_basis(page), define::SMALL_DAYS, &small_days(page)))
        }
    }
}

fn last_days_basis(page: &Page) -> String {
    let shown = page.digest.days.len().min(SMALL_DAYS);
    let readings: usize = last_days(page.digest).map(|day| day.readings.len()).sum();
    format!("last {} · {}", words::count(shown, "day", "days"), words::count(readings, "reading", "readings"))
}

fn tiles(page: &Page) -> Markup {
    let goals = &page.options.goals;
    let tiles = [
        tile(page, "Mean glucose", page.unit(), define::MEAN, |d| {
            d.metrics.summary.mean.map(|mean| page.glucose(mean))
        })
        .with_goal(goals.mean_in_words(page.options.unit)),
        tile(page, "GMI", "%", define::GMI, |d| d.metrics.summary.gmi.map(|gmi| fixed(gmi, 1)))
            .with_goal(goals.gmi.map(|goal| format!("goal below {} %", fixed(goal, 0)))),
        tile(page, "Variability (CV)", "%", define::CV, |d| d.metrics.summary.cv.map(|cv| fixed(cv, 1)))
            .with_goal(goals.cv.map(|goal| format!("goal up to {} %", fixed(goal, 0)))),
        tile(page, "In tight range", "%", define::TIGHT, |d| d.metrics.ranges.map(|r| fixed(r.in_tight_range, 0)))
            .with_goal(Some(tight_range(page))),
        tile(page, "Risk index (GRI)", "", define::GRI, |d| d.metrics.gri.map(|gri| fixed(gri.index, 0)))
            .with_goal(page.digest.metrics.gri.map(|gri| format!("zone {}", zone(gri.zone)))),
        tile(page, "Sensor wear", "%", define::WEAR, |d| d.wear.map(|wear| fixed(wear, 1)))
            .with_goal(Some(words::count(page.digest.metrics.summary.n, "reading", "readings"))),
    ];
    html! { ul.tiles { @for tile in &tiles { (tile.render()) } } }
}

fn tight_range(page: &Page) -> String {
    let t = &page.options.thresholds;
    format!("{}–{} {}", page.glucose(t.low), page.glucose(t.tight_high), page.unit())
}

fn tile<'a>(
    page: &'a Page,
    name: &'a str,
    unit: &'a str,
    definition: &'a str,
    value: impl Fn(&Digest) -> Option<String>,
) -> Tile<'a> {
    let print = |digest: &Digest| value(digest).unwrap_or_else(|| words::NOTHING.to_owned());
    Tile { name, unit, definition, value: print(page.digest), before: page.previous.map(print), goal: None }
}

impl Tile<'_> {
    pub(super) fn with_goal(mut self, goal: Option<String>) -> Self {
        self.goal = goal;
        self
    }
}

fn zone(zone: GriZone) -> char {
    match zone {
        GriZone::A => 'A',
        GriZone::B => 'B',
        GriZone::C => 'C',
        GriZone::D => 'D',
        GriZone::E => 'E',
    }
}

fn last_days<'a>(digest: &'a Digest<'a>) -> impl Iterator<Item = &'a Day<'a>> {
    digest.days.iter().skip(digest.days.len().saturating_sub(SMALL_DAYS))
}

fn small_days(page: &Page) -> Markup {
    if page.digest.days.is_empty() {
        return frame::nothing("No days in the window.");
    }
    html! { ol.small-days { @for day in last_days(page.digest) { li { (small_day(page, day)) } } } }
}

fn small_day(page: &Page, day: &Day) -> Markup {
    let in_range = day.metrics.ranges.map(|ranges| PrintedRanges::new(&ranges).in_range);
    let head = html! {
        span.weekday.weekend[is_weekend(day.date)] { (words::weekday(day.date)) }
        " " span.date { (words::short_date(day.date)) }
        " " @if let Some(share) = in_range { span.share { (share) " %" } } @else { span.share.muted { "no data" } }
    };
    let said = in_range.map_or_else(|| "no readings".to_owned(), |share| format!("{share} % in range"));
    let plot = Plot {
        class: "tiny",
        label: format!("{}: {said}", words::date(day.date)),
        width: 1440.0,
        height: GLUCOSE_TOP,
        left: Vec::new(),
        right: Vec::new(),
        below: Vec::new(),
        body: html! {
            (chart::glucose_ground(1440.0, &page.options.thresholds))
            path.trace d=(glucose_trace(page, day)) {}
        },
    };
    html! {
        @if page.options.day_pages {
            a.day-link href={ "#d" (day.date) } { (head) (plot.render()) }
        } @else {
            div.day-link { (head) (plot.render()) }
        }
    }
}

/// The day's readings as a line that is broken where three or more are missing.
pub(super) fn glucose_trace(page: &Page, day: &Day) -> String {
    let longest_step = 3.0 * page.digest.interval_minutes;
    let points = day
        .readings
        .iter()
        .map(|reading| (super::digest::minute_of_day(reading.at, day.date), reading.glucose.get().min(GLUCOSE_TOP)));
    chart::trace(points, longest_step)
}
