//! What a correct clock showed the person at any instant, and when it showed a given time.

use anyhow::Result;
use chrono::{DateTime, NaiveDateTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use pipeline::clock_model::ZoneHistory;
use report::Timestamp;
use store_duckdb::Reader;

use super::cells::query;

/// The person's clock: that of the pump in use, with what was wrong put right; outside the log, the clocks of the zone.
pub(super) struct LocalClock {
    /// In order of time, without gaps; an offset holds until the next begins.
    pieces: Vec<Piece>,
    /// Where the log ends.
    end: i64,
    zones: ZoneHistory,
}

/// One offset to UTC, in seconds, from an instant on, in seconds since 1970.
#[derive(Clone, Copy)]
struct Piece {
    from: i64,
    offset: i64,
}

impl LocalClock {
    pub(super) fn read(reader: &Reader, zones: ZoneHistory) -> Result<Self> {
        // A clock whose instants are not known says nothing about the person's.
        let list =
            "SELECT epoch_us(from_wall) // 1000000 - utc_offset_seconds, local_offset_seconds FROM clock_segments
                    WHERE utc_source NOT IN ('factory_clock', 'future_clock') ORDER BY ALL";
        let pieces = query(reader, list, |row| Ok(Piece { from: row.parsed(0)?, offset: row.parsed(1)? }))?;
        let newest = "SELECT coalesce(epoch_us(max(timestamp_utc)), 0) // 1000000 FROM cgm_readings
                      UNION ALL SELECT coalesce(epoch_us(max(timestamp_utc)), 0) // 1000000 FROM basal_deliveries";
        let end = query(reader, newest, |row| row.parsed(0))?.into_iter().max().unwrap_or(0);
        Ok(Self { pieces, end, zones })
    }

    /// The last moment at which the clock came to show `wall` or later, having shown less before. A day begins there: one that
    /// was begun before a journey across midnight begins a second time.
    pub(super) fn reaching(&self, wall: NaiveDateTime) -> Timestamp {
        let local = wall.and_utc().timestamp();
        let reached = self.spans().rev().find_map(|(piece, until, before)| {
            let instant = (local - piece.offset).max(piece.from);
            let comes_from_below = instant > piece.from || before.is_some_and(|offset| instant + offset < local);
            (instant < until && comes_from_below).then_some(instant)
        });
        match reached.and_then(|instant| DateTime::from_timestamp(instant, 0)) {
            Some(utc) => Timestamp::new(wall, utc),
            None => self.outside(wall),
        }
    }

    /// The first instant at which the clock showed `wall`; `None` where it was skipped.
    pub(super) fn first_showing(&self, wall: NaiveDateTime) -> Option<DateTime<Utc>> {
        let local = wall.and_utc().timestamp();
        let shown = self.spans().find_map(|(piece, until, _)| {
            let instant = local - piece.offset;
            (piece.from <= instant && instant < until).then_some(instant)
        });
        let is_inside = || {
            let first = self.pieces.first().is_some_and(|piece| piece.from + piece.offset <= local);
            first && self.pieces.last().is_some_and(|piece| local < self.end + piece.offset)
        };
        match shown {
            Some(instant) => DateTime::from_timestamp(instant, 0),
            None if is_inside() => None,
            None => Some(self.outside(wall).utc),
        }
    }

    /// Each piece with its end and the offset before it.
    fn spans(&self) -> impl DoubleEndedIterator<Item = (Piece, i64, Option<i64>)> + '_ {
        self.pieces.iter().enumerate().map(|(place, piece)| {
            let until = self.pieces.get(place + 1).map_or(self.end, |next| next.from);
            (*piece, until, place.checked_sub(1).map(|before| self.pieces[before].offset))
        })
    }

    /// Before and after the log the zone holds; where the person was elsewhere at its edge, what held there.
    fn outside(&self, wall: NaiveDateTime) -> Timestamp {
        let in_zone = match self.zones.zone_on(wall.date()) {
            Some(zone) => Timestamp::in_zone(wall, zone),
            None => Timestamp::from_wall_as_utc(wall),
        };
        let is_after = in_zone.utc.timestamp() >= self.end;
        let (edge, piece) = match (self.pieces.first(), self.pieces.last()) {
            (_, Some(last)) if is_after => (self.end, last),
            (Some(first), _) => (first.from, first),
            _ => return in_zone,
        };
        if self.zone_offset(edge).is_none_or(|offset| offset == piece.offset) {
            return in_zone;
        }
        Timestamp::new(wall, wall.and_utc() - TimeDelta::seconds(piece.offset))
    }

    fn zone_offset(&self, instant: i64) -> Option<i64> {
        let utc = DateTime::from_timestamp(instant, 0)?.naive_utc();
        let zone = self.zones.zone_on(utc.date())?;
        Some(i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: i64 = 2 * 3600;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn wall(text: &str) -> NaiveDateTime {
        text.parse().expect("a wall clock")
    }

    /// A person from Berlin whose log runs from 1 to 10 June, and who was elsewhere from an instant on.
    fn clock(journey: Option<(&str, i64)>) -> LocalClock {
        let piece = |from: &str, offset| Piece { from: instant(from).timestamp(), offset };
        let away = journey.map(|(from, hours)| piece(from, hours * 3600));
        let pieces = std::iter::once(piece("2026-06-01T10:00:00Z", HOME)).chain(away).collect();
        let zones = ZoneHistory::from_zone(chrono_tz::Tz::Europe__Berlin);
        LocalClock { pieces, end: instant("2026-06-10T12:00:00Z").timestamp(), zones }
    }

    #[test]
    fn a_day_begins_when_the_clock_last_comes_to_its_midnight() {
        let to_new_york = Some(("2026-06-05T10:00:00Z", -4));
        let back_across_midnight = Some(("2026-06-05T22:30:00Z", -4));
        let forward_across_midnight = Some(("2026-06-05T21:00:00Z", 8));
        for (journey, midnight, expected) in [
            (None, "2026-06-05T00:00:00", "2026-06-04T22:00:00Z"),
            (None, "2026-05-20T00:00:00", "2026-05-19T22:00:00Z"),
            (None, "2026-12-20T00:00:00", "2026-12-19T23:00:00Z"),
            (to_new_york, "2026-06-05T00:00:00", "2026-06-04T22:00:00Z"),
            (to_new_york, "2026-06-06T00:00:00", "2026-06-06T04:00:00Z"),
            (to_new_york, "2026-06-11T00:00:00", "2026-06-11T04:00:00Z"),
            (back_across_midnight, "2026-06-06T00:00:00", "2026-06-06T04:00:00Z"),
            (forward_across_midnight, "2026-06-06T00:00:00", "2026-06-05T21:00:00Z"),
        ] {
            assert_eq!(clock(journey).reaching(wall(midnight)).utc, instant(expected), "{journey:?}, {midnight}");
        }
    }

    #[test]
    fn an_hour_is_found_where_the_clock_first_shows_it() {
        let back_across_midnight = Some(("2026-06-05T22:30:00Z", -4));
        let forward_across_midnight = Some(("2026-06-05T21:00:00Z", 8));
        for (journey, hour, expected) in [
            (None, "2026-06-05T07:00:00", Some("2026-06-05T05:00:00Z")),
            (None, "2026-06-20T07:00:00", Some("2026-06-20T05:00:00Z")),
            (back_across_midnight, "2026-06-06T00:00:00", Some("2026-06-05T22:00:00Z")),
            (forward_across_midnight, "2026-06-06T01:00:00", None),
            (forward_across_midnight, "2026-06-06T06:00:00", Some("2026-06-05T22:00:00Z")),
        ] {
            let found = clock(journey).first_showing(wall(hour));
            assert_eq!(found, expected.map(instant), "{journey:?}, {hour}");
        }
    }
}
