//! Which days of a pump's life have events: by month, and the gaps between.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc};
use console::style;
use pipeline::DayRange;
use store_duckdb::DayCount;

use crate::output::{format_count, format_thousands};

/// The first pumps of this kind were sold in 2016; a day before is a factory date.
const BEFORE_ANY_PUMP: i32 = 2016;
/// The month in which newer pumps leave the factory.
const FACTORY_MONTH: (i32, u32) = (2020, 1);

/// The days with events.
pub(crate) struct Coverage {
    /// From the first day with events to the last.
    pub(crate) span: Option<DayRange>,
    /// Days between without any event, oldest first.
    pub(crate) gaps: Vec<DayRange>,
    /// Events on believable days.
    pub(crate) events: u64,
    /// Events on a factory date or in the future.
    pub(crate) misdated: u64,
    months: BTreeMap<NaiveDate, Month>,
}

/// One month of the span.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Month {
    /// Its first day.
    pub(crate) first: NaiveDate,
    /// Days of it inside the span.
    pub(crate) days: u32,
    /// Days of these with events.
    pub(crate) with_events: u32,
    /// Events.
    pub(crate) events: u64,
}

impl Coverage {
    /// Counts the days of a pump up to `now`.
    pub(crate) fn from_days(days: &[DayCount], now: DateTime<Utc>) -> Self {
        let latest = now.date_naive() + Days::new(2);
        let believable = |count: &&DayCount| count.day.year() >= BEFORE_ANY_PUMP && count.day <= latest;
        let mut kept: Vec<_> = days.iter().filter(believable).collect();
        // Who really wore the pump in that month wore it in the month before or after, too.
        if !kept.iter().any(|count| matches!((count.day.year(), count.day.month()), (2019, 12) | (2020, 2))) {
            kept.retain(|count| !may_be_factory_date(count.day));
        }
        let events = kept.iter().map(|count| count.events).sum();
        let all: u64 = days.iter().map(|count| count.events).sum();
        let span = kept.first().zip(kept.last()).and_then(|(first, last)| DayRange::new(first.day, last.day));
        let gap = |pair: &[&DayCount]| DayRange::new(pair[0].day.succ_opt()?, pair[1].day.pred_opt()?);
        let gaps = kept.windows(2).filter_map(gap).collect();
        Self { span, gaps, events, misdated: all - events, months: months(span, &kept) }
    }

    /// The months of the span, oldest first.
    pub(crate) fn months(&self) -> impl Iterator<Item = &Month> {
        self.months.values()
    }

    /// How many events from when to when.
    pub(crate) fn describe_span(&self) -> String {
        let misdated = match self.misdated {
            0 => String::new(),
            number => format!(", and {} with a clock that was never set or is in the future", format_thousands(number)),
        };
        match self.span {
            Some(span) => format!("{} from {span}{misdated}", format_thousands(self.events)),
            None => format!("{} dated{misdated}", format_count(self.events, "event")),
        }
    }

    /// A line per year, a sign per month, the fuller the more of its days have events.
    pub(crate) fn draw_months(&self) -> String {
        let Some(span) = self.span else { return String::new() };
        let mut text = format!("           {}\n", style("J F M A M J J A S O N D").dim());
        for year in span.first().year()..=span.last().year() {
            let sign = |month| {
                NaiveDate::from_ymd_opt(year, month, 1)
                    .and_then(|first| self.months.get(&first))
                    .map_or(" ", Month::sign)
            };
            let signs: Vec<_> = (1..=12).map(sign).collect();
            let _ = writeln!(text, "{}  {}", style(format!("{year:>9}")).cyan(), signs.join(" ").trim_end());
        }
        text
    }
}

/// True for a day that a clock shows which was never set.
pub(crate) fn may_be_factory_date(day: NaiveDate) -> bool {
    day.year() < BEFORE_ANY_PUMP || (day.year(), day.month()) == FACTORY_MONTH
}

impl Month {
    fn sign(&self) -> &'static str {
        match self.with_events * 100 / self.days.max(1) {
            0 => "·",
            1..50 => "░",
            50..90 => "▒",
            90..100 => "▓",
            _ => "█",
        }
    }
}

fn months(span: Option<DayRange>, kept: &[&DayCount]) -> BTreeMap<NaiveDate, Month> {
    let mut months = BTreeMap::new();
    let Some(span) = span else { return months };
    let mut first = first_of_month(span.first());
    while first <= span.last() {
        let next = first + Months::new(1);
        let days = (next.min(span.last() + Days::new(1)) - first.max(span.first())).num_days() as u32;
        months.insert(first, Month { first, days, with_events: 0, events: 0 });
        first = next;
    }
    for count in kept {
        if let Some(month) = months.get_mut(&first_of_month(count.day)) {
            month.with_events += 1;
            month.events += count.events;
        }
    }
    months
}

fn first_of_month(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_days_and_finds_gaps() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let count = |text: &str| DayCount { day: day(text), events: 10 };
        let days = ["2008-01-01", "2026-01-30", "2026-01-31", "2026-02-03", "2026-03-01", "2066-01-01"].map(count);
        let coverage = Coverage::from_days(&days, day("2026-03-02").and_time(chrono::NaiveTime::MIN).and_utc());
        assert_eq!((coverage.events, coverage.misdated), (40, 20));
        let gaps: Vec<_> = coverage.gaps.iter().map(ToString::to_string).collect();
        assert_eq!(gaps, ["2026-02-01 to 2026-02-02", "2026-02-04 to 2026-02-28"]);
        let months: Vec<_> = coverage.months().map(|month| (month.days, month.with_events, month.sign())).collect();
        assert_eq!(months, [(2, 2, "█"), (28, 1, "░"), (1, 1, "█")]);
    }

    #[test]
    fn a_january_of_2020_that_stands_alone_is_the_factory_s() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let rows = [
            (&["2020-01-01", "2020-01-02", "2025-10-12"][..], (10, 20, "2025-10-12")),
            (&["2020-01-30", "2020-02-01", "2025-10-12"], (30, 0, "2020-01-30")),
            (&["2019-12-30", "2020-01-02"], (20, 0, "2019-12-30")),
        ];
        for (days, (events, misdated, first)) in rows {
            let counts: Vec<_> = days.iter().map(|text| DayCount { day: day(text), events: 10 }).collect();
            let coverage = Coverage::from_days(&counts, day("2026-03-02").and_time(chrono::NaiveTime::MIN).and_utc());
            assert_eq!((coverage.events, coverage.misdated), (events, misdated), "{days:?}");
            assert_eq!(coverage.span.map(DayRange::first), Some(day(first)), "{days:?}");
        }
    }
}
