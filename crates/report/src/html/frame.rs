//! What surrounds the figures: the head of the page, notes on thin data, the frame of a figure, a tile, the closing words.

use maud::{Markup, html};

use super::{Page, digest::Digest, words};
use crate::printing::fixed;

/// Days of sensor time asked for before the figures are relied on.
const ENOUGH_SENSOR_DAYS: f64 = 14.0;
const ENOUGH_WEAR_PERCENT: f64 = 70.0;

pub(super) fn banner(page: &Page) -> Markup {
    let days = page.digest.days.len();
    html! {
        header.banner {
            div {
                h1 { "Glucose and insulin" }
                p.period { (words::window(page.digest.window)) span.muted { " · " (words::count(days, "day", "days")) } }
            }
            dl.about-person {
                @if let Some(name) = &page.options.name { div { dt { "Name" } dd { (name) } } }
                @if let Some(pump) = &page.input.pump { div { dt { "Pump" } dd { (pump) } } }
                @if let Some(zone) = page.input.zone { div { dt { "Time zone" } dd { (zone.name()) } } }
                @if let Some(made) = page.options.made_at { div { dt { "Made" } dd { (words::date(made.date())) " " (words::clock(made)) } } }
            }
            nav aria-label="Parts of the report" {
                a href="#glucose" { "Glucose" }
                a href="#pump" { "Pump" }
                a href="#episodes" { "Episodes" }
                @if page.options.day_pages && days > 0 { a href="#days" { "Days" } }
            }
        }
    }
}

/// What the reader should know before the figures: that data are missing or few.
pub(super) fn notes(page: &Page) -> Markup {
    let notes = notes_on(page.digest);
    html! {
        @if !notes.is_empty() {
            aside.notes aria-label="About the data" {
                @for note in &notes { p { (note) } }
            }
        }
    }
}

fn notes_on(digest: &Digest) -> Vec<String> {
    let mut notes = Vec::new();
    if digest.days.is_empty() {
        notes.push("The window is empty: there is nothing to report.".to_owned());
        return notes;
    }
    if digest.has_readings() {
        notes.extend(note_on_few_readings(digest));
    } else {
        notes.push("No CGM readings in this window. Glucose figures are left empty.".to_owned());
    }
    if digest.has_insulin() {
        notes.extend(note_on_missing_insulin(digest));
        notes.extend(note_on_unknown_basal(digest));
        notes.extend(note_on_overlapping_pumps(digest));
        notes.extend(note_on_unknown_boluses(digest));
    } else {
        notes.push("No insulin on record in this window. Pump figures are left empty.".to_owned());
    }
    notes
}

fn note_on_few_readings(digest: &Digest) -> Option<String> {
    let (days, wear) = (digest.sensor_days(), digest.wear.unwrap_or_default());
    let few = days < ENOUGH_SENSOR_DAYS * ENOUGH_WEAR_PERCENT / 100.0 || wear < ENOUGH_WEAR_PERCENT;
    few.then(|| {
        format!(
            "Few data: {} of sensor time ({}), {} % of the window. Fourteen days with at least 70 % wear are asked for before \
             these figures are relied on.",
            if days < 1.0 { words::duration(days * 1440.0) } else { format!("{} days", fixed(days, 1)) },
            words::count(digest.metrics.summary.n, "reading", "readings"),
            fixed(wear, 1),
        )
    })
}

fn note_on_missing_insulin(digest: &Digest) -> Option<String> {
    let (with_data, all) = (digest.days_with_insulin().count(), digest.days.len());
    (with_data < all).then(|| {
        format!(
            "Insulin is on record for {with_data} of {}. Averages leave the other days out.",
            words::count(all, "day", "days")
        )
    })
}

fn note_on_unknown_basal(digest: &Digest) -> Option<String> {
    let days = digest.days_with_insulin().filter(|day| day.basal_units.is_none()).count();
    (days > 0).then(|| {
        format!(
            "The basal rate is unknown on {}. Totals of these days are unknown, too.",
            words::count(days, "day", "days")
        )
    })
}

