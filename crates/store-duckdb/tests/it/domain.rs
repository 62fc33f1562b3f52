//! Domain tables out of small logs written by hand: what a pump tells in several messages, joined.
//!
//! A log is text, one event a line: `[+days] hh:mm:ss code field=value …`. Numbers count up by one; `#n` before a line sets
//! the next one. A line `--` ends an upload. Each log is derived upload by upload, and again in one piece: the
//! rows must be the same.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, Utc};
use pipeline::clock_model::ZoneHistory;
use pipeline::store::{RawPage, Stage};
use pipeline::testing::batch_of;
use pipeline::{DomainStore, PumpKey, RawStore, RunStore, SerialNumber, StopSignal};
use pump_events::{Event, EventBuilder, EventCode, PumpTime, encode_raw_record, encode_record};
use store_duckdb::DuckStore;

use crate::contents::rows;

pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-20T12:00:00Z".parse().expect("an instant")
}

/// The events of a log, upload by upload.
pub(crate) fn uploads(log: &str) -> Vec<Vec<String>> {
    let mut uploads = vec![Vec::new()];
    let mut number = 1;
    for line in log.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if line == "--" {
            uploads.push(Vec::new());
        } else if let Some(next) = line.strip_prefix('#') {
            number = next.trim().parse().expect("a number after #");
        } else {
            let event = event(number, line).unwrap_or_else(|error| panic!("{line}: {error}"));
            uploads.last_mut().expect("an upload").push(event);
            number += 1;
        }
    }
    uploads
}

fn event(number: u32, line: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut words = line.split_whitespace().peekable();
    let days = words.next_if(|word| word.starts_with('+')).map_or(Ok(0), |days| days[1..].parse::<i64>())?;
    let time = words.next().ok_or("a time")?.parse::<chrono::NaiveTime>()?;
    let code = words.next().ok_or("a code")?.parse()?;
    let day = NaiveDate::from_ymd_opt(2026, 5, 18).ok_or("a day")? + Duration::days(days);
    let event = Event::build(EventCode(code)).sequence_number(number).pump_time(pump_time(day.and_time(time)));
    let event = words.try_fold(event, |event, word| {
        let (field, value) = word.split_once('=').ok_or("field=value")?;
        set(event, field, value)
    })?;
    Ok(encode_raw_record(&encode_record(&event.finish())))
}

fn set(event: EventBuilder, field: &str, value: &str) -> Result<EventBuilder, Box<dyn std::error::Error>> {
    Ok(match value {
        float if float.contains('.') => event.set(field, float.parse::<f32>()?)?,
        negative if negative.starts_with('-') => event.set(field, negative.parse::<i32>()?)?,
        number => event.set(field, number.parse::<u32>()?)?,
    })
}

fn pump_time(wall: NaiveDateTime) -> PumpTime {
    let start = NaiveDate::from_ymd_opt(2008, 1, 1).expect("a day").and_time(chrono::NaiveTime::MIN);
    PumpTime::from_seconds(u32::try_from((wall - start).num_seconds()).expect("pump time"))
}

/// A store without history.
pub(crate) fn empty_store() -> DuckStore {
    DuckStore::in_memory().expect("a database in memory")
}

/// A store with the uploads, each decoded and derived before the next; the pump lives in `zone`, if any.
pub(crate) fn derived(uploads: &[Vec<String>], zone: Option<chrono_tz::Tz>) -> DuckStore {
    let mut store = empty_store();
    derive_in(&mut store, uploads, zone);
    store
}

fn derive_in(store: &mut DuckStore, uploads: &[Vec<String>], zone: Option<chrono_tz::Tz>) {
    if let Some(zone) = zone {
        pipeline::parse::set_zones(store, &ZoneHistory::from_zone(zone)).expect("a zone");
    }
    for upload in uploads {
        add(store, "11", upload);
    }
}

/// Stores, decodes and derives an upload of the pump `serial`.
pub(crate) fn add(store: &mut DuckStore, serial: &str, upload: &[String]) {
    let pump = store.pump_for(&PumpKey::Serial(SerialNumber::new(serial)), now()).expect("a pump");
    let run = store.begin_run(Stage::Import, now()).expect("a run");
    let events = batch_of(upload.iter().map(String::as_str));
    store.store_page(&RawPage { pump, run, received: now(), events: &events, window: None }).expect("stored");
    pipeline::parse::parse(store, &StopSignal::default(), &mut |_| ()).expect("decoded");
    for pending in store.pending_derivations().expect("pending") {
        store.derive(pending).expect("derived");
    }
}

