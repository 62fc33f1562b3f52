//! What to simulate: seed, dates, zone, pumps and which behaviours are on.

use chrono::{Days, NaiveDate};
use chrono_tz::Tz;

use super::travel::{ClockHabits, Trip};

/// The kind of glucose sensor a pump reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sensor {
    /// Dexcom G6: event 256, sessions 212–214, alerts 171–173, value 0 when low or high, two hours of warm-up.
    G6,
    /// Dexcom G7: event 399, sessions 394 and 447, alerts 369–371, the number kept when low or high.
    G7,
}

/// The hardware of a pump.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PumpModel {
    /// t:slim X2: cartridge of 300 U, temp rates logged as events 2 and 15.
    TslimX2,
    /// Mobi: cartridge of 200 U, temp rates logged as events 565 and 564.
    Mobi,
}

/// One pump of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PumpPlan {
    /// Digits, as printed on the pump.
    pub serial: String,
    /// Hardware.
    pub model: PumpModel,
    /// Its sensor.
    pub sensor: Sensor,
    /// Days after the scenario's start on which it is first used (at noon, but for day 0 at midnight). It is used until the
    /// next pump's first day.
    pub first_day: u32,
    /// The sequence number of its first event.
    pub first_sequence: u32,
    /// Starts at the factory's date in 2020.
    pub factory_start: bool,
    /// Its year was set to 2066 by mistake and never corrected.
    pub in_the_future: bool,
}

/// Which kinds of events a scenario has. All are on in [`Scenario::torture`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub struct Behaviours {
    /// Meals and their boluses. Without them the person fasts.
    pub meals: bool,
    /// Extended, quick, override, cancelled, rejected and zero-delivered boluses.
    pub unusual_boluses: bool,
    /// Sensors lose contact, fail, hide values, log a measurement twice.
    pub sensor_trouble: bool,
    /// Suspensions for showers, alarms, malfunctions, low glucose.
    pub suspensions: bool,
    /// Temporary rates.
    pub temp_rates: bool,
    /// Sleep and exercise modes, and the exercise itself.
    pub modes: bool,
    /// Alerts, alarms and CGM alerts.
    pub alarms: bool,
    /// New cartridge, tubing and cannula every third day.
    pub site_changes: bool,
    /// Control-IQ switched off for some hours now and then.
    pub open_loop_spells: bool,
    /// Malfunctions, occlusions in the middle of a bolus and other rare events become frequent enough to meet in a month.
    pub rare_events: bool,
    /// The clock is set hours or days after it went wrong instead of within the hour.
    pub late_clock_settings: bool,
    /// The clock loses a minute a month and is corrected. Off everywhere: with it, wall clock and true time differ by up
    /// to a minute that the log does not tell.
    pub clock_drift: bool,
    /// The codes that Tandem's web application does not ask for: about 2 500 events a day.
    pub other_codes: bool,
    /// Codes no dictionary has.
    pub unknown_codes: bool,
}

impl Behaviours {
    /// Everything but clock drift.
    #[must_use]
    pub const fn all() -> Self {
        Self {
            meals: true,
            unusual_boluses: true,
            sensor_trouble: true,
            suspensions: true,
            temp_rates: true,
            modes: true,
            alarms: true,
            site_changes: true,
            open_loop_spells: true,
            rare_events: true,
            late_clock_settings: true,
            clock_drift: false,
            other_codes: true,
            unknown_codes: true,
        }
    }

    /// Meals, basal and an untroubled sensor.
    #[must_use]
    pub const fn quiet() -> Self {
        Self {
            unusual_boluses: false,
            sensor_trouble: false,
            suspensions: false,
            temp_rates: false,
            modes: false,
            alarms: false,
            site_changes: false,
            open_loop_spells: false,
            rare_events: false,
            late_clock_settings: false,
            unknown_codes: false,
            ..Self::all()
        }
    }
}

/// A simulated life with one or more pumps. The same scenario always gives the same [`History`](super::History).
///
/// ```
/// use tandem_sim::history::Scenario;
///
/// let history = Scenario::quiet(2).seed(7).simulate();
/// assert_eq!(history.pumps.len(), 1);
/// assert_eq!(history.truth.pumps[0].instants.len(), history.pumps[0].events.len());
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    pub(crate) seed: u64,
    pub(crate) start: NaiveDate,
    pub(crate) days: u32,
    pub(crate) zone: Tz,
    pub(crate) pumps: Vec<PumpPlan>,
    pub(crate) trips: Vec<Trip>,
    pub(crate) carb_ratio_changes: Vec<(u32, f64)>,
    pub(crate) behaviours: Behaviours,
}

