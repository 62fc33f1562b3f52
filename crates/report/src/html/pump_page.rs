//! The second page: insulin, modes, boluses, carbohydrates, changes of site and sensor, alarms.

use maud::{Markup, html};

use super::{
    Page,
    digest::Digest,
    frame::{self, Tile},
    pump_charts,
    words::{self, define},
};
use crate::{
    insulin::{AverageDay, InsulinDay},
    printing::fixed,
};

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::insulin_basis(page.digest);
    let window = words::window(page.digest.window);
    html! {
        section.sheet #pump aria-labelledby="pump-h" {
            div.page-head {
                h2 #pump-h { "Insulin and pump" }
                @if let Some(previous) = page.previous { p.muted { "before: " (frame::insulin_basis(previous)) } }
            }
            @if page.digest.has_insulin() {
                (frame::figure("pump-key", "Key figures", &basis, define::KEY, &tiles(page)))
                (frame::figure("insulin", "Insulin by day", &basis, define::DAILY_INSULIN, &pump_charts::daily_insulin(page)))
                div.pair {
                    (frame::figure("boluses", "Boluses by day", &basis, define::BOLUSES, &pump_charts::daily_boluses(page)))
                    (frame::figure("carbs", "Carbohydrates by day", &basis, define::CARBS, &pump_charts::daily_carbs(page)))
                }
                (frame::figure("modes", "Control-IQ and activities", &basis, define::CONTROL_IQ, &modes(page)))
            } @else {
                (frame::nothing("No insulin on record in this window."))
            }
            div.pair {
                (frame::figure("changes", "Sites and sensors", &window, define::CHANGES, &pump_charts::changes(page)))
                (frame::figure("alarms", "Alarms by hour", &window, define::ALARMS, &pump_charts::alarms(page)))
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
    let tile = |name, unit, definition, decimals, value: fn(&Figures) -> Option<f64>| Tile {
        name,
        unit,
        definition,
        value: words::number(value(&now), decimals),
        before: before.as_ref().map(|before| words::number(value(before), decimals)),
        goal: None,
    };
    let any_day =
        |day: AverageDay| format!("{} over {} with any insulin", words::units(day.total_units()), days(day.days));
    let split =
        |day: AverageDay| format!("basal {}, bolus {} U", words::units(day.basal_units), fixed(day.bolus_units, 1));
    let tiles = [
        tile("Total daily dose", "U", define::TDD, 1, |f| f.complete.and_then(|day| day.total_units()))
            .with_goal(page.digest.insulin.average.of_days_with_data.map(any_day)),
        tile("Basal share", "%", define::BASAL_SHARE, 0, Figures::basal_percent).with_goal(now.complete.map(split)),
        tile("Meal boluses", "U a day", define::DAILY_INSULIN, 1, |f| f.meal)
            .with_goal(now.user_correction.map(|units| format!("and {} U corrections", fixed(units, 1)))),
        tile("Automatic corrections", "U a day", define::AUTO_CORRECTION, 1, |f| f.auto_correction)
            .with_goal(now.auto_share.map(|share| format!("{} % of all insulin", fixed(share, 0)))),
        tile("Boluses by hand", "a day", define::BOLUSES, 1, |f| f.user_boluses).with_goal(
            now.auto_boluses
                .map(|count| format!("{} automatic a day, {} overridden in all", fixed(count, 1), now.overridden)),
        ),
        tile("Carbohydrates", "g a day", define::CARBS, 0, |f| f.carbs),
    ];
    html! { ul.tiles.six { @for tile in &tiles { (tile.render()) } } }
}

fn days(count: f64) -> String {
    words::count(count as usize, "day", "days")
}

struct Share {
    class: &'static str,
    name: &'static str,
    definition: &'static str,
    note: String,
    value: Option<f64>,
    /// The same share of the period before, printed.
    before: Option<String>,
}

fn modes(page: &Page) -> Markup {
    let modes = &page.digest.insulin.recorded_modes;
    let before = page.previous.map(|previous| &previous.insulin.recorded_modes);
    let (closed, open) = (modes.closed_loop, modes.open_loop);
    let shares = [
        Share {
            class: "f-loop",
            name: "Control-IQ",
            definition: define::CONTROL_IQ,
            note: format!("{} of {} with a pump in control", hours(closed), hours(closed + open)),
            value: modes.closed_loop_percent_of_control(),
            before: before.map(|b| words::percent(b.closed_loop_percent_of_control())),
        },
        Share {
            class: "f-sleep",
            name: "Sleep",
            definition: define::SLEEP,
            note: format!("{} of {} on record", hours(modes.sleep), hours(modes.all)),
            value: modes.sleep_percent(),
            before: before.map(|b| words::percent(b.sleep_percent())),
        },
        Share {
            class: "f-exercise",
            name: "Exercise",
            definition: define::EXERCISE,
            note: format!("{} of {} on record", hours(modes.exercise), hours(modes.all)),
            value: modes.exercise_percent(),
            before: before.map(|b| words::percent(b.exercise_percent())),
        },
    ];
    html! {
        ul.shares { @for share in &shares { (share_row(share)) } }
        @if page.digest.suspended_minutes > 0.0 {
            p.small-print { "Delivery was suspended for " (words::duration(page.digest.suspended_minutes)) " in all." }
        }
    }
}

fn share_row(share: &Share) -> Markup {
    html! {
        li {
            details.define { summary { (share.name) } p { (share.definition) } }
            div.meter aria-hidden="true" { span.(share.class) style={ "width:" (super::chart::percent(share.value.unwrap_or(0.0) / 100.0)) } {} }
            p.big { (words::percent(share.value)) }
            p.small-print { (share.note) @if let Some(before) = &share.before { " · before " (before) } }
        }
    }
}

fn hours(minutes: f64) -> String {
    format!("{} h", fixed(minutes / 60.0, 1))
}
