//! A thousand lives with a pump, none of which tells the program of any journey: how many instants are found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Duration, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use pipeline::clock_model::{ClockChange, ClockHistory, LogPiece, PumpClock, UtcSource, ZoneHistory};

use super::{found, id};

/// What may happen to a clock in a year.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Kind {
    AtHome,
    Eastward,
    Westward,
    HalfHourZones,
    ManyStops,
    NotReturned,
    FlatBattery,
    WrongDate,
    HalfOfTheDay,
    Drift,
}

impl Kind {
    const ALL: [(Self, &'static str); 10] = [
        (Self::AtHome, "no journey"),
        (Self::Eastward, "journeys to the east"),
        (Self::Westward, "journeys to the west"),
        (Self::HalfHourZones, "zones of half and quarter hours"),
        (Self::ManyStops, "journeys with several stops"),
        (Self::NotReturned, "a journey that has not ended"),
        (Self::FlatBattery, "a flat battery, at home or away"),
        (Self::WrongDate, "a wrong year, month or day"),
        (Self::HalfOfTheDay, "AM and PM confused"),
        (Self::Drift, "a clock that runs slow"),
    ];
}

/// Journeys of each kind.
const EACH: u64 = 100;
/// One event every three hours.
const EVERY: Duration = Duration::hours(3);

const HOMES: [Tz; 8] = [
    chrono_tz::America::New_York,
    chrono_tz::America::Chicago,
    chrono_tz::America::Los_Angeles,
    chrono_tz::Europe::Berlin,
    chrono_tz::Europe::London,
    chrono_tz::Australia::Sydney,
    chrono_tz::Asia::Tokyo,
    chrono_tz::America::Phoenix,
];
const EAST: [Tz; 5] = [
    chrono_tz::Asia::Dubai,
    chrono_tz::Asia::Tokyo,
    chrono_tz::Europe::Athens,
    chrono_tz::Asia::Bangkok,
    chrono_tz::Pacific::Auckland,
];
const WEST: [Tz; 5] = [
    chrono_tz::Pacific::Honolulu,
    chrono_tz::America::Los_Angeles,
    chrono_tz::America::Sao_Paulo,
    chrono_tz::Atlantic::Azores,
    chrono_tz::America::Denver,
];
const HALF_HOURS: [Tz; 6] = [
    chrono_tz::Asia::Kolkata,
    chrono_tz::Asia::Kathmandu,
    chrono_tz::America::St_Johns,
    chrono_tz::Australia::Adelaide,
    chrono_tz::Asia::Yangon,
    chrono_tz::Pacific::Chatham,
];

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn between(&mut self, least: i64, most: i64) -> i64 {
        least + (self.next() % (most - least + 1).unsigned_abs()).cast_signed()
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[(self.next() % all.len() as u64) as usize]
    }
}

/// A life: where the person is, what the pump's clock is set to, and what the log says about it.
struct Life {
    home: Tz,
    now: DateTime<Utc>,
    /// Where the person lives at the moment.
    zone: Tz,
    /// The pump's wall clock minus UTC.
    offset: Duration,
    number: u32,
    history: ClockHistory,
    /// Number, wall clock, instant, and what a correct clock would have shown.
    events: Vec<(u32, NaiveDateTime, DateTime<Utc>, NaiveDateTime)>,
    /// The hours in which the clock loses a second.
    loses_every: Option<i64>,
    lost: Duration,
}

impl Life {
    fn new(home: Tz, start: DateTime<Utc>) -> Self {
        let mut life = Self {
            home,
            now: start,
            zone: home,
            offset: Duration::zero(),
            number: 0,
            history: ClockHistory::default(),
            events: Vec::new(),
            loses_every: None,
            lost: Duration::zero(),
        };
        life.offset = life.right_offset();
        life
    }

    fn right_offset(&self) -> Duration {
        Duration::seconds(i64::from(self.zone.offset_from_utc_datetime(&self.now.naive_utc()).fix().local_minus_utc()))
    }

    fn wall(&self) -> NaiveDateTime {
        self.now.naive_utc() + self.offset
    }

    /// Logs one event.
    fn log(&mut self) {
        self.number += 1;
        let correct = self.now.naive_utc() + self.right_offset();
        self.events.push((self.number, self.wall(), self.now, correct));
    }

