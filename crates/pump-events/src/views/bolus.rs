//! Boluses, carbohydrates and blood glucose.

use crate::labels::{
    BgEntry, BgSource, BolusCompletion, BolusDeliveryStatus, BolusOption, BolusParts, BolusRequest, BolusSource,
};
use crate::units::{
    Grams, InsulinMilliunits, InsulinUnits, MgPerDl, MgPerDlPerUnit, MilligramsPerUnit, Minutes, Percent,
};
use crate::views::view;

view! {
    /// A blood glucose reading was entered or taken over.
    BgReadingTaken(16) {
        bg_entry_type: BgEntry = "bgEntryType",
        cgm_calibration: u8 = "cgmCalibration",
        bg: MgPerDl = "bg",
        iob: InsulinUnits = "iob",
        isf: MgPerDlPerUnit = "isf",
        target_bg: MgPerDl = "targetBg",
        bg_source_type: BgSource = "bgSourceType",
        selected_iob: u8 = "selectedIob",
    }
}

view! {
    /// A bolus ended, delivered or not.
    BolusCompleted(20) {
        bolus_id: u16 = "bolusId",
        completion_status: BolusCompletion = "completionStatus",
        iob: InsulinUnits = "iob",
        insulin_delivered: InsulinUnits = "insulinDelivered",
        insulin_requested: InsulinUnits = "insulinRequested",
    }
}

view! {
    /// The extended part of a bolus ended.
    BolexCompleted(21) {
        bolus_id: u16 = "bolusId",
        completion_status: BolusCompletion = "completionStatus",
        iob: InsulinUnits = "iob",
        insulin_delivered: InsulinUnits = "insulinDelivered",
        insulin_requested: InsulinUnits = "insulinRequested",
    }
}

view! {
    /// Carbohydrates were entered.
    CarbsEntered(48) {
        carbs: Grams = "carbs",
    }
}

view! {
    /// A bolus began.
    BolusActivated(55) {
        selected_iob: u8 = "selectedIob",
        bolus_id: u16 = "bolusId",
        iob: InsulinUnits = "iob",
        bolus_size: InsulinUnits = "bolusSize",
    }
}

view! {
    /// The extended part of a bolus began.
    BolexActivated(59) {
        selected_iob: u8 = "selectedIob",
        bolus_id: u16 = "bolusId",
        iob: InsulinUnits = "iob",
        bolex_size: InsulinUnits = "bolexSize",
    }
}

view! {
    /// First part of a bolus request: what for. Ratio is 0 for a bolus sent over Bluetooth.
    BolusRequestedMsg1(64) {
        correction_bolus_included: bool = "correctionBolusIncluded",
        bolus_type: BolusRequest = "bolusType",
        bolus_id: u16 = "bolusId",
        bg: MgPerDl = "bg",
        carb_amount: Grams = "carbAmount",
        iob: InsulinUnits = "iob",
        carb_ratio: MilligramsPerUnit = "carbRatio",
    }
}

view! {
    /// Second part of a bolus request: how. Factor and target are 0 for a bolus sent over Bluetooth.
    BolusRequestedMsg2(65) {
        standard_percent: Percent = "standardPercent",
        options: BolusOption = "options",
        bolus_id: u16 = "bolusId",
        duration: Minutes = "duration",
        target_bg: MgPerDl = "targetBg",
        isf: MgPerDlPerUnit = "isf",
        selected_iob: u8 = "selectedIob",
        declined_correction: bool = "declinedCorrection",
        user_override: bool = "userOverride",
    }
}

view! {
    /// Third part of a bolus request: how much.
    BolusRequestedMsg3(66) {
        queued: Option<bool> = "queued",
        bolus_id: u16 = "bolusId",
        food_bolus_size: InsulinUnits = "foodBolusSize",
        correction_bolus_size: InsulinUnits = "correctionBolusSize",
        total_bolus_size: InsulinUnits = "totalBolusSize",
    }
}

view! {
    /// Progress of a bolus: when it starts, while an extended part runs, and when it ends.
    BolusDelivery(280) {
        bolus_type: BolusParts = "bolusType",
        bolus_delivery_status: BolusDeliveryStatus = "bolusDeliveryStatus",
        bolus_id: u16 = "bolusId",
        requested_now: InsulinMilliunits = "requestedNow",
        remote_id: u8 = "remoteId",
        bolus_source: BolusSource = "bolusSource",
        correction: InsulinMilliunits = "correction",
        requested_later: InsulinMilliunits = "requestedLater",
        delivered_total: InsulinMilliunits = "deliveredTotal",
        extended_duration_requested: Minutes = "extendedDurationRequested",
    }
}
