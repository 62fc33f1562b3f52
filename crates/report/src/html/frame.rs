//! What surrounds the figures: the head of the page, notes on thin data, the frame of a figure, a tile, the closing words.

use maud::{Markup, html};

use super::{
    digest::Digest,
    evidence::{self, Topic},
    page::Page,
    words,
};

/// Days of sensor time asked for before the figures are relied on.
const ENOUGH_SENSOR_DAYS: f64 = 14.0;
const ENOUGH_WEAR_PERCENT: f64 = 70.0;

pub(super) fn render_banner(page: &Page) -> Markup {
    let days = page.digest.days.len();
    let fact = |key: &str, value: &str| html! { div { dt { (page.translate(key)) } dd { (value) } } };
    html! {
        header.banner {
            div {
                h1 { (page.translate("title")) }
                p.period { (page.format_window(page.digest.window)) span.muted { " · " (page.count("days", days)) } }
            }
            dl.about-person data-name=[page.options.name.as_deref()] {
                @if let Some(name) = &page.options.name { (fact("name", name)) }
                @if let Some(born) = page.options.born { (fact("born", &words::whole_date(page.messages, born))) }
                @if let Some(pump) = &page.input.pump { (fact("pump", pump)) }
                @if let Some(zone) = page.input.zone { (fact("time-zone", zone.name())) }
                @if let Some(made) = page.options.made_at { (fact("made", &format!("{} {}", page.format_date(made.date()), words::format_clock(made)))) }
            }
            (navigation(page))
        }
    }
}

fn navigation(page: &Page) -> Markup {
    let mut parts = vec![("summary", "part-summary"), ("glucose", "part-glucose"), ("pump", "part-pump")];
    parts.extend([("settings", "part-settings"), ("episodes", "part-episodes")]);
    if page.options.day_pages && !page.digest.days.is_empty() {
        parts.push(("days", "part-days"));
    }
    html! {
        nav aria-label=(page.translate("parts")) { @for (id, key) in parts { a href={ "#" (id) } { (page.translate(key)) } } }
    }
}

/// What the reader should know before the figures: that data are missing or few.
pub(super) fn notes(page: &Page) -> Markup {
    let notes = notes_on(page);
    html! {
        @if !notes.is_empty() {
            aside.notes aria-label=(page.translate("about-the-data")) { @for note in &notes { p { (note) } } }
        }
    }
}

fn notes_on(page: &Page) -> Vec<String> {
    let digest = page.digest;
    if digest.days.is_empty() {
        return vec![page.translate("note-empty-window")];
    }
    let glucose =
        if digest.has_readings() { note_on_few_readings(page) } else { Some(page.translate("note-no-readings")) };
    let insulin = if digest.has_insulin() { notes_on_insulin(page) } else { vec![page.translate("note-no-insulin")] };
    glucose.into_iter().chain(insulin).collect()
}

fn note_on_few_readings(page: &Page) -> Option<String> {
    let digest = page.digest;
    let (days, wear) = (digest.sensor_days(), digest.wear.unwrap_or_default());
    let few = days < ENOUGH_SENSOR_DAYS * ENOUGH_WEAR_PERCENT / 100.0 || wear < ENOUGH_WEAR_PERCENT;
    let time = if days < 1.0 {
        page.format_duration(days * 1440.0)
    } else {
        page.translate_with("days-exact", &[("days", page.format_number(days, 1).into())])
    };
    let values =
        [("time", time.into()), ("readings", page.readings().into()), ("wear", page.format_number(wear, 1).into())];
    few.then(|| page.translate_with("note-few-readings", &values))
}

fn notes_on_insulin(page: &Page) -> Vec<String> {
    let digest = page.digest;
    let unknown_basal = digest.days_with_insulin().filter(|day| day.basal_units.is_none()).count();
    let unknown_boluses: usize = digest.insulin.days.iter().map(|day| day.unknown_bolus_count).sum();
    let counted = [
        ("note-unknown-basal", "days", unknown_basal),
        ("note-overlapping-pumps", "days", digest.insulin.overlapping_days()),
        ("note-unknown-boluses", "boluses", unknown_boluses),
    ];
    let note = |(key, unit, count): (&str, &str, usize)| {
        (count > 0).then(|| page.translate_with(key, &[("count", page.count(unit, count).into())]))
    };
    note_on_missing_insulin(page).into_iter().chain(counted.into_iter().filter_map(note)).collect()
}