/// The rows of a query, columns joined by `|`, NULL as `-`.
pub(crate) fn table(store: &mut DuckStore, query: &str) -> Vec<String> {
    rows(store, &format!("SELECT coalesce(COLUMNS(*)::VARCHAR, '-') FROM ({query})")).expect("a query of the test")
}

pub(crate) fn check(log: &str, query: &str, expected: &[&str]) {
    check_in(None, log, query, expected);
}

fn check_in(zone: Option<chrono_tz::Tz>, log: &str, query: &str, expected: &[&str]) {
    let uploads = uploads(log);
    assert_eq!(ask(vec![uploads.concat()], zone, query), expected, "in one piece: {query}");
    if uploads.len() > 1 {
        let backwards = uploads.iter().rev().cloned().collect();
        assert_eq!(ask(uploads, zone, query), expected, "upload by upload: {query}");
        assert_eq!(ask(backwards, zone, query), expected, "the newest upload first: {query}");
    }
}

/// What a store holds: uploads, and the zone in which the pump lives.
type Log = (Vec<Vec<String>>, Option<chrono_tz::Tz>);

/// What a store of these uploads answers. Stores are kept for further questions, and are used again for other logs: making the
/// tables takes longer than clearing them.
fn ask(uploads: Vec<Vec<String>>, zone: Option<chrono_tz::Tz>, query: &str) -> Vec<String> {
    const KEPT: usize = 8;
    static STORES: Mutex<VecDeque<(Log, DuckStore)>> = Mutex::new(VecDeque::new());
    let stores = || STORES.lock().unwrap_or_else(PoisonError::into_inner);
    let log = (uploads, zone);
    let known = {
        let mut stores = stores();
        let place = stores.iter().position(|(other, _)| *other == log);
        place.and_then(|place| stores.remove(place))
    };
    let mut store = known.map_or_else(
        || {
            let mut stores = stores();
            let oldest = if stores.len() < KEPT { None } else { stores.pop_front() };
            drop(stores);
            let mut store = oldest.map_or_else(empty_store, |(_, mut store)| {
                clear(&mut store);
                store
            });
            derive_in(&mut store, &log.0, log.1);
            store
        },
        |(_, store)| store,
    );
    let answer = table(&mut store, query);
    stores().push_back((log, store));
    answer
}

/// Makes `store` as good as new.
pub(crate) fn clear(store: &mut DuckStore) {
    let tables = "SELECT table_name FROM duckdb_tables() WHERE NOT temporary AND table_name NOT IN ('refinery_schema_history', 'derived_objects')";
    let names = rows(store, tables).expect("tables");
    let complete = "UPDATE derived_objects SET is_complete = true WHERE NOT is_complete";
    let statements = names.iter().fold(complete.to_owned(), |all, name| format!("{all}; DELETE FROM {name}"));
    store.connection().expect("a connection").execute_batch(&statements).expect("cleared");
}

const BOLUSES: &str =
    "SELECT bolus_id, kind, status, source, requested_units, delivered_units, extended_units, extended_minutes,
    started::TIME, ended::TIME FROM boluses ORDER BY id";

#[test]
fn a_bolus_from_the_phone_for_carbs_and_glucose() {
    let log = "
        08:00:00 64 bolusId=1426 bolusType=3 correctionBolusIncluded=1 carbAmount=65 bg=114 iob=1.25
        08:00:00 65 bolusId=1426 options=4 standardPercent=100
        08:00:00 66 bolusId=1426 foodBolusSize=10.83 correctionBolusSize=0.13 totalBolusSize=10.96
        08:00:15 55 bolusId=1426 iob=1.25 bolusSize=10.96
        08:00:15 280 bolusId=1426 bolusDeliveryStatus=1 bolusType=25 bolusSource=8 requestedNow=10960 correction=130
        --
        08:02:18 280 bolusId=1426 bolusDeliveryStatus=0 bolusType=25 bolusSource=8 requestedNow=10960 correction=130 deliveredTotal=10960
        08:02:18 20 bolusId=1426 completionStatus=3 iob=12.2 insulinDelivered=10.96 insulinRequested=10.96";
    check(log, BOLUSES, &["1426|food_and_correction|completed|remote|10.96|10.96|0.0|-|08:00:15|08:02:18"]);
    let columns = "SELECT food_units, correction_units, carbs_grams, bg_mgdl, iob_units, carb_ratio, isf, target_bg, user_override,
        source_detail, interrupted, events_id % 1000, last_events_id % 1000, timestamp, timestamp_utc FROM boluses";
    let id = (281_474_976_710_656_i64 + 1) % 1000;
    let row = format!(
        "10.83|0.13|65|114|1.25|-|-|-|false|ble|false|{id}|{}|2026-05-18 08:00:00|2026-05-18 08:00:00+00",
        id + 6
    );
    check(log, columns, &[&row]);
}

