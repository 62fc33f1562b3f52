//! The days of a window put together so that a chart of any length stays legible: by day, by week, or by month.

use chrono::{Datelike, Days, NaiveDate};

use super::{chart::Tick, digest::Day, page::Page};

/// With more days than this a chart has a column per week.
const MAX_DAYS: usize = 62;
/// With more days than this a chart has a column per month.
const MAX_WEEK_DAYS: usize = 500;
/// The most labels below an axis.
const MAX_LABELS: usize = 7;

/// How much time a column stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Day,
    Week,
    Month,
}

impl Step {
    /// The step that gives a legible number of columns.
    pub(super) fn fitting(days: usize) -> Self {
        if days <= MAX_DAYS {
            Self::Day
        } else if days <= MAX_WEEK_DAYS {
            Self::Week
        } else {
            Self::Month
        }
    }

    /// The key of its heading: by day, by week, by month.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Day => "by-day",
            Self::Week => "by-week",
            Self::Month => "by-month",
        }
    }

    /// The first day of the bucket that `date` belongs to.
    fn first(self, date: NaiveDate) -> NaiveDate {
        let back = match self {
            Self::Day => 0,
            Self::Week => date.weekday().num_days_from_monday(),
            Self::Month => date.day0(),
        };
        date.checked_sub_days(Days::new(u64::from(back))).unwrap_or(date)
    }
}

/// The days of one column.
pub(super) struct Bucket<'a> {
    pub(super) first: NaiveDate,
    pub(super) days: Vec<&'a Day<'a>>,
}

/// The charted days of the page in columns of `step`, oldest first.
pub(super) fn make_buckets<'a>(page: &Page<'a>, step: Step) -> Vec<Bucket<'a>> {
    let mut buckets: Vec<Bucket<'a>> = Vec::new();
    for day in page.digest.charted_days() {
        let first = step.first(day.date);
        match buckets.last_mut() {
            Some(last) if last.first == first => last.days.push(day),
            _ => buckets.push(Bucket { first, days: vec![day] }),
        }
    }
    buckets
}

/// At most [`MAX_LABELS`] labels, each in the middle of its column.
pub(super) fn bucket_ticks(page: &Page, buckets: &[Bucket], step: Step) -> Vec<Tick> {
    let every = buckets.len().div_ceil(MAX_LABELS).max(1);
    let label = |index: usize| Tick {
        place: (index as f64 + 0.5) / buckets.len() as f64,
        label: match step {
            Step::Day | Step::Week => page.short_date(buckets[index].days[0].date),
            Step::Month => page.month(buckets[index].first),
        },
        minor: (index / every) % 2 == 1,
    };
    (0..buckets.len()).step_by(every).map(label).collect()
}
