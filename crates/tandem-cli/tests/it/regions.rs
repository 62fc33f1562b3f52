//! The same bytes wherever the machine is: its time zone and its language change nothing that is shown, exported or stored.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::lives::{autumn, holding_autumn};
use crate::support::Place;

/// After all of the history.
const NOW: &str = "2026-11-04T12:00:00Z";

/// Time zone, and a language whose calendar is not Gregorian where a program lets it decide.
const REGIONS: [(&str, &str); 3] = [("UTC", "C"), ("America/New_York", "th_TH.UTF-8"), ("Asia/Kolkata", "fa_IR.UTF-8")];

/// Instants from the database, from text and from the present, alone and inside other values.
const INSTANTS: &str = "
    SELECT timestamp, timestamp_utc, timestamp_utc::VARCHAR AS text, [timestamp_utc] AS list, {'at': timestamp_utc} AS struct,
        to_json(timestamp_utc) AS json, timestamp_utc > '2026-10-31 04:00:00' AS later, timestamp_utc::TIMESTAMP AS utc,
        '2026-07-01 04:18:00'::TIMESTAMPTZ AS literal, DATE '2026-07-01'::TIMESTAMPTZ AS midnight, to_timestamp(1780000000.25) AS seconds,
        strftime(timestamp_utc::TIMESTAMP, '%A %d %B %Y %H:%M') AS words, abs(epoch(now()) - epoch(current_timestamp)) < 1 AS present
    FROM cgm_readings ORDER BY timestamp_utc LIMIT 40";

fn in_region<'a>(command: &'a mut Command, (zone, language): (&str, &str)) -> &'a mut Command {
    command.env("TZ", zone).env("LC_ALL", language).env("LANG", language)
}

/// What a command writes to stdout.
fn shown(place: &Place, region: (&str, &str), arguments: &[&str]) -> String {
    let mut command = place.command(arguments);
    let output = in_region(&mut command, region).args(["--now", NOW]).output().expect("the binary runs");
    let said = place.said(&output);
    assert_eq!(said.code, 0, "{arguments:?} in {region:?}: {}", said.talk);
    said.data
}

#[track_caller]
fn check(place: &Place, arguments: &[&str]) {
    let [expected, others @ ..] = REGIONS.map(|region| shown(place, region, arguments));
    assert!(!expected.is_empty(), "{arguments:?}");
    for (other, region) in others.iter().zip(&REGIONS[1..]) {
        assert_eq!(*other, expected, "{arguments:?} in {region:?}");
    }
}

#[test]
fn screens_and_answers_are_the_same_in_every_region() {
    let place = holding_autumn();
    for format in ["table", "csv", "json", "jsonl"] {
        check(&place, &["query", INSTANTS, "--format", format]);
    }
    for arguments in [
        &["day", "2026-11-01"][..],
        &["week"],
        &["status"],
        &["status", "--json"],
        &["metrics"],
        &["metrics", "--json"],
        &["zone", "list"],
        &["verify"],
    ] {
        check(&place, arguments);
    }
    let expected = shown(&place, REGIONS[0], &["query", INSTANTS, "--format", "csv"]);
    for text in ["2026-07-01 04:18:00+00", "2026-07-01 00:00:00+00", "2026-05-28 20:26:40.25+00"] {
        assert!(expected.contains(text), "no {text} in {expected}");
    }
}

/// Every file in a folder and those below it, by name.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut found = BTreeMap::new();
    for path in entries {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(below, bytes)| (format!("{name}/{below}"), bytes)));
        } else {
            found.insert(name, std::fs::read(&path).expect("a file"));
        }
    }
    found
}

#[test]
fn files_are_the_same_in_every_region() {
    let place = holding_autumn();
    let exports: [&[&str]; 9] = [
        &["export", "--format", "csv"],
        &["export", "--format", "jsonl"],
        &["export", "--format", "parquet"],
        &["export", "--profile", "iglu"],
        &["export", "--profile", "nightscout"],
        &["export", "--profile", "tidepool"],
        &["export", "--profile", "babelbetes"],
        &["export", "--profile", "diax"],
        &["report", "--days", "5"],
    ];
    for (number, arguments) in exports.iter().enumerate() {
        let [expected, others @ ..] = REGIONS.map(|region| {
            let folder = format!("{number}-{}", region.0.replace('/', "-"));
            std::fs::create_dir(place.path().join(&folder)).expect("a folder");
            let output = if arguments[0] == "report" { format!("{folder}/report.html") } else { folder.clone() };
            shown(&place, region, &[arguments, &["--output", &output][..]].concat());
            files(&place.path().join(folder))
        });
        assert!(!expected.is_empty(), "{arguments:?}");
        for (other, region) in others.iter().zip(&REGIONS[1..]) {
            let differs = expected.iter().find(|(name, bytes)| other.get(*name) != Some(*bytes)).map(|(name, _)| name);
            assert_eq!((other.len(), differs), (expected.len(), None), "{arguments:?} in {region:?}");
        }
    }
}

/// What is stored when the history is imported in that region, instants by their number.
#[test]
fn databases_are_the_same_in_every_region() {
    let [expected, others @ ..] = REGIONS.map(|region| {
        let place = Place::new();
        place.file("pump.json", pump_logs());
        let mut import = place.command(&["import", "pump.json", "--time-zone", "America/New_York", "--now", NOW]);
        let said = place.said(&in_region(&mut import, region).output().expect("the binary runs"));
        assert_eq!(said.code, 0, "{}", said.talk);
        ["events", "cgm_readings", "basal_deliveries", "boluses", "glucose_daily", "insulin_daily", "cgm_5min"]
            .map(|table| place.run(&["query", &format!("FROM {table} ORDER BY ALL"), "--format", "csv"]).data)
    });
    assert!(expected.iter().all(|rows| rows.lines().count() > 3));
    for (other, region) in others.iter().zip(&REGIONS[1..]) {
        assert!(*other == expected, "the database differs in {region:?}");
    }
}

fn pump_logs() -> Vec<u8> {
    let mut text = Vec::new();
    tandem_sim::writers::write_pump_logs(&mut text, &autumn().pumps[0]).expect("written");
    text
}
