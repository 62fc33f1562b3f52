//! Numbers with their units in their types, as wide as the pump's fields, so that milliunits and units cannot be mixed up.
//!
//! Each type says in [`Unit::UNIT`] which of the dictionary's units it is; the tests compare it with the fields it is used for.

use chrono::{TimeDelta, Timelike};

use crate::PumpTime;
use crate::time::EPOCH_UNIX_SECONDS;

/// A number type that stands for one of the dictionary's units.
pub trait Unit {
    /// The dictionary's name of the unit.
    const UNIT: &'static str;
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident($inner:ty) = $unit:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(pub $inner);

        impl Unit for $name {
            const UNIT: &'static str = $unit;
        }

        impl From<$name> for f64 {
            fn from(number: $name) -> Self {
                number.0.into()
            }
        }
    )*};
}

units! {
    /// Insulin in units.
    InsulinUnits(f32) = "U";
    /// Insulin in whole units: reservoir contents, daily settings.
    WholeInsulinUnits(u32) = "U";
    /// Insulin in thousandths of a unit.
    InsulinMilliunits(u16) = "mU";
    /// A rate in units per hour.
    UnitsPerHour(f32) = "U/h";
    /// A rate in thousandths of a unit per hour; 65535 is "not applicable".
    MilliunitsPerHour(u16) = "mU/h";
    /// Glucose.
    MgPerDl(u16) = "mg/dL";
    /// How far one unit of insulin lowers glucose.
    MgPerDlPerUnit(u16) = "mg/dL/U";
    /// Change of glucose in tenths of mg/dL per minute, in both encodings. 127 is likely "not available" on a Dexcom G6.
    TenthsMgPerDlPerMinute(i16) = "0.1 mg/dL/min";
    /// Carbohydrates in grams.
    Grams(f32) = "g";
    /// Carbohydrates per unit of insulin, in thousandths of a gram per unit.
    MilligramsPerUnit(u32) = "0.001 g/U";
    /// Minutes.
    Minutes(u16) = "min";
    /// Days; in clock changes since 2008-01-01.
    Days(u32) = "d";
    /// Seconds that are a duration, or whose origin is not known.
    Seconds(u32) = "s";
    /// Seconds since the CGM transmitter or sensor started; `u32::MAX` is "no session".
    TransmitterTime(u32) = "s";
    /// Seconds since 1970-01-01 on the pump's wall clock: only the Libre 3 sessions count like this.
    UnixWallClock(u32) = "s";
    /// Milliseconds; in clock changes of the day.
    Milliseconds(u32) = "ms";
    /// Milliseconds that the pump gives as a float.
    FractionalMilliseconds(f32) = "ms";
    /// Hundredths of a whole.
    Percent(f32) = "%";
    /// Voltage.
    Millivolts(u32) = "mV";
    /// Current, negative while discharging.
    Milliamperes(i16) = "mA";
    /// Charge.
    MilliampereHours(u32) = "mAh";
    /// Strength of a radio signal.
    DecibelMilliwatts(i16) = "dBm";
    /// Steps of the pump's motor.
    Counts(u32) = "counts";
    /// Body weight in the unit set on the pump.
    Weight(u16) = "lb or kg";
}

impl MilliunitsPerHour {
    /// The pump's way to say that a rate does not apply.
    pub const NOT_APPLICABLE: Self = Self(u16::MAX);

    /// The rate, unless it is the sentinel 65535.
    #[must_use]
    pub fn applicable(self) -> Option<Self> {
        (self != Self::NOT_APPLICABLE).then_some(self)
    }
}

impl TransmitterTime {
    /// The pump's way to say that there is no session.
    pub const NO_SESSION: Self = Self(u32::MAX);

    /// The time, unless it is the sentinel 0xFFFFFFFF.
    #[must_use]
    pub fn of_session(self) -> Option<Self> {
        (self != Self::NO_SESSION).then_some(self)
    }
}

impl UnixWallClock {
    /// The same wall-clock time in the pump's own count; `None` before 2008.
    #[must_use]
    pub fn pump_time(self) -> Option<PumpTime> {
        self.0.checked_sub(EPOCH_UNIX_SECONDS).map(PumpTime::from_seconds)
    }

    /// The same wall-clock time as the Libre 3 sessions count it; `None` from 2106-02-07T06:28:16.
    #[must_use]
    pub fn from_pump_time(time: PumpTime) -> Option<Self> {
        time.seconds().checked_add(EPOCH_UNIX_SECONDS).map(Self)
    }
}

impl Milliseconds {
    /// The duration.
    #[must_use]
    pub fn duration(self) -> TimeDelta {
        TimeDelta::milliseconds(self.0.into())
    }

    /// Milliseconds since midnight of a time.
    #[must_use]
    pub fn of_day(time: PumpTime) -> Self {
        Self(time.to_naive().num_seconds_from_midnight() * 1000)
    }
}

impl Days {
    /// Days since 2008-01-01 of a time.
    #[must_use]
    pub fn since_2008(time: PumpTime) -> Self {
        Self(time.seconds() / 86_400)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libre_3_times_are_moved_to_the_pumps_epoch() {
        let rows = [
            (1_773_077_960, Some("2026-03-09T17:39:20")),
            (EPOCH_UNIX_SECONDS, Some("2008-01-01T00:00:00")),
            (0, None),
        ];
        for (unix, text) in rows {
            let time = UnixWallClock(unix).pump_time();
            assert_eq!(time.map(|time| time.to_string()).as_deref(), text, "{unix}");
            assert_eq!(time.and_then(UnixWallClock::from_pump_time), time.map(|_| UnixWallClock(unix)));
        }
        assert_eq!(UnixWallClock::from_pump_time(PumpTime::from_seconds(u32::MAX)), None);
    }

    #[test]
    fn sentinels_are_no_values() {
        assert_eq!(MilliunitsPerHour(65_535).applicable(), None);
        assert_eq!(MilliunitsPerHour(65_534).applicable(), Some(MilliunitsPerHour(65_534)));
        assert_eq!(TransmitterTime(0xffff_ffff).of_session(), None);
        assert_eq!(TransmitterTime(73).of_session(), Some(TransmitterTime(73)));
    }
}
