//! Basal delivery, suspensions and temporary rates.

use crate::labels::{BasalChange, BasalRateSource, SuspendReason};
use crate::units::{
    FractionalMilliseconds, InsulinUnits, Milliseconds, MilliunitsPerHour, Millivolts, Minutes, Percent, UnitsPerHour,
    WholeInsulinUnits,
};
use crate::views::view;

view! {
    /// A temporary basal rate was started. Seen over Bluetooth only.
    TempRateActivated(2) {
        percent: Percent = "percent",
        duration: FractionalMilliseconds = "duration",
        temp_rate_id: u16 = "tempRateId",
    }
}

view! {
    /// The commanded basal rate changed.
    BasalRateChange(3) {
        commanded_basal_rate: UnitsPerHour = "commandedBasalRate",
        base_basal_rate: UnitsPerHour = "baseBasalRate",
        max_basal_rate: UnitsPerHour = "maxBasalRate",
        change_type: BasalChange = "changeType",
        idp: u16 = "idp",
    }
}

view! {
    /// Delivery was suspended.
    PumpingSuspended(11) {
        pre_suspend_state: u32 = "preSuspendState",
        rpa_timeout: Minutes = "rpaTimeout",
        suspend_reason: SuspendReason = "suspendReason",
        insulin_amount: WholeInsulinUnits = "insulinAmount",
    }
}

view! {
    /// Delivery was resumed.
    PumpingResumed(12) {
        pre_resume_state: u32 = "preResumeState",
        insulin_amount: WholeInsulinUnits = "insulinAmount",
    }
}

view! {
    /// A temporary basal rate ended.
    TempRateCompleted(15) {
        temp_rate_id: u16 = "tempRateId",
        time_left: u32 = "timeLeft",
    }
}

view! {
    /// Running totals of the day, with the battery's state. Not a midnight marker.
    DailyBasal(81) {
        daily_total_basal: InsulinUnits = "dailyTotalBasal",
        last_basal_rate: UnitsPerHour = "lastBasalRate",
        iob: InsulinUnits = "iob",
        battery_lipo_milli_volts: Millivolts = "batteryLipoMilliVolts",
        battery_charge_percent: Percent = "batteryChargePercent",
        final_event_for_day: bool = "finalEventForDay",
    }
}

view! {
    /// A day began by the pump's clock.
    NewDay(90) {
        commanded_basal_rate: UnitsPerHour = "commandedBasalRate",
        features_bitmask: u32 = "featuresBitmask",
        feature_bitmask_index: u32 = "featureBitmaskIndex",
    }
}

view! {
    /// What is delivered as basal: logged at each change and every five minutes. 65535 is "not applicable".
    BasalDelivery(279) {
        reserved_a2: Option<u8> = "reservedA2",
        commanded_rate_source: BasalRateSource = "commandedRateSource",
        profile_basal_rate: MilliunitsPerHour = "profileBasalRate",
        commanded_rate: MilliunitsPerHour = "commandedRate",
        temp_rate: MilliunitsPerHour = "tempRate",
        algorithm_rate: MilliunitsPerHour = "algorithmRate",
    }
}

view! {
    /// A temporary adjustment ended (newer Mobi).
    TempAdjustmentCompleted(564) {
        temp_rate_id: u16 = "tempRateId",
        stop_reason: u16 = "stopReason",
        time_left: Milliseconds = "timeLeft",
    }
}

view! {
    /// A temporary adjustment began (newer Mobi).
    TempAdjustmentActivated(565) {
        temp_basal_percent: Percent = "tempBasalPercent",
        requested_percent: Percent = "requestedPercent",
        duration: Milliseconds = "duration",
        temp_rate_id: u16 = "tempRateId",
        requested_adjustment_type: u16 = "requestedAdjustmentType",
    }
}
