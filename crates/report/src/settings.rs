//! A pump's settings as the service keeps them, as a list of named values, and what differs between two such lists.
//!
//! What a key means is written in one table, `KNOWN`. A key that the table does not have is kept under its own name, so that no
//! setting and no change of one is left out.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use serde_json::Value;

/// The settings of one pump from one moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingsSnapshot {
    /// Since when they are known, on the wall clock.
    pub known_from: NaiveDateTime,
    /// Which pump's, in the reader's words.
    pub pump: String,
    /// The settings.
    pub settings: Settings,
}

/// A pump's settings.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// The profiles; the active one first.
    pub profiles: Vec<Profile>,
    /// Everything else, in the order of `KNOWN`, unknown keys last.
    pub values: Vec<Setting>,
}

/// A personal profile.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Whether it is the one in use.
    pub active: bool,
    /// Its segments of the day, oldest first.
    pub segments: Vec<Segment>,
    /// What holds for all segments.
    pub values: Vec<Setting>,
}

/// A segment of the day in a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Minutes after midnight at which it begins.
    pub start_minute: u32,
    /// Basal rate, in units per hour.
    pub basal_units_per_hour: f64,
    /// Carb ratio, in grams per unit.
    pub grams_per_unit: f64,
    /// Correction factor, in mg/dL per unit.
    pub mg_per_dl_per_unit: f64,
    /// Target, in mg/dL.
    pub target_mg_per_dl: f64,
}

/// One named value.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Its path in the service's answer, e.g. `controlIqSettings.weight`.
    pub path: String,
    /// The group it is listed in; `None` for keys that are not known.
    pub group: Option<&'static str>,
    /// The value with its unit.
    pub value: SettingValue,
}

/// A value of a setting, with its unit.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum SettingValue {
    Switch(bool),
    Units(f64),
    UnitsPerHour(f64),
    MgPerDl(f64),
    Minutes(f64),
    Hours(f64),
    Days(f64),
    Number(f64),
    Text(String),
    /// A schedule: days of the week (1 is Monday), and from when to when in minutes after midnight. `None` where it is off.
    Schedule(Option<(Vec<u32>, u32, u32)>),
}

/// How a number of the service becomes a value.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    MilliUnits,
    MilliUnitsPerHour,
    /// Whole units.
    Units,
    /// Hundredths of a unit.
    CentiUnits,
    MgPerDl,
    Minutes,
    Hours,
    Days,
    Schedule,
}

/// What is known about keys outside of profiles: path, group, form.
const KNOWN: &[(&str, &str, Form)] = &[
    ("controlIqSettings.closedLoop", "control-iq", Form::Plain),
    ("controlIqSettings.weight", "control-iq", Form::Plain),
    ("controlIqSettings.weightUnit", "control-iq", Form::Plain),
    ("controlIqSettings.totalDailyInsulin", "control-iq", Form::Units),
    ("controlIqSettings.sleepSchedule0", "sleep", Form::Schedule),
    ("controlIqSettings.sleepSchedule1", "sleep", Form::Schedule),
    ("controlIqSettings.sleepSchedule2", "sleep", Form::Schedule),
    ("controlIqSettings.sleepSchedule3", "sleep", Form::Schedule),
    ("basalLimitSettings.basalLimit", "limits", Form::MilliUnitsPerHour),
    ("globalMaxBolusSettings.maxBolus", "limits", Form::MilliUnits),
    ("cgmSettings.highGlucoseAlertEnabled", "cgm-alerts", Form::Plain),
    ("cgmSettings.highGlucoseAlertMgPerDl", "cgm-alerts", Form::MgPerDl),
    ("cgmSettings.highGlucoseAlertDurationMin", "cgm-alerts", Form::Minutes),
    ("cgmSettings.lowGlucoseAlertEnabled", "cgm-alerts", Form::Plain),
    ("cgmSettings.lowGlucoseAlertMgPerDl", "cgm-alerts", Form::MgPerDl),
    ("cgmSettings.lowGlucoseAlertDurationMin", "cgm-alerts", Form::Minutes),
    ("cgmSettings.riseRateAlertEnabled", "cgm-alerts", Form::Plain),
    ("cgmSettings.riseRateAlertLevel", "cgm-alerts", Form::Plain),
    ("cgmSettings.fallRateAlertEnabled", "cgm-alerts", Form::Plain),
    ("cgmSettings.fallRateAlertLevel", "cgm-alerts", Form::Plain),
    ("cgmSettings.sensorTimeoutEnabled", "cgm-alerts", Form::Plain),
    ("cgmSettings.sensorTimeoutMinutes", "cgm-alerts", Form::Minutes),
    ("pumpSettings.lowInsulinThreshold", "pump", Form::Units),
    ("pumpSettings.cannulaPrimeSize", "pump", Form::CentiUnits),
    ("pumpSettings.autoShutdownEnabled", "pump", Form::Plain),
    ("pumpSettings.autoShutdownDuration", "pump", Form::Hours),
    ("reminders.lowBgReminder.enabled", "reminders", Form::Plain),
    ("reminders.lowBgReminder.frequencyMinutes", "reminders", Form::Minutes),
    ("reminders.highBgReminder.enabled", "reminders", Form::Plain),
    ("reminders.highBgReminder.frequencyMinutes", "reminders", Form::Minutes),
    ("reminders.afterBolusReminder.enabled", "reminders", Form::Plain),
    ("reminders.afterBolusReminder.frequencyMinutes", "reminders", Form::Minutes),
    ("reminders.siteChangeReminder.enabled", "reminders", Form::Plain),
    ("reminders.siteChangeDays", "reminders", Form::Days),
    ("localizationSettings.glucoseUom", "pump", Form::Plain),
];

