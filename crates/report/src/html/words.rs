//! Numbers, dates, durations and counts in the reader's language.

use chrono::{Datelike, NaiveDate, NaiveDateTime};

use super::page::Page;
use crate::{
    messages::{Messages, Value},
    printing,
    time::Window,
};

/// What stands where a number is undefined.
pub(super) const NOTHING: &str = "–";

impl Page<'_> {
    pub(super) fn translate(&self, key: &str) -> String {
        self.messages.translate(key)
    }

    pub(super) fn translate_with(&self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        self.messages.translate_with(key, values)
    }

    pub(super) fn format_number(&self, value: f64, decimals: usize) -> String {
        self.messages.format_number(value, decimals)
    }

    /// The number, or what stands where there is none.
    pub(super) fn optional(&self, value: Option<f64>, decimals: usize) -> String {
        value.map_or_else(|| NOTHING.to_owned(), |value| self.format_number(value, decimals))
    }

    /// Units of insulin with one decimal, or that they are not known.
    pub(super) fn format_units(&self, value: Option<f64>) -> String {
        value.map_or_else(
            || self.translate("unknown"),
            |value| format!("{} {}", self.format_number(value, 1), self.translate("unit-u")),
        )
    }

    /// "12.3 %".
    pub(super) fn percent(&self, value: Option<f64>) -> String {
        value.map_or_else(|| NOTHING.to_owned(), |value| format!("{} %", self.format_number(value, 1)))
    }

    /// A concentration in the reader's unit, without the unit's name.
    pub(super) fn glucose(&self, mg_per_dl: f64) -> String {
        let decimals = usize::from(self.options.unit == crate::GlucoseUnit::MmolPerL);
        self.format_number(self.options.unit.convert(mg_per_dl), decimals)
    }

    pub(super) fn unit(&self) -> &'static str {
        self.options.unit.name()
    }

    /// "14 days": the message `key` with `n` as `count`.
    pub(super) fn count(&self, key: &str, count: usize) -> String {
        self.translate_with(key, &[("count", count.into())])
    }

    /// "2 h 05 min", "45 min".
    pub(super) fn format_duration(&self, minutes: f64) -> String {
        format_duration(self.messages, minutes)
    }

    /// "4–17 March 2024".
    pub(super) fn format_window(&self, window: &Window) -> String {
        describe_window(self.messages, window)
    }

    /// "Mon 4 Mar 2024".
    pub(super) fn format_date(&self, date: NaiveDate) -> String {
        let values = [
            ("weekday", self.format_weekday(date).into()),
            ("day", date.day().into()),
            ("month", self.short_month(date).into()),
            ("year", date.year().to_string().into()),
        ];
        self.translate_with("date-with-weekday", &values)
    }

    /// "4 Mar".
    pub(super) fn short_date(&self, date: NaiveDate) -> String {
        self.translate_with("date-short", &[("day", date.day().into()), ("month", self.short_month(date).into())])
    }

    /// "Mar 2024".
    pub(super) fn month(&self, date: NaiveDate) -> String {
        format!("{} {}", self.short_month(date), date.year())
    }

    pub(super) fn short_month(&self, date: NaiveDate) -> String {
        self.translate(&format!("month-short-{}", date.month()))
    }

    /// "Mon".
    pub(super) fn format_weekday(&self, date: NaiveDate) -> String {
        self.translate(&format!("weekday-short-{}", date.weekday().number_from_monday()))
    }
}

/// "07:30".
pub(super) fn format_clock(wall: NaiveDateTime) -> String {
    wall.format("%H:%M").to_string()
}

/// "2 h 05 min", "45 min".
pub(crate) fn format_duration(messages: &Messages, minutes: f64) -> String {
    let minutes = minutes.round_ties_even() as i64;
    match (minutes / 60, minutes % 60) {
        (0, rest) => messages.translate_with("duration-minutes", &[("minutes", rest.into())]),
        (hours, rest) => messages
            .translate_with("duration-hours", &[("hours", hours.into()), ("minutes", format!("{rest:02}").into())]),
    }
}

/// "4–17 March 2024".
pub(crate) fn describe_window(messages: &Messages, window: &Window) -> String {
    let dates = window.dates();
    match (dates.first(), dates.last()) {
        (Some(first), Some(last)) => between(messages, *first, *last),
        _ => messages.translate_with("window-empty", &[("date", whole_date(messages, window.start.date()).into())]),
    }
}

/// "4 March 2024".
pub(crate) fn whole_date(messages: &Messages, date: NaiveDate) -> String {
    let month = messages.translate(&format!("month-{}", date.month()));
    let values = [("day", date.day().into()), ("month", month.into()), ("year", date.year().to_string().into())];
    messages.translate_with("date-whole", &values)
}

fn between(messages: &Messages, first: NaiveDate, last: NaiveDate) -> String {
    if first == last {
        return whole_date(messages, first);
    }
    let month = messages.translate(&format!("month-{}", first.month()));
    let values = [
        ("day", first.day().into()),
        ("month", month.into()),
        ("first", whole_date(messages, first).into()),
        ("last", whole_date(messages, last).into()),
    ];
    let key = if (first.year(), first.month()) == (last.year(), last.month()) {
        "window-within-month"
    } else if first.year() == last.year() {
        "window-within-year"
    } else {
        "window-of-years"
    };
    messages.translate_with(key, &values)
}

/// The first printed value above an edge: 181 mg/dL, 10.1 mmol/L. Below it with a negative `step`.
pub(super) fn neighbour(page: &Page, edge: f64, step: f64) -> String {
    use crate::GlucoseUnit::{MgPerDl, MmolPerL};
    match page.options.unit {
        MgPerDl => page.format_number(edge + step, 0),
        MmolPerL => page.format_number(MmolPerL.convert(edge) + step / 10.0, 1),
    }
}

/// A percentage without decimals.
pub(super) fn whole_percent(value: f64) -> String {
    printing::fixed(value, 0)
}
