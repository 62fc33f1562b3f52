//! The pump's settings in effect, and every change in the period, before and after.

use chrono::NaiveDateTime;
use maud::{Markup, html};

use super::input::{ReportInput, ReportOptions};
use super::page::Page;
use super::{evidence, frame, words};
use crate::{
    glucose::GlucoseUnit,
    messages::Messages,
    settings::{Change, GROUPS, Name, Profile, SegmentField, Setting, SettingValue, SettingsSnapshot, changes},
    time::Timestamp,
};

pub(super) fn render(page: &Page) -> Markup {
    let newest = page.input.settings.last();
    html! {
        section.sheet #settings aria-labelledby="settings-h" {
            div.page-head { h2 #settings-h { (page.translate("part-settings")) } }
            @if let Some(snapshot) = newest {
                (frame::render_figure(page, "in-effect", &page.translate("figure-in-effect"), &since(page, snapshot), evidence::SETTINGS, &in_effect(page, snapshot)))
                (frame::render_figure(page, "setting-changes", &page.translate("figure-setting-changes"), &page.format_window(page.digest.window), evidence::SETTINGS, &all_changes(page)))
            } @else {
                (frame::nothing(&page.translate("nothing-settings")))
            }
        }
    }
}

fn since(page: &Page, snapshot: &SettingsSnapshot) -> String {
    let at = moment(page, snapshot.known_from);
    page.translate_with("settings-since", &[("pump", snapshot.pump.as_str().into()), ("at", at.into())])
}

fn moment(page: &Page, at: NaiveDateTime) -> String {
    format!("{}, {}", page.format_date(at.date()), words::format_clock(at))
}

fn in_effect(page: &Page, snapshot: &SettingsSnapshot) -> Markup {
    let settings = &snapshot.settings;
    html! {
        div.settings {
            div.profiles { @for profile in &settings.profiles { (profile_table(page, profile)) } }
            @for group in GROUPS { (group_list(page, group, &settings.values)) }
        }
    }
}

/// The active profile in full; the others one click away and not on paper.
fn profile_table(page: &Page, profile: &Profile) -> Markup {
    let printer = Printer::from_page(page);
    let table = html! {
        div.scroll tabindex="0" role="region" aria-label=(profile.name) { table.plain.segments {
            thead { tr { th scope="col" { (page.translate("head-from")) } @for field in FIELDS { th scope="col" { (page.translate(field_key(field))) span.unit { " " (printer.field_unit(field)) } } } } }
            tbody { @for segment in &profile.segments {
                tr {
                    th scope="row" { (time_of(segment.start_minute)) }
                    td { (page.format_number(segment.basal_units_per_hour, 3)) }
                    td { (printer.short(segment.grams_per_unit)) }
                    td { (page.glucose(segment.mg_per_dl_per_unit)) }
                    td { (page.glucose(segment.target_mg_per_dl)) }
                }
            } }
        } }
        p.small-print { (daily_basal(page, profile)) @for setting in &profile.values { " · " (printer.label(&setting.path)) " " (printer.value(&setting.value)) } }
    };
    html! {
        @if profile.active {
            h4 { (profile.name) " " span.muted { "(" (page.translate("profile-active")) ")" } }
            (table)
        } @else {
            details.other-profile { summary { (profile.name) } (table) }
        }
    }
}

const FIELDS: [SegmentField; 4] =
    [SegmentField::Basal, SegmentField::CarbRatio, SegmentField::CorrectionFactor, SegmentField::Target];

fn field_key(field: SegmentField) -> &'static str {
    match field {
        SegmentField::Basal => "segment-basal",
        SegmentField::CarbRatio => "segment-carb-ratio",
        SegmentField::CorrectionFactor => "segment-correction",
        SegmentField::Target => "segment-target",
    }
}

