//! What the pump's clock did, in one line each, and what the person can do about it.

use anyhow::Result;
use chrono::{DateTime, Duration, NaiveDate, Offset as _, TimeZone as _, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};
use pipeline::clock_model::{ClockNotice, UtcSource, ZoneHistory};
use store_duckdb::{ClockNotices, Reader};

use crate::context::Context;
use crate::output::format_count;
use crate::settings::is_place;

/// Where people travel, most visited first among those of one offset.
const DESTINATIONS: [Tz; 30] = [
    Tz::America__New_York,
    Tz::America__Chicago,
    Tz::America__Denver,
    Tz::America__Los_Angeles,
    Tz::Europe__London,
    Tz::Europe__Berlin,
    Tz::Europe__Athens,
    Tz::Asia__Tokyo,
    Tz::Asia__Kolkata,
    Tz::Asia__Singapore,
    Tz::Australia__Sydney,
    Tz::Asia__Dubai,
    Tz::Asia__Bangkok,
    Tz::Pacific__Honolulu,
    Tz::America__Anchorage,
    Tz::America__Halifax,
    Tz::America__Sao_Paulo,
    Tz::America__St_Johns,
    Tz::Europe__Istanbul,
    Tz::Asia__Karachi,
    Tz::Asia__Dhaka,
    Tz::Asia__Kathmandu,
    Tz::Asia__Yangon,
    Tz::Australia__Adelaide,
    Tz::Australia__Darwin,
    Tz::Australia__Brisbane,
    Tz::Pacific__Auckland,
    Tz::Atlantic__Azores,
    Tz::Atlantic__Cape_Verde,
    Tz::Pacific__Noumea,
];

/// What the pumps' clocks did.
#[derive(Debug, Default)]
pub(crate) struct ClockHints {
    /// What only the person can explain, oldest first: journeys, daylight-saving time, instants that are not known.
    pub(crate) open: Vec<String>,
    /// When clocks were wrong, and are corrected.
    pub(crate) corrected: Vec<String>,
}

impl ClockHints {
    /// Reads what there is to say.
    pub(crate) fn read(reader: &Reader) -> Result<Self> {
        let ClockNotices { notices, zones } = ClockNotices::read(reader)?;
        let notices = || notices.iter().map(|(_, notice)| notice);
        Ok(Self {
            open: notices().filter_map(|notice| open_line(notice, &zones)).collect(),
            corrected: notices().filter_map(corrected_line).collect(),
        })
    }

    /// The newest in one line, with the number of those before; `None` if there is nothing to say.
    pub(crate) fn newest(&self) -> Option<String> {
        let newest = self.open.last()?;
        Some(match self.open.len() - 1 {
            0 => newest.clone(),
            others => format!("{newest} ({} earlier: `tandem status`)", format_count(others as u64, "change")),
        })
    }
}

/// Says the newest after a command that brought events.
pub(crate) fn note_newest(context: &Context) -> Result<()> {
    if let Some(line) = ClockHints::read(&context.reader()?)?.newest() {
        context.terminal.note(line);
    }
    Ok(())
}

fn corrected_line(notice: &ClockNotice) -> Option<String> {
    let ClockNotice::Wrong { from, until, ahead } = *notice else { return None };
    let direction = if ahead < Duration::zero() { "behind" } else { "ahead" };
    let by = match ahead.abs().num_days() {
        0..2 => length_name(ahead.abs()),
        days => format!("{days} days"),
    };
    let span = until.map_or_else(
        || format!("since {}", from.format("%-d %B %Y, %H:%M")),
        |until| {
            let length = length_name(until - from);
            format!("from {} to {} ({length})", from.format("%-d %B %Y, %H:%M"), until.format("%-d %B %Y, %H:%M"))
        },
    );
    Some(format!("the pump's clock was {by} {direction} {span}; timestamp_utc is corrected"))
}

fn open_line(notice: &ClockNotice, zones: &ZoneHistory) -> Option<String> {
    match *notice {
        ClockNotice::Moved { at, utc, forward, offset, returned } => {
            let day = at.date();
            let moved = forward.map_or_else(
                || format!("the pump's clock shows {} on {}", offset_name(offset), date_name(day)),
                |forward| format!("the pump's clock moved {} on {}", shift_name(forward), date_name(day)),
            );
            let there = zone_at(offset, utc).map_or("ZONE", |zone| zone.name());
            let back = returned.and_then(|returned| {
                let home = zones.zone_on(returned.date())?;
                Some(format!(" and `tandem zone set {home} --from {}`", returned.date()))
            });
            let back = back.unwrap_or_default();
            Some(format!("{moved}, which looks like travel; if so, run `tandem zone set {there} --from {day}`{back}"))
        }
        ClockNotice::NotAdjusted { from, ahead } => {
            let direction = if ahead < Duration::zero() { "behind" } else { "ahead" };
            Some(format!(
                "the pump's clock was not set for daylight-saving time on {}: it is {} {direction}; set it on the pump",
                date_name(from.date()),
                length_name(ahead.abs())
            ))
        }
        ClockNotice::Unsure { from, source } => unsure(from.date(), source),
        _ => None,
    }
}

