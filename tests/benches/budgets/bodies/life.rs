//! The life of a pump, day by day: a sensor and closed loop every five minutes, meals, alerts, sites, sensors and a clock that is set by
//! hand twice a year.

use std::ops::Range;

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike as _, Weekday};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::event::{Event, Properties, properties};

const SLOTS_PER_DAY: u32 = 288;
/// Between two readings, and between two decisions of the closed loop.
const SECONDS_PER_SLOT: u32 = 300;
const SECONDS_PER_HOUR: u32 = 3_600;
/// When the person sets the clock on the days on which time changes: at 16:27, as in a capture.
const CLOCK_SET: u32 = 59_240;
const TIME_CHANGED: u16 = 13;
/// Insulin that the profile delivers, in milliunits per hour.
const PROFILE: i64 = 850;
/// From 1970 to the pump's epoch.
const SECONDS_TO_2008: i64 = 1_199_145_600;
/// A rate that is not set.
const NO_RATE: i64 = 65_535;

/// A pump while it is worn. Seconds of a day are those of standard time.
pub(super) struct Life {
    pub(super) pump: u64,
    /// Every clock change so far, which the service repeats in each body.
    pub(super) clock_changes: Vec<Event>,
    today: NaiveDate,
    /// The number of the last event.
    number: u32,
    bolus: i64,
    glucose: f64,
    /// What food still does to glucose, in mg/dL per slot.
    rise: f64,
    insulin_on_board: f32,
    dice: StdRng,
    /// What happened today, with the second of the day.
    happened: Vec<(u32, u16, Properties)>,
}

impl Life {
    pub(super) fn new(pump: u64, today: NaiveDate) -> Self {
        Self {
            pump,
            clock_changes: Vec::new(),
            today,
            number: 1_000,
            bolus: 0,
            glucose: 140.0,
            rise: 0.0,
            insulin_on_board: 0.0,
            dice: StdRng::seed_from_u64(pump),
            happened: Vec::new(),
        }
    }

    /// What the service has of the next day.
    pub(super) fn next_day(&mut self) -> Vec<Event> {
        self.live_by_the_clock();
        self.report_status();
        self.raise_alerts();
        self.change_site_and_sensor();
        self.set_clock();
        let mut happened = std::mem::take(&mut self.happened);
        happened.sort_by_key(|(second, ..)| *second);
        let events: Vec<Event> = happened.into_iter().map(|(at, code, of)| self.log(at, code, of)).collect();
        self.today = self.today + Days::new(1);
        let (clock_changes, events) = events.into_iter().partition(|event| event.code == TIME_CHANGED);
        self.clock_changes.extend::<Vec<_>>(clock_changes);
        events
    }

    /// Gives an event its number. The service sends a fifth of what the pump logs: about 3,200 a day, by the numbers in captures.
    fn log(&mut self, second: u32, code: u16, properties: Properties) -> Event {
        self.number += self.dice.random_range(1..=8);
        Event { code, number: self.number, at: self.wall_clock(second), properties }
    }

    fn add(&mut self, second: u32, code: u16, properties: Properties) {
        self.happened.push((second, code, properties));
    }

    fn wall_clock(&self, second: u32) -> NaiveDateTime {
        let standard = self.today.and_time(NaiveTime::MIN) + TimeDelta::seconds(second.into());
        if is_summer(standard) { standard + TimeDelta::hours(1) } else { standard }
    }

    /// Seconds since 2008, of the pump's clock.
    fn pump_seconds(&self, second: u32) -> i64 {
        (self.wall_clock(second) - NaiveDate::default().and_time(NaiveTime::MIN)).num_seconds() - SECONDS_TO_2008
    }

    /// Readings, the closed loop, and meals.
    fn live_by_the_clock(&mut self) {
        let meals = self.plan_meals();
        let silence = self.plan_silence();
        for slot in 0..SLOTS_PER_DAY {
            let second = slot * SECONDS_PER_SLOT + 91;
            self.change_glucose();
            for carbs in meals.iter().filter(|(at, _)| *at == slot).map(|(_, carbs)| *carbs) {
                self.eat(second + 60, carbs);
            }
            if !silence.contains(&slot) {
                self.read_sensor(second, second);
            } else if silence.len() < 12 {
                // A short silence is made up for when it ends.
                self.read_sensor(silence.end * SECONDS_PER_SLOT, second);
            }
            self.deliver_basal(second + 30);
        }
    }

