//! The pump's settings over time: profiles as the service shows them in `settings.details`, and what the pump does by them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::clock::{DAY, HOUR, UtcSeconds};
use super::dice::Dice;
use super::truth::Milliunits;

/// A segment of the day in a profile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ProfileSegment {
    pub(crate) start_minute: u32,
    pub(crate) basal: Milliunits,
    pub(crate) grams_per_unit: f64,
    pub(crate) sensitivity: u32,
    pub(crate) target: u32,
}

/// A snapshot of the pump's settings, as an upload takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct SettingsSnapshot {
    /// True time from which the pump has these settings, in seconds since 1970.
    pub from_utc_seconds: i64,
    /// The `details` object.
    pub details: Value,
    /// Forty upper-case hexadecimal digits that change with `details`.
    pub hash: String,
    pub(crate) segments: Vec<ProfileSegment>,
}

impl SettingsSnapshot {
    /// The segment that holds at a minute of the day.
    pub(crate) fn segment(&self, minute_of_day: u32) -> ProfileSegment {
        let index = self.segments.partition_point(|segment| segment.start_minute <= minute_of_day);
        self.segments[index.saturating_sub(1)]
    }
}

/// The settings of one pump: one snapshot to begin with, and a visit to the clinic about every ten weeks.
pub(crate) fn snapshots(start: UtcSeconds, end: UtcSeconds, mut dice: Dice) -> Vec<SettingsSnapshot> {
    let mut segments = first_profile();
    let mut snapshots = vec![snapshot(start, &segments)];
    let mut at = start + dice.whole(30, 60) * DAY;
    while at < end {
        adjust(&mut segments, &mut dice);
        snapshots.push(snapshot(at, &segments));
        at += dice.whole(50, 90) * DAY;
    }
    snapshots
}

/// The settings of one pump whose carb ratios are multiplied by a factor on each of these days, and nothing else.
pub(crate) fn with_carb_ratio_changes(start: UtcSeconds, changes: &[(u32, f64)]) -> Vec<SettingsSnapshot> {
    let mut segments = first_profile();
    let mut snapshots = vec![snapshot(start, &segments)];
    for (day, factor) in changes {
        for segment in &mut segments {
            segment.grams_per_unit = (segment.grams_per_unit * factor * 10.0).round() / 10.0;
        }
        snapshots.push(snapshot(start + i64::from(*day) * DAY + 9 * HOUR, &segments));
    }
    snapshots
}

fn first_profile() -> Vec<ProfileSegment> {
    let segment = |start_minute, basal, grams_per_unit, sensitivity| ProfileSegment {
        start_minute,
        basal,
        grams_per_unit,
        sensitivity,
        target: 110,
    };
    vec![
        segment(0, 800, 10.0, 45),
        segment(240, 1050, 9.0, 42),
        segment(600, 850, 10.0, 45),
        segment(1080, 900, 10.5, 45),
    ]
}

fn adjust(segments: &mut [ProfileSegment], dice: &mut Dice) {
    for segment in segments {
        segment.basal = (i64::from(segment.basal) + dice.whole(-1, 1) * 25).clamp(600, 1300) as u32;
        segment.sensitivity = (i64::from(segment.sensitivity) + dice.whole(-1, 1)) as u32;
    }
}

fn snapshot(from: UtcSeconds, segments: &[ProfileSegment]) -> SettingsSnapshot {
    let details = details(segments);
    let digest = Sha256::digest(details.to_string().as_bytes());
    let digits = digest.iter().take(20).flat_map(|byte| [byte >> 4, byte & 15]);
    let hash = digits
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .map(|digit| digit.to_ascii_uppercase())
        .collect();
    SettingsSnapshot { from_utc_seconds: from, details, hash, segments: segments.to_vec() }
}

/// `settings.details` with the keys of the captured bodies.
fn details(segments: &[ProfileSegment]) -> Value {
    json!({
        "profiles": {"numberOfProfiles": 2, "activeSegment": 0, "activeIdp": 2, "profile": [
            profile(2, "Weekday", segments),
            profile(0, "Sick day", &sick_day(segments)),
        ]},
        "cgmSettings": {
            "highGlucoseAlertMgPerDl": 200, "highGlucoseAlertEnabled": true, "highGlucoseAlertDurationMin": 0,
            "lowGlucoseAlertMgPerDl": 80, "lowGlucoseAlertEnabled": true, "lowGlucoseAlertDurationMin": 0,
            "riseRateAlertLevel": 3, "riseRateAlertEnabled": false, "fallRateAlertEnabled": false,
            "sensorTimeoutMinutes": 20, "sensorTimeoutEnabled": true},
        "basalLimitSettings": {"basalLimitDefault": 5000, "basalLimit": 3500},
        "globalMaxBolusSettings": {"maxBolus": 20000, "maxBolusDefault": 25000},
        "controlIqSettings": {"weight": 165, "weightUnit": "Pounds", "totalDailyInsulin": 42, "closedLoop": true,
            "sleepSchedule0": sleep_schedule(true), "sleepSchedule1": sleep_schedule(false),
            "sleepSchedule2": sleep_schedule(false), "sleepSchedule3": sleep_schedule(false)},
        "pumpSettings": {"lowInsulinThreshold": 20, "cannulaPrimeSize": 30, "autoShutdownEnabled": false, "autoShutdownDuration": 12},
        "reminders": {
            "siteChangeReminder": {"frequencyMinutes": 1080, "enabled": false},
            "lowBgReminder": {"frequencyMinutes": 15, "enabled": true},
            "highBgReminder": {"frequencyMinutes": 60, "enabled": true},
            "missedBolusReminders": [],
            "afterBolusReminder": {"frequencyMinutes": 90, "enabled": false},
            "siteChangeDays": 3},
        "localizationSettings": {"glucoseUom": "MilligramsPerDeciliter"},
    })
}

fn profile(idp: u32, name: &str, segments: &[ProfileSegment]) -> Value {
    let segments: Vec<Value> = segments
        .iter()
        .map(|segment| {
            json!({"startTime": segment.start_minute, "basalRate": segment.basal,
                "carbRatio": (segment.grams_per_unit * 1000.0) as u32, "targetBg": segment.target,
                "isf": segment.sensitivity, "status": ["BasalRateAvailability"]})
        })
        .collect();
    json!({"idp": idp, "timeDependentSegmentNumber": segments.len(), "name": name, "carbEntry": "UnitsAsCarbs",
        "maxBolus": 20000, "insulinDuration": 300, "timeDependentSegments": segments})
}

fn sick_day(segments: &[ProfileSegment]) -> Vec<ProfileSegment> {
    segments.iter().map(|segment| ProfileSegment { basal: segment.basal * 6 / 5, ..*segment }).collect()
}

/// Half past ten to seven; the switched-off ones carry the pump's defaults.
fn sleep_schedule(enabled: bool) -> Value {
    const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    if enabled {
        json!({"activeDays": WEEK, "startTime": 1380, "enabled": true, "endTime": 420})
    } else {
        json!({"activeDays": [], "startTime": 1380, "enabled": false, "endTime": 420})
    }
}
