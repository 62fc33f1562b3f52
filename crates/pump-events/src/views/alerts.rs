//! Alerts, alarms, malfunctions and CGM alerts. Their numbers have labels in the dictionary.

use crate::labels::{AcknowledgedBy, SensorType};
use crate::views::view;

view! {
    /// The pump raised an alert.
    AlertActivated(4) {
        alert_id: u32 = "alertId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// The pump raised an alarm.
    AlarmActivated(5) {
        alarm_id: u32 = "alarmId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// The pump raised a malfunction.
    MalfunctionActivated(6) {
        malf_id: u32 = "malfId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// An alarm was acknowledged.
    AlarmAck(8) {
        alarm_id: u32 = "alarmId",
    }
}

view! {
    /// An alert ended.
    AlertCleared(26) {
        alert_id: u32 = "alertId",
        fault_locator_data: u32 = "faultLocatorData",
    }
}

view! {
    /// An alert was acknowledged.
    AlertAck(27) {
        alert_id: u32 = "alertId",
    }
}

view! {
    /// An alarm ended.
    AlarmCleared(28) {
        alarm_id: u32 = "alarmId",
    }
}

view! {
    /// A CGM alert was raised (older software, any sensor).
    CgmAlertActivated(171) {
        dalert_id: u32 = "dalertId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// A CGM alert ended (older software, any sensor).
    CgmAlertCleared(172) {
        dalert_id: u32 = "dalertId",
    }
}

view! {
    /// A CGM alert was acknowledged (older software, any sensor).
    CgmAlertAck(173) {
        alert_id: u32 = "alertId",
    }
}

view! {
    /// A CGM alert was raised, Dexcom.
    CgmAlertActivatedDex(369) {
        sensor_type: SensorType = "sensorType",
        dalert_id: u8 = "dalertId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// A CGM alert ended, Dexcom.
    CgmAlertClearedDex(370) {
        sensor_type: SensorType = "sensorType",
        dalert_id: u8 = "dalertId",
    }
}

view! {
    /// A CGM alert was acknowledged, Dexcom.
    CgmAlertAckDex(371) {
        sensor_type: SensorType = "sensorType",
        dalert_id: u8 = "dalertId",
        ack_source: AcknowledgedBy = "ackSource",
    }
}

view! {
    /// A CGM alert was raised, Libre.
    CgmAlertActivatedAbt(460) {
        sensor_type: SensorType = "sensorType",
        dalert_id: u8 = "dalertId",
        fault_locator_data: u32 = "faultLocatorData",
        param1: u32 = "param1",
        param2: f32 = "param2",
    }
}

view! {
    /// A CGM alert ended, Libre.
    CgmAlertClearedAbt(461) {
        sensor_type: SensorType = "sensorType",
        dalert_id: u8 = "dalertId",
    }
}