    /// Sets the clock to `offset`, first the date and then the time.
    fn set(&mut self, offset: Duration) {
        let before = self.wall();
        let after = self.now.naive_utc() + offset;
        let between = after.date().and_time(before.time());
        for (from, to) in [(before, between), (between, after)] {
            self.offset = to - self.now.naive_utc();
            self.log();
            self.history.changes.push(ClockChange { id: id(self.number), wall: to, forward: to - from });
        }
        self.lost = Duration::zero();
    }

    /// Lives on until `until`, and sets the clock to the time of the place a while after it changed.
    fn live(&mut self, until: DateTime<Utc>, dice: &mut Dice) {
        let mut due = None;
        while self.now < until {
            self.now += EVERY;
            self.drift();
            let right = self.right_offset() - self.lost;
            if (self.offset - right).abs() >= Duration::minutes(10) {
                let at = *due.get_or_insert_with(|| self.now + EVERY * dice.between(0, 12) as i32);
                if at <= self.now {
                    self.set(self.right_offset());
                    due = None;
                }
            } else if self.lost >= Duration::seconds(55) {
                self.set(self.right_offset());
            }
            self.log();
        }
    }

    fn drift(&mut self) {
        let hours = (self.now - DateTime::UNIX_EPOCH).num_hours();
        if self.loses_every.is_some_and(|every| hours % every < EVERY.num_hours()) {
            self.offset -= Duration::seconds(1);
            self.lost += Duration::seconds(1);
        }
    }

    fn days(&mut self, days: i64, dice: &mut Dice) {
        self.live(self.now + Duration::days(days), dice);
    }

    /// Arrives somewhere and sets the clock within hours.
    fn travel(&mut self, zone: Tz, days: i64, dice: &mut Dice) {
        self.zone = zone;
        self.set(self.right_offset());
        self.days(days, dice);
    }

    fn go_home(&mut self) {
        self.zone = self.home;
        self.set(self.right_offset());
    }

    /// The battery runs empty; the clock starts at the factory's date, and is set after some events.
    fn lose_power(&mut self, dice: &mut Dice) {
        self.now += Duration::hours(dice.between(1, 60));
        let factory = "2020-01-01T00:00:00".parse::<NaiveDateTime>().expect("a date");
        self.offset = factory - self.now.naive_utc();
        for _ in 0..dice.between(2, 6) {
            self.now += Duration::minutes(dice.between(1, 20));
            self.log();
        }
        self.set(self.right_offset());
    }

    /// The clock is off by `shift` for some hours.
    fn mistake(&mut self, shift: Duration, hours: i64) {
        let right = self.offset;
        self.set(right + shift);
        let until = self.now + Duration::hours(hours);
        while self.now < until {
            self.now += EVERY;
            self.log();
        }
        self.set(right);
    }

    /// Brings the log to the program in runs of this many days.
    fn arrive(&mut self, run_days: i64) {
        let starts: Vec<u32> = self.history.changes.iter().map(|change| change.id.key().sequence_number).collect();
        let start = self.events[0].2;
        let run = |at: DateTime<Utc>| (at - start).num_days() / run_days + 1;
        let segment = |number: u32| starts.partition_point(|first| *first <= number);
        let pieces =
            self.events.chunk_by(|one, other| (run(one.2), segment(one.0)) == (run(other.2), segment(other.0)));
        let end = self.now;
        self.history.pieces = pieces
            .map(|events| {
                let (first, last) = (events[0], events[events.len() - 1]);
                let arrived = (start + Duration::days(run(first.2) * run_days)).max(end);
                LogPiece {
                    run: run(first.2),
                    first: (id(first.0), first.1),
                    last: (id(last.0), last.1),
                    latest: events.iter().map(|event| event.1).max().expect("events"),
                    arrived: Some(arrived + Duration::days(40)),
                    uploaded: None,
                }
            })
            .collect();
    }
}

