//! The enumerations and bitmasks whose meaning the domain depends on, as types. All others are plain numbers with labels in the
//! dictionary; the tests compare these types with the dictionary's label sets.

/// A number with names that the dictionary also has.
pub trait Labelled: Copy + Sized {
    /// The dictionary's label sets that this type stands for. All have these numbers; the first has the same labels.
    const SETS: &'static [&'static str];

    /// The meaning of a number.
    fn from_number(number: u32) -> Self;

    /// The number as the pump gives it.
    fn number(self) -> u32;

    /// The label; `None` for a number that the dictionary does not have.
    fn label(self) -> Option<&'static str>;
}

/// A bitmask with names that the dictionary also has.
pub trait BitMask: Copy + Sized + 'static {
    /// The dictionary's label sets that this type stands for.
    const SETS: &'static [&'static str];
    /// The named bits with their labels.
    const BITS: &'static [(Self, &'static str)];

    /// The mask as the pump gives it.
    fn mask(self) -> u32;

    /// The mask out of its bits.
    fn from_mask(mask: u32) -> Self;
}

macro_rules! labelled {
    ($($(#[$doc:meta])* $name:ident of [$($set:literal),+] { $($(#[$variant_doc:meta])* $variant:ident = $number:literal $label:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, Eq, PartialEq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $label, "`, ", $number, ".")]
                $(#[$variant_doc])*
                $variant,
            )*
            /// A number that the dictionary does not have.
            Other(u32),
        }

        impl Labelled for $name {
            const SETS: &'static [&'static str] = &[$($set),+];

            fn from_number(number: u32) -> Self {
                match number {
                    $($number => Self::$variant,)*
                    other => Self::Other(other),
                }
            }

            fn number(self) -> u32 {
                match self {
                    $(Self::$variant => $number,)*
                    Self::Other(number) => number,
                }
            }

            fn label(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($label),)*
                    Self::Other(_) => None,
                }
            }
        }
    )*};
}

macro_rules! bit_masks {
    ($($(#[$doc:meta])* $name:ident of [$($set:literal),+] { $($bit:ident = $index:literal $label:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug, Default, Eq, PartialEq, Hash)]
        pub struct $name(pub u32);

        impl $name {
            $(
                #[doc = concat!("`", $label, "`, bit ", $index, ".")]
                pub const $bit: Self = Self(1 << $index);
            )*

            /// Whether all bits of `other` are set.
            #[must_use]
            pub const fn contains(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }

        impl std::ops::BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl BitMask for $name {
            const SETS: &'static [&'static str] = &[$($set),+];
            const BITS: &'static [(Self, &'static str)] = &[$((Self::$bit, $label)),*];

            fn mask(self) -> u32 {
                self.0
            }

            fn from_mask(mask: u32) -> Self {
                Self(mask)
            }
        }
    )*};
}