#[test]
fn a_bolus_is_completed_by_a_later_upload() {
    let first = "
        08:00:00 64 bolusId=7 carbAmount=30 carbRatio=10000
        08:00:00 65 bolusId=7 targetBg=110 isf=40
        08:00:00 66 bolusId=7 foodBolusSize=3.0 totalBolusSize=3.0";
    check(first, BOLUSES, &["7|food|requested|user|3.0|0.0|0.0|-|-|-"]);
    let started = format!(
        "{first}
        08:00:08 55 bolusId=7 bolusSize=3.0
        --
        08:00:08 280 bolusId=7 bolusDeliveryStatus=1 bolusSource=1 requestedNow=3000 deliveredTotal=0"
    );
    check(&started, BOLUSES, &["7|food|in_progress|user|3.0|0.0|0.0|-|08:00:08|-"]);
    let ended =
        format!("{started}\n--\n08:01:40 20 bolusId=7 completionStatus=3 insulinDelivered=3.0 insulinRequested=3.0");
    check(&ended, BOLUSES, &["7|food|completed|user|3.0|3.0|0.0|-|08:00:08|08:01:40"]);
    check(&ended, "SELECT carb_ratio, isf, target_bg FROM boluses", &["10.0|40|110"]);
}

#[test]
fn ways_for_a_bolus_to_end() {
    let statuses = [
        (0, "0.04657", "cancelled"),
        (1, "0.3", "stopped_by_alarm"),
        (2, "0.3", "stopped_by_malfunction"),
        (3, "0.49999997", "completed"),
        (5, "0.0", "rejected"),
        (6, "0.2", "stopped_by_low_glucose"),
        (9, "0.2", "unknown_9"),
    ];
    for (number, delivered, status) in statuses {
        let log = format!(
            "08:00:00 64 bolusId=1644 bolusType=3 bg=151
             08:00:00 66 bolusId=1644 totalBolusSize=0.5
             08:00:09 55 bolusId=1644 bolusSize=0.5
             --
             08:00:12 20 bolusId=1644 completionStatus={number} insulinDelivered={delivered} insulinRequested=0.5"
        );
        let rounded: f64 = delivered.parse::<f64>().map(|units| (units * 1e5).round() / 1e5).expect("a number");
        let row = format!("1644|manual|{status}|remote|0.5|{rounded:?}|0.0|-|08:00:09|08:00:12");
        check(&log, BOLUSES, &[&row]);
        let interrupted = ["completed", "rejected"].iter().all(|whole| *whole != status);
        check(&log, "SELECT interrupted FROM boluses", &[if interrupted { "true" } else { "false" }]);
    }
}

#[test]
fn kinds_of_boluses() {
    let rows = [
        (
            "64 bolusId=1 bolusType=2",
            "65 bolusId=1 options=3",
            "66 bolusId=1 correctionBolusSize=0.6 totalBolusSize=0.6",
            "automatic|automatic|false",
        ),
        (
            "64 bolusId=1 bolusType=1 carbAmount=20",
            "65 bolusId=1 options=0",
            "66 bolusId=1 foodBolusSize=2.0 totalBolusSize=2.0",
            "food|user|false",
        ),
        (
            "64 bolusId=1 bolusType=0 bg=210",
            "65 bolusId=1 options=0",
            "66 bolusId=1 correctionBolusSize=2.0 totalBolusSize=2.0",
            "correction|user|false",
        ),
        ("64 bolusId=1 bolusType=0", "65 bolusId=1 options=2", "66 bolusId=1 totalBolusSize=2.0", "quick|user|false"),
        ("64 bolusId=1 bolusType=3", "65 bolusId=1 options=2", "66 bolusId=1 totalBolusSize=2.0", "quick|remote|false"),
        (
            "64 bolusId=1 bolusType=0",
            "65 bolusId=1 options=0 userOverride=1",
            "66 bolusId=1 totalBolusSize=4.0",
            "manual|user|true",
        ),
        (
            "64 bolusId=1 bolusType=1",
            "65 bolusId=1 options=0 userOverride=1",
            "66 bolusId=1 correctionBolusSize=1.47 totalBolusSize=3.0",
            "correction|user|true",
        ),
        (
            "64 bolusId=1 bolusType=1",
            "65 bolusId=1 options=1 standardPercent=40 duration=120",
            "66 bolusId=1 foodBolusSize=4.0 totalBolusSize=4.0",
            "extended|user|false",
        ),
        (
            "64 bolusId=1 bolusType=3",
            "65 bolusId=1 options=5 standardPercent=40 duration=120",
            "66 bolusId=1 foodBolusSize=4.0 totalBolusSize=4.0",
            "extended|remote|false",
        ),
    ];
    for (first, second, third, expected) in rows {
        let log = format!("08:00:00 {first}\n08:00:00 {second}\n--\n08:00:00 {third}");
        check(&log, "SELECT kind, source, user_override FROM boluses", &[expected]);
    }
}

