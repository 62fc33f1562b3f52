//! How fast both encodings are decoded and written: `cargo bench -p pump-events`.
//!
//! The mix of events is that of a day: mostly CGM readings and basal deliveries, some boluses, a few of everything else.

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use pump_events::{
    Event, EventCode, PumpTime, RECORD_LENGTH, Value, decode_json, decode_records, encode_json, encode_record,
    read_json_envelope,
};

const EVENTS: usize = 10_000;
const PUMP: &str = "4ff6bebc-d4d6-4423-b123-eecfcf5a4238";

fn main() {
    divan::main();
}

#[divan::bench]
fn binary_records_with_all_values(bencher: Bencher<'_, '_>) {
    let bytes: Vec<u8> = events().iter().flat_map(encode_record).collect();
    assert_eq!(bytes.len(), EVENTS * RECORD_LENGTH);
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        let (events, tail) = decode_records(black_box(&bytes));
        assert!(tail.is_none());
        events
            .map(|event| event.values().map(|(_, value)| sum(value)).fold(0, u32::wrapping_add))
            .fold(0, u32::wrapping_add)
    });
}

#[divan::bench]
fn json_text_to_event(bencher: Bencher<'_, '_>) {
    let texts = texts();
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        texts
            .iter()
            .map(|text| decode_json(black_box(text)).map_or(0, |json| json.event.payload()[0]))
            .fold(0, u8::wrapping_add)
    });
}

#[divan::bench]
fn json_text_to_envelope(bencher: Bencher<'_, '_>) {
    let texts = texts();
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        let numbers =
            texts.iter().map(|text| read_json_envelope(black_box(text)).map_or(0, |event| event.sequence_number));
        numbers.fold(0, u32::wrapping_add)
    });
}

#[divan::bench]
fn event_to_event_data(bencher: Bencher<'_, '_>) {
    let events = events();
    let mut text = String::with_capacity(4096);
    bencher.counter(ItemsCount::new(EVENTS)).bench_local(|| {
        events.iter().fold(0, |length, event| {
            text.clear();
            black_box(event).write_json(&mut text);
            length + text.len()
        })
    });
}

#[divan::bench]
fn event_to_json_text(bencher: Bencher<'_, '_>) {
    let events = events();
    bencher
        .counter(ItemsCount::new(EVENTS))
        .bench_local(|| events.iter().map(|event| encode_json(black_box(event), PUMP).len()).sum::<usize>());
}

#[divan::bench]
fn problems_of_event(bencher: Bencher<'_, '_>) {
    let events = events();
    bencher
        .counter(ItemsCount::new(EVENTS))
        .bench_local(|| events.iter().map(|event| black_box(event).problems().len()).sum::<usize>());
}

#[divan::bench]
fn load_dictionary() -> usize {
    const TEXT: &str = include_str!("../data/dictionary.json");
    pump_events::Dictionary::from_json(black_box(TEXT)).map_or(0, |dictionary| dictionary.digest().len())
}

fn sum(value: Value) -> u32 {
    match value {
        Value::Unsigned(number) => number,
        Value::Signed(number) => number as u32,
        Value::Float(number) => number.to_bits(),
    }
}

fn texts() -> Vec<String> {
    events().iter().map(|event| with_padding(event, encode_json(event, PUMP))).collect()
}

/// The cloud's JSON of a basal delivery also carries a padding byte.
fn with_padding(event: &Event, text: String) -> String {
    match event.header().code {
        EventCode(279) => text.replace("\"profileBasalRate\"", "\"spareA3\":0,\"profileBasalRate\""),
        _ => text,
    }
}

fn events() -> Vec<Event> {
    (0..EVENTS as u32).map(|number| event(number).expect("the dictionary has these fields")).collect()
}

fn event(number: u32) -> Result<Event, pump_events::BuildError> {
    let time = PumpTime::from_seconds(579_571_291 + 30 * number);
    let code = [399, 279, 399, 279, 399, 279, 399, 3, 20, 399, 279, 64, 399, 279, 280, 26, 399, 279, 65, 66]
        [number as usize % 20];
    let event = Event::build(EventCode(code)).pump_time(time).sequence_number(441_314 + number);
    Ok(match code {
        399 => event
            .set("rate", -6)?
            .set("cgmDataType", 1u32)?
            .set("currentGlucoseDisplayValue", 60 + number % 300)?
            .set("rssi", -78)?
            .set("algorithmState", 32u32)?
            .set("egvTimeStamp", time.seconds() - 3)?
            .set("egvInfoBitmask", 0x19e1u32)?,
        279 => event
            .set("commandedRateSource", 3u32)?
            .set("profileBasalRate", 1000u32)?
            .set("commandedRate", number % 3000)?
            .set("algorithmRate", number % 3000)?
            .set("tempRate", 65_535u32)?,
        3 => event.set("commandedBasalRate", 0.763f32)?.set("baseBasalRate", 0.8f32)?.set("changeType", 1u32)?,
        20 => event.set("bolusId", number % 65_536)?.set("iob", 1.033_286_7f32)?.set("insulinDelivered", 3.53f32)?,
        64 => event.set("bolusId", number % 65_536)?.set("carbAmount", 45u32)?.set("iob", 1.762_987_7f32)?,
        280 => event.set("bolusId", number % 65_536)?.set("bolusType", 25u32)?.set("requestedNow", 3530u32)?,
        _ => event,
    }
    .finish())
}
