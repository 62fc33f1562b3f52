//! CGM readings and sensor sessions.

use crate::PumpTime;
use crate::labels::{CgmDataType, EgvInfo, GlucoseStatus};
use crate::units::{Days, DecibelMilliwatts, MgPerDl, Seconds, TenthsMgPerDlPerMinute, TransmitterTime, UnixWallClock};
use crate::views::view;

view! {
    /// A Dexcom G6 session was started.
    CgmStartSessionGx(212) {
        current_transmitter_time: TransmitterTime = "currentTransmitterTime",
        session_start_time: TransmitterTime = "sessionStartTime",
        session_start_reason: Option<u8> = "sessionStartReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A running Dexcom G6 session was joined.
    CgmJoinSessionGx(213) {
        current_transmitter_time: TransmitterTime = "currentTransmitterTime",
        session_start_time: TransmitterTime = "sessionStartTime",
        session_join_reason: u8 = "sessionJoinReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A Dexcom G6 session was stopped.
    CgmStopSessionGx(214) {
        current_transmitter_time: TransmitterTime = "currentTransmitterTime",
        session_start_time: TransmitterTime = "sessionStartTime",
        session_stop_time: TransmitterTime = "sessionStopTime",
        session_stop_reason: u8 = "sessionStopReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A reading of a Dexcom G6.
    CgmDataGxb(256) {
        rate: TenthsMgPerDlPerMinute = "rate",
        cgm_data_type: CgmDataType = "cgmDataType",
        glucose_value_status: GlucoseStatus = "glucoseValueStatus",
        current_glucose_display_value: MgPerDl = "currentGlucoseDisplayValue",
        rssi: DecibelMilliwatts = "rssi",
        algorithm_state: u8 = "algorithmState",
        egv_time_stamp: PumpTime = "egvTimeStamp",
        reserved_d15: Option<u8> = "reservedD15",
        interval: u8 = "interval",
        egv_info_bitmask: EgvInfo = "egvInfoBitmask",
    }
}

view! {
    /// A reading of a Libre 2.
    CgmDataFsl2(372) {
        rate: TenthsMgPerDlPerMinute = "rate",
        cgm_data_type: CgmDataType = "cgmDataType",
        glucose_value_status: GlucoseStatus = "glucoseValueStatus",
        current_glucose_display_value: MgPerDl = "currentGlucoseDisplayValue",
        rssi: DecibelMilliwatts = "rssi",
        algorithm_state: u8 = "algorithmState",
        egv_time_stamp: PumpTime = "egvTimeStamp",
        reserved_d15: Option<u8> = "reservedD15",
        interval: u8 = "interval",
        egv_info_bitmask: EgvInfo = "egvInfoBitmask",
    }
}

view! {
    /// A running Dexcom G7 session was joined.
    CgmJoinSessionG7(394) {
        cgm_timestamp: TransmitterTime = "cgmTimestamp",
        session_signature: Seconds = "sessionSignature",
    }
}

view! {
    /// A reading of a Dexcom G7.
    CgmDataG7(399) {
        rate: TenthsMgPerDlPerMinute = "rate",
        cgm_data_type: CgmDataType = "cgmDataType",
        glucose_value_status: GlucoseStatus = "glucoseValueStatus",
        current_glucose_display_value: MgPerDl = "currentGlucoseDisplayValue",
        rssi: DecibelMilliwatts = "rssi",
        algorithm_state: u8 = "algorithmState",
        egv_time_stamp: PumpTime = "egvTimeStamp",
        reserved_d15: Option<u8> = "reservedD15",
        interval: u8 = "interval",
        egv_info_bitmask: EgvInfo = "egvInfoBitmask",
    }
}

view! {
    /// A Libre 2 session was started.
    CgmStartSessionFsl2(404) {
        session_start_time: PumpTime = "sessionStartTime",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A Libre 2 session was stopped.
    CgmStopSessionFsl2(405) {
        session_start_time: PumpTime = "sessionStartTime",
        session_stop_time: PumpTime = "sessionStopTime",
        session_stop_reason: u8 = "sessionStopReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A running Libre 2 session was joined.
    CgmJoinSessionFsl2(406) {
        session_start_time: PumpTime = "sessionStartTime",
        session_join_time: PumpTime = "sessionJoinTime",
        session_join_reason: u8 = "sessionJoinReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A Dexcom G7 session was stopped.
    CgmStopSessionG7(447) {
        current_transmitter_time: TransmitterTime = "currentTransmitterTime",
        session_start_time: TransmitterTime = "sessionStartTime",
        session_stop_time: TransmitterTime = "sessionStopTime",
        stop_session_code: u8 = "stopSessionCode",
        session_stop_reason: u8 = "sessionStopReason",
        session_duration: Days = "sessionDuration",
    }
}

view! {
    /// A running Libre 3 session was joined. Its times count from 1970, unlike all others.
    CgmJoinSessionFsl3(477) {
        session_start_time: UnixWallClock = "sessionStartTime",
        session_join_time: UnixWallClock = "sessionJoinTime",
        session_join_reason: u8 = "sessionJoinReason",
        session_duration: Days = "sessionDuration",
        session_duration_secs: Seconds = "sessionDurationSecs",
    }
}

view! {
    /// A reading of a Libre 3.
    CgmDataFsl3(480) {
        rate: TenthsMgPerDlPerMinute = "rate",
        cgm_data_type: CgmDataType = "cgmDataType",
        glucose_value_status: GlucoseStatus = "glucoseValueStatus",
        current_glucose_display_value: MgPerDl = "currentGlucoseDisplayValue",
        rssi: DecibelMilliwatts = "rssi",
        algorithm_state: u8 = "algorithmState",
        egv_time_stamp: PumpTime = "egvTimeStamp",
        reserved_d15: Option<u8> = "reservedD15",
        interval: u8 = "interval",
        egv_info_bitmask: EgvInfo = "egvInfoBitmask",
    }
}

view! {
    /// A Libre 3 session was stopped. Its times count from 1970 by analogy with 477; no capture shows one.
    CgmStopSessionFsl3(486) {
        session_start_time: UnixWallClock = "sessionStartTime",
        session_stop_time: UnixWallClock = "sessionStopTime",
        session_stop_reason: u8 = "sessionStopReason",
        session_duration: Days = "sessionDuration",
    }
}