#[test]
fn an_extended_bolus_cancelled_in_its_later_part() {
    let log = "
        12:00:00 64 bolusId=2046 bolusType=3 carbAmount=50
        12:00:00 65 bolusId=2046 options=5 standardPercent=25 duration=180
        12:00:00 66 bolusId=2046 foodBolusSize=8.33 totalBolusSize=8.330001
        12:00:15 55 bolusId=2046 bolusSize=2.083
        12:00:15 280 bolusId=2046 bolusDeliveryStatus=1 bolusType=19 bolusSource=8 requestedNow=2083 requestedLater=6247 extendedDurationRequested=180
        --
        12:01:51 20 bolusId=2046 completionStatus=3 insulinDelivered=2.0829997 insulinRequested=2.083
        12:01:51 59 bolusId=2046 bolexSize=6.247
        12:01:51 280 bolusId=2046 bolusDeliveryStatus=1 bolusType=19 bolusSource=8 requestedNow=2083 requestedLater=6247 extendedDurationRequested=180 deliveredTotal=2083
        --
        12:40:00 64 bolusId=2047 bolusType=2
        12:40:00 66 bolusId=2047 correctionBolusSize=0.5 totalBolusSize=0.5
        12:40:10 20 bolusId=2047 completionStatus=3 insulinDelivered=0.5 insulinRequested=0.5
        13:01:51 280 bolusId=2046 bolusDeliveryStatus=1 bolusType=19 bolusSource=8 requestedNow=2083 requestedLater=6247 extendedDurationRequested=180 deliveredTotal=4165
        --
        14:16:51 21 bolusId=2046 completionStatus=0 insulinDelivered=4.6852484 insulinRequested=6.247
        14:16:51 280 bolusId=2046 bolusDeliveryStatus=0 bolusType=19 bolusSource=8 requestedNow=2083 requestedLater=6247 extendedDurationRequested=180 deliveredTotal=6768";
    let automatic = "2047|automatic|completed|automatic|0.5|0.5|0.0|-|-|12:40:10";
    check(log, BOLUSES, &["2046|extended|cancelled|remote|8.33|6.76825|6.247|180|12:00:15|14:16:51", automatic]);
    check(log, "SELECT extended_delivered_units, interrupted FROM boluses WHERE bolus_id = 2046", &["4.68525|true"]);
    let running: Vec<&str> = log.split("--").take(3).collect();
    let running = running.join("--");
    check(&running, BOLUSES, &["2046|extended|in_progress|remote|8.33|4.165|6.247|180|12:00:15|-", automatic]);
}

#[test]
fn extended_boluses_stopped_early_and_all_later() {
    let stopped = "
        12:00:00 64 bolusId=9 carbAmount=50
        12:00:00 65 bolusId=9 options=1 standardPercent=50 duration=60
        12:00:00 66 bolusId=9 foodBolusSize=4.0 totalBolusSize=4.0
        12:00:09 280 bolusId=9 bolusDeliveryStatus=1 bolusSource=1 requestedNow=2000 requestedLater=2000 extendedDurationRequested=60
        12:00:30 280 bolusId=9 bolusDeliveryStatus=0 bolusSource=1 requestedNow=2000 requestedLater=2000 extendedDurationRequested=60 deliveredTotal=500
        12:00:30 20 bolusId=9 completionStatus=1 insulinDelivered=0.5 insulinRequested=2.0";
    check(stopped, BOLUSES, &["9|extended|stopped_by_alarm|user|4.0|0.5|2.0|60|12:00:09|12:00:30"]);
    let later = "
        12:00:00 65 bolusId=9 options=1 standardPercent=0 duration=60
        12:00:00 66 bolusId=9 foodBolusSize=4.0 totalBolusSize=4.0
        12:00:09 280 bolusId=9 bolusDeliveryStatus=1 bolusSource=1 requestedLater=4000 extendedDurationRequested=60
        --
        12:00:09 59 bolusId=9 bolexSize=4.0
        13:00:09 21 bolusId=9 completionStatus=3 insulinDelivered=4.0 insulinRequested=4.0
        13:00:09 280 bolusId=9 bolusDeliveryStatus=0 bolusSource=1 requestedLater=4000 extendedDurationRequested=60 deliveredTotal=4000";
    check(later, BOLUSES, &["9|extended|completed|user|4.0|4.0|4.0|60|12:00:09|13:00:09"]);
}

