//! Where public decoders read something else out of the same bytes: one row for each, with what is right and why.

use pump_events::{Event, decode_json, decode_record};

use test_data::record_from_hex;

/// Some fields of an event with their numbers.
type Fields = &'static [(&'static str, f64)];

/// Checks single fields of an event.
fn check(about: &str, event: &Event, expected: Fields) {
    for &(name, number) in expected {
        let value = event.value(name).unwrap().as_f64();
        assert!((value - number).abs() <= number.abs() * 1e-6, "{about}: {name} is not {number} but {value}");
    }
}

#[test]
fn records_are_read_as_real_values_demand() {
    let rows: &[(&str, &str, Fields)] = &[
        (
            "81: percent and millivolts are not an MSB, an LSB and 14137 mV",
            "00511a955a650002c64a417367883e0f5c2940520e7b0ef93700",
            &[("batteryLipoMilliVolts", 3833.0), ("batteryChargePercent", 55.0), ("finalEventForDay", 0.0)],
        ),
        (
            "81: the last record of a day is flagged in the last byte",
            "00512019553d00010fa841a504563f4ccccd3f73836210506401",
            &[("batteryLipoMilliVolts", 4176.0), ("batteryChargePercent", 100.0), ("finalEventForDay", 1.0)],
        ),
        (
            "477: duration at 11, reason at 10, seconds at 12; 3.0.3 reads 0 and 0",
            "01dd2235834a000b718a69af05c169af05c80000090f0013c680",
            &[("sessionDuration", 15.0), ("sessionJoinReason", 9.0), ("sessionDurationSecs", 1_296_000.0)],
        ),
        (
            "371: a byte alert and a byte sensor, not the number 800; ackSource is there",
            "1173228ee1d40006dcf800000320000000010000000000000000",
            &[("dalertId", 32.0), ("sensorType", 3.0), ("ackSource", 1.0)],
        ),
        (
            "371: not the number 770",
            "1173229d8ca80007798300000302000000000000000000000000",
            &[("dalertId", 2.0), ("sensorType", 3.0)],
        ),
        (
            "369: sensor at 2 and alert at 3",
            "0171000000000000000100000303000021130000005042a00000",
            &[("dalertId", 3.0), ("sensorType", 3.0), ("faultLocatorData", 8467.0), ("param1", 80.0), ("param2", 80.0)],
        ),
        (
            "370: sensor at 2 and alert at 3",
            "0172000000000000000100000301000000000000000000000000",
            &[("dalertId", 1.0), ("sensorType", 3.0)],
        ),
        (
            "480: status and type are bytes, the rate has 16 bits, the mask lies at 14",
            "01e0223d2dd9000bfc3e000020000095b564223d2dd9000023e0",
            &[
                ("glucoseValueStatus", 0.0),
                ("cgmDataType", 32.0),
                ("rate", 0.0),
                ("egvInfoBitmask", 9184.0),
                ("rssi", -75.0),
            ],
        ),
        ("480: a falling rate is negative", "01e0223d2dd9000bfc3efff720000095b564223d2dd9000023e0", &[("rate", -9.0)]),
        (
            "279: profile at 4, commanded at 6; suspended, so nothing is commanded",
            "1117229df69b00077e400003000003e80000ffffffff00000000",
            &[
                ("commandedRateSource", 0.0),
                ("profileBasalRate", 1000.0),
                ("commandedRate", 0.0),
                ("tempRate", 65_535.0),
            ],
        ),
        (
            "280: correction at 8, later at 10: type 9 is a correction of the whole dose",
            "01181a966ddb0002cd870900041403e9140703e9000003e90000",
            &[
                ("bolusType", 9.0),
                ("requestedNow", 1001.0),
                ("correction", 1001.0),
                ("requestedLater", 0.0),
                ("remoteId", 20.0),
            ],
        ),
        (
            "64: 1.76 U on board and 6 g/U, not a float of 4.6e-39",
            "00401a9649c40002cc3d00010410000000003fe1a99500001770",
            &[("iob", 1.762_987_7), ("carbRatio", 6000.0), ("bolusId", 1040.0)],
        ),
        (
            "256: a rate is tenths of mg/dL/min and signed",
            "01001a96cba10002d007f4010000004eae061a96cba1010001e1",
            &[("rate", -12.0)],
        ),
        (
            "53: the current is signed and comes before the capacity",
            "003500000000000000010000000a3264ff9c000000fa00000ed8",
            &[
                ("liPoIbc", 50.0),
                ("liPoAbc", 100.0),
                ("liPoCurrent", -100.0),
                ("liPoRemCap", 250.0),
                ("liPoMV", 3800.0),
            ],
        ),
        (
            "313: sensor, mode and control lie at 1, 2 and 3",
            "01390000000000000001020301030000000a0000000000000000",
            &[("weightUnit", 2.0), ("sensorType", 3.0), ("usermode", 1.0), ("pumpControlState", 3.0), ("weight", 10.0)],
        ),
        (
            "66: the byte that JSON still calls spareA2 is `queued`",
            "004200000000000000010001040840551eb80000000040551eb8",
            &[("queued", 1.0)],
        ),
        ("191: the checksum lies at 14", "00bf000000000000000100000001000000020000000300001234", &[("armCrc", 4660.0)]),
        (
            "559: one field, where the catalogue has two",
            "022f00000000000000013203001440133333000003e83f800000",
            &[("tempAdjustmentPercent", 50.0), ("doseSource", 3.0), ("syncDoseSizeDelivered", 2.3)],
        ),
        (
            "the source nibble of a Mobi is not part of the code",
            "10e62323dea40009cb9101010100000100000000000000000000",
            &[("previousPcm", 1.0)],
        ),
    ];
    for (about, hex, expected) in rows {
        check(about, &decode_record(&record_from_hex(hex)), expected);
    }
}