/// Units of basal that the profile gives in 24 hours.
fn daily_basal(page: &Page, profile: &Profile) -> String {
    let ends = profile.segments.iter().skip(1).map(|segment| segment.start_minute).chain([1440]);
    let of = profile.segments.iter().zip(ends);
    let units: f64 = of
        .map(|(segment, end)| segment.basal_units_per_hour * f64::from(end.saturating_sub(segment.start_minute)) / 60.0)
        .sum();
    page.translate_with("profile-basal", &[("units", page.format_number(units, 1).into())])
}

fn group_list(page: &Page, group: &str, values: &[Setting]) -> Markup {
    let printer = Printer::from_page(page);
    let of_group: Vec<&Setting> = values
        .iter()
        .filter(|setting| setting.group == Some(group))
        .filter(|setting| is_worth_a_line(setting))
        .collect();
    html! {
        @if !of_group.is_empty() {
            div.group {
                h4 { (page.translate(&format!("group-{group}"))) }
                dl { @for setting in of_group { div { dt { (printer.label(&setting.path)) } dd { (printer.value(&setting.value)) } } } }
            }
        }
    }
}

/// Schedules that are off say nothing; three of the four always are, for most people.
fn is_worth_a_line(setting: &Setting) -> bool {
    setting.value != SettingValue::Schedule(None) || setting.path.ends_with('0')
}

/// Every state of the settings in the window that differs from the one before, of the same pump.
fn changed(input: &ReportInput) -> Vec<(&SettingsSnapshot, Vec<Change>)> {
    let window = &input.period.window;
    let is_inside =
        |snapshot: &SettingsSnapshot| window.start.wall <= snapshot.known_from && snapshot.known_from < window.end.wall;
    let pairs = input.settings.windows(2).filter(|pair| pair[0].pump == pair[1].pump && is_inside(&pair[1]));
    let changed = pairs.map(|pair| (&pair[1], changes(&pair[0].settings, &pair[1].settings)));
    changed.filter(|(_, changes)| !changes.is_empty()).collect()
}

/// When settings changed and what, as text for the explorer.
pub(crate) fn describe_changes(
    input: &ReportInput,
    options: &ReportOptions,
    messages: &Messages,
) -> Vec<(Timestamp, Vec<String>)> {
    let printer = Printer { messages, unit: options.unit };
    let at = |snapshot: &SettingsSnapshot| {
        input.zone.map_or_else(
            || input.period.window.start.at_wall(snapshot.known_from),
            |zone| Timestamp::in_zone(snapshot.known_from, zone),
        )
    };
    let lines = |changes: &[Change]| changes.iter().map(|change| printer.change(change)).collect();
    changed(input).iter().map(|(snapshot, changes)| (at(snapshot), lines(changes))).collect()
}

fn all_changes(page: &Page) -> Markup {
    let changed = changed(page.input);
    if changed.is_empty() {
        return html! { p { (page.translate("no-setting-changes")) } };
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label=(page.translate("figure-setting-changes")) {
            table.plain.change-table {
                thead { tr { @for head in ["head-when", "head-setting", "head-before", "head-after"] { th.text scope="col" { (page.translate(head)) } } } }
                tbody { @for (snapshot, changes) in &changed { (change_rows(page, snapshot, changes)) } }
            }
        }
    }
}

fn change_rows(page: &Page, snapshot: &SettingsSnapshot, changes: &[Change]) -> Markup {
    let printer = Printer::from_page(page);
    let value = |value: &Option<SettingValue>| printer.optional(value.as_ref());
    html! {
        @for (index, change) in changes.iter().enumerate() {
            tr {
                @if index == 0 { th.text scope="rowgroup" rowspan=(changes.len()) { (moment(page, snapshot.known_from)) } }
                td.text { (printer.name(&change.name)) }
                td.text { (value(&change.before)) }
                td.text { b { (value(&change.after)) } }
            }
        }
    }
}

/// Prints settings in the reader's language and unit.
struct Printer<'a> {
    messages: &'a Messages,
    unit: GlucoseUnit,
}

