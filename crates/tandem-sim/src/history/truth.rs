//! What really happened: the answers a pipeline is checked against, in true time and exact units.

use chrono::{DateTime, NaiveDateTime, Utc};
use chrono_tz::Tz;

use super::clock::ClockEvents;

/// Everything that is true of a simulated history, pump by pump, in the order of [`super::History::pumps`].
#[derive(Clone, Debug, Default)]
pub struct Truth {
    /// One entry per pump.
    pub pumps: Vec<PumpTruth>,
}

/// What is true of one pump.
#[derive(Clone, Debug, Default)]
pub struct PumpTruth {
    /// The pump's serial number.
    pub serial: String,
    /// The true instant of every event, in the order of the pump's events.
    pub instants: Vec<DateTime<Utc>>,
    /// The wall clock's offsets over the pump's life.
    pub clock: Vec<ClockSegment>,
    /// Every bolus that was requested.
    pub boluses: Vec<BolusTruth>,
    /// Basal delivery, one span per event 279 that held for a second or longer.
    pub basal: Vec<BasalSpan>,
    /// Every glucose measurement a person may see, once, by true time.
    pub cgm: Vec<CgmTruth>,
    /// Logged measurements that are no readings (not to be shown, or zero without a flag).
    pub hidden_cgm: Vec<CgmTruth>,
    /// Sensor sessions.
    pub sensor_sessions: Vec<SensorSessionTruth>,
    /// Sleep and exercise.
    pub user_modes: Vec<Span<UserMode>>,
    /// Who controls the basal rate (event 230).
    pub control_modes: Vec<Span<ControlMode>>,
    /// Suspensions of delivery.
    pub suspensions: Vec<Span<SuspendReason>>,
    /// Temporary basal rates.
    pub temp_rates: Vec<Span<TempRate>>,
    /// Alerts, alarms, malfunctions and CGM alerts.
    pub alarms: Vec<AlarmTruth>,
    /// Cartridge, tubing and cannula events: (event code, sequence number).
    pub sites: Vec<(u16, u32)>,
    /// Cycles of Control-IQ (event 227).
    pub cycles: Vec<CycleTruth>,
    /// Insulin on board around boluses (events 206, 207 and 195).
    pub iob_snapshots: Vec<IobTruth>,
    /// What the battery reported by itself (events 271 and 330).
    pub battery: Vec<BatteryTruth>,
    /// Limits and profile segments that were set (events 274, 326 and 68).
    pub settings_edits: Vec<SettingsEditTruth>,
    /// The estimates of a Mobi of what is in its cartridge (event 231).
    pub reservoir: Vec<ReservoirTruth>,
    /// What is in the cartridge when the log ends, in units.
    pub reservoir_units: f64,
}

/// One cycle of Control-IQ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CycleTruth {
    /// True instant.
    pub at: DateTime<Utc>,
    /// Glucose it saw, mg/dL.
    pub glucose_mgdl: u16,
    /// Glucose it predicted, in hundredths of mg/dL.
    pub predicted_hundredths: u16,
    /// Insulin on board.
    pub net_iob: Milliunits,
    /// How far it held insulin back, in percent.
    pub brake_percent: f64,
    /// Sequence number of event 227.
    pub sequence: u32,
}

/// Insulin on board when a bolus began or ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IobTruth {
    /// When it was counted.
    pub moment: IobMoment,
    /// Insulin on board, as logged.
    pub iob_units: f32,
    /// Sequence number of the event.
    pub sequence: u32,
}

/// When insulin on board was counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum IobMoment {
    /// Before the bolus of this number (event 206).
    Before(u16),
    /// After the bolus of this number (event 207).
    After(u16),
    /// When this bolus, with its units, was added to it (event 195).
    Added(f32),
}

/// What the battery reported by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatteryTruth {
    /// The event's code: 271 (hourly) or 330 (a new estimate).
    pub code: u16,
    /// Charge, in percent.
    pub percent: u8,
    /// Sequence number of the event.
    pub sequence: u32,
}

/// A setting that was changed on the pump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsEditTruth {
    /// What was changed, and to what.
    pub edit: SettingsEdit,
    /// Sequence number of the event.
    pub sequence: u32,
}