    /// Slots and grams; corrections have none.
    fn plan_meals(&mut self) -> Vec<(u32, i64)> {
        let mut meals: Vec<(u32, i64)> =
            [88, 148, 224].map(|slot| (slot + self.dice.random_range(0..12), self.dice.random_range(15..90))).to_vec();
        meals.push((self.dice.random_range(100..140), 15));
        meals.extend((0..self.dice.random_range(0..5)).map(|_| (self.dice.random_range(90..260), 0)));
        meals
    }

    /// On some days, the sensor is not heard for a while.
    fn plan_silence(&mut self) -> Range<u32> {
        let start = self.dice.random_range(20..240);
        let length = if self.dice.random_bool(0.3) { self.dice.random_range(3..30) } else { 0 };
        start..start + length
    }

    fn change_glucose(&mut self) {
        let noise = self.dice.random_range(-6.0..6.0);
        let pull = (135.0 - self.glucose) * 0.03;
        self.glucose += self.rise + pull + noise - 0.5 * f64::from(self.insulin_on_board);
        self.glucose = self.glucose.clamp(41.0, 399.0);
        self.rise *= 0.93;
        self.insulin_on_board *= 0.98;
    }

    fn read_sensor(&mut self, logged: u32, measured: u32) {
        const LIVE: (&[u8], &[u8]) = (&[0], &[0, 5, 6, 7, 8, 11, 12]);
        const LATE: (&[u8], &[u8]) = (&[1], &[1, 5, 6, 7, 8, 11, 12]);
        let is_live = logged == measured;
        let (data_type, info) = if is_live { LIVE } else { LATE };
        let measured_at = self.pump_seconds(measured) - self.dice.random_range(3..6);
        let reading = properties! {
            glucoseValueStatus: 0,
            cgmDataType: data_type,
            rate: (self.rise * 2.0) as i64 + self.dice.random_range(-8..8),
            algorithmState: 32,
            rssi: self.dice.random_range(-92..-48),
            currentGlucoseDisplayValue: self.glucose as i64,
            egvTimeStamp: measured_at,
            egvInfoBitmask: info,
            interval: i64::from(!is_live),
            reservedD15: 0,
        };
        self.add(logged, 399, reading);
    }

    fn deliver_basal(&mut self, second: u32) {
        let wanted = 1.0 + (self.glucose - 120.0) / 90.0;
        let rate = if self.glucose < 80.0 { 0 } else { (PROFILE as f64 * wanted.clamp(0.0, 3.0)) as i64 };
        let basal = properties! {
            commandedRateSource: 3,
            reservedA2: 3,
            spareA3: 0,
            commandedRate: rate,
            profileBasalRate: PROFILE,
            algorithmRate: rate,
            tempRate: NO_RATE,
        };
        self.add(second, 279, basal);
    }

    /// A bolus for this many grams, or to correct, with all its messages.
    fn eat(&mut self, second: u32, carbs: i64) {
        self.bolus += 1;
        let food = round(carbs as f32 / 12.0);
        let correction = round(((self.glucose as f32 - 125.0) / 45.0 - self.insulin_on_board).max(0.0));
        let total = food + correction + 0.05;
        self.request_bolus(second, carbs, food, correction);
        self.deliver_bolus(second + 15, total, correction);
        self.insulin_on_board += total;
        self.rise += carbs as f64 * 0.2;
    }