fn unsure(from: NaiveDate, source: UtcSource) -> Option<String> {
    match source {
        UtcSource::Ambiguous => Some(format!(
            "the pump's clock was set to another time of day for about as long as to yours, so times since {} may be off by \
             hours; `tandem zone set ZONE --from DATE` says where you were",
            date_name(from)
        )),
        UtcSource::NoZone => Some(
            "no time zone is set, so the pump's clock is taken as UTC; set yours with `tandem zone set ZONE`"
                .to_owned(),
        ),
        _ => None,
    }
}

/// A place with this offset at this instant.
pub(crate) fn zone_at(offset: Duration, at: DateTime<Utc>) -> Option<Tz> {
    let has_offset = |zone: &&Tz| {
        let there = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
        i64::from(there) == offset.num_seconds()
    };
    let others = || TZ_VARIANTS.iter().filter(|zone| zone.name().contains('/') && is_place(**zone));
    DESTINATIONS.iter().find(has_offset).or_else(|| others().find(has_offset)).copied()
}

fn shift_name(forward: Duration) -> String {
    let direction = if forward < Duration::zero() { "back" } else { "forward" };
    format!("{direction} {}", length_name(forward.abs()))
}

/// `7 h`, `3 h 30 min`.
pub(crate) fn length_name(length: Duration) -> String {
    match (length.num_hours(), (length + Duration::seconds(30)).num_minutes() % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// `UTC+2`, `UTC-3:30`.
fn offset_name(offset: Duration) -> String {
    let sign = if offset < Duration::zero() { '-' } else { '+' };
    match (offset.abs().num_hours(), offset.abs().num_minutes() % 60) {
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// `11 April 2026`.
fn date_name(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notice_has_its_line() {
        let at = |text: &str| text.parse().expect("a time");
        let zones = ZoneHistory::from_zone(Tz::America__Chicago);
        let moved = |forward: Option<i64>, offset, returned: Option<&str>| ClockNotice::Moved {
            at: at("2026-04-11T13:00:00"),
            utc: "2026-04-11T11:00:00Z".parse().expect("an instant"),
            forward: forward.map(Duration::minutes),
            offset: Duration::minutes(offset),
            returned: returned.map(at),
        };
        let looks = "which looks like travel; if so, run";
        for (notice, expected) in [
            (
                moved(Some(420), 120, None),
                format!("the pump's clock moved forward 7 h on 11 April 2026, {looks} `tandem zone set Europe/Berlin --from 2026-04-11`"),
            ),
            (
                moved(Some(-120), -420, Some("2026-04-20T09:00:00")),
                format!(
                    "the pump's clock moved back 2 h on 11 April 2026, {looks} `tandem zone set America/Los_Angeles --from 2026-04-11` and \
                     `tandem zone set America/Chicago --from 2026-04-20`"
                ),
            ),
            (
                moved(None, 330, None),
                format!("the pump's clock shows UTC+5:30 on 11 April 2026, {looks} `tandem zone set Asia/Kolkata --from 2026-04-11`"),
            ),
            (
                moved(Some(645), 345, None),
                format!(
                    "the pump's clock moved forward 10 h 45 min on 11 April 2026, {looks} `tandem zone set Asia/Kathmandu --from 2026-04-11`"
                ),
            ),
            (
                ClockNotice::NotAdjusted { from: at("2026-11-01T01:00:00"), ahead: Duration::hours(1) },
                "the pump's clock was not set for daylight-saving time on 1 November 2026: it is 1 h ahead; set it on the pump".to_owned(),
            ),
        ] {
            assert_eq!(open_line(&notice, &zones), Some(expected));
        }
    }

    #[test]
    fn a_wrong_clock_has_its_line() {
        let at = |text: &str| text.parse().expect("a time");
        let (from, until) = (at("2026-06-07T00:00:00"), Some(at("2026-06-08T06:00:00")));
        let line = |until, ahead| corrected_line(&ClockNotice::Wrong { from, until, ahead }).expect("a line");
        let corrected = "; timestamp_utc is corrected";
        assert_eq!(
            line(until, Duration::days(731)),
            format!(
                "the pump's clock was 731 days ahead from 7 June 2026, 00:00 to 8 June 2026, 06:00 (30 h){corrected}"
            )
        );
        assert_eq!(
            line(None, Duration::hours(-12)),
            format!("the pump's clock was 12 h behind since 7 June 2026, 00:00{corrected}")
        );
    }

    #[test]
    fn every_offset_has_a_place() {
        let at: DateTime<Utc> = "2026-07-01T00:00:00Z".parse().expect("an instant");
        for quarters in [-44, -38, -18, -14, -9 * 4, 4, 22, 23, 35, 38, 42, 51, 56] {
            let offset = Duration::minutes(15 * quarters);
            assert_eq!(zone_at(offset, at).is_some(), !matches!(quarters, -18 | -14), "{offset}");
        }
    }
}