/// The groups of `KNOWN`, in the order they are shown.
pub const GROUPS: [&str; 6] = ["control-iq", "sleep", "limits", "cgm-alerts", "pump", "reminders"];

impl Settings {
    /// Reads `settings.details` of the service. Whatever is missing there is missing here.
    #[must_use]
    pub fn from_details(details: &Value) -> Self {
        let active = details.pointer("/profiles/activeIdp").and_then(Value::as_i64);
        let list = details.pointer("/profiles/profile").and_then(Value::as_array);
        let mut profiles: Vec<Profile> =
            list.into_iter().flatten().map(|profile| Profile::new(profile, active)).collect();
        profiles.sort_by_key(|profile| !profile.active);
        let mut values = Vec::new();
        for (key, value) in details.as_object().into_iter().flatten().filter(|(key, _)| *key != "profiles") {
            collect(key, value, &mut values);
        }
        let place =
            |setting: &Setting| KNOWN.iter().position(|(path, ..)| *path == setting.path).unwrap_or(KNOWN.len());
        values.sort_by_key(place);
        Self { profiles, values }
    }

    /// The profile in use.
    #[must_use]
    pub fn active_profile(&self) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.active)
    }

    /// Whether the pump shows glucose in mmol/L; `None` where the settings do not tell.
    #[must_use]
    pub fn shows_mmol_per_l(&self) -> Option<bool> {
        let unit = self.values.iter().find(|setting| setting.path == "localizationSettings.glucoseUom")?;
        match &unit.value {
            SettingValue::Text(text) if text.starts_with("Millimoles") => Some(true),
            SettingValue::Text(text) if text.starts_with("Milligrams") => Some(false),
            _ => None,
        }
    }

    /// Every value with its name, profiles included.
    fn all(&self) -> BTreeMap<Name, SettingValue> {
        let outside = self.values.iter().map(|setting| (Name::Setting(setting.path.clone()), setting.value.clone()));
        outside.chain(self.profiles.iter().flat_map(Profile::all)).collect()
    }
}

impl Profile {
    fn new(profile: &Value, active: Option<i64>) -> Self {
        let number = |key: &str| profile.get(key).and_then(Value::as_f64);
        let text = |key: &str| profile.get(key).and_then(Value::as_str);
        let setting = |path: &str, value| Setting { path: path.to_owned(), group: Some("profile"), value };
        let values = [
            number("insulinDuration").map(|minutes| setting("insulinDuration", SettingValue::Minutes(minutes))),
            number("maxBolus").map(|units| setting("maxBolus", SettingValue::Units(units / 1000.0))),
            text("carbEntry").map(|entry| setting("carbEntry", SettingValue::Text(entry.to_owned()))),
        ];
        let segments = profile.get("timeDependentSegments").and_then(Value::as_array);
        Self {
            name: text("name").unwrap_or_default().to_owned(),
            active: active.is_some() && profile.get("idp").and_then(Value::as_i64) == active,
            segments: segments.into_iter().flatten().filter_map(Segment::new).collect(),
            values: values.into_iter().flatten().collect(),
        }
    }