fn note_on_overlapping_pumps(digest: &Digest) -> Option<String> {
    let days = digest.insulin.overlapping_days();
    (days > 0).then(|| {
        let count = words::count(days, "day", "days");
        format!("Two pumps logged basal at once on {count}. Such days are incomplete and excluded from the averages.")
    })
}

fn note_on_unknown_boluses(digest: &Digest) -> Option<String> {
    let boluses: usize = digest.insulin.days.iter().map(|day| day.unknown_bolus_count).sum();
    (boluses > 0).then(|| {
        let count = words::count(boluses, "bolus", "boluses");
        format!(
            "The pump logged an impossible amount for {count}. What was delivered is unknown and counts in no total."
        )
    })
}

/// Why counts of a period say little: how much of it the sensor was worn, where that was low.
pub(super) fn low_wear(digest: &Digest) -> Option<String> {
    let wear = digest.wear.filter(|wear| *wear < ENOUGH_WEAR_PERCENT)?;
    Some(format!("wear {}", words::percent(Some(wear))))
}

/// The window, wear and number of readings, as it stands beside every figure of glucose.
pub(super) fn glucose_basis(digest: &Digest) -> String {
    format!(
        "{} · wear {} · {}",
        words::window(digest.window),
        words::percent(digest.wear),
        words::count(digest.metrics.summary.n, "reading", "readings")
    )
}

/// The window and the days on record, as it stands beside every figure of the pump.
pub(super) fn insulin_basis(digest: &Digest) -> String {
    let complete = digest.insulin.days.iter().filter(|day| day.is_complete()).count();
    let with_data = digest.days_with_insulin().count();
    format!(
        "{} · {} with insulin on record, {complete} complete",
        words::window(digest.window),
        words::count(with_data, "day", "days")
    )
}

/// A figure: heading, what it rests on, its definition one click away, and the thing itself.
pub(super) fn figure(class: &str, heading: &str, basis: &str, definition: &str, body: &Markup) -> Markup {
    html! {
        section.figure.(class) {
            div.head {
                h3 { (heading) }
                p.basis { (basis) }
                details.define { summary { "Definition" span.hidden { " of " (heading) } } p { (definition) } }
            }
            (body)
        }
    }
}

/// What stands in place of a figure that cannot be drawn.
pub(super) fn nothing(why: &str) -> Markup {
    html! { p.nothing { (why) } }
}

/// One number with its name, goal, earlier value and definition.
pub(super) struct Tile<'a> {
    pub(super) name: &'a str,
    pub(super) value: String,
    pub(super) unit: &'a str,
    pub(super) goal: Option<String>,
    /// The same number of the period before.
    pub(super) before: Option<String>,
    pub(super) definition: &'a str,
}

impl Tile<'_> {
    pub(super) fn render(&self) -> Markup {
        html! {
            li.tile {
                details.define { summary { (self.name) } p { (self.definition) } }
                p.value { (self.value) @if self.value != words::NOTHING && !self.unit.is_empty() { span.unit { " " (self.unit) } } }
                @if let Some(goal) = &self.goal { p.goal { (goal) } }
                @if let Some(before) = &self.before { p.before { "before " (before) } }
            }
        }
    }
}

pub(super) fn closing(page: &Page) -> Markup {
    html! {
        footer {
            p { strong { "Evidence, not advice." } " This page shows what the pump and the sensor recorded. It recommends no dose and no setting; talk about changes with the care team." }
            p {
                "Ranges and goals for " (page.options.goals.audience) ": international consensus, Battelino et al. 2019. "
                "The ambulatory profile follows published methods; it is not the licensed AGP report of any institute. "
                "Made on this computer by tandem from the records of the pump; nothing on this page is loaded from elsewhere."
            }
        }
    }
}
