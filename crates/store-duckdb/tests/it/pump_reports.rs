//! What pumps and phones report beside therapy: the algorithm, the cartridge, the battery, requests, alerts that sound again. Out of
//! small logs written by hand, as in `domain`.

use crate::domain::check;

#[test]
fn a_cycle_takes_its_model_and_its_sums() {
    let log = "
        03:05:00 227 predictedGlucoseX100=11101 netIobMilliunits=793 glucoseEstimate=136 correctionFactor=25 tdiEstimate=71 hypoBrake=196 sleepRamp=16 upperTarget=159 cycleInsulinMilliunits=65
        --
        03:05:00 327 shortTermPredictedGlucose=8907 filteredGlucose=137 tdiEstimate=71
        03:05:01 237 totalInsulin=1.25 basalAboveProfileInsulin=0.25 autoBolusInsulin=1.0
        03:10:00 227 predictedGlucoseX100=3096 programmedBasalRate=1500 netIobMilliunits=439 glucoseEstimate=255 hypoBrake=0
        --
        #50
        03:25:00 237 totalInsulin=0.5
        03:26:00 327 filteredGlucose=300";
    check(
        log,
        "SELECT local_time::TIME, glucose_mgdl, predicted_mgdl, short_term_predicted_mgdl, net_iob_units, brake_percent, cycle_units,
                profile_basal_units_per_hour, upper_target_mgdl, sleep_ramp, isf, estimated_daily_units, automated_units_2h, automated_bolus_units_2h
         FROM control_iq_cycles ORDER BY id",
        &[
            "03:05:00|137|111.01|89.07|0.793|2.0|0.065|0.0|159|16|25|71|1.25|1.0",
            // The estimate cannot be more than 255, so it may have been.
            "03:10:00|-|30.96|-|0.439|100.0|0.0|1.5|-|0|-|-|-|-",
            // Neither has a cycle.
            "03:25:00|-|-|-|-|-|-|-|-|-|-|-|0.5|0.0",
            "03:26:00|300|-|-|-|-|-|-|-|-|-|-|-|-",
        ],
    );
}

#[test]
fn insulin_on_board_is_that_of_the_model_in_use() {
    let log = "
        08:00:00 206 bolusId=7 selectedIob=0 mudaliarIob=0.75 swan6hrIob=0.5
        08:00:01 206 bolusId=8 selectedIob=1 mudaliarIob=0.75 swan6hrIob=0.5
        --
        08:02:00 195 insulinDelivered=1.5 insulinDurationMillis=18000000 mudaliarIob=2.0
        08:02:00 195 insulinDelivered=0.0 insulinDurationMillis=4294967295
        08:02:01 207 bolusId=8 selectedIob=7 mudaliarIob=2.25 swan6hrIob=2.0";
    check(
        log,
        "SELECT moment, bolus_id, iob_units, mudaliar_iob_units, swan_iob_units, delivered_units, action_minutes FROM iob_snapshots ORDER BY id",
        &[
            "before_bolus|7|0.75|0.75|0.5|-|-",
            "before_bolus|8|0.5|0.75|0.5|-|-",
            "bolus_added|-|-|2.0|-|1.5|300.0",
            "bolus_added|-|-|0.0|-|0.0|-",
            "after_bolus|8|-|2.25|2.0|-|-",
        ],
    );
}

#[test]
fn what_is_left_is_the_last_report_less_what_was_delivered() {
    let log = "
        08:00:00 33 insulinVolume=200
        08:01:00 63 primeSize=-1.0 completionStatus=3
        --
        08:02:00 61 primeSize=0.3 completionStatus=3
        08:03:00 12 insulinAmount=180
        08:03:00 279 commandedRate=2000 commandedRateSource=1
        08:33:00 64 bolusId=1 carbAmount=30
        08:33:00 66 bolusId=1 foodBolusSize=3.0 totalBolusSize=3.0
        08:33:05 55 bolusId=1 bolusSize=3.0
        08:34:00 20 bolusId=1 completionStatus=3 insulinDelivered=3.0 insulinRequested=3.0
        --
        09:03:00 279 commandedRate=0 commandedRateSource=0
        09:03:00 61 primeSize=0.5 completionStatus=3
        09:10:00 231 insulinDelivered=24.5 insulinRemaining=65535.0";
    check(
        log,
        "SELECT kind, units, used_units, fill_units FROM reservoir_readings ORDER BY id",
        &[
            "cartridge_filled|200.0|-|-",
            "tubing_filled|-|-|-",
            "cannula_filled|-|-|0.3",
            "resumed|180.0|-|-",
            "cannula_filled|-|-|0.5",
            "estimate|65535.0|24.5|-",
        ],
    );
    check(
        log,
        "SELECT local_time::TIME, units_left, reported_units, reported_with, reported::TIME, used_since_units FROM insulin_left",
        &["09:10:00|174.5|180.0|resumed|08:03:00|5.5"],
    );
}

#[test]
fn the_battery_charges_from_one_event_to_the_other() {
    let log = "
        08:00:00 81 batteryChargePercent=40 batteryLipoMilliVolts=3800
        08:01:00 34 currentBatteryAbc=41 currentBatteryIbc=40 lipoMv=3810
        --
        08:30:00 271 currentBatteryIbc=70 lipoMv=3950
        08:40:00 330 currentBatteryIbc=80 lipoMv=4000
        --
        09:00:00 35 currentBatteryIbc=99 lipoMv=4150
        09:10:00 81 batteryChargePercent=99 batteryLipoMilliVolts=4150";
    check(
        log,
        "SELECT kind, charge_percent, millivolts, is_charging FROM battery_readings ORDER BY id",
        &[
            "basal_total|40|3800|-",
            "charging_started|40|3810|true",
            "hourly|70|3950|true",
            "estimate|80|4000|true",
            "charging_stopped|99|4150|false",
            "basal_total|99|4150|false",
        ],
    );
}

