//! The pump itself: clock, fills, battery, modes.

use crate::labels::{FillCompletion, PumpControlMode, SensorType, UserMode, UserModeRequest};
use crate::units::{
    Counts, Days, InsulinUnits, MgPerDl, MilliampereHours, Milliamperes, Milliseconds, Millivolts, Minutes, Percent,
    Seconds, Weight, WholeInsulinUnits,
};
use crate::views::view;

view! {
    /// The pump's clock was set. The record's own time is already the new one; times are milliseconds of the day.
    TimeChanged(13) {
        time_prior: Milliseconds = "timePrior",
        time_after: Milliseconds = "timeAfter",
        raw_rtc_time: Milliseconds = "rawRtcTime",
    }
}

view! {
    /// The pump's date was set. Dates are days since 2008-01-01.
    DateChanged(14) {
        date_prior: Days = "datePrior",
        date_after: Days = "dateAfter",
        raw_rtc_time: Milliseconds = "rawRtcTime",
    }
}

view! {
    /// A cartridge was filled. `v2_volume` is 0 on Mobi.
    CartridgeFilled(33) {
        insulin_volume: WholeInsulinUnits = "insulinVolume",
        v2_volume: InsulinUnits = "v2Volume",
    }
}

view! {
    /// The pump went into shelf mode.
    ShelfMode(53) {
        msec_since_reset: Milliseconds = "msecSinceReset",
        li_po_ibc: Percent = "liPoIbc",
        li_po_abc: Percent = "liPoAbc",
        li_po_current: Milliamperes = "liPoCurrent",
        li_po_rem_cap: MilliampereHours = "liPoRemCap",
        li_po_mv: Millivolts = "liPoMV",
    }
}

view! {
    /// The cannula was filled.
    CannulaFilled(61) {
        prime_size: InsulinUnits = "primeSize",
        completion_status: FillCompletion = "completionStatus",
        infusion_set_type: Option<u8> = "infusionSetType",
    }
}

view! {
    /// The tubing was filled. `prime_size` is always -1.
    TubingFilled(63) {
        prime_size: InsulinUnits = "primeSize",
        completion_status: FillCompletion = "completionStatus",
        position: Counts = "position",
    }
}

view! {
    /// State of predictive low glucose suspend.
    PlgsPeriodic(140) {
        timestamp: Seconds = "timestamp",
        pgv: MgPerDl = "pgv",
        fmr: MgPerDl = "fmr",
        ho_min_state: u8 = "hoMinState",
        rule_state: u8 = "ruleState",
        pgv_valid: bool = "pgvValid",
        fmr_status: u8 = "fmrStatus",
        status: u32 = "status",
    }
}

view! {
    /// The user mode (sleep, exercise) changed.
    UserModeChange(229) {
        requested_action: UserModeRequest = "requestedAction",
        previous_user_mode: UserMode = "previousUserMode",
        current_user_mode: UserMode = "currentUserMode",
        active_sleep_schedule: u8 = "activeSleepSchedule",
        sleep_started_by_gui: bool = "sleepStartedByGui",
        exercise_time: Minutes = "exerciseTime",
        exercise_choice: u8 = "exerciseChoice",
        exercise_stopped_by_timer: bool = "exerciseStoppedByTimer",
        eating_soon_stopped_by_timer: bool = "eatingSoonStoppedByTimer",
    }
}

view! {
    /// The pump control mode changed.
    PcmChange(230) {
        calculation_available: bool = "calculationAvailable",
        pump_suspended: bool = "pumpSuspended",
        previous_pcm: PumpControlMode = "previousPcm",
        current_pcm: PumpControlMode = "currentPcm",
        sufficient_closed_loop_params: bool = "sufficientClosedLoopParams",
        closed_loop_preferred: bool = "closedLoopPreferred",
        cgm_available: bool = "cgmAvailable",
    }
}

view! {
    /// Settings of the algorithm, once a day.
    DailyStatus(313) {
        weight_unit: Option<u8> = "weightUnit",
        sensor_type: SensorType = "sensorType",
        usermode: UserMode = "usermode",
        pump_control_state: PumpControlMode = "pumpControlState",
        current_td_ipop: Option<WholeInsulinUnits> = "currentTdIpop",
        weight: Option<Weight> = "weight",
    }
}
