//! Insulin, modes, boluses, carbohydrates, changes of site and sensor, alarms.

use maud::{Markup, html};

use super::{
    buckets::Step,
    digest::Digest,
    evidence::{self, Topic},
    frame::{self, Tile},
    page::Page,
    pump_charts,
};
use crate::insulin::{AverageDay, InsulinDay};

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::insulin_basis(page, page.digest);
    let window = page.format_window(page.digest.window);
    let step = page.translate(Step::fitting(page.digest.charted_days().len()).key());
    let by_step = |key: &str| format!("{} {step}", page.translate(key));
    html! {
        section.sheet #pump aria-labelledby="pump-h" {
            div.page-head {
                h2 #pump-h { (page.translate("part-pump")) }
                @if let Some(previous) = page.previous { p.muted { (page.translate_with("before-colon", &[("value", frame::insulin_basis(page, previous).into())])) } }
            }
            @if page.digest.has_insulin() {
                (frame::render_figure(page, "pump-key", &page.translate("figure-key"), &basis, evidence::KEY, &tiles(page)))
                (frame::render_figure(page, "insulin", &by_step("figure-insulin"), &basis, evidence::DAILY_INSULIN, &pump_charts::daily_insulin(page)))
                div.pair {
                    (frame::render_figure(page, "boluses", &by_step("figure-boluses"), &basis, evidence::BOLUS_COUNTS, &pump_charts::daily_boluses(page)))
                    (frame::render_figure(page, "carbs", &by_step("figure-carbs"), &basis, evidence::CARBS, &pump_charts::daily_carbs(page)))
                }
                (frame::render_figure(page, "modes", &page.translate("figure-modes"), &basis, evidence::CONTROL_IQ, &modes(page)))
            } @else {
                (frame::nothing(&page.translate("nothing-insulin")))
            }
            div.pair {
                (frame::render_figure(page, "changes", &page.translate("figure-changes"), &window, evidence::CHANGES, &pump_charts::render_changes(page)))
                (frame::render_figure(page, "alarms", &page.translate("figure-alarms"), &window, evidence::ALARMS, &pump_charts::render_alarms(page)))
            }
        }
    }
}

/// What the tiles print of one period.
struct Figures {
    complete: Option<AverageDay>,
    /// Sums over the days with insulin on record, per such day.
    meal: Option<f64>,
    user_correction: Option<f64>,
    auto_correction: Option<f64>,
    auto_share: Option<f64>,
    user_boluses: Option<f64>,
    auto_boluses: Option<f64>,
    overridden: usize,
    carbs: Option<f64>,
}

impl Figures {
    fn new(digest: &Digest) -> Self {
        let days: Vec<&InsulinDay> = digest.insulin.averaged_days().collect();
        let sum = |of: &dyn Fn(&InsulinDay) -> f64| days.iter().map(|day| of(day)).sum::<f64>();
        let per_day = |total: f64| (!days.is_empty()).then(|| total / days.len() as f64);
        let auto = sum(&|day| day.bolus_by_class.auto_correction);
        let all: Option<f64> = days.iter().map(|day| day.total_units()).sum();
        Self {
            complete: digest.insulin.average.of_complete_days,
            meal: per_day(sum(&|day| day.bolus_by_class.meal())),
            user_correction: per_day(sum(&|day| day.bolus_by_class.user_correction())),
            auto_correction: per_day(auto),
            auto_share: all.filter(|all| *all > 0.0).map(|all| 100.0 * auto / all),
            user_boluses: per_day(sum(&|day| day.user_bolus_count() as f64)),
            auto_boluses: per_day(sum(&|day| day.auto_bolus_count as f64)),
            overridden: days.iter().map(|day| day.overridden_count).sum(),
            carbs: per_day(sum(&|day| day.carbs_grams)),
        }
    }

    fn basal_percent(&self) -> Option<f64> {
        self.complete.and_then(|day| day.basal_percent())
    }
}