/// What was changed, and to what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingsEdit {
    /// A segment of the active profile (event 68).
    Segment {
        /// Minute of the day at which it begins.
        start_minute: u32,
        /// Basal rate, per hour.
        basal: Milliunits,
        /// Fall of glucose per unit, in mg/dL.
        sensitivity: u32,
    },
    /// The most basal per hour (event 274).
    MaxBasal {
        /// The limit before.
        previous: Milliunits,
        /// The limit from now on.
        limit: Milliunits,
    },
    /// The largest bolus (event 326).
    MaxBolus {
        /// The limit before.
        previous: Milliunits,
        /// The limit from now on.
        limit: Milliunits,
    },
}

/// An estimate of the insulin left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReservoirTruth {
    /// Insulin left, as logged.
    pub units: f32,
    /// Sequence number of the event.
    pub sequence: u32,
}

/// The commanded rate of one event 279 until the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasalSpan {
    /// True instant of the event.
    pub start: DateTime<Utc>,
    /// True instant of the next event 279, or of the pump's last event.
    pub end: DateTime<Utc>,
    /// Wall clock minus UTC at the start, in seconds.
    pub offset_seconds: i64,
    /// mU/h.
    pub rate: Milliunits,
    /// `commandedRateSource`: 0 suspended, 1 profile, 2 temp rate, 3 algorithm, 4 temp rate and algorithm.
    pub source: u8,
    /// Sequence number of the event.
    pub sequence: u32,
}

/// A segment of constant offset: wall clock = true time + offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockSegment {
    /// First true instant.
    pub start: DateTime<Utc>,
    /// First true instant after it.
    pub end: DateTime<Utc>,
    /// Wall clock minus UTC, in seconds.
    pub offset_seconds: i64,
    /// What the setting that began the segment left in the log; `None` for the first.
    pub set_by: Option<ClockEvents>,
    /// The zone whose time the person meant the clock to show. A clock that differs from it is wrong.
    pub zone: Tz,
}

/// Something that lasted, with the events that began and ended it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span<T> {
    /// What it was.
    pub what: T,
    /// True instant of its beginning.
    pub start: DateTime<Utc>,
    /// True instant of its end; `None` while it lasts at the end of the log.
    pub end: Option<DateTime<Utc>>,
    /// Sequence number of the event that began it.
    pub start_sequence: u32,
    /// Sequence number of the event that ended it.
    pub end_sequence: Option<u32>,
}

/// Insulin in thousandths of a unit.
pub type Milliunits = u32;

/// What kind of bolus a person would call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BolusKind {
    /// For carbs.
    Food,
    /// For high glucose.
    Correction,
    /// For both.
    FoodAndCorrection,
    /// Part now, part over hours (or all later).
    Extended,
    /// By the button, without a calculation.
    Quick,
    /// The person changed the proposed dose.
    Override,
    /// Control-IQ's own correction.
    Automatic,
}

/// Where a bolus was asked for (`bolusSource` of event 280).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BolusSource {
    /// The pump's button: 0.
    Button,
    /// The pump's screen: 1.
    Pump,
    /// The algorithm: 7.
    Algorithm,
    /// The phone over Bluetooth: 8. Ratio, sensitivity and target are logged as zero.
    Phone,
}

/// How a bolus ended (`completionStatus` of events 20 and 21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BolusEnd {
    /// 0: cancelled by the person.
    Cancelled,
    /// 1: stopped by an alarm.
    Alarm,
    /// 2: stopped by a malfunction.
    Malfunction,
    /// 3: all delivered.
    Completed,
    /// 5: refused by the pump.
    Rejected,
    /// 6: stopped by the low-glucose suspension.
    LowGlucoseSuspend,
    /// Not ended when the log ends.
    InProgress,
}

