//! Pumps whose logs are written by hand, minute by minute, and a place that holds them.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use pump_events::{Event, EventBuilder, EventCode, PumpTime};

use crate::support::Place;

/// Minutes of a day.
pub(crate) const DAY: i64 = 1440;

/// A pump and what it logged. Times are those of a clock that is right at home on the first day and never set.
pub(crate) struct Pump {
    start: NaiveDate,
    assignment: &'static str,
    entries: Vec<Entry>,
    clock: Vec<ClockSetting>,
}

/// Something that is logged.
struct Entry {
    seconds: i64,
    event: EventBuilder,
    /// When a sensor measured.
    measured: Option<i64>,
}

/// From a minute on, how many seconds the pump's clock is ahead.
struct ClockSetting {
    minute: i64,
    ahead: i64,
    is_logged: bool,
}

impl Pump {
    /// A pump that is known by `assignment` and has no entries yet; its first day is `start`.
    pub(crate) fn new(assignment: &'static str, start: NaiveDate) -> Self {
        Self { start, assignment, entries: Vec::new(), clock: Vec::new() }
    }

    pub(crate) fn log(&mut self, minute: i64, code: u16, fill: impl FnOnce(EventBuilder) -> EventBuilder) {
        self.log_at(minute * 60, code, fill);
    }

    fn log_at(&mut self, seconds: i64, code: u16, fill: impl FnOnce(EventBuilder) -> EventBuilder) {
        let event = fill(Event::build(EventCode(code.into())));
        self.entries.push(Entry { seconds, event, measured: None });
    }

    pub(crate) fn reading(&mut self, code: u16, minute: i64, seconds: i64, value: u32) {
        self.log(minute, code, |event| set(event, "currentGlucoseDisplayValue", value));
        if let Some(entry) = self.entries.last_mut() {
            entry.measured = Some(minute * 60 + seconds);
        }
    }

    /// Readings of a sensor that measures every `interval` minutes.
    pub(crate) fn readings(&mut self, code: u16, minutes: std::ops::Range<i64>, interval: usize, value: u32) {
        minutes.step_by(interval).for_each(|minute| self.reading(code, minute, 0, value));
    }

    /// A rate in mU/h every five minutes, up to a second before the end.
    pub(crate) fn basal(&mut self, minutes: std::ops::Range<i64>, rate: u32) {
        let end = minutes.end;
        minutes.step_by(5).for_each(|minute| self.rate(minute * 60, rate));
        self.rate(end * 60 - 1, rate);
    }

    pub(crate) fn rate(&mut self, seconds: i64, rate: u32) {
        self.log_at(seconds, 279, |event| set(set(event, "commandedRate", rate), "commandedRateSource", 1));
    }

    /// A new rate in U/h of a pump without Control-IQ.
    pub(crate) fn rate_before_control_iq(&mut self, minute: i64, rate: f32) {
        self.log(minute, 3, |event| {
            let event = set(event, "changeType", 1).set("commandedBasalRate", rate).expect("a rate");
            event.set("baseBasalRate", rate).expect("a rate")
        });
    }

    /// The last sign of life, a second before `minute`.
    pub(crate) fn log_last(&mut self, minute: i64) {
        self.log_at(minute * 60 - 1, 90, |event| event);
    }

    /// A bolus in thousandths of a unit, with carbs.
    pub(crate) fn bolus(&mut self, minute: i64, id: u32, requested: u32, delivered: i32, carbs: u32) {
        let units = |thousandths: f32| thousandths / 1000.0;
        self.log(minute, 64, |event| set(set(event, "bolusId", id), "carbAmount", carbs));
        self.log(minute, 66, |event| {
            let event = set(event, "bolusId", id).set("foodBolusSize", units(requested as f32)).expect("a size");
            event.set("totalBolusSize", units(requested as f32)).expect("a size")
        });
        self.log(minute, 55, |event| {
            set(event, "bolusId", id).set("bolusSize", units(requested as f32)).expect("a size")
        });
        self.log(minute + 1, 20, |event| {
            let event = set(set(event, "bolusId", id), "completionStatus", 3);
            let event = event.set("insulinDelivered", units(delivered as f32)).expect("an amount");
            event.set("insulinRequested", units(requested as f32)).expect("an amount")
        });
    }

    /// Its owner sets the clock, so that it is `ahead` minutes ahead.
    pub(crate) fn set_clock(&mut self, minute: i64, ahead: i64) {
        self.clock.push(ClockSetting { minute, ahead: ahead * 60, is_logged: true });
    }