#[test]
fn json_is_read_as_real_values_demand() {
    let rows: &[(&str, u16, &str, Fields)] = &[
        ("280: the type is an array of bits", 280, r#"{"bolusType":[0,3,4]}"#, &[("bolusType", 25.0)]),
        ("64: the type of the same name is a number", 64, r#"{"bolusType":3}"#, &[("bolusType", 3.0)]),
        (
            "399: the mask is that of the record",
            399,
            r#"{"egvInfoBitmask":[0,5,6,7,8,11,12]}"#,
            &[("egvInfoBitmask", 6625.0)],
        ),
        ("280: the remote id is unsigned", 280, r#"{"remoteId":254}"#, &[("remoteId", 254.0)]),
        (
            "90: units per hour, not thousandths",
            90,
            r#"{"commandedBasalRate":0.763}"#,
            &[("commandedBasalRate", 0.763)],
        ),
        (
            "90: an index that the server takes for a mask",
            90,
            r#"{"featuresBitmask":[],"featureBitmaskIndex":[]}"#,
            &[("featuresBitmask", 0.0), ("featureBitmaskIndex", 0.0)],
        ),
        (
            "399: a low keeps its number",
            399,
            r#"{"glucoseValueStatus":2,"currentGlucoseDisplayValue":38}"#,
            &[("currentGlucoseDisplayValue", 38.0)],
        ),
        ("66: the byte of `queued` under its older name", 66, r#"{"spareA2":1}"#, &[("queued", 1.0)]),
        ("256: a rate of 127 stays", 256, r#"{"rate":127}"#, &[("rate", 127.0)]),
        (
            "313: fields that old catalogues lack",
            313,
            r#"{"weight":80,"weightUnit":2,"currentTdIpop":5}"#,
            &[("weight", 80.0), ("currentTdIpop", 5.0)],
        ),
        ("279: reserved bytes that are not 0", 279, r#"{"reservedA2":3}"#, &[("reservedA2", 3.0)]),
    ];
    for (about, code, properties, expected) in rows {
        let text = format!(
            r#"{{"eventCode":{code},"sequenceGroup":0,"sequenceNumber":1,"pumpDateTime":"2026-05-14T00:00:00","eventProperties":{properties}}}"#
        );
        check(about, &decode_json(&text).unwrap().event, expected);
    }
}

/// Five events were captured over Bluetooth and as JSON: only the reversal of whole words makes them agree.
#[test]
fn both_captures_of_one_event_have_the_same_content() {
    let rows = [
        (
            "10e52291654b0006f8f800020100000001010000000000000000",
            r#"{"eventCode":229,"sequenceGroup":0,"sequenceNumber":456952,"pumpDateTime":"2026-05-18T10:19:55","eventProperties":{"currentUserMode":0,"previousUserMode":1,"requestedAction":2,"spareA3":0,"sleepStartedByGui":1,"activeSleepSchedule":[0],"spareB6":0,"exerciseStoppedByTimer":0,"exerciseChoice":0,"exerciseTime":0,"eatingSoonStoppedByTimer":0}}"#,
        ),
        (
            "103f228e2ee30006d64abf8000000000000300085ab500000000",
            r#"{"eventCode":63,"sequenceGroup":0,"sequenceNumber":448074,"pumpDateTime":"2026-05-15T23:50:59","eventProperties":{"primeSize":-1,"completionStatus":3,"position":547509}}"#,
        ),
        (
            "1173228ee1d40006dcf800000320000000010000000000000000",
            r#"{"eventCode":371,"sequenceGroup":0,"sequenceNumber":449784,"pumpDateTime":"2026-05-16T12:34:28","eventProperties":{"dalertId":32,"sensorType":3,"spareA2":0,"ackSource":1}}"#,
        ),
    ];
    for (hex, text) in rows {
        let (record, json) = (decode_record(&record_from_hex(hex)), decode_json(text).unwrap().event);
        assert!(record.same_content(&json) && json.same_content(&record), "{record:?} {json:?}");
        assert_eq!(record.payload(), json.payload());
        let other = decode_json(&text.replace("\"sequenceNumber\":4", "\"sequenceNumber\":5")).unwrap().event;
        assert!(!record.same_content(&other));
    }
}