fn live(kind: Kind, dice: &mut Dice) -> Life {
    let home = dice.pick(&HOMES);
    let start = Utc.with_ymd_and_hms(2025, 1, 10, 12, 0, 0).single().expect("a moment");
    let mut life = Life::new(home, start + Duration::days(dice.between(0, 300)));
    life.loses_every = (kind == Kind::Drift).then(|| dice.between(12, 40));
    let away = |dice: &mut Dice| dice.between(2, 25);
    life.days(dice.between(30, 90), dice);
    for _ in 0..3 {
        let place = match kind {
            Kind::Westward => dice.pick(&WEST),
            Kind::HalfHourZones => dice.pick(&HALF_HOURS),
            _ => dice.pick(&EAST),
        };
        match kind {
            Kind::AtHome | Kind::NotReturned => {}
            Kind::Eastward | Kind::Westward | Kind::HalfHourZones | Kind::Drift => {
                let days = away(dice);
                life.travel(place, days, dice);
            }
            Kind::ManyStops => {
                for stop in [place, dice.pick(&EAST), dice.pick(&WEST)] {
                    let days = dice.between(1, 8);
                    life.travel(stop, days, dice);
                }
            }
            Kind::FlatBattery => {
                if dice.between(0, 1) == 1 {
                    let days = dice.between(1, 6);
                    life.travel(place, days, dice);
                }
                life.lose_power(dice);
                let days = dice.between(1, 6);
                life.days(days, dice);
            }
            Kind::WrongDate => {
                let days = dice.pick(&[366, -365, 731, -731, 31, -30, 1, -1, 10]);
                life.mistake(Duration::days(days), dice.between(1, 60));
            }
            Kind::HalfOfTheDay => {
                let hours = dice.pick(&[12, -12]);
                life.mistake(Duration::hours(hours), dice.between(1, 66));
            }
        }
        if life.zone != life.home {
            life.go_home();
        }
        life.days(dice.between(40, 90), dice);
    }
    if kind == Kind::NotReturned {
        let place = dice.pick(&[EAST, WEST].concat());
        life.travel(place, dice.between(5, 60), dice);
    }
    // Some are imported in one piece, others in pieces of some weeks.
    life.arrive(dice.pick(&[30, 7, 1_000]));
    life
}

/// What became of the events of one kind of journey.
#[derive(Default)]
struct Tally {
    events: u64,
    right: u64,
    flagged: u64,
    local: u64,
}

fn check(life: &Life, tally: &mut Tally) {
    let clock = PumpClock::build(&life.history, &ZoneHistory::from_zone(life.home));
    for (number, wall, truth, correct) in &life.events {
        let found = found(&clock, *number, *wall);
        let is_right = (found.utc - truth).abs() <= Duration::seconds(60);
        let is_flagged = !matches!(found.source, UtcSource::Zone | UtcSource::ClockChange | UtcSource::Phone);
        tally.events += 1;
        tally.right += u64::from(is_right);
        tally.flagged += u64::from(!is_right && is_flagged);
        tally.local += u64::from((found.local_time() - *correct).abs() <= Duration::seconds(120));
    }
}

#[test]
fn a_thousand_journeys() {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for (kind, _) in Kind::ALL {
        for seed in 0..EACH {
            let life = live(kind, &mut Dice(seed * 1_000 + kind as u64));
            check(&life, tallies.entry(kind).or_default());
        }
    }
    let table = table(&tallies);
    check_documentation(&table);
    let all = |count: fn(&Tally) -> u64| tallies.values().map(count).sum::<u64>();
    let (events, right, flagged) = (all(|t| t.events), all(|t| t.right), all(|t| t.flagged));
    assert!(right * 1000 >= events * 999, "99.9 % of instants are found\n{table}");
    assert_eq!(right + flagged, events, "and the rest is flagged\n{table}");
}

/// `docs/reliability.md` shows the table; with `TANDEM_RECORD` in the environment, it is written there.
fn check_documentation(table: &str) {
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reliability.md");
    let page = std::fs::read_to_string(PAGE).expect("the page can be read");
    let (before, rest) = page.split_once("<!-- journeys -->\n").expect("the page has a place for the table");
    let (documented, after) = rest.split_once("<!-- end -->").expect("the place has an end");
    if std::env::var_os("TANDEM_RECORD").is_some() {
        let page = format!("{before}<!-- journeys -->\n{table}<!-- end -->{after}");
        std::fs::write(PAGE, page).expect("the page can be written");
    } else {
        assert_eq!(documented, table, "docs/reliability.md shows another table; TANDEM_RECORD=1 writes it");
    }
}

/// The table in the documentation.
fn table(tallies: &BTreeMap<Kind, Tally>) -> String {
    let mut text = "| kind of journey | journeys | events | within 60 s | wrong, flagged | wrong, not flagged | local time right |\n|---|---:|---:|---:|---:|---:|---:|\n".to_owned();
    for (kind, name) in Kind::ALL {
        let Some(tally) = tallies.get(&kind) else { continue };
        let Tally { events, right, flagged, local } = *tally;
        let percent = |count: u64| format!("{:.3} %", 100.0 * count as f64 / events as f64);
        let _ = writeln!(
            text,
            "| {name} | {EACH} | {events} | {} | {flagged} | {} | {} |",
            percent(right),
            events - right - flagged,
            percent(local)
        );
    }
    text
}