impl Scenario {
    /// `days` days from `start` (local midnight in `zone`) with one t:slim X2, a G6 and [`Behaviours::quiet`].
    #[must_use]
    pub fn new(start: NaiveDate, days: u32, zone: Tz) -> Self {
        let pump = PumpPlan {
            serial: "90556643".to_owned(),
            model: PumpModel::TslimX2,
            sensor: Sensor::G6,
            first_day: 0,
            first_sequence: 100_000,
            factory_start: false,
            in_the_future: false,
        };
        Self {
            seed: 1,
            start,
            days,
            zone,
            pumps: vec![pump],
            trips: vec![],
            carb_ratio_changes: vec![],
            behaviours: Behaviours::quiet(),
        }
    }

    /// `days` uneventful days in UTC, from 2026-03-01, with a G7.
    #[must_use]
    pub fn quiet(days: u32) -> Self {
        let mut scenario = Self::new(day(2026, 3, 1), days, Tz::UTC);
        scenario.pumps[0].sensor = Sensor::G7;
        scenario
    }

    /// About four months of a pleasant life in New York that end on 2026-11-15: a t:slim X2 with a G6, replaced under
    /// warranty by a Mobi with a G7, and the November clock change made a day late.
    #[must_use]
    pub fn demo() -> Self {
        let mut scenario = Self::new(day(2026, 7, 19), 120, Tz::America__New_York).seed(20_261_115);
        scenario.pumps.push(PumpPlan {
            serial: "1405127".to_owned(),
            model: PumpModel::Mobi,
            sensor: Sensor::G7,
            first_day: 61,
            first_sequence: 0,
            factory_start: false,
            in_the_future: false,
        });
        scenario.behaviours = Behaviours { rare_events: false, ..Behaviours::all() };
        scenario
    }

    /// 400 days with everything: two DST changes and more made late, a trip across three zones with and one without setting
    /// the clock, a factory-date start, a warranty swap, every behaviour but clock drift.
    #[must_use]
    pub fn torture(seed: u64) -> Self {
        let mut scenario = Self::demo().seed(seed);
        scenario.start = day(2025, 10, 12);
        scenario.days = 400;
        scenario.pumps[0].factory_start = true;
        scenario.pumps[0].first_sequence = 0;
        scenario.pumps[1].first_day = 231;
        scenario.trips = vec![
            Trip { first_day: 95, days: 9, zone: Tz::America__Los_Angeles, sets_clock: true },
            Trip { first_day: 180, days: 6, zone: Tz::Europe__London, sets_clock: false },
            Trip { first_day: 290, days: 12, zone: Tz::Asia__Tokyo, sets_clock: true },
            Trip { first_day: 302, days: 4, zone: Tz::Pacific__Honolulu, sets_clock: true },
        ];
        scenario.behaviours = Behaviours::all();
        scenario
    }

    /// Replaces the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Replaces the length.
    #[must_use]
    pub fn days(mut self, days: u32) -> Self {
        self.days = days;
        self
    }

    /// Replaces the first local day.
    #[must_use]
    pub fn start(mut self, start: NaiveDate) -> Self {
        self.start = start;
        self
    }

    /// Replaces the home zone.
    #[must_use]
    pub fn zone(mut self, zone: Tz) -> Self {
        self.zone = zone;
        self
    }

    /// Replaces the pumps, which are used one after the other and must be in order of [`PumpPlan::first_day`].
    #[must_use]
    pub fn pumps(mut self, pumps: Vec<PumpPlan>) -> Self {
        self.pumps = pumps;
        self
    }

    /// The pumps planned so far, to change single settings.
    pub fn pumps_mut(&mut self) -> &mut Vec<PumpPlan> {
        &mut self.pumps
    }

    /// Replaces the trips.
    #[must_use]
    pub fn trips(mut self, trips: Vec<Trip>) -> Self {
        self.trips = trips;
        self
    }

    /// Lets the carb ratios be multiplied by a factor on days after each pump's first, at nine in the morning UTC, and no other setting
    /// change.
    #[must_use]
    pub fn carb_ratio_changes(mut self, changes: Vec<(u32, f64)>) -> Self {
        self.carb_ratio_changes = changes;
        self
    }

    /// Replaces the behaviours.
    #[must_use]
    pub fn behaviours(mut self, behaviours: Behaviours) -> Self {
        self.behaviours = behaviours;
        self
    }

    /// Changes single behaviours.
    #[must_use]
    pub fn with_behaviours(mut self, change: impl FnOnce(&mut Behaviours)) -> Self {
        change(&mut self.behaviours);
        self
    }

    /// The day after the last one.
    #[must_use]
    pub fn end(&self) -> NaiveDate {
        self.start + Days::new(u64::from(self.days))
    }

    pub(crate) fn clock_habits(&self, pump: &PumpPlan) -> ClockHabits {
        ClockHabits {
            factory_start: pump.factory_start,
            future: pump.in_the_future,
            drift: self.behaviours.clock_drift,
            late_settings: self.behaviours.late_clock_settings,
        }
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("the presets name days of the calendar")
}