impl<'a> Printer<'a> {
    fn from_page(page: &Page<'a>) -> Self {
        Self { messages: page.messages, unit: page.options.unit }
    }

    /// "Weekday, 04:00: Basal (U/h): 0.9 → 0.95".
    fn change(&self, change: &Change) -> String {
        let shown = |value: &Option<SettingValue>| self.optional(value.as_ref());
        format!("{}: {} → {}", self.name(&change.name), shown(&change.before), shown(&change.after))
    }

    fn name(&self, name: &Name) -> String {
        match name {
            Name::Segment { profile, at, field } => {
                format!(
                    "{profile}, {}: {} ({})",
                    time_of(*at),
                    self.messages.translate(field_key(*field)),
                    self.field_unit(*field)
                )
            }
            Name::Profile { profile, path } => format!("{profile}: {}", self.label(path)),
            Name::Setting(path) => self.label(path),
        }
    }

    fn field_unit(&self, field: SegmentField) -> String {
        match field {
            SegmentField::Basal => self.messages.translate("unit-u-per-h"),
            SegmentField::CarbRatio => self.messages.translate("unit-g-per-u"),
            SegmentField::CorrectionFactor => {
                self.messages.translate_with("unit-per-u", &[("unit", self.unit.name().into())])
            }
            SegmentField::Target => self.unit.name().to_owned(),
        }
    }

    /// What a setting is called; one that the catalogue does not have goes by its own name.
    fn label(&self, path: &str) -> String {
        self.messages.find(&format!("setting-{}", path.replace('.', "-")), &[]).unwrap_or_else(|| path.to_owned())
    }

    fn optional(&self, value: Option<&SettingValue>) -> String {
        value.map_or_else(|| words::NOTHING.to_owned(), |value| self.value(value))
    }

    fn value(&self, value: &SettingValue) -> String {
        let text = |key: &str| self.messages.translate(key);
        match value {
            SettingValue::Switch(on) => text(if *on { "switch-on" } else { "switch-off" }),
            SettingValue::Units(units) => format!("{} {}", self.short(*units), text("unit-u")),
            SettingValue::UnitsPerHour(rate) => self.short(*rate),
            SettingValue::MgPerDl(value) => self.glucose(*value),
            SettingValue::Minutes(minutes) => words::format_duration(self.messages, *minutes),
            SettingValue::Hours(hours) => words::format_duration(self.messages, *hours * 60.0),
            SettingValue::Days(days) => self.messages.translate_with("days", &[("count", (*days as usize).into())]),
            SettingValue::Number(number) => self.short(*number),
            SettingValue::Text(text) => {
                self.messages.find(&format!("value-{text}"), &[]).unwrap_or_else(|| text.clone())
            }
            SettingValue::Schedule(None) => text("switch-off"),
            SettingValue::Schedule(Some((days, from, to))) => {
                format!("{}–{}, {}", time_of(*from), time_of(*to), self.weekdays(days))
            }
        }
    }

    fn glucose(&self, mg_per_dl: f64) -> String {
        self.messages.format_number(self.unit.convert(mg_per_dl), usize::from(self.unit == GlucoseUnit::MmolPerL))
    }

    /// At most three decimals, and none at the end that are zero.
    fn short(&self, value: f64) -> String {
        let decimals = (0..3).find(|decimals| (value * 10_f64.powi(*decimals)).fract().abs() < 1e-9).unwrap_or(3);
        self.messages.format_number(value, decimals as usize)
    }

    /// "Mon–Sun" for days in a row, else each.
    fn weekdays(&self, days: &[u32]) -> String {
        let name = |day: &u32| self.messages.translate(&format!("weekday-short-{day}"));
        let in_a_row = days.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        match days {
            [first, .., last] if in_a_row && days.len() > 2 => format!("{}–{}", name(first), name(last)),
            _ => days.iter().map(name).collect::<Vec<_>>().join(", "),
        }
    }
}

fn time_of(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
