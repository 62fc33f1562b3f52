//! Dates, durations and counts in words, and the definitions a reader can open.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use crate::{printing::fixed, time::Window};

/// What stands where a number is undefined.
pub(super) const NOTHING: &str = "–";

/// What stands where something happened and its amount is not known.
pub(super) const UNKNOWN: &str = "unknown";

/// "4–17 March 2024".
pub(super) fn window(window: &Window) -> String {
    let dates = window.dates();
    match (dates.first(), dates.last()) {
        (Some(first), Some(last)) => between(*first, *last),
        _ => format!("{}, an empty window", date(window.start.date())),
    }
}

fn between(first: NaiveDate, last: NaiveDate) -> String {
    let whole = |date: NaiveDate| date.format("%-d %B %Y").to_string();
    if first == last {
        whole(first)
    } else if (first.year(), first.month()) == (last.year(), last.month()) {
        format!("{}–{}", first.day(), whole(last))
    } else if first.year() == last.year() {
        format!("{} – {}", first.format("%-d %B"), whole(last))
    } else {
        format!("{} – {}", whole(first), whole(last))
    }
}

/// "Mon 4 Mar 2024".
pub(super) fn date(date: NaiveDate) -> String {
    date.format("%a %-d %b %Y").to_string()
}

/// "4 Mar".
pub(super) fn short_date(date: NaiveDate) -> String {
    date.format("%-d %b").to_string()
}

/// "Mon".
pub(super) fn weekday(date: NaiveDate) -> String {
    date.format("%a").to_string()
}

/// "07:30".
pub(super) fn clock(wall: NaiveDateTime) -> String {
    wall.format("%H:%M").to_string()
}

/// "2 h 05 min", "45 min".
pub(super) fn duration(minutes: f64) -> String {
    let minutes = minutes.round_ties_even() as i64;
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, rest) => format!("{hours} h {rest:02} min"),
    }
}

/// "4,032 readings".
pub(super) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// "4,032".
pub(super) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with `decimals`, or a dash.
pub(super) fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| fixed(value, decimals))
}

/// Units of insulin with one decimal, or that they are not known.
pub(super) fn units(value: Option<f64>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{} U", fixed(value, 1)))
}

/// A percentage with one decimal, or a dash.
pub(super) fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| format!("{} %", fixed(value, 1)))
}

/// Definitions, one click away from the figure.
pub(super) mod define {
    pub(in crate::html) const RANGES: &str = "Share of the time with CGM readings in each range. An edge belongs to the range \
        nearer to target: 70 and 180 mg/dL (3.9 and 10.0 mmol/L) are in range, 54 is low, 250 is high. HIGH counts as 401 and LOW as 39 mg/dL. Shares are whole \
        percentages that add up to 100; what rounding leaves goes to high. Ranges and goals: international consensus, \
        Battelino et al. 2019. Five points more in range are held to be clinically useful; one point is about a quarter of an \
        hour a day.";
    pub(in crate::html) const KEY: &str = "The name of each figure opens its definition. Below it stand the goal, where there is \
        one, and the same figure of the period before.";
    pub(in crate::html) const MEAN: &str = "Mean glucose over the time with readings in the window.";
    pub(in crate::html) const GMI: &str = "Glucose management indicator: 3.31 + 0.02392 × mean glucose in mg/dL. What a \
        laboratory HbA1c would be expected near, from at least 14 days of CGM; the two can differ. Bergenstal et al. 2018.";
    pub(in crate::html) const CV: &str = "Coefficient of variation: standard deviation ÷ mean. Up to 36 % is called stable. \
        Danne et al. 2017.";
    pub(in crate::html) const TIGHT: &str = "Share of time from 70 to 140 mg/dL (3.9 to 7.8 mmol/L), both ends inside. The \
        2019 consensus has no goal for it.";
    pub(in crate::html) const GRI: &str = "Glycemia risk index: 3.0 × very low + 2.4 × low + 1.6 × very high + 0.8 × high, \
        from 0 to 100. Zone A up to 20, B to 40, C to 60, D to 80, E above. Klonoff et al. 2022.";
    pub(in crate::html) const WEAR: &str = "Readings there are, of those a sensor gives in the elapsed time of the window. At \
        least 70 % of 14 days are asked for before the other figures are relied on.";
    pub(in crate::html) const PROFILE: &str = "All days of the window laid over one another by the time of day. Within each \
        hour: the median (line), half of the readings (dark band, 25 to 75 %), nine in ten (pale band, 5 to 95 %), coloured by the \
        glucose range they pass through. Hours are smoothed with their neighbours 1-4-1. An hour without readings stays empty.";
    pub(in crate::html) const SMALL_DAYS: &str = "The last fourteen days of the window, midnight to midnight, 0 to 350 mg/dL \
        (0 to 19.4 mmol/L). The grey band is the target range; the percentage is that day's time in range. A line is broken where \
        readings are missing.";
    pub(in crate::html) const TDD: &str = "Total daily dose: basal plus bolus delivered, averaged over complete days, those \
        with at least 18 hours of basal on record and one pump at any time.";
    pub(in crate::html) const BASAL_SHARE: &str = "Basal ÷ total of the same complete days. Under Control-IQ the basal rate also \
        carries corrections, so that the split means less than it did.";
    pub(in crate::html) const AUTO_CORRECTION: &str = "Boluses Control-IQ gave by itself, units per day and as a share of all \
        insulin. Every day of the window with insulin on record counts.";
    pub(in crate::html) const CONTROL_IQ: &str = "Time in closed loop ÷ time in which a pump was in control. Hours without a \
        pump are left out.";
    pub(in crate::html) const SLEEP: &str = "Time the pump's sleep activity was on ÷ the time with basal on record.";
    pub(in crate::html) const EXERCISE: &str =
        "Time the pump's exercise activity was on ÷ the time with basal on record.";
    pub(in crate::html) const BOLUSES: &str = "Boluses the person gave per day with insulin on record; automatic ones are \
        counted beside them.";
    pub(in crate::html) const CARBS: &str = "Carbohydrates entered, per day with insulin on record.";
    pub(in crate::html) const DAILY_INSULIN: &str = "Units delivered per calendar day: basal, boluses for meals, corrections \
        the person gave, corrections Control-IQ gave. A bolus belongs to the day it started; one for food and correction is split in \
        proportion to what was asked for. Pale days have less than 18 hours of basal on record, or two pumps that logged basal at once, and are excluded from the \
        averages.";
    pub(in crate::html) const CHANGES: &str = "When cannula, tubing and cartridge were filled and sensors were started, as \
        the pump logged it.";
    pub(in crate::html) const ALARMS: &str = "Alarms and alerts of the window by the hour of day they were raised.";
    pub(in crate::html) const EPISODES: &str = "At least 15 minutes beyond a threshold, over after 15 minutes back inside; a \
        shorter recovery belongs to it. Extended: more than two hours below 70 mg/dL, or 90 of 120 minutes above 250 mg/dL. \
        Very low lies inside low, very high inside high. Gaps of more than 45 minutes end an episode. Per week means per seven days of readings, so that periods with different \
        lengths or wear can be compared. Battelino et al. 2023.";
    pub(in crate::html) const DAY: &str = "One day on one time axis. Glucose against the target range; boluses by units, with \
        the carbohydrates entered; basal as it was delivered; insulin on board as the pump reckoned it; what the pump was set to. \
        Time is the wall clock of the person.";
}