/// Why counts of a period say little: how much of it the sensor was worn, where that was low.
pub(super) fn low_wear(page: &Page, digest: &Digest) -> Option<String> {
    let wear = digest.wear.filter(|wear| *wear < ENOUGH_WEAR_PERCENT)?;
    Some(page.translate_with("wear-of", &[("wear", page.percent(Some(wear)).into())]))
}

fn note_on_missing_insulin(page: &Page) -> Option<String> {
    let (with_data, all) = (page.digest.days_with_insulin().count(), page.digest.days.len());
    let values = [("with", with_data.into()), ("days", page.count("days", all).into())];
    (with_data < all).then(|| page.translate_with("note-missing-insulin", &values))
}

impl Page<'_> {
    /// "4032 readings".
    pub(super) fn readings(&self) -> String {
        self.count("readings", self.digest.metrics.summary.n)
    }
}

/// The window, wear and number of readings, as it stands beside every figure of glucose.
pub(super) fn glucose_basis(page: &Page, digest: &Digest) -> String {
    let readings = page.count("readings", digest.metrics.summary.n);
    let wear = page.translate_with("wear-of", &[("wear", page.percent(digest.wear).into())]);
    format!("{} · {wear} · {readings}", page.format_window(digest.window))
}

/// The window and the days on record, as it stands beside every figure of the pump.
pub(super) fn insulin_basis(page: &Page, digest: &Digest) -> String {
    let complete = digest.insulin.days.iter().filter(|day| day.is_complete()).count();
    let with_data = page.count("days", digest.days_with_insulin().count());
    let days = page.translate_with("insulin-days", &[("days", with_data.into()), ("complete", complete.into())]);
    format!("{} · {days}", page.format_window(digest.window))
}

/// A figure: heading, what it rests on, its evidence one click away, and the thing itself.
pub(super) fn render_figure(
    page: &Page,
    class: &str,
    heading: &str,
    basis: &str,
    topic: Topic,
    body: &Markup,
) -> Markup {
    html! {
        section.figure.(class) {
            div.head {
                h3 { (heading) }
                p.basis { (basis) }
                details.define {
                    summary { (page.translate("evidence")) span.hidden { ": " (heading) } }
                    (evidence::render_evidence(page, topic))
                }
            }
            (body)
        }
    }
}

/// What stands in place of a figure that cannot be drawn.
pub(super) fn nothing(why: &str) -> Markup {
    html! { p.nothing { (why) } }
}

/// One number with its name, goal, earlier value and evidence.
pub(super) struct Tile {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) unit: String,
    pub(super) goal: Option<String>,
    /// The same number of the period before.
    pub(super) before: Option<String>,
    pub(super) topic: Topic,
}

impl Tile {
    pub(super) fn with_goal(mut self, goal: Option<String>) -> Self {
        self.goal = goal;
        self
    }

    pub(super) fn render(&self, page: &Page) -> Markup {
        let has_unit = self.value != words::NOTHING && !self.unit.is_empty();
        html! {
            li.tile {
                details.define { summary { (self.name) } (evidence::render_evidence(page, self.topic)) }
                p.value { (self.value) @if has_unit { span.unit { " " (self.unit) } } }
                @if let Some(goal) = &self.goal { p.goal { (goal) } }
                @if let Some(before) = &self.before { p.before { (page.translate_with("before", &[("value", before.as_str().into())])) } }
            }
        }
    }
}

pub(super) fn render_closing(page: &Page) -> Markup {
    html! {
        footer {
            p { strong { (page.translate("closing-evidence")) } " " (page.translate("closing-no-advice")) }
            p { (page.translate_with("closing-sources", &[("audience", page.translate("audience").into())])) }
        }
    }
}