const PHONE_BOLUS: &str = "
    07:59:50 295 bolusId=9 grantedTo=1
    08:00:00 292 bolusId=9 totalVolume=5500 foodVolume=4000
    08:00:00 293 bolusId=9 correctionVolume=500 extendedVolume=2000 bolusCarbs=40 bolusBg=190
    --
    08:00:00 343 bolusId=9 bolusIob=1250 extendedSeconds=3600
    08:00:00 64 bolusId=9
    08:00:00 65 bolusId=9
    --
    08:00:00 66 bolusId=9
    08:00:10 55 bolusId=9 bolusSize=3.5
    08:01:00 20 bolusId=9 completionStatus=3 insulinDelivered=3.5 insulinRequested=3.5
    08:01:00 59 bolusId=9 bolexSize=2.0
    --
    09:01:00 21 bolusId=9 completionStatus=3 insulinDelivered=2.0 insulinRequested=2.0";

#[test]
fn what_a_phone_asked_for_fills_in_for_zeros() {
    let columns = "SELECT kind, status, source, requested_units, delivered_units, food_units, correction_units, carbs_grams, bg_mgdl, iob_units,
        extended_units, extended_minutes FROM boluses";
    check(PHONE_BOLUS, columns, &["extended|completed|remote|5.5|5.5|4.0|0.5|40|190|1.25|2.0|60"]);
    check(PHONE_BOLUS, "SELECT carbs_grams, bolus_id FROM carb_entries", &["40.0|9"]);
}

#[test]
fn carbs_count_once_whoever_reports_them() {
    let log = "
        07:59:58 48 carbs=40.0
        08:00:00 293 bolusId=9 bolusCarbs=40
        --
        08:00:00 64 bolusId=9 carbAmount=40
        08:00:00 66 bolusId=9 foodBolusSize=4.0 totalBolusSize=4.0
        09:00:00 64 bolusId=10
        09:00:00 66 bolusId=10 correctionBolusSize=1.0 totalBolusSize=1.0";
    check(log, "SELECT carbs_grams, bolus_id FROM carb_entries", &["40.0|9"]);
    check(log, "SELECT bolus_id, carbs_grams FROM boluses ORDER BY id", &["9|40", "10|-"]);
}

#[test]
fn an_extended_bolus_counts_in_the_hours_in_which_it_was_delivered() {
    let log = "
        23:30:00 64 bolusId=3 carbAmount=60
        23:30:00 65 bolusId=3 options=1 standardPercent=50 duration=120
        23:30:00 66 bolusId=3 foodBolusSize=6.0 totalBolusSize=6.0
        23:30:00 55 bolusId=3 bolusSize=2.0
        23:30:00 20 bolusId=3 completionStatus=3 insulinDelivered=2.0 insulinRequested=2.0
        23:30:00 59 bolusId=3 bolexSize=4.0
        23:30:00 279 commandedRate=0 commandedRateSource=0
        --
        +1 01:30:00 21 bolusId=3 completionStatus=3 insulinDelivered=4.0 insulinRequested=4.0
        +1 01:30:01 279 commandedRate=0 commandedRateSource=0
        +1 01:40:00 90";
    check(
        log,
        "SELECT hour, bolus_units FROM insulin_hourly WHERE bolus_units > 0 ORDER BY hour",
        &["2026-05-18 23:00:00|3.0", "2026-05-19 00:00:00|2.0", "2026-05-19 01:00:00|1.0"],
    );
    check(
        log,
        "SELECT day, bolus_units, bolus_units_spread FROM insulin_daily ORDER BY day",
        &["2026-05-18|6.0|3.0", "2026-05-19|0.0|3.0"],
    );
}

#[test]
fn an_alert_sounds_again_until_it_is_acknowledged() {
    let log = "
        08:00:00 4 alertId=26
        08:00:01 369 dalertId=14
        08:05:00 434 category=3 notificationId=26
        --
        08:05:01 434 category=6 notificationId=14
        08:10:00 434 category=3 notificationId=26
        08:11:00 27 alertId=26
        08:12:00 434 category=4 notificationId=26";
    check(
        log,
        "SELECT family, alarm_number, repeats, last_repeated_utc, acknowledged::TIME FROM alarms ORDER BY id",
        &["alert|26|2|2026-05-18 08:10:00+00|08:11:00", "cgm|14|1|2026-05-18 08:05:01+00|-"],
    );
}

#[test]
fn a_session_becomes_active_after_its_start() {
    let log = "
        07:00:00 219 previousState=1 state=2 event=2
        08:00:00 394 cgmTimestamp=60 sessionSignature=72
        08:00:01 219 previousState=0 state=1 event=4
        --
        08:27:00 219 previousState=1 state=2 event=2
        08:32:00 219 previousState=2 state=2 event=2
        --
        09:00:00 447 sessionStopReason=5
        09:30:00 219 previousState=1 state=2 event=2
        10:00:00 394 cgmTimestamp=60 sessionSignature=73";
    check(
        log,
        "SELECT started::TIME, active_from_utc FROM sensor_sessions ORDER BY id",
        &["08:00:00|2026-05-18 08:27:00+00", "10:00:00|-"],
    );
}

#[test]
fn a_pump_that_waits_for_glucose_is_said_to_wait() {
    check("08:00:00 230 currentPcm=2", "SELECT mode FROM control_iq_modes", &["waiting"]);
}
