//! One view of the readings of all sensors.

use super::{CgmDataFsl2, CgmDataFsl3, CgmDataG7, CgmDataGxb};
use crate::labels::{CgmDataType, EgvInfo, GlucoseStatus, SensorType};
use crate::units::{MgPerDl, TenthsMgPerDlPerMinute};
use crate::{Event, PumpTime};

/// A reading of a Dexcom G6 (256) or G7 (399) or a Libre 2 (372) or 3 (480).
#[derive(Clone, Debug, PartialEq)]
pub struct CgmReading {
    /// When the sensor measured: `egvTimeStamp`. Backfilled readings lie well before `logged`.
    pub measured: PumpTime,
    /// When the pump logged it: the record's own time.
    pub logged: PumpTime,
    /// The sensor, by the kind of event.
    pub sensor: SensorType,
    /// What the number is worth.
    pub status: CgmStatus,
    /// What the pump gives beside the status: 0 for a low of a G6, a number below 40 for one of a G7.
    pub display_value: MgPerDl,
    /// Change of glucose.
    pub rate: TenthsMgPerDlPerMinute,
    /// Logged after a gap, from the sensor's memory.
    pub backfill: bool,
    /// How the reading came in.
    pub data_type: CgmDataType,
    /// What the reading comes with.
    pub info: EgvInfo,
    /// Strength of the sensor's radio signal in dBm.
    pub rssi: crate::units::DecibelMilliwatts,
    /// State of the sensor's algorithm; labels differ per sensor and are in the dictionary.
    pub algorithm_state: u8,
}

/// What the number of a CGM reading is worth.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
#[non_exhaustive]
pub enum CgmStatus {
    /// A number.
    Ok,
    /// Below what the sensor measures.
    Low,
    /// Above what the sensor measures.
    High,
    /// Not to be shown or stored as a reading, says the sensor.
    DoNotShow,
    /// A status that the dictionary does not have.
    Unknown(u32),
}

impl CgmReading {
    /// What stands for a reading below the sensor's range.
    pub const LOW: MgPerDl = MgPerDl(39);
    /// What stands for a reading above the sensor's range.
    pub const HIGH: MgPerDl = MgPerDl(401);

    /// The reading in an event of one of the four kinds; `None` for any other.
    #[must_use]
    pub fn from_event(event: &Event) -> Option<Self> {
        match event.header().code {
            CgmDataGxb::CODE => CgmDataGxb::from_event(event).map(|view| view.reading(event)),
            CgmDataFsl2::CODE => CgmDataFsl2::from_event(event).map(|view| view.reading(event)),
            CgmDataG7::CODE => CgmDataG7::from_event(event).map(|view| view.reading(event)),
            CgmDataFsl3::CODE => CgmDataFsl3::from_event(event).map(|view| view.reading(event)),
            _ => None,
        }
    }

    /// The glucose to keep: the display value, 39 for low, 401 for high; `None` where there is no reading (not to be shown,
    /// an unknown status, or a 0 that is not flagged as low).
    #[must_use]
    pub fn glucose(&self) -> Option<MgPerDl> {
        match self.status {
            CgmStatus::Ok => (self.display_value.0 != 0).then_some(self.display_value),
            CgmStatus::Low => Some(Self::LOW),
            CgmStatus::High => Some(Self::HIGH),
            CgmStatus::DoNotShow | CgmStatus::Unknown(_) => None,
        }
    }
}

impl CgmStatus {
    /// The stable name under which the status is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Low => "low",
            Self::High => "high",
            Self::DoNotShow => "do_not_show",
            Self::Unknown(_) => "unknown",
        }
    }
}

impl From<GlucoseStatus> for CgmStatus {
    fn from(status: GlucoseStatus) -> Self {
        match status {
            GlucoseStatus::Precise => Self::Ok,
            GlucoseStatus::High => Self::High,
            GlucoseStatus::Low => Self::Low,
            GlucoseStatus::DoNotShowOrStore => Self::DoNotShow,
            GlucoseStatus::Other(number) => Self::Unknown(number),
        }
    }
}

macro_rules! readings {
    ($($view:ident of $sensor:ident),*) => {$(
        impl $view {
            fn reading(&self, event: &Event) -> CgmReading {
                let (data_type, info) = (self.cgm_data_type, self.egv_info_bitmask);
                CgmReading {
                    measured: self.egv_time_stamp,
                    logged: event.header().pump_time,
                    sensor: SensorType::$sensor,
                    status: self.glucose_value_status.into(),
                    display_value: self.current_glucose_display_value,
                    rate: self.rate,
                    backfill: data_type.contains(CgmDataType::BACKFILL) || info.contains(EgvInfo::BACKFILL),
                    data_type,
                    info,
                    rssi: self.rssi,
                    algorithm_state: self.algorithm_state,
                }
            }
        }
    )*};
}
readings!(CgmDataGxb of DexcomG6, CgmDataFsl2 of Libre2, CgmDataG7 of DexcomG7, CgmDataFsl3 of Libre3);