#[test]
fn what_is_known_of_a_bolus_in_a_hole_of_the_log() {
    let only_progress = "
        12:00:00 280 bolusId=9 bolusDeliveryStatus=1 bolusSource=7 bolusType=9 requestedNow=1001 correction=1001
        12:01:30 280 bolusId=9 bolusDeliveryStatus=0 bolusSource=7 bolusType=9 requestedNow=1001 correction=1001 deliveredTotal=1001";
    check(only_progress, BOLUSES, &["9|automatic|completed|automatic|1.001|1.001|0.0|-|12:00:00|12:01:30"]);
    let only_end = "12:01:30 20 bolusId=9 completionStatus=3 insulinDelivered=3.53 insulinRequested=3.53";
    check(only_end, BOLUSES, &["9|manual|completed|user|3.53|3.53|0.0|-|-|12:01:30"]);
}

#[test]
fn a_bolus_number_comes_again() {
    let once = "
        08:00:00 64 bolusId=3 carbAmount=10
        08:00:00 66 bolusId=3 foodBolusSize=1.0 totalBolusSize=1.0
        08:01:00 20 bolusId=3 completionStatus=3 insulinDelivered=1.0 insulinRequested=1.0";
    let again = once.replace("08:0", "09:0").replace("1.0", "2.0");
    let rows = ["3|food|completed|user|1.0|1.0|0.0|-|-|08:01:00", "3|food|completed|user|2.0|2.0|0.0|-|-|09:01:00"];
    check(&format!("{once}\n--\n{again}"), BOLUSES, &rows);
    let (_, without_request) =
        again.split_once('\n').map(|(_, rest)| rest.split_once('\n').expect("lines")).expect("lines");
    let far = format!("{once}\n--\n#10050\n{without_request}");
    let rows = ["3|food|completed|user|1.0|1.0|0.0|-|-|08:01:00", "3|food|completed|user|2.0|2.0|0.0|-|-|09:01:00"];
    check(&far, BOLUSES, &rows);
    let near = format!("{once}\n--\n#9000\n{without_request}");
    assert_eq!(table(&mut derived(&uploads(&near), None), "SELECT count(*) FROM boluses"), ["1"]);
}

#[test]
fn two_pumps_share_nothing() {
    let log = "
        08:00:00 64 bolusId=3 carbAmount=10
        08:00:00 66 bolusId=3 foodBolusSize=1.0 totalBolusSize=1.0
        08:00:00 279 commandedRate=1000 commandedRateSource=1
        08:01:00 11 suspendReason=0 insulinAmount=90";
    let end = "
        #50
        08:02:00 20 bolusId=3 completionStatus=3 insulinDelivered=1.0 insulinRequested=1.0
        08:03:00 12
        08:05:00 279 commandedRate=500 commandedRateSource=1";
    let mut store = derived(&[], None);
    add(&mut store, "11", &uploads(log)[0]);
    add(&mut store, "22", &uploads(&format!("{log}\n{end}"))[0]);
    add(&mut store, "11", &uploads("#100\n08:04:00 279 commandedRate=700 commandedRateSource=1")[0]);
    assert_eq!(table(&mut store, "SELECT pump_id, status FROM boluses ORDER BY id"), ["1|requested", "2|completed"]);
    assert_eq!(table(&mut store, "SELECT pump_id, ended::TIME FROM suspensions ORDER BY id"), ["1|-", "2|08:03:00"]);
    let spans = "SELECT pump_id, timestamp::TIME, ended::TIME, seconds FROM basal_deliveries ORDER BY id";
    assert_eq!(
        table(&mut store, spans),
        ["1|08:00:00|08:04:00|240", "1|08:04:00|-|0", "2|08:00:00|08:05:00|300", "2|08:05:00|-|0"]
    );
}

const SPANS: &str = "SELECT started, ended, started_utc::TIMESTAMP, ended_utc::TIMESTAMP, seconds, rate_units_per_hour, delivered_units, source
    FROM basal_spans ORDER BY id";