    fn all(&self) -> Vec<(Name, SettingValue)> {
        let name = |at, field| Name::Segment { profile: self.name.clone(), at, field };
        let fields = |segment: &Segment| {
            let at = segment.start_minute;
            [
                (name(at, SegmentField::Basal), SettingValue::UnitsPerHour(segment.basal_units_per_hour)),
                (name(at, SegmentField::CarbRatio), SettingValue::Number(segment.grams_per_unit)),
                (name(at, SegmentField::CorrectionFactor), SettingValue::MgPerDl(segment.mg_per_dl_per_unit)),
                (name(at, SegmentField::Target), SettingValue::MgPerDl(segment.target_mg_per_dl)),
            ]
        };
        let of_profile = |path: &str| Name::Profile { profile: self.name.clone(), path: path.to_owned() };
        let mut all: Vec<(Name, SettingValue)> = self.segments.iter().flat_map(fields).collect();
        all.extend(self.values.iter().map(|setting| (of_profile(&setting.path), setting.value.clone())));
        all.push((of_profile("active"), SettingValue::Switch(self.active)));
        all
    }
}

impl Segment {
    /// A segment, unless it is one of the unused ones that come as zeros.
    fn new(segment: &Value) -> Option<Self> {
        let number = |key: &str| segment.get(key).and_then(Value::as_f64).unwrap_or_default();
        let segment = Self {
            start_minute: number("startTime") as u32,
            basal_units_per_hour: number("basalRate") / 1000.0,
            grams_per_unit: number("carbRatio") / 1000.0,
            mg_per_dl_per_unit: number("isf"),
            target_mg_per_dl: number("targetBg"),
        };
        let used =
            segment.basal_units_per_hour > 0.0 || segment.grams_per_unit > 0.0 || segment.mg_per_dl_per_unit > 0.0;
        used.then_some(segment)
    }
}

/// Adds every value below `path`.
fn collect(path: &str, value: &Value, all: &mut Vec<Setting>) {
    let known = KNOWN.iter().find(|(known, ..)| *known == path);
    match (known, value) {
        (Some((_, group, form)), _) => {
            let value = form.read(value);
            all.extend(value.map(|value| Setting { path: path.to_owned(), group: Some(group), value }));
        }
        (None, Value::Object(fields)) => {
            fields.iter().for_each(|(key, value)| collect(&format!("{path}.{key}"), value, all));
        }
        (None, Value::Null) => {}
        (None, value) => all.push(Setting { path: path.to_owned(), group: None, value: plain(value) }),
    }
}

impl Form {
    fn read(self, value: &Value) -> Option<SettingValue> {
        if value.is_null() {
            return None;
        }
        if matches!(self, Self::Schedule) {
            return Some(SettingValue::Schedule(schedule(value)));
        }
        let Some(number) = value.as_f64() else { return Some(plain(value)) };
        Some(match self {
            Self::Plain | Self::Schedule => SettingValue::Number(number),
            Self::MilliUnits => SettingValue::Units(number / 1000.0),
            Self::MilliUnitsPerHour => SettingValue::UnitsPerHour(number / 1000.0),
            Self::Units => SettingValue::Units(number),
            Self::CentiUnits => SettingValue::Units(number / 100.0),
            Self::MgPerDl => SettingValue::MgPerDl(number),
            Self::Minutes => SettingValue::Minutes(number),
            Self::Hours => SettingValue::Hours(number),
            Self::Days => SettingValue::Days(number),
        })
    }
}

fn plain(value: &Value) -> SettingValue {
    match value {
        Value::Bool(on) => SettingValue::Switch(*on),
        Value::Number(number) => SettingValue::Number(number.as_f64().unwrap_or_default()),
        Value::String(text) => SettingValue::Text(text.clone()),
        other => SettingValue::Text(other.to_string()),
    }
}

fn schedule(value: &Value) -> Option<(Vec<u32>, u32, u32)> {
    const WEEK: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    value.get("enabled").and_then(Value::as_bool).filter(|enabled| *enabled)?;
    let minute = |key: &str| value.get(key).and_then(Value::as_u64).map(|minute| minute as u32);
    let days = value.get("activeDays").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let numbers = days.filter_map(|day| Some(WEEK.iter().position(|name| *name == day)? as u32 + 1)).collect();
    Some((numbers, minute("startTime")?, minute("endTime")?))
}