    fn request_bolus(&mut self, second: u32, carbs: i64, food: f32, correction: f32) {
        let (id, bg, on_board) = (self.bolus, self.glucose as i64, self.insulin_on_board);
        let finger_prick = properties! {
            bg: bg, cgmCalibration: 0, bgEntryType: 0, iob: on_board, targetBg: 110, isf: 45, selectedIob: 1, bgSourceType: 1,
        };
        let request = properties! {
            bolusId: id, bolusType: 1, correctionBolusIncluded: i64::from(correction > 0.0), carbAmount: carbs, bg: bg,
            iob: on_board, carbRatio: 12_000,
        };
        let options = properties! {
            bolusId: id, options: 4, standardPercent: 100, duration: 0, spareB6: 0, isf: 45, targetBg: 110, userOverride: 0,
            declinedCorrection: 0, selectedIob: 1,
        };
        let sizes = properties! {
            bolusId: id, spareA2: 0, foodBolusSize: food, correctionBolusSize: correction,
            totalBolusSize: food + correction + 0.05,
        };
        self.add(second, 16, finger_prick);
        if carbs > 0 {
            self.add(second + 1, 48, properties! { carbs: carbs });
        }
        self.add(second + 2, 64, request);
        self.add(second + 2, 65, options);
        self.add(second + 2, 66, sizes);
    }

    fn deliver_bolus(&mut self, second: u32, total: f32, correction: f32) {
        let (id, on_board) = (self.bolus, self.insulin_on_board);
        let [milliunits, correction] = [total, correction].map(|units| (units * 1e3) as i64);
        let progress = |status, delivered| {
            properties! {
                bolusId: id, bolusDeliveryStatus: status, bolusType: &[0, 3, 4][..], bolusSource: 8, remoteId: id % 256,
                requestedNow: milliunits, requestedLater: 0, correction: correction, extendedDurationRequested: 0,
                deliveredTotal: delivered,
            }
        };
        let start = properties! { bolusId: id, selectedIob: 1, spareA3: 0, iob: on_board, bolusSize: total };
        let done = properties! {
            completionStatus: 3, bolusId: id, iob: on_board + total, insulinDelivered: total, insulinRequested: total,
        };
        let end = second + 15 + (total * 20.0) as u32;
        self.add(second, 55, start);
        self.add(second, 280, progress(1, 0));
        self.add(end, 280, progress(0, milliunits));
        self.add(end, 20, done);
    }

    /// What the pump reports every day and every hour.
    fn report_status(&mut self) {
        const NONE: &[u8] = &[];
        for hour in 0..24 {
            let basal = 0.85 * hour as f32 + self.dice.random_range(0.0..0.4_f32);
            let on_board = self.dice.random_range(0.0..5.0_f32);
            self.add(
                hour * SECONDS_PER_HOUR + 5,
                81,
                properties! {
                    dailyTotalBasal: basal, lastBasalRate: 0.85_f32, iob: on_board,
                    batteryChargePercent: 95 - i64::from(hour) * 3, batteryLipoMilliVolts: 3_950 - i64::from(hour) * 6,
                    finalEventForDay: i64::from(hour == 23),
                },
            );
        }
        self.add(6, 307, properties! {
            armPartNumber: 1_016_587, armSwVersion: 1_108_201_743, blePartNumber: 1_016_587, bleSwVersion: 1_108_201_743,
        });
        self.add(
            6,
            313,
            properties! {
                pumpControlState: 3, usermode: 1, sensorType: 3, weightUnit: 0, weight: 0, currentTdIpop: 0,
            },
        );
        self.add(0, 90, properties! { commandedBasalRate: 0.85_f32, featuresBitmask: NONE, featureBitmaskIndex: NONE });
        for (hour, before, now) in [(6, 1, 0), (22, 0, 1)] {
            self.add(hour * SECONDS_PER_HOUR + 1_800, 229, properties! {
                currentUserMode: now, previousUserMode: before, requestedAction: 1 + before, spareA3: 0, sleepStartedByGui: 0,
                activeSleepSchedule: &[0][..], spareB6: 0, exerciseStoppedByTimer: 0, exerciseChoice: 0, exerciseTime: 0,
                eatingSoonStoppedByTimer: 0,
            });
        }
    }