#[test]
fn basal_spans_run_to_the_next_and_the_last_to_the_end_of_the_log() {
    let log = "
        23:50:00 279 commandedRate=1200 commandedRateSource=1 profileBasalRate=1200
        23:55:00 279 commandedRate=0 commandedRateSource=0 profileBasalRate=1200
        --
        +1 00:10:00 279 commandedRate=600 commandedRateSource=3 profileBasalRate=1200 algorithmRate=600
        +1 00:15:00 90
        --
        +1 00:20:00 90";
    check(
        log,
        SPANS,
        &[
            "2026-05-18 23:50:00|2026-05-18 23:55:00|2026-05-18 23:50:00|2026-05-18 23:55:00|300|1.2|0.1|profile",
            "2026-05-18 23:55:00|2026-05-19 00:10:00|2026-05-18 23:55:00|2026-05-19 00:10:00|900|0.0|0.0|suspended",
            "2026-05-19 00:10:00|-|2026-05-19 00:10:00|-|600|0.6|0.1|algorithm",
        ],
    );
    let days = "SELECT day, basal_units, round(basal_hours * 60), round(suspended_hours * 60), round(algorithm_hours * 60) FROM daily_totals ORDER BY day";
    check(log, days, &["2026-05-18|0.1|10.0|5.0|0.0", "2026-05-19|0.1|20.0|10.0|10.0"]);
}

#[test]
fn a_silent_pump_delivers_nothing() {
    let log = "
        08:00:00 279 commandedRate=1000 commandedRateSource=1
        08:05:00 81 dailyTotalBasal=8.08
        --
        09:06:00 99
        09:10:00 279 commandedRate=1000 commandedRateSource=1
        09:40:00 99
        09:45:00 279 commandedRate=1000 commandedRateSource=1
        10:40:00 90";
    check(
        log,
        "SELECT started::TIME, ended::TIME, seconds FROM basal_spans ORDER BY id",
        &["08:00:00|08:05:00|300", "09:45:00|-|3300"],
    );
    // Where the processor restarts, the last sign of life is the rate's own event.
    check(
        log,
        "SELECT timestamp::TIME, ended::TIME, seconds FROM basal_deliveries WHERE seconds = 0",
        &["09:10:00|09:10:00|0"],
    );
}

#[test]
fn spans_are_counted_in_true_time_when_the_clock_is_set() {
    // Summer time ended at 02:00 on the first of November; the person sets the clock back at ten.
    let log = "
        +167 09:55:00 279 commandedRate=1200 commandedRateSource=1
        +167 10:00:00 14 datePrior=6879 dateAfter=6879
        +167 09:00:00 13 timePrior=36000000 timeAfter=32400000
        --
        +167 09:05:00 279 commandedRate=1200 commandedRateSource=1
        +167 09:10:00 90";
    check_in(
        Some(chrono_tz::America::New_York),
        log,
        "SELECT started::TIME, ended::TIME, started_utc::TIMESTAMP::TIME, ended_utc::TIMESTAMP::TIME, seconds
        FROM basal_spans ORDER BY id",
        &["09:55:00|09:05:00|13:55:00|14:05:00|600", "09:05:00|-|14:05:00|-|300"],
    );
    let changes = "SELECT clock_before::TIME, clock_after::TIME, change_seconds, timestamp_utc::TIMESTAMP::TIME FROM clock_changes";
    check_in(Some(chrono_tz::America::New_York), log, changes, &["10:00:00|09:00:00|-3600.0|14:00:00"]);
}

#[test]
fn carbs_are_counted_once() {
    let log = "
        08:00:00 48 carbs=60.0
        08:00:02 16 bg=150 bgEntryType=1 targetBg=110 isf=30 iob=1.5
        --
        08:00:06 64 bolusId=1 carbAmount=60
        09:00:00 64 bolusId=2 carbAmount=20
        10:00:00 48 carbs=15.0
        11:00:00 48 carbs=20.0
        --
        #500
        12:00:00 64 bolusId=3 carbAmount=20
        12:10:00 64 bolusId=4 bg=200";
    check(
        log,
        "SELECT timestamp::TIME, carbs_grams, bolus_id FROM carb_entries ORDER BY id",
        &["08:00:00|60.0|1", "09:00:00|20.0|2", "10:00:00|15.0|-", "11:00:00|20.0|-", "12:00:00|20.0|3"],
    );
    check(
        log,
        "SELECT bg_mgdl, source, iob_units, isf, target_bg, used_to_calibrate FROM bg_readings",
        &["150|cgm|1.5|30|110|false"],
    );
}

#[test]
fn suspensions_and_modes() {
    let log = "
        08:00:00 230 currentPcm=3 previousPcm=2
        08:00:00 11 suspendReason=6 insulinAmount=150
        08:00:00 230 currentPcm=0 previousPcm=3
        --
        08:20:00 12 insulinAmount=150
        08:20:00 230 currentPcm=3
        08:30:00 230 currentPcm=3
        09:00:00 11 suspendReason=1 insulinAmount=20
        --
        22:00:00 229 currentUserMode=1
        22:30:00 229 currentUserMode=1
        --
        +1 07:00:00 229 currentUserMode=2 exerciseTime=90
        +1 08:00:00 229 currentUserMode=0";
    check(
        log,
        "SELECT started::TIME, ended::TIME, reason, reservoir_units FROM suspensions ORDER BY id",
        &["08:00:00|08:20:00|low_glucose|150", "09:00:00|-|alarm|20"],
    );
    check(
        log,
        "SELECT started, ended, mode, set_minutes FROM user_modes ORDER BY id",
        &[
            "2026-05-18 22:00:00|2026-05-19 07:00:00|sleeping|-",
            "2026-05-19 07:00:00|2026-05-19 08:00:00|exercising|90",
        ],
    );
    check(
        log,
        "SELECT started::TIME, ended::TIME, mode FROM control_iq_modes ORDER BY id",
        &["08:00:00|08:00:00|closed_loop", "08:00:00|08:20:00|no_control", "08:20:00|-|closed_loop"],
    );
}

