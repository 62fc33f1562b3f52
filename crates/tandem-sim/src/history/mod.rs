//! A simulated pump user: pure, driven by a seed, with the truth beside what the pumps logged.
//!
//! Start at [`Scenario`]. What is delivered as basal is defined the way a log can tell: the commanded rate of each event 279
//! holds until the next one, and every change of the rate (a suspension too) is logged by a 279 in its own second.

mod alarms;
mod algorithm;
mod basal;
mod body;
mod bolus;
mod bulk;
mod cgm;
mod clock;
mod controller;
mod day;
mod delivered;
mod dice;
mod dose;
mod draft;
mod in_progress;
mod life;
mod log;
mod pump;
mod scenario;
mod settings;
mod travel;
mod truth;
mod upkeep;

use chrono_tz::Tz;
use pump_events::Event;

pub use bulk::Bulk;
pub use clock::ClockEvents;
pub use delivered::DeliveredBasal;
pub use scenario::{Behaviours, PumpModel, PumpPlan, Scenario, Sensor};
pub use settings::SettingsSnapshot;
pub use travel::Trip;
pub use truth::{
    AlarmFamily, AlarmTruth, BasalSpan, BatteryTruth, BolusEnd, BolusKind, BolusSource, BolusTruth, CgmStatus,
    CgmTruth, ClockSegment, ControlMode, CycleTruth, IobMoment, IobTruth, Milliunits, PumpTruth, ReservoirTruth,
    SensorSessionTruth, SettingsEdit, SettingsEditTruth, Span, SuspendReason, TempRate, Truth, UserMode,
};

pub(crate) use dice::Dice;

/// What a person's pumps logged, and what is true of it.
#[derive(Clone, Debug)]
pub struct History {
    /// The zone the person lives in.
    pub zone: Tz,
    /// The pumps, in order of use.
    pub pumps: Vec<SimPump>,
    /// The truth, pump by pump.
    pub truth: Truth,
}

/// One pump and its log.
#[derive(Clone, Debug)]
pub struct SimPump {
    /// Serial number: digits.
    pub serial: String,
    /// The service's identifier of the assignment of this pump to the person: a UUID.
    pub assignment_id: String,
    /// Hardware.
    pub model: PumpModel,
    /// Sensor.
    pub sensor: Sensor,
    /// All events in order of their sequence numbers, without holes.
    pub events: Vec<Event>,
    /// Settings snapshots by time.
    pub settings: Vec<SettingsSnapshot>,
}

impl History {
    /// Events of all pumps.
    #[must_use]
    pub fn event_count(&self) -> usize {
        self.pumps.iter().map(|pump| pump.events.len()).sum()
    }
}
