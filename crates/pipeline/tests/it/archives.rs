//! Archives: what a file is, what comes out of it, and what is said when it is no archive.

use std::io::Write;
use std::path::Path;

use pipeline::archive::{ArchiveKind, ArchivePage, read_archive};
use pipeline::testing::{ASSIGNMENT, basal_event};
use pump_events::PumpTime;

fn event(number: u32) -> String {
    basal_event(number, PumpTime::from_seconds(580_000_000 + number * 300), 800)
}

fn record(number: u32) -> [u8; 26] {
    pump_events::encode_record(&pump_events::decode_raw(&event(number)).expect("an event of the test"))
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

struct Read {
    outcome: Result<ArchiveKind, String>,
    events: Vec<u32>,
    rejected: usize,
    pumps: Vec<Option<String>>,
}

fn read(content: &[u8]) -> Read {
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    file.write_all(content).expect("and written");
    let mut pages: Vec<ArchivePage> = Vec::new();
    let outcome = read_archive(file.path(), None, &mut |page| {
        pages.push(page);
        true
    });
    let name = file.path().display().to_string();
    let numbers = |page: &ArchivePage| page.events.iter().map(|event| event.key.sequence_number).collect::<Vec<_>>();
    Read {
        outcome: outcome.map_err(|error| error.to_string().replace(&name, "FILE")),
        events: pages.iter().flat_map(numbers).collect(),
        rejected: pages.iter().map(|page| page.events.rejected().len()).sum(),
        pumps: pages.iter().map(|page| page.pump.as_ref().map(|pump| format!("{pump:?}"))).collect(),
    }
}

#[test]
fn every_form_is_found_out_by_its_content() {
    let (one, two) = (event(1), event(2));
    let records: Vec<u8> = [record(1), record(2)].concat();
    let encoded = base64(&records);
    let rows: [(&str, Vec<u8>, ArchiveKind); 10] = [
        ("a body", format!(r#"{{"events":[{one}],"clockChanges":[{two}]}}"#).into(), ArchiveKind::PumpLogs),
        (
            "a body with nulls",
            format!(r#" {{ "clockChanges": null, "events": [{one},{two}], "x": 1 }}"#).into(),
            ArchiveKind::PumpLogs,
        ),
        (
            "a body led by another member",
            format!(r#"{{"x":1,"events":[{one},{two}]}}"#).into(),
            ArchiveKind::EventLines,
        ),
        ("lines", format!("{one}\n{two}\n").into(), ArchiveKind::EventLines),
        ("an array", format!("[{one},{two}]").into(), ArchiveKind::EventLines),
        ("bodies in lines", format!("{{\"events\":[{one}]}}\n{{\"events\":[{two}]}}\n").into(), ArchiveKind::PumpLogs),
        ("a JSON string", format!("\"{encoded}\"").into(), ArchiveKind::Base64Records),
        ("bare base64", format!("{}\n{}\n", &encoded[..30], &encoded[30..]).into(), ArchiveKind::Base64Records),
        ("records", records.clone(), ArchiveKind::Records),
        (
            "a body after a byte order mark",
            format!("\u{feff}{{\"events\":[{one},{two}]}}").into(),
            ArchiveKind::PumpLogs,
        ),
    ];
    for (name, content, kind) in rows {
        let read = read(&content);
        assert_eq!(read.outcome, Ok(kind), "{name}");
        assert_eq!(read.events, [1, 2], "{name}");
        let pump = matches!(kind, ArchiveKind::PumpLogs | ArchiveKind::EventLines).then_some(ASSIGNMENT);
        assert!(
            read.pumps
                .iter()
                .all(|found| found.as_ref().is_some_and(|found| found.contains(ASSIGNMENT)) == pump.is_some()),
            "{name}"
        );
    }
}

#[test]
fn damage_is_reported_and_what_came_before_is_kept() {
    let (one, two) = (event(1), event(2));
    let records: Vec<u8> = [record(1), record(2)].concat();
    let rows: [(&str, Vec<u8>, &[u32], &str); 7] = [
        ("nothing", Vec::new(), &[], "FILE is empty"),
        ("blanks", b" \n ".to_vec(), &[], "FILE is empty"),
        (
            "words",
            b"Dear diary, all is well!".to_vec(),
            &[],
            "FILE is not an archive of pump history: neither JSON, nor base64, nor 26-byte records",
        ),
        (
            "a zip file",
            b"PK\x03\x04rest of it".to_vec(),
            &[],
            "FILE is not an archive of pump history: it is a zip file; unpack it first",
        ),
        (
            "half a record",
            records[..39].to_vec(),
            &[1],
            "FILE is damaged after 1 good events: 13 bytes at byte 26 are not a whole 26-byte record",
        ),
        (
            "a stray byte",
            base64(&records).replacen('A', "*", 1).into(),
            &[],
            "FILE is damaged after 0 good events: the base64 does not decode: Invalid symbol 42, offset 0.",
        ),
        (
            "a cut body",
            format!(r#"{{"events":[{one},{}"#, &two[..50]).into(),
            &[1],
            "FILE is damaged after 1 good events: the JSON is cut off at line 1, column ",
        ),
    ];
    for (name, content, events, words) in rows {
        let read = read(&content);
        let said = read.outcome.expect_err(name);
        assert!(said.starts_with(words), "{name}: {said}");
        assert_eq!(read.events, events, "{name}");
    }
}

#[test]
fn a_broken_line_is_rejected_and_the_others_are_taken() {
    let lines: Vec<String> = (1..=5).map(event).collect();
    let half = &lines[2][..60];
    let rows: [(&str, Vec<u8>); 7] = [
        ("half a line", half.into()),
        ("half a line without the pump", lines[2][..12].into()),
        ("a line without its end", lines[2][..lines[2].len() - 1].into()),
        ("words", b"Dear diary".to_vec()),
        ("a text without its end", b"{\"eventCode\": \"279".to_vec()),
        ("bytes that are no text", b"{\"eventCode\": \xff\xfe}".to_vec()),
        ("half an array", format!("[{},", lines[2]).into()),
    ];
    for (name, broken) in rows {
        for end in ["\n", "\r\n"] {
            let end = end.as_bytes();
            let parts = [lines[0].as_bytes(), lines[1].as_bytes(), &broken, lines[3].as_bytes(), lines[4].as_bytes()];
            let read = read(&parts.join(end));
            assert_eq!(read.outcome, Ok(ArchiveKind::EventLines), "{name}");
            assert_eq!((read.events, read.rejected), (vec![1, 2, 4, 5], 1), "{name}");
            assert!(read.pumps.iter().all(Option::is_some), "{name}: {:?}", read.pumps);
        }
    }
    let last = read([lines[0].as_bytes(), half.as_bytes()].join(&b'\n').as_slice());
    assert!(last.outcome.is_err_and(|said| said.contains("cut off at line 2")), "a file that ends early is damaged");
}

#[test]
fn records_that_are_out_of_step_are_not_taken() {
    let whole: Vec<u8> = (1..=400).flat_map(record).collect();
    let mut short = whole.clone();
    short.remove(300 * 26 + 15);
    let words = "FILE is damaged after 300 good events: from byte 7800 on it is out of step, as if bytes were missing: 99 records are not taken";
    for content in [short.clone(), base64(&short[..short.len() - 25]).into_bytes()] {
        let read = read(&content);
        assert_eq!(read.outcome.expect_err("a byte is missing"), words);
        assert_eq!(read.events, (1..=300).collect::<Vec<_>>());
    }
}

/// Records of a kind that the dictionary does not have; the source is 1 on a Mobi.
fn new_record(number: u32, seconds: u32) -> [u8; 26] {
    let mut record = placed_record(number, seconds);
    (record[0], record[1]) = (0x1f, 0xff);
    record
}

fn placed_record(number: u32, seconds: u32) -> [u8; 26] {
    let mut record = record(1);
    record[2..6].copy_from_slice(&seconds.to_be_bytes());
    record[6..10].copy_from_slice(&number.to_be_bytes());
    record
}

/// A record far from the one before in number and time.
fn of_some_pump(n: u32) -> [u8; 26] {
    new_record(n.wrapping_mul(2_654_435_761) % 5_000_000, 380_000_000 + n.wrapping_mul(2_246_822_519) % 200_000_000)
}

#[test]
fn records_of_unknown_kinds_are_taken() {
    let in_a_row = |numbers: std::ops::RangeInclusive<u32>| numbers.map(|n| new_record(n, 580_000_000 + n * 300));
    let rows: [(&str, Vec<[u8; 26]>); 5] = [
        ("none is known", in_a_row(1..=400).collect()),
        ("a run at the end", (1..=300).map(record).chain(in_a_row(301..=400)).collect()),
        ("one of them", in_a_row(7..=7).collect()),
        ("of many pumps", (1..=16).map(of_some_pump).collect()),
        ("with a clock in another year", (1..=40).map(|n| new_record(n, 2_000_000_000 + n * 300)).collect()),
    ];
    for (name, records) in rows {
        let read = read(&records.concat());
        assert_eq!(read.outcome, Ok(ArchiveKind::Records), "{name}");
        assert_eq!(read.events.len(), records.len(), "{name}");
    }
}

#[test]
fn a_lost_byte_is_found_at_any_place_in_any_year() {
    for seconds in [250_000_000, 330_000_000, 420_000_000, 510_000_000, 580_000_000] {
        for (lost, number) in [(0, 3), (5, 90_000), (9, 200), (13, 440_000), (25, 1_500_000)] {
            let records = (0..200).flat_map(|n| placed_record(number + n, seconds + n * 300));
            let mut content: Vec<u8> = records.collect();
            content.remove(100 * 26 + lost);
            let read = read(&content);
            assert!(read.outcome.is_err(), "{seconds} {lost}");
            assert!((99..=100).contains(&read.events.len()), "{seconds} {lost}: {} taken", read.events.len());
        }
    }
}

#[test]
fn an_event_without_identity_is_quarantined() {
    let nameless = event(2).replace("\"sequenceNumber\":2,", "");
    let read = read(format!("{}\n{nameless}\n", event(1)).as_bytes());
    assert_eq!((read.events.as_slice(), read.rejected), ([1].as_slice(), 1));
    assert_eq!(read.pumps.len(), 1, "it is kept with the pump it names");
}

#[test]
fn a_missing_file_is_reported() {
    let outcome = read_archive(Path::new("no/such/file"), None, &mut |_| true);
    assert_eq!(outcome.expect_err("no such file").to_string(), "cannot read no/such/file");
}
