//! Every view against the dictionary, there and back, and the readings of all sensors.

use std::fmt::Debug;

use pump_events::labels::{BolusParts, GlucoseStatus, SensorType};
use pump_events::units::{MgPerDl, UnixWallClock};
use pump_events::views::{self, BolusDelivery, CgmReading, CgmStatus, View};
use pump_events::{Dictionary, Event, EventCode, decode_json, decode_record};

use crate::captures::unhex;

fn check<V: View + PartialEq + Debug>(codes: &mut Vec<u16>) {
    codes.push(V::CODE.0);
    let layout = Dictionary::event(V::CODE).unwrap();
    assert_eq!(layout.fields.len(), V::FIELDS.len(), "{}", layout.name);
    for (field, own) in layout.fields.iter().zip(V::FIELDS) {
        assert_eq!((field.name, field.unit, field.optional), (own.name, own.unit, own.optional), "{}", layout.name);
    }
    check_both_ways::<V>();
}

/// Every field at its own number; floats and narrow fields hold the small numbers used.
fn check_both_ways<V: View + PartialEq + Debug>() {
    let fields = V::FIELDS.iter().enumerate();
    let built = fields.fold(Event::build(V::CODE), |event, (position, field)| {
        let layout = Dictionary::event(V::CODE).unwrap().field(field.name).unwrap();
        let boolean =
            layout.labels == pump_events::Labels::Bool || matches!(field.name, "declinedCorrection" | "userOverride");
        event.set(field.name, if boolean { 1 } else { position as u32 + 1 }).unwrap()
    });
    let event = built.finish();
    let view = V::from_event(&event).unwrap();
    assert_eq!(view.to_builder().unwrap().finish(), event, "{view:?}");
    let other = Event::build(EventCode(V::CODE.0 ^ 1)).finish();
    assert_eq!(V::from_event(&other), None);
}

macro_rules! check_all {
    ($($view:ident)*) => {{
        let mut codes = Vec::new();
        $(check::<views::$view>(&mut codes);)*
        codes
    }};
}

#[test]
fn views_are_as_the_dictionary_says() {
    let codes = check_all!(
        TempRateActivated BasalRateChange AlertActivated AlarmActivated MalfunctionActivated AlarmAck PumpingSuspended
        PumpingResumed TimeChanged DateChanged TempRateCompleted BgReadingTaken BolusCompleted BolexCompleted AlertCleared
        AlertAck AlarmCleared CartridgeFilled CarbsEntered ShelfMode BolusActivated BolexActivated CannulaFilled TubingFilled
        BolusRequestedMsg1 BolusRequestedMsg2 BolusRequestedMsg3 DailyBasal NewDay PlgsPeriodic CgmAlertActivated
        CgmAlertCleared CgmAlertAck CgmStartSessionGx CgmJoinSessionGx CgmStopSessionGx UserModeChange PcmChange CgmDataGxb
        BasalDelivery BolusDelivery DailyStatus CgmAlertActivatedDex CgmAlertClearedDex CgmAlertAckDex CgmDataFsl2
        CgmJoinSessionG7 CgmDataG7 CgmStartSessionFsl2 CgmStopSessionFsl2 CgmJoinSessionFsl2 CgmStopSessionG7
        CgmAlertActivatedAbt CgmAlertClearedAbt CgmJoinSessionFsl3 CgmDataFsl3 CgmStopSessionFsl3 TempAdjustmentCompleted
        TempAdjustmentActivated
    );
    let mut distinct = codes.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!((codes.len(), distinct.len()), (59, 59));
}

#[test]
fn a_bolus_is_read_with_its_parts() {
    let event = decode_record(&unhex("01181a966ddb0002cd870900041403e9140703e9000003e90000"));
    let bolus = BolusDelivery::from_event(&event).unwrap();
    assert!(bolus.bolus_type.contains(BolusParts::NOW | BolusParts::CORRECTION));
    assert!(!bolus.bolus_type.contains(BolusParts::NOW | BolusParts::CARB));
    assert_eq!((bolus.correction.0, bolus.requested_later.0, bolus.delivered_total.0), (1001, 0, 1001));
}

#[test]
fn json_views_allow_only_optional_fields_to_be_absent() {
    let text = r#"{"eventCode":66,"sequenceNumber":1,"pumpDateTime":"2026-05-14T11:02:20","eventProperties":{"bolusId":1583,"foodBolusSize":3.33,"correctionBolusSize":0.2,"totalBolusSize":3.53}}"#;
    let view = views::BolusRequestedMsg3::from_event(&decode_json(text).unwrap().event).unwrap();
    assert_eq!((view.queued, view.total_bolus_size.0), (None, 3.53));
    assert_eq!(view.to_builder().unwrap().finish().value("queued").unwrap().as_unsigned(), Some(0));
    let cut = text.replace(",\"totalBolusSize\":3.53", "");
    assert_eq!(views::BolusRequestedMsg3::from_event(&decode_json(&cut).unwrap().event), None);
}

#[test]
fn libre_3_sessions_are_moved_to_the_pumps_epoch() {
    let event = decode_record(&unhex("01dd2235834a000b718a69af05c169af05c80000090f0013c680"));
    let session = views::CgmJoinSessionFsl3::from_event(&event).unwrap();
    assert_eq!(session.session_join_time, UnixWallClock(1_773_077_960));
    assert_eq!(session.session_join_time.pump_time().unwrap().to_string(), "2026-03-09T17:39:20");
    assert_eq!(event.header().pump_time.to_string(), "2026-03-09T17:39:22");
}

#[test]
fn readings_of_all_sensors_read_alike() {
    for (code, sensor) in
        [(256, SensorType::DexcomG6), (372, SensorType::Libre2), (399, SensorType::DexcomG7), (480, SensorType::Libre3)]
    {
        let rows = [
            (0u32, 167u32, CgmStatus::Ok, Some(167)),
            (0, 0, CgmStatus::Ok, None),
            (1, 400, CgmStatus::High, Some(401)),
            (2, 0, CgmStatus::Low, Some(39)),
            (2, 38, CgmStatus::Low, Some(39)),
            (6, 167, CgmStatus::DoNotShow, None),
            (5, 167, CgmStatus::Unknown(5), None),
        ];
        for (status, display, expected, glucose) in rows {
            let event = Event::build(EventCode(code)).set("glucoseValueStatus", status).unwrap();
            let event = event.set("currentGlucoseDisplayValue", display).unwrap().set("rate", -9).unwrap();
            let event = event.set("egvTimeStamp", 579_571_288u32).unwrap().finish();
            let reading = CgmReading::from_event(&event).unwrap();
            assert_eq!(
                (reading.sensor, reading.status, reading.rate.0, reading.backfill),
                (sensor, expected, -9, false)
            );
            assert_eq!(reading.glucose(), glucose.map(MgPerDl), "{reading:?}");
            assert_eq!(reading.measured.to_string(), "2026-05-14T00:01:28");
        }
        for (field, mask) in [("cgmDataType", 2u32), ("egvInfoBitmask", 2)] {
            let event = Event::build(EventCode(code)).set(field, mask).unwrap().finish();
            assert!(CgmReading::from_event(&event).unwrap().backfill, "{code} {field}");
        }
    }
    assert_eq!(CgmReading::from_event(&Event::build(EventCode(279)).finish()), None);
    assert_eq!(CgmStatus::from(GlucoseStatus::DoNotShowOrStore).as_str(), "do_not_show");
}
