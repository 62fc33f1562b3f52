//! A made-up pump user: readings in waves, or given ones, and the insulin that would go with them. The same every time.

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use report::{
    MgPerDl, Period, Reading, ReadingStatus, Span, Timestamp, Window,
    html::{Alarm, AlarmFamily, InsulinOnBoard, SiteChange, SiteChangeKind},
    insulin::{
        BasalSegment, BasalSource, Bolus, BolusOrigin, CarbEntry, InsulinRows, LoopMode, UserMode, exponential_iob,
    },
    settings::{Settings, SettingsSnapshot},
};
use serde_json::{Value, json};

/// Breakfast, lunch, snack and dinner: minute of the day and grams.
const MEALS: [(i64, f64); 4] = [(450, 45.0), (750, 62.0), (960, 20.0), (1130, 70.0)];

/// Whole days of a person whose wall clock is UTC.
pub(crate) struct Days {
    first: NaiveDateTime,
    count: i64,
}

/// Settings as the service writes them.
fn details(basal: u32, alert: u32) -> Value {
    let segment = |start: u32, basal: u32, ratio: u32, isf: u32| json!({"startTime": start, "basalRate": basal, "carbRatio": ratio, "isf": isf, "targetBg": 110});
    let schedule = |enabled: bool| json!({"activeDays": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"], "startTime": 1380, "endTime": 420, "enabled": enabled});
    json!({
        "profiles": {"activeIdp": 1, "profile": [
            {"idp": 1, "name": "Weekday", "insulinDuration": 300, "maxBolus": 15000, "carbEntry": "UnitsAsCarbs", "timeDependentSegments": [
                segment(0, 800, 10000, 45), segment(240, basal, 9000, 42), segment(600, 850, 10000, 45), segment(1080, 900, 10500, 45)]},
            {"idp": 2, "name": "Sick day", "timeDependentSegments": [segment(0, 1200, 9000, 38)]}]},
        "controlIqSettings": {"closedLoop": true, "weight": 165, "weightUnit": "Pounds", "totalDailyInsulin": 42, "sleepSchedule0": schedule(true), "sleepSchedule1": schedule(false)},
        "basalLimitSettings": {"basalLimit": 3500},
        "globalMaxBolusSettings": {"maxBolus": 20000},
        "cgmSettings": {"highGlucoseAlertEnabled": true, "highGlucoseAlertMgPerDl": alert, "lowGlucoseAlertEnabled": true, "lowGlucoseAlertMgPerDl": 80, "riseRateAlertEnabled": false, "sensorTimeoutEnabled": true, "sensorTimeoutMinutes": 20},
        "pumpSettings": {"lowInsulinThreshold": 20, "autoShutdownEnabled": false},
        "reminders": {"siteChangeReminder": {"enabled": true}, "siteChangeDays": 3},
        "localizationSettings": {"glucoseUom": "MilligramsPerDeciliter"},
    })
}

impl Days {
    /// `count` days from the date of `first` on.
    pub(crate) fn new(first: NaiveDateTime, count: i64) -> Self {
        Self { first: first.date().and_time(NaiveTime::MIN), count }
    }

    /// From the first midnight to the last.
    pub(crate) fn window(&self) -> Window {
        Window { start: self.at(0, 0), end: self.at(self.count, 0) }
    }

    fn at(&self, day: i64, minute: i64) -> Timestamp {
        Timestamp::from_wall_as_utc(self.first + TimeDelta::days(day) + TimeDelta::minutes(minute))
    }

    /// A reading every five minutes, with a wave for each meal, lows after some and an hour missing now and then.
    pub(crate) fn readings(&self) -> Vec<Reading> {
        let all = (0..self.count).flat_map(|day| (0..288).map(move |slot| (day, slot * 5)));
        let kept = all.filter(|(day, minute)| (day + minute / 60) % 37 != 5);
        kept.filter_map(|(day, minute)| {
            let (glucose, status) = measured(glucose_at(day, minute))?;
            Some(Reading { at: self.at(day, minute), glucose, status, interval_minutes: 5.0 })
        })
        .collect()
    }

    /// The settings all along, and another basal rate and alert from the middle on.
    pub(crate) fn settings(&self) -> Vec<SettingsSnapshot> {
        let snapshot = |day: i64, basal: u32, alert: u32| SettingsSnapshot {
            known_from: self.at(day, 600).wall,
            pump: "t:slim X2".to_owned(),
            settings: Settings::from_details(&details(basal, alert)),
        };
        vec![snapshot(-9, 900, 200), snapshot(self.count / 2, 950, 190)]
    }

    /// The period with these readings and insulin to go with them.
    pub(crate) fn period(&self, readings: Vec<Reading>) -> Period {
        let boluses = self.boluses();
        let insulin = InsulinRows {
            basal: self.basal(),
            carbs: self.carbs(&boluses),
            boluses,
            loop_modes: self.loop_modes(),
            user_modes: self.user_modes(),
        };
        Period {
            window: self.window(),
            insulin_on_board: self.on_board(&insulin.boluses),
            insulin,
            readings,
            suspensions: (0..self.count).step_by(5).map(|day| self.span(day, 900, 925, ())).collect(),
            site_changes: self.site_changes(),
            sensor_starts: (0..self.count).step_by(10).map(|day| self.at(day, 1225)).collect(),
            alarms: self.alarms(),
            profile_basal: (0..self.count).map(|day| (self.at(day, 0), 0.85)).collect(),
        }
    }

    fn span<T>(&self, day: i64, from: i64, to: i64, value: T) -> Span<T> {
        Span { start: self.at(day, from), end: self.at(day, to), value }
    }

    fn basal(&self) -> Vec<BasalSegment> {
        let slots = (0..self.count).flat_map(|day| (0..288).map(move |slot| (day, slot * 5)));
        let with_pump = slots.filter(|(day, minute)| day % 9 != 8 || *minute < 600);
        with_pump
            .map(|(day, minute)| {
                let (units_per_hour, source) = rate_at(day, minute);
                BasalSegment { start: self.at(day, minute), end: self.at(day, minute + 5), units_per_hour, source }
            })
            .collect()
    }

    fn boluses(&self) -> Vec<Bolus> {
        let meals = (0..self.count).flat_map(|day| MEALS.map(|(minute, grams)| (day, minute + day * 7 % 40, grams)));
        let eaten = meals.filter(|(day, minute, _)| day % 9 != 8 || *minute < 600);
        let by_hand = eaten.map(|(day, minute, grams)| self.meal_bolus(day, minute, grams + (day * 11 % 25) as f64));
        let automatic = (0..self.count)
            .filter(|day| day % 9 != 8)
            .flat_map(|day| [(day, 600 + day * 13 % 60), (day, 1320)])
            .filter(|(day, minute)| (day + minute) % 3 != 0)
            .map(|(day, minute)| self.automatic_bolus(day, minute));
        let mut boluses: Vec<Bolus> = by_hand.chain(automatic).collect();
        boluses.sort_by_key(|bolus| bolus.start);
        boluses
    }

    fn carbs(&self, boluses: &[Bolus]) -> Vec<CarbEntry> {
        let snack = |day| CarbEntry { at: self.at(day, 1290), grams: 12.0, has_bolus: false };
        let with_bolus = boluses.iter().filter(|bolus| bolus.carbs_grams > 0.0);
        let meals = with_bolus.map(|b| CarbEntry { at: b.start, grams: b.carbs_grams, has_bolus: true });
        meals.chain((0..self.count).step_by(4).map(snack)).collect()
    }

    fn meal_bolus(&self, day: i64, minute: i64, grams: f64) -> Bolus {
        let food = grams / 10.0;
        let correction = if (day + minute) % 3 == 0 { 1.2 } else { 0.0 };
        let extended = if day % 4 == 1 && minute > 1100 { food / 2.0 } else { 0.0 };
        Bolus {
            start: self.at(day, minute),
            end: self.at(day, minute + if extended > 0.0 { 120 } else { 3 }),
            delivered_units: Some(food + correction),
            extended_units: extended,
            requested_food_units: food,
            requested_correction_units: correction,
            carbs_grams: grams,
            origin: BolusOrigin::User,
            overridden: day % 6 == 2 && minute < 600,
        }
    }

    fn automatic_bolus(&self, day: i64, minute: i64) -> Bolus {
        let units = 0.6 + (day * 17 % 10) as f64 / 10.0;
        Bolus {
            start: self.at(day, minute),
            end: self.at(day, minute + 1),
            delivered_units: Some(units),
            extended_units: 0.0,
            requested_food_units: 0.0,
            requested_correction_units: units,
            carbs_grams: 0.0,
            origin: BolusOrigin::Automatic,
            overridden: false,
        }
    }

    fn on_board(&self, boluses: &[Bolus]) -> Vec<InsulinOnBoard> {
        let slots = (0..self.count).flat_map(|day| (0..144).map(move |slot| (day, slot * 10)));
        slots
            .map(|(day, minute)| {
                let at = self.at(day, minute);
                let since = |bolus: &Bolus| (at.utc - bolus.start.utc).num_minutes() as f64;
                let active = boluses.iter().filter(|bolus| (0.0..300.0).contains(&since(bolus)));
                let units =
                    active.filter_map(|b| Some(b.delivered_units? * exponential_iob(since(b), 300.0, 75.0))).sum();
                InsulinOnBoard { at, units }
            })
            .collect()
    }

    fn loop_modes(&self) -> Vec<Span<LoopMode>> {
        (0..self.count)
            .flat_map(|day| {
                let off = if day % 9 == 8 { LoopMode::NoControl } else { LoopMode::OpenLoop };
                let until = if day % 9 == 8 { 1440 } else { 640 };
                [
                    self.span(day, 0, 600, LoopMode::ClosedLoop),
                    self.span(day, 600, until, off),
                    self.span(day, until, 1440, LoopMode::ClosedLoop),
                ]
            })
            .filter(|span| span.start < span.end)
            .collect()
    }

    fn user_modes(&self) -> Vec<Span<UserMode>> {
        let nights = (0..self.count).map(|day| self.span(day, 1350, 1440 + 390, UserMode::Sleeping));
        let runs =
            (0..self.count).filter(|day| day % 3 == 1).map(|day| self.span(day, 1020, 1080, UserMode::Exercising));
        nights.chain(runs).collect()
    }

    fn site_changes(&self) -> Vec<SiteChange> {
        let change = |day, minute, kind| SiteChange { at: self.at(day, minute), kind };
        (0..self.count)
            .step_by(3)
            .flat_map(|day| {
                let at = 1140 + day * 29 % 90;
                [
                    change(day, at, SiteChangeKind::CartridgeFilled),
                    change(day, at + 4, SiteChangeKind::TubingFilled),
                    change(day, at + 7, SiteChangeKind::CannulaFilled),
                ]
            })
            .collect()
    }

    fn alarms(&self) -> Vec<Alarm> {
        const NAMES: [(AlarmFamily, &str); 4] = [
            (AlarmFamily::Cgm, "Low glucose"),
            (AlarmFamily::Cgm, "High glucose"),
            (AlarmFamily::Alert, "Low insulin"),
            (AlarmFamily::Alarm, "Occlusion"),
        ];
        let hours = |day: i64| (0..=day % 4).map(move |n| (day, (day * 331 + n * 397) % 1440, (day + n * n) % 11));
        (0..self.count)
            .flat_map(hours)
            .map(|(day, minute, pick)| {
                let (family, name) = &NAMES[match pick {
                    0..5 => 0,
                    5..8 => 1,
                    8..10 => 2,
                    _ => 3,
                }];
                Alarm { at: self.at(day, minute), family: family.clone(), name: (*name).to_owned() }
            })
            .collect()
    }
}

fn measured(glucose: f64) -> Option<(MgPerDl, ReadingStatus)> {
    if glucose < 40.0 {
        Some((MgPerDl::LOW, ReadingStatus::Low))
    } else if glucose > 400.0 {
        Some((MgPerDl::HIGH, ReadingStatus::High))
    } else {
        MgPerDl::new(glucose.round()).map(|glucose| (glucose, ReadingStatus::Ok))
    }
}

fn glucose_at(day: i64, minute: i64) -> f64 {
    let after = |meal: i64, grams: f64| {
        let hours = (minute - meal - day * 7 % 40) as f64 / 60.0;
        if hours > 0.0 { grams * 1.9 * hours * (-hours / 0.9).exp() } else { 0.0 }
    };
    let meals: f64 = MEALS.iter().map(|(meal, grams)| after(*meal, *grams)).sum();
    let drift = 22.0 * ((day * 1440 + minute) as f64 / 1700.0).sin() + 9.0 * (minute as f64 / 47.0).sin();
    let worse = if day % 5 == 2 { 1.7 } else { 1.0 };
    let dip = if day % 4 == 1 { 62.0 * (-((minute as f64 - 1010.0) / 45.0).powi(2)).exp() } else { 0.0 };
    112.0 + drift + worse * meals - dip
}

fn rate_at(day: i64, minute: i64) -> (f64, BasalSource) {
    let glucose = glucose_at(day, minute);
    match minute {
        900..925 if day % 5 == 0 => (0.0, BasalSource::Suspended),
        600..640 => (0.8, BasalSource::Profile),
        _ => (((glucose - 75.0) / 60.0).clamp(0.0, 2.4), BasalSource::Algorithm),
    }
}