/// One bolus.
#[derive(Clone, Debug, PartialEq)]
pub struct BolusTruth {
    /// The pump's number for it; unique per pump.
    pub bolus_id: u16,
    /// What kind it was.
    pub kind: BolusKind,
    /// Where it was asked for.
    pub source: BolusSource,
    /// All that was asked for, now and later.
    pub requested: Milliunits,
    /// All that was delivered. The log holds it as float units, at times one unit in the last place off.
    pub delivered: Milliunits,
    /// The part asked for later.
    pub extended: Milliunits,
    /// Over how many minutes the later part was to run.
    pub extended_minutes: u16,
    /// Proposed for carbs.
    pub food: Milliunits,
    /// Proposed for glucose.
    pub correction: Milliunits,
    /// Carbs the person entered, in grams.
    pub carbs_grams: u16,
    /// True instant at which carbs were entered; that of the request for a bolus without carbs.
    pub entered_at: DateTime<Utc>,
    /// Glucose the calculation used, mg/dL; 0 when it had none.
    pub bg_mgdl: u16,
    /// Insulin on board at the request, in units as logged in event 64.
    pub iob_units: f32,
    /// True when the person changed the proposed dose (event 65).
    pub user_override: bool,
    /// How the last part ended.
    pub end: BolusEnd,
    /// True instant of the request messages 64, 65, 66.
    pub requested_at: DateTime<Utc>,
    /// True instant of the first 280; `None` when delivery never began.
    pub started: Option<DateTime<Utc>>,
    /// True instant of the last 20 or 21.
    pub ended: Option<DateTime<Utc>>,
    /// Sequence numbers of all its events, ascending.
    pub sequences: Vec<u32>,
}

/// What a measurement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CgmStatus {
    /// A number in the sensor's range.
    Ok,
    /// Below the sensor's range.
    Low,
    /// Above the sensor's range.
    High,
    /// No reading: flagged not to be shown, or zero.
    Hidden,
}

/// One glucose measurement, however often it was logged.
#[derive(Clone, Debug, PartialEq)]
pub struct CgmTruth {
    /// True instant of the measurement.
    pub measured: DateTime<Utc>,
    /// The measurement's time stamp (`egvTimeStamp`): the wall clock in force when it was logged.
    pub measured_wall: NaiveDateTime,
    /// The logged display value, mg/dL.
    pub display_value: u16,
    /// What it says.
    pub status: CgmStatus,
    /// True when its first event is a backfill.
    pub backfill: bool,
    /// Sequence numbers of its events, ascending; two when it was logged twice.
    pub sequences: Vec<u32>,
}

/// One sensor session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SensorSessionTruth {
    /// True instant of the join or start event.
    pub joined: DateTime<Utc>,
    /// True instant the sensor itself was started.
    pub sensor_started: DateTime<Utc>,
    /// True instant of the stop event.
    pub stopped: Option<DateTime<Utc>>,
    /// Sequence number of the join or start event.
    pub join_sequence: u32,
    /// Sequence number of the stop event.
    pub stop_sequence: Option<u32>,
    /// True when the sensor failed before its time.
    pub failed: bool,
}

/// Event 229's modes other than normal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserMode {
    /// 1.
    Sleeping,
    /// 2.
    Exercising,
}

/// Event 230's control modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ControlMode {
    /// 0: delivery is suspended.
    NoControl,
    /// 1: the person's profile.
    OpenLoop,
    /// 2: waiting for glucose readings, on the profile meanwhile.
    Pining,
    /// 3: Control-IQ.
    ClosedLoop,
}

/// Event 11's reasons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SuspendReason {
    /// 0.
    User,
    /// 1.
    Alarm,
    /// 2.
    Malfunction,
    /// 6.
    LowGlucose,
}

/// A temporary basal rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TempRate {
    /// `tempRateId`.
    pub id: u16,
    /// Percent of the profile's rate.
    pub percent: u16,
    /// Minutes it was set for.
    pub minutes: u16,
    /// True when logged as 565 and 564, false when logged as 2 and 15.
    pub adjustment_events: bool,
}

/// Which family of messages an alarm belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AlarmFamily {
    /// 4, 27, 26.
    Alert,
    /// 5, 8, 28.
    Alarm,
    /// 6, 7.
    Malfunction,
    /// 369, 371, 370 (or 171, 173, 172).
    Cgm,
}

/// One alert, alarm, malfunction or CGM alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlarmTruth {
    /// Its family.
    pub family: AlarmFamily,
    /// Its number within the family.
    pub id: u32,
    /// True instant it was raised.
    pub raised: DateTime<Utc>,
    /// True instant it was acknowledged.
    pub acknowledged: Option<DateTime<Utc>>,
    /// True instant it was cleared.
    pub cleared: Option<DateTime<Utc>>,
    /// Sequence number of the raising event.
    pub raised_sequence: u32,
}