    /// It was without power, and its clock starts at a factory date, of which nothing is logged.
    pub(crate) fn reset_clock(&mut self, minute: i64) {
        let factory = NaiveDate::from_ymd_opt(2020, 1, 2).expect("a date").and_time(NaiveTime::MIN);
        let right = self.start.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
        self.clock.push(ClockSetting { minute, ahead: (factory - right).num_seconds(), is_logged: false });
    }

    /// What happens while it is without power is not logged.
    pub(crate) fn lose(&mut self, minutes: &std::ops::Range<i64>) {
        self.entries.retain(|entry| !(minutes.start * 60..minutes.end * 60).contains(&entry.seconds));
    }

    /// The log as the service sends it, in the order in which it was written.
    pub(crate) fn body(self) -> String {
        self.bodies(&[]).concat()
    }

    /// The same, cut at these minutes into what is uploaded at once.
    pub(crate) fn bodies(mut self, cuts: &[i64]) -> Vec<String> {
        self.entries.sort_by_key(|entry| entry.seconds);
        let start = self.start;
        let (mut uploads, mut number, mut ahead) = (vec![Vec::new()], 100, 0);
        let mut settings = self.clock.into_iter().peekable();
        let mut cuts = cuts.iter().peekable();
        for Entry { seconds, event, measured } in self.entries {
            while cuts.next_if(|cut| **cut * 60 <= seconds).is_some() {
                uploads.push(Vec::new());
            }
            let upload = uploads.last_mut().expect("an upload");
            let mut write = |event: EventBuilder, time: PumpTime| {
                number += 1;
                let event = event.sequence_number(number).pump_time(time).finish();
                upload.push(pump_events::encode_json(&event, self.assignment));
            };
            while let Some(setting) = settings.next_if(|setting| setting.minute * 60 <= seconds) {
                if setting.is_logged {
                    log_clock_change(&mut write, start, setting.minute * 60, (ahead, setting.ahead));
                }
                ahead = setting.ahead;
            }
            let event = match measured {
                Some(measured) => set(event, "egvTimeStamp", pump_time(start, measured + ahead).seconds()),
                None => event,
            };
            write(event, pump_time(start, seconds + ahead));
        }
        uploads.iter().map(|texts| format!("{{\"events\":[{}],\"clockChanges\":[]}}", texts.join(","))).collect()
    }
}

/// Logs that a clock was set from `before` seconds ahead to `after`: the date (14), then the time (13), where they differ.
fn log_clock_change(
    write: &mut impl FnMut(EventBuilder, PumpTime),
    start: NaiveDate,
    seconds: i64,
    (before, after): (i64, i64),
) {
    let wall = |ahead: i64| i64::from(pump_time(start, seconds + ahead).seconds());
    let (old_day, old_time) = (wall(before) / 86_400, wall(before) % 86_400);
    let (new_day, new_time) = (wall(after) / 86_400, wall(after) % 86_400);
    let number = |number: i64| u32::try_from(number).expect("a number of the pump");
    let build = |code, fields: [(&str, i64); 2]| {
        fields.into_iter().fold(Event::build(EventCode(code)), |event, (name, value)| set(event, name, number(value)))
    };
    if old_day != new_day {
        let time = PumpTime::from_seconds(number(new_day * 86_400 + old_time));
        write(build(14, [("datePrior", old_day), ("dateAfter", new_day)]), time);
    }
    if old_time != new_time {
        let time = PumpTime::from_seconds(number(new_day * 86_400 + new_time));
        write(build(13, [("timePrior", old_time * 1000), ("timeAfter", new_time * 1000)]), time);
    }
}

fn set(event: EventBuilder, field: &str, value: u32) -> EventBuilder {
    event.set(field, value).expect("a field of the event")
}

/// The time this many seconds into the day `start`.
fn pump_time(start: NaiveDate, seconds: i64) -> PumpTime {
    let zero = NaiveDate::from_ymd_opt(2008, 1, 1).expect("a date").and_time(NaiveTime::MIN);
    let wall: NaiveDateTime = start.and_time(NaiveTime::MIN) + TimeDelta::seconds(seconds);
    PumpTime::from_seconds(u32::try_from((wall - zero).num_seconds()).expect("after 2008"))
}

/// A place whose database holds the pumps' logs, imported in this order, of a person who lives in `zone`.
pub(crate) fn holding(pumps: impl IntoIterator<Item = Pump>, zone: &str) -> Place {
    let place = Place::new();
    for pump in pumps {
        import(&place, &pump.body(), zone);
    }
    place
}

/// Imports one body and returns what was said.
pub(crate) fn import(place: &Place, body: &str, zone: &str) -> String {
    place.file("pump.json", body);
    let said = place.run(&["import", "pump.json", "--time-zone", zone]);
    assert_eq!(said.code, 0, "{}", said.talk);
    said.talk
}