/// What a change is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Name {
    /// A column of a segment of a profile.
    Segment {
        /// The profile.
        profile: String,
        /// Minutes after midnight at which the segment begins.
        at: u32,
        /// The column.
        field: SegmentField,
    },
    /// A value that holds for a whole profile.
    Profile {
        /// The profile.
        profile: String,
        /// The service's name of it.
        path: String,
    },
    /// A value outside of profiles, by its path.
    Setting(String),
}

/// The columns of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "as in Segment")]
pub enum SegmentField {
    Basal,
    CarbRatio,
    CorrectionFactor,
    Target,
}

/// One value that differs; `None` where it is not there.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What changed.
    pub name: Name,
    /// The value before.
    pub before: Option<SettingValue>,
    /// The value after.
    pub after: Option<SettingValue>,
}

/// Every value that differs between two states of one pump's settings.
#[must_use]
pub fn changes(before: &Settings, after: &Settings) -> Vec<Change> {
    let (mut old, new) = (before.all(), after.all());
    let mut changes = Vec::new();
    for (name, value) in new {
        let was = old.remove(&name);
        if was.as_ref() != Some(&value) {
            changes.push(Change { name, before: was, after: Some(value) });
        }
    }
    changes.extend(old.into_iter().map(|(name, value)| Change { name, before: Some(value), after: None }));
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    changes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn details() -> Value {
        json!({
            "profiles": {"activeIdp": 2, "profile": [
                {"idp": 0, "name": "Sick", "timeDependentSegments": []},
                {"idp": 2, "name": "Week", "insulinDuration": 300, "timeDependentSegments": [
                    {"startTime": 0, "basalRate": 800, "carbRatio": 10000, "isf": 45, "targetBg": 110},
                    {"startTime": 0, "basalRate": 0, "carbRatio": 0, "isf": 0, "targetBg": 0}]}]},
            "controlIqSettings": {"weight": 165, "sleepSchedule0": {"enabled": true, "activeDays": ["Monday", "Sunday"], "startTime": 1380, "endTime": 420}},
            "basalLimitSettings": {"basalLimit": 3500},
            "localizationSettings": {"glucoseUom": "MillimolesPerLiter"},
            "somethingNew": {"inside": {"it": 7}, "nothing": null},
        })
    }

    #[test]
    fn every_value_is_there_with_its_unit() {
        let settings = Settings::from_details(&details());
        let names: Vec<&str> = settings.profiles.iter().map(|profile| profile.name.as_str()).collect();
        assert_eq!(names, ["Week", "Sick"]);
        assert_eq!(settings.profiles[0].segments.len(), 1);
        let rows = [
            ("controlIqSettings.weight", SettingValue::Number(165.0)),
            ("controlIqSettings.sleepSchedule0", SettingValue::Schedule(Some((vec![1, 7], 1380, 420)))),
            ("basalLimitSettings.basalLimit", SettingValue::UnitsPerHour(3.5)),
            ("localizationSettings.glucoseUom", SettingValue::Text("MillimolesPerLiter".to_owned())),
            ("somethingNew.inside.it", SettingValue::Number(7.0)),
        ];
        let found: Vec<_> =
            settings.values.iter().map(|setting| (setting.path.as_str(), setting.value.clone())).collect();
        assert_eq!(found, rows);
        assert_eq!(settings.shows_mmol_per_l(), Some(true));
        assert_eq!(Settings::from_details(&Value::Null), Settings::default());
    }

    #[test]
    fn any_leaf_that_differs_is_one_change() {
        let rows = [
            ("/profiles/profile/1/timeDependentSegments/0/isf", json!(44)),
            ("/profiles/profile/1/insulinDuration", json!(240)),
            ("/controlIqSettings/weight", json!(160)),
            ("/controlIqSettings/sleepSchedule0/endTime", json!(400)),
            ("/somethingNew/inside/it", json!("x")),
            ("/somethingNew/nothing", json!(true)),
            ("/basalLimitSettings/basalLimit", Value::Null),
        ];
        let before = Settings::from_details(&details());
        assert_eq!(changes(&before, &before), []);
        for (pointer, value) in rows {
            let mut other = details();
            *other.pointer_mut(pointer).expect("a place") = value;
            assert_eq!(changes(&before, &Settings::from_details(&other)).len(), 1, "{pointer}");
        }
        let mut switched = details();
        switched["profiles"]["activeIdp"] = json!(0);
        assert_eq!(changes(&before, &Settings::from_details(&switched)).len(), 2);
    }
}