labelled! {
    /// What decided the commanded basal rate (279).
    BasalRateSource of ["basal_rate_source"] {
        Suspended = 0 "suspended",
        Profile = 1 "profile",
        TempRate = 2 "temp_rate",
        Algorithm = 3 "algorithm",
        TempRateAndAlgorithm = 4 "temp_rate_and_algorithm",
    }

    /// How a bolus or its extended part ended (20, 21).
    BolusCompletion of ["bolus_completion"] {
        UserAborted = 0 "user_aborted",
        TerminatedByAlarm = 1 "terminated_by_alarm",
        TerminatedByMalfunction = 2 "terminated_by_malfunction",
        Completed = 3 "completed",
        Rejected = 5 "rejected",
        AbortedByPlgs = 6 "aborted_by_plgs",
    }

    /// Whether a bolus begins or ends (280).
    BolusDeliveryStatus of ["bolus_delivery_status"] {
        Completed = 0 "completed",
        Started = 1 "started",
    }

    /// Who gave a bolus (280).
    BolusSource of ["bolus_source"] {
        PumpButton = 0 "pump_button",
        PumpGui = 1 "pump_gui",
        Remote = 5 "remote",
        Algorithm = 7 "algorithm",
        Bluetooth = 8 "ble",
        EatingSoon = 9 "eating_soon",
        BluetoothAidRecommendation = 11 "ble_aid_recommendation",
    }

    /// What a bolus was requested for (64).
    BolusRequest of ["bolus_request"] {
        Insulin = 0 "insulin",
        Carb = 1 "carb",
        AutomaticCorrection = 2 "automatic_correction",
        Remote = 3 "remote",
    }

    /// How a bolus was requested (65).
    BolusOption of ["bolus_option"] {
        Standard = 0 "standard",
        Extended = 1 "extended",
        Quick = 2 "quick",
        Automatic = 3 "automatic",
        BluetoothStandard = 4 "ble_standard",
        BluetoothExtended = 5 "ble_extended",
        EatingSoonAutomatic = 6 "eating_soon_automatic",
        Late = 7 "late",
        BluetoothAidRecommendation = 8 "ble_aid_recommendation",
    }

    /// What the person is doing (229, 313).
    UserMode of ["user_mode", "daily_user_mode"] {
        Normal = 0 "normal",
        Sleeping = 1 "sleeping",
        Exercising = 2 "exercising",
        EatingSoon = 3 "eating_soon",
    }

    /// What asked for a change of the user mode (229).
    UserModeRequest of ["user_mode_request"] {
        NoRequest = 0 "no_request",
        StartSleep = 1 "start_sleep",
        StopSleep = 2 "stop_sleep",
        StartExercise = 3 "start_exercise",
        StopExercise = 4 "stop_exercise",
        StopAll = 5 "stop_all",
        StartEatingSoon = 6 "start_eating_soon",
        StopEatingSoon = 7 "stop_eating_soon",
    }

    /// Who controls the basal rate (230, 313, 563).
    PumpControlMode of ["pump_control_mode"] {
        NoControl = 0 "no_control",
        OpenLoop = 1 "open_loop",
        Pining = 2 "pining",
        ClosedLoop = 3 "closed_loop",
    }

    /// Why delivery was suspended (11).
    SuspendReason of ["suspend_reason"] {
        UserAborted = 0 "user_aborted",
        TerminatedByAlarm = 1 "terminated_by_alarm",
        TerminatedByMalfunction = 2 "terminated_by_malfunction",
        AutoSuspendPlgs = 6 "auto_suspend_plgs",
    }

    /// How a fill of tubing or cannula ended (61, 63).
    FillCompletion of ["fill_completion"] {
        UserAborted = 0 "user_aborted",
        TerminatedByAlarm = 1 "terminated_by_alarm",
        TerminatedByMalfunction = 2 "terminated_by_malfunction",
        Completed = 3 "completed",
    }

    /// How a blood glucose reading came in (16).
    BgEntry of ["bg_entry"] {
        Manual = 0 "manual_entry",
        AutoFromCgm = 1 "auto_from_cgm",
    }

    /// Where a blood glucose reading was entered (16).
    BgSource of ["bg_source"] {
        LocalPump = 0 "local_pump",
        Remote = 1 "remote",
    }

    /// What a CGM reading's number is worth (256, 372, 399, 480).
    GlucoseStatus of ["glucose_status_g7", "glucose_status_g6", "glucose_status_libre"] {
        /// The display value is the reading.
        Precise = 0 "precise",
        High = 1 "high",
        /// The display value is 0 (G6) or a number below 40 (G7).
        Low = 2 "low",
        DoNotShowOrStore = 6 "do_not_show_or_store",
    }

    /// The sensor in use.
    SensorType of ["sensor_type", "sensor_type_dexcom", "sensor_type_libre"] {
        None = 0 "none",
        DexcomG6 = 1 "dexcom_g6",
        Libre2 = 2 "libre2",
        DexcomG7 = 3 "dexcom_g7",
        Libre3 = 4 "libre3",
    }

    /// Who acknowledged a CGM alert (371).
    AcknowledgedBy of ["acknowledged_by"] {
        User = 0 "user",
        Software = 1 "software",
    }
}