    fn raise_alerts(&mut self) {
        for _ in 0..3 {
            let (second, minutes) = (self.dice.random_range(30_000..80_000), self.dice.random_range(1..30));
            let alert = [0, 2, 11][self.dice.random_range(0..3)];
            self.add(second, 4, properties! { alertId: alert, faultLocatorData: 0, param1: 0, param2: 877 });
            self.add(second + minutes * 60, 26, properties! { alertId: alert, faultLocatorData: 0 });
            let alert = [2, 3, 5, 7][self.dice.random_range(0..4)];
            self.add(
                second + 100,
                369,
                properties! {
                    dalertId: alert, sensorType: 3, spareA2: 0, faultLocatorData: 8_467, param1: 80, param2: 80,
                },
            );
            self.add(second + 130, 371, properties! { dalertId: alert, sensorType: 3, spareA2: 0, ackSource: 1 });
            self.add(second + 400, 370, properties! { dalertId: alert, sensorType: 3 });
        }
        if self.dice.random_bool(0.1) {
            self.add(62_000, 5, properties! { alarmId: 18, faultLocatorData: 8_311, param1: 5_228_339, param2: 0 });
            self.add(62_400, 28, properties! { alarmId: 18 });
        }
    }

    /// A new site every third day, a new sensor every tenth.
    fn change_site_and_sensor(&mut self) {
        let day = self.today.num_days_from_ce();
        if day % 3 == 0 {
            let second = self.dice.random_range(64_000..70_000);
            self.add(
                second,
                11,
                properties! {
                    preSuspendState: 106, insulinAmount: 20, suspendReason: 0, rpaTimeout: 15,
                },
            );
            self.add(second + 1, 230, control(0, 3));
            self.add(second + 200, 33, properties! { insulinVolume: 190, v2Volume: 0 });
            self.add(second + 300, 63, properties! { primeSize: -1, completionStatus: 3, position: 547_509 });
            self.add(second + 400, 12, properties! { preResumeState: 100, insulinAmount: 190 });
            self.add(second + 401, 230, control(3, 0));
            self.add(second + 500, 61, properties! { primeSize: 0.3_f32, completionStatus: 3, infusionSetType: 0 });
        }
        if day % 10 == 0 {
            let (now, signature) = (890_598, self.dice.random_range(0..256_i64));
            self.add(
                40_000,
                447,
                properties! {
                    currentTransmitterTime: now, sessionStartTime: 73, sessionStopTime: now - 7, sessionDuration: 10,
                    sessionStopReason: 5, stopSessionCode: 1,
                },
            );
            self.add(41_800, 394, properties! { cgmTimestamp: 1_800, sessionSignature: signature });
        }
    }

    /// Sets the clock on the days on which the time changes.
    fn set_clock(&mut self) {
        let (before, after) = (self.wall_clock(CLOCK_SET - 1), self.wall_clock(CLOCK_SET));
        if after - before != TimeDelta::seconds(1) {
            let milliseconds = |at: NaiveDateTime| i64::from(at.num_seconds_from_midnight()) * 1_000;
            let raw: i64 = self.dice.random_range(0..4_000_000_000);
            let change = properties! {
                timePrior: milliseconds(before), timeAfter: milliseconds(after), rawRtcTime: raw,
            };
            self.add(CLOCK_SET, TIME_CHANGED, change);
        }
    }
}

/// A change of the way of control.
fn control(now: i64, before: i64) -> Properties {
    properties! {
        currentPcm: now, previousPcm: before, pumpSuspended: i64::from(now == 0), calculationAvailable: 1, cgmAvailable: 1,
        closedLoopPreferred: 1, sufficientClosedLoopParams: 1,
    }
}

/// To hundredths of a unit.
fn round(units: f32) -> f32 {
    (units * 100.0).round() / 100.0
}

/// Whether the clock, which the person sets by hand, shows summer time.
fn is_summer(standard: NaiveDateTime) -> bool {
    let set_on = |month, week| {
        let sunday = NaiveDate::from_weekday_of_month_opt(standard.year(), month, Weekday::Sun, week);
        sunday.map(|day| day.and_time(NaiveTime::MIN) + TimeDelta::seconds(CLOCK_SET.into()))
    };
    set_on(3, 2).is_some_and(|spring| standard >= spring) && set_on(11, 1).is_some_and(|autumn| standard < autumn)
}