#[test]
fn temporary_rates_of_both_kinds() {
    let log = "
        08:00:00 565 tempRateId=4 tempBasalPercent=50 requestedPercent=50 duration=3600000
        --
        08:30:00 564 tempRateId=4 stopReason=0 timeLeft=1800000
        09:00:00 2 tempRateId=5 percent=120.0 duration=1800000.0
        --
        09:30:00 15 tempRateId=5 timeLeft=0
        10:00:00 2 tempRateId=6 percent=0.0 duration=900000.0
        10:05:00 2 tempRateId=7 percent=80.0 duration=900000.0
        --
        11:00:00 90";
    check(
        log,
        "SELECT temp_rate_id, percent, set_minutes, started::TIME, ended::TIME, outcome FROM temp_rates ORDER BY id",
        &[
            "4|50.0|60.0|08:00:00|08:30:00|stopped",
            "5|120.0|30.0|09:00:00|09:30:00|completed",
            "6|0.0|15.0|10:00:00|10:05:00|replaced",
            "7|80.0|15.0|10:05:00|10:20:00|completed",
        ],
    );
}

#[test]
fn sensor_sessions_of_every_sensor() {
    let log = "
        08:00:00 394 cgmTimestamp=3600 sessionSignature=72
        --
        08:10:00 394 cgmTimestamp=4201 sessionSignature=72
        +10 08:00:00 447 sessionStartTime=73 sessionStopTime=890591 sessionDuration=10 sessionStopReason=5 stopSessionCode=1
        --
        +10 09:00:00 212 currentTransmitterTime=1000 sessionStartTime=1000 sessionDuration=10
        +10 10:00:00 213 currentTransmitterTime=4600 sessionStartTime=1000 sessionDuration=10 sessionJoinReason=10
        +11 09:00:00 477 sessionStartTime=1780044953 sessionJoinTime=1780044960 sessionDuration=15
        +12 09:00:00 404 sessionStartTime=580900000 sessionDuration=14
        --
        +13 09:00:00 405 sessionStopReason=1 sessionDuration=14";
    check(
        log,
        "SELECT sensor_type, started, ended, sensor_started, set_days, stop_reason FROM sensor_sessions ORDER BY id",
        &[
            "dexcom_g7|2026-05-18 08:00:00|2026-05-28 08:00:00|2026-05-18 07:00:00|-|5",
            "dexcom_g6|2026-05-28 09:00:00|2026-05-29 09:00:00|2026-05-28 09:00:00|10|-",
            "libre3|2026-05-29 09:00:00|2026-05-30 09:00:00|2026-05-29 08:55:53|15|-",
            "libre2|2026-05-30 09:00:00|2026-05-31 09:00:00|2026-05-29 09:06:40|14|1",
        ],
    );
}

#[test]
fn alarms_are_raised_acknowledged_and_cleared() {
    let log = "
        08:00:00 369 dalertId=3 sensorType=3 param1=73 param2=80.0
        08:01:00 371 dalertId=3 sensorType=3 ackSource=0
        --
        08:30:00 370 dalertId=3 sensorType=3
        08:40:00 5 alarmId=2 param1=5
        08:41:00 4 alertId=2
        --
        08:42:00 8 alarmId=2
        08:43:00 28 alarmId=2
        09:00:00 369 dalertId=3 sensorType=3 param1=70 param2=80.0
        09:30:00 369 dalertId=3 sensorType=3 param1=69 param2=80.0
        --
        09:31:00 370 dalertId=3 sensorType=3
        09:32:00 26 alertId=50
        09:33:00 6 malfId=9
        09:34:00 7 malfId=9
        10:00:00 171 dalertId=14
        10:01:00 173 alertId=14
        10:02:00 172 dalertId=14
        10:03:00 4 alertId=777";
    check(
        log,
        "SELECT family, name, timestamp::TIME, acknowledged::TIME, acknowledged_by, cleared::TIME, param2 FROM alarms ORDER BY id",
        &[
            "cgm|user_low_egv|08:00:00|08:01:00|user|08:30:00|80.0",
            "alarm|occlusion|08:40:00|08:42:00|-|08:43:00|0.0",
            "alert|lipo_low|08:41:00|-|-|-|0.0",
            "cgm|user_low_egv|09:00:00|-|-|-|80.0",
            "cgm|user_low_egv|09:30:00|-|-|09:31:00|80.0",
            "malfunction|motor|09:33:00|09:34:00|-|-|0.0",
            "cgm|out_of_range|10:00:00|10:01:00|-|10:02:00|0.0",
            "alert|alert_777|10:03:00|-|-|-|0.0",
        ],
    );
}