bit_masks! {
    /// Why the basal rate changed (3).
    BasalChange of ["basal_change"] {
        TIMED_SEGMENT = 0 "timed_segment",
        NEW_PROFILE = 1 "new_profile",
        TEMP_RATE_START = 2 "temp_rate_start",
        TEMP_RATE_END = 3 "temp_rate_end",
        PUMP_SUSPENDED = 4 "pump_suspended",
        PUMP_RESUMED = 5 "pump_resumed",
        PUMP_SHUT_DOWN = 6 "pump_shut_down",
        BASAL_LIMIT = 7 "basal_limit",
    }

    /// What a bolus consists of (280).
    BolusParts of ["bolus_parts"] {
        NOW = 0 "now",
        LATER = 1 "later",
        OVERRIDE = 2 "override",
        CORRECTION = 3 "correction",
        CARB = 4 "carb",
        EATING_SOON_MODE = 5 "eating_soon_mode",
        QUEUED = 6 "queued",
    }

    /// How a CGM reading came in. Bits above 1 differ between sensors; the dictionary has them all.
    CgmDataType of ["cgm_data_g6", "cgm_data_g7", "cgm_data_libre2", "cgm_data_libre3"] {
        FIVE_MINUTE_READING = 0 "five_minute_reading",
        BACKFILL = 1 "backfill",
        NONE = 4 "none",
    }

    /// What a CGM reading comes with. The bits that all sensors share.
    EgvInfo of ["egv_info_dexcom", "egv_info_libre2", "egv_info_libre3"] {
        FIVE_MINUTE_READING = 0 "five_minute_reading",
        BACKFILL = 1 "backfill",
        NO_EGV = 4 "no_egv",
        VALID_TIMESTAMP = 5 "valid_timestamp",
        VALID_EGV = 6 "valid_egv",
        VALID_ALGORITHM_STATE = 7 "valid_algorithm_state",
        ADDED_TO_CGM_ARRAY = 8 "added_to_cgm_array",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Dictionary, LabelSet, Labels};

    fn sets(name: &str) -> Vec<(u32, &'static str)> {
        let fields = Dictionary::events().flat_map(|event| &event.fields);
        let mut sets = fields.filter_map(|field| match &field.labels {
            Labels::Enum(set) | Labels::Bits(set) => Some(set),
            Labels::None | Labels::Bool => None,
        });
        let set = sets.find(|set| set.name == name);
        set.map(|set| LabelSet::iter(set).collect()).unwrap_or_default()
    }

    fn check_numbers<T: Labelled>() {
        for (position, set) in T::SETS.iter().enumerate() {
            let rows = sets(set);
            assert!(!rows.is_empty(), "{set} is not in the dictionary");
            for (number, label) in rows {
                let own = T::from_number(number);
                assert_eq!(own.number(), number);
                assert!(own.label().is_some(), "{set} {number} has no variant");
                assert!(position > 0 || own.label() == Some(label), "{set} {number} is {label}");
            }
        }
        let unknown = T::from_number(200);
        assert_eq!((unknown.number(), unknown.label()), (200, None));
    }

    fn check_bits<T: BitMask>() {
        for set in T::SETS {
            let rows = sets(set);
            for &(bit, label) in T::BITS {
                let index = bit.mask().trailing_zeros();
                assert!(rows.contains(&(index, label)), "{set} has no {label} at bit {index}");
            }
        }
    }

    #[test]
    fn numbers_have_the_dictionarys_labels() {
        check_numbers::<BasalRateSource>();
        check_numbers::<BolusCompletion>();
        check_numbers::<BolusDeliveryStatus>();
        check_numbers::<BolusSource>();
        check_numbers::<BolusRequest>();
        check_numbers::<BolusOption>();
        check_numbers::<UserMode>();
        check_numbers::<UserModeRequest>();
        check_numbers::<PumpControlMode>();
        check_numbers::<SuspendReason>();
        check_numbers::<FillCompletion>();
        check_numbers::<BgEntry>();
        check_numbers::<BgSource>();
        check_numbers::<GlucoseStatus>();
        check_numbers::<SensorType>();
        check_numbers::<AcknowledgedBy>();
    }

    #[test]
    fn bits_have_the_dictionarys_labels() {
        check_bits::<BasalChange>();
        check_bits::<BolusParts>();
        check_bits::<CgmDataType>();
        check_bits::<EgvInfo>();
    }
}