fn tiles(page: &Page) -> Markup {
    let now = Figures::new(page.digest);
    let before = page.previous.map(Figures::new);
    let tile = |key: &str, unit: &str, topic: Topic, decimals, value: fn(&Figures) -> Option<f64>| Tile {
        name: page.translate(key),
        unit: page.translate(unit),
        topic,
        value: page.optional(value(&now), decimals),
        before: before.as_ref().map(|before| page.optional(value(before), decimals)),
        goal: None,
    };
    let units = |value: f64| page.format_number(value, 1);
    let any_day = |day: AverageDay| {
        let days = page.count("days", day.days as usize);
        page.translate_with(
            "tile-tdd-note",
            &[("units", page.format_units(day.total_units()).into()), ("days", days.into())],
        )
    };
    let split = |day: AverageDay| {
        page.translate_with(
            "tile-basal-note",
            &[
                ("basal", page.format_units(day.basal_units).into()),
                ("bolus", page.format_units(Some(day.bolus_units)).into()),
            ],
        )
    };
    let automatic = |count: f64| {
        page.translate_with(
            "tile-boluses-note",
            &[("automatic", units(count).into()), ("overridden", now.overridden.into())],
        )
    };
    let corrections = |value: f64| page.translate_with("tile-meal-note", &[("units", units(value).into())]);
    let share = |value: f64| page.translate_with("tile-auto-note", &[("share", page.format_number(value, 0).into())]);
    let tiles = [
        tile("tile-tdd", "unit-u", evidence::TDD, 1, |f| f.complete.and_then(|day| day.total_units()))
            .with_goal(page.digest.insulin.average.of_days_with_data.map(any_day)),
        tile("tile-basal", "unit-percent", evidence::BASAL_SHARE, 0, Figures::basal_percent)
            .with_goal(now.complete.map(split)),
        tile("tile-meal", "unit-u-a-day", evidence::DAILY_INSULIN, 1, |f| f.meal)
            .with_goal(now.user_correction.map(corrections)),
        tile("tile-auto", "unit-u-a-day", evidence::AUTO_CORRECTION, 1, |f| f.auto_correction)
            .with_goal(now.auto_share.map(share)),
        tile("tile-boluses", "unit-a-day", evidence::BOLUS_COUNTS, 1, |f| f.user_boluses)
            .with_goal(now.auto_boluses.map(automatic)),
        tile("tile-carbs", "unit-g-a-day", evidence::CARBS, 0, |f| f.carbs),
    ];
    html! { ul.tiles.six { @for tile in &tiles { (tile.render(page)) } } }
}

struct Share {
    class: &'static str,
    key: &'static str,
    topic: Topic,
    note: String,
    value: Option<f64>,
    /// The same share of the period before, printed.
    before: Option<String>,
}

fn modes(page: &Page) -> Markup {
    let modes = &page.digest.insulin.recorded_modes;
    let before = page.previous.map(|previous| &previous.insulin.recorded_modes);
    let (closed, open) = (modes.closed_loop, modes.open_loop);
    let of = |key: &str, part: f64, whole: f64| {
        page.translate_with(key, &[("part", hours(page, part).into()), ("whole", hours(page, whole).into())])
    };
    let shares = [
        Share {
            class: "f-loop",
            key: "mode-control-iq",
            topic: evidence::CONTROL_IQ,
            note: of("mode-of-control", closed, closed + open),
            value: modes.closed_loop_percent_of_control(),
            before: before.map(|b| page.percent(b.closed_loop_percent_of_control())),
        },
        Share {
            class: "f-sleep",
            key: "mode-sleep",
            topic: evidence::SLEEP,
            note: of("mode-of", modes.sleep, modes.all),
            value: modes.sleep_percent(),
            before: before.map(|b| page.percent(b.sleep_percent())),
        },
        Share {
            class: "f-exercise",
            key: "mode-exercise",
            topic: evidence::EXERCISE,
            note: of("mode-of", modes.exercise, modes.all),
            value: modes.exercise_percent(),
            before: before.map(|b| page.percent(b.exercise_percent())),
        },
    ];
    let suspended = page.digest.suspended_minutes;
    html! {
        ul.shares { @for share in &shares { (share_row(page, share)) } }
        @if suspended > 0.0 { p.small-print { (page.translate_with("suspended-in-all", &[("time", page.format_duration(suspended).into())])) } }
    }
}

fn share_row(page: &Page, share: &Share) -> Markup {
    html! {
        li {
            details.define { summary { (page.translate(share.key)) } (evidence::render_evidence(page, share.topic)) }
            div.meter aria-hidden="true" { span.(share.class) style={ "width:" (super::chart::percent(share.value.unwrap_or(0.0) / 100.0)) } {} }
            p.big { (page.percent(share.value)) }
            p.small-print { (share.note) @if let Some(before) = &share.before { " · " (page.translate_with("before", &[("value", before.as_str().into())])) } }
        }
    }
}

fn hours(page: &Page, minutes: f64) -> String {
    format!("{} h", page.format_number(minutes / 60.0, 1))
}