#[test]
fn sites_and_batteries() {
    let log = "
        08:00:00 31
        08:01:00 32
        08:02:00 33 insulinVolume=180 v2Volume=185.6
        08:03:00 63 primeSize=-1.0 completionStatus=3 position=547509
        08:04:00 61 primeSize=0.3 completionStatus=3
        08:05:00 53 liPoMV=3921 liPoAbc=80
        --
        08:10:00 81 dailyTotalBasal=8.5 lastBasalRate=1.0 iob=2.5 batteryLipoMilliVolts=3830 batteryChargePercent=55
        23:58:00 81 dailyTotalBasal=24.5 batteryLipoMilliVolts=3800 batteryChargePercent=50 finalEventForDay=1
        --
        +1 00:10:00 81 dailyTotalBasal=0.2 batteryLipoMilliVolts=3790 batteryChargePercent=49
        +1 15:18:29 81 dailyTotalBasal=15.5 batteryLipoMilliVolts=3790 batteryChargePercent=49 finalEventForDay=1
        +1 15:30:00 81 dailyTotalBasal=0.1 batteryLipoMilliVolts=3790 batteryChargePercent=49
        +1 23:59:00 81 dailyTotalBasal=8.4 batteryLipoMilliVolts=3790 batteryChargePercent=49 finalEventForDay=1";
    check(
        log,
        "SELECT kind, units, status FROM site_changes ORDER BY id",
        &[
            "cartridge_removed|-|-",
            "cartridge_inserted|-|-",
            "cartridge_filled|180.0|-",
            "tubing_filled|-|completed",
            "cannula_filled|0.3|completed",
        ],
    );
    check(log, "SELECT charge_percent, millivolts FROM battery_readings ORDER BY id LIMIT 2", &["80|3921", "55|3830"]);
    check(log, "SELECT day, pump_basal_units FROM daily_totals ORDER BY day", &["2026-05-18|24.5", "2026-05-19|23.9"]);
}

#[test]
fn a_day_adds_up_what_was_delivered() {
    let log = "
        08:00:00 64 bolusId=1 carbAmount=30 bg=200
        08:00:00 66 bolusId=1 foodBolusSize=3.0 correctionBolusSize=1.0 totalBolusSize=4.0
        08:01:00 20 bolusId=1 completionStatus=0 insulinDelivered=2.0 insulinRequested=4.0
        09:00:00 64 bolusId=2 bolusType=2
        09:00:00 65 bolusId=2 options=3
        09:00:00 66 bolusId=2 correctionBolusSize=0.75 totalBolusSize=0.75
        09:01:00 20 bolusId=2 completionStatus=3 insulinDelivered=0.75 insulinRequested=0.75
        --
        10:00:00 65 bolusId=3 options=2
        10:00:00 66 bolusId=3 totalBolusSize=1.5
        10:01:00 20 bolusId=3 completionStatus=3 insulinDelivered=1.5 insulinRequested=1.5
        11:00:00 64 bolusId=4 bg=200
        11:00:00 66 bolusId=4 correctionBolusSize=1.0 totalBolusSize=1.0
        11:00:01 20 bolusId=4 completionStatus=5 insulinRequested=1.0
        --
        11:00:00 279 commandedRate=1000 commandedRateSource=1
        12:00:00 279 commandedRate=0 commandedRateSource=0";
    let day = "SELECT day, basal_units, bolus_units, food_units, correction_units, automatic_units, other_units, total_units, boluses,
        automatic_boluses, carbs_grams FROM daily_totals";
    check(log, day, &["2026-05-18|1.0|4.25|1.5|0.5|0.75|1.5|5.25|2|1|30.0"]);
    check(
        log,
        "SELECT hour::TIME, basal_units, bolus_units FROM insulin_hourly ORDER BY hour",
        // No basal was logged before 11:00: it is unknown, not 0.
        &["08:00:00|-|2.0", "09:00:00|-|0.75", "10:00:00|-|1.5", "11:00:00|1.0|0.0"],
    );
}
