//! What is left of a person in a pseudonymized lake.

use std::path::{Path, PathBuf};

use duckdb::Connection;
use pump_events::{Event, EventCode, PumpTime};
use tandem_sim::history::Scenario;

use crate::lives::date;
use crate::service::Service;
use crate::support::Place;

/// All tables that can be pseudonymized.
const TABLES: &str = "pumps,pump_assignments,pump_settings,pump_settings_changes,events,cgm_readings,basal_deliveries,boluses,carb_entries,\
                      bg_readings,suspensions,user_modes,control_iq_modes,temp_rates,sensor_sessions,alarms,site_changes,clock_changes,\
                      battery_readings,reservoir_readings,control_iq_cycles,iob_snapshots,settings_edits,daily_totals,settings_history";

/// A service with everything that names someone, and a place that has fetched it.
fn synced() -> (Service, Place) {
    let service = Service::start(|config| {
        let history = Scenario::new(date(2026, 10, 24), 12, chrono_tz::Tz::America__New_York).simulate();
        let mut account = config.account.clone();
        "wilhelmina@example.org".clone_into(&mut account.email);
        "Wilhelmina".clone_into(&mut account.first_name);
        "Quackenbush".clone_into(&mut account.last_name);
        *config = tandem_sim::SimConfig { account, ..tandem_sim::SimConfig::new(history, std::time::SystemTime::now) };
    });
    let place = Place::new();
    let said = service.run(&place, &["sync", "--time-zone", "America/New_York"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let assignment = &texts(&place, "SELECT assignment_id FROM pump_assignments")[0];
    place.file("edit.json", profile_activated(assignment));
    let said = place.run(&["import", "edit.json"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    place.file("key", "k".repeat(64));
    (service, place)
}

/// The pump logs that a profile was activated, which the history of settings calls by its name.
fn profile_activated(assignment: &str) -> String {
    let epoch = date(2008, 1, 1);
    let seconds = (date(2026, 11, 3) - epoch).num_seconds() + 12 * 3600;
    let event =
        Event::build(EventCode(69)).sequence_number(4_000_000).pump_time(PumpTime::from_seconds(seconds as u32));
    let event = event.set("idp", 2).and_then(|event| event.set("status", 3)).expect("fields of the event").finish();
    pump_events::encode_json(&event, assignment)
}

fn export(place: &Place, lake: &str, more: &[&str]) -> String {
    let words = ["export", "--partitioned", "--person", "wilhelmina", "--db", "data/tandem.db", "--output", lake];
    let said = place.run(&[&words[..], more].concat());
    assert_eq!(said.code, 0, "{}", said.talk);
    said.talk
}

fn texts(place: &Place, query: &str) -> Vec<String> {
    let said = place.run(&["query", query, "--format", "csv"]);
    let texts: Vec<_> = said.data.lines().skip(1).map(|line| line.trim_matches('"').to_owned()).collect();
    assert!(!texts.is_empty(), "{query}: {}", said.talk);
    texts
}

/// Everything that names the person, the account or a thing of theirs.
fn names(place: &Place) -> Vec<String> {
    let from_database = [
        "SELECT serial_number FROM pumps",
        "SELECT assignment_id FROM pump_assignments",
        "SELECT account_id FROM accounts",
        "SELECT DISTINCT profile_name FROM profile_segments",
        "SELECT DISTINCT settings_hash FROM pump_settings",
    ];
    let mut names: Vec<_> = from_database.iter().flat_map(|query| texts(place, query)).collect();
    names.extend(["wilhelmina", "Wilhelmina", "Quackenbush", "@example.org"].map(str::to_owned));
    assert!(names.len() > 8 && names.iter().all(|name| !name.is_empty()), "{names:?}");
    names
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { files_of(&path) } else { vec![path] }).collect()
}

/// All of a lake as text: names of files, files as they are, and rows of Parquet files as text.
fn texts_of(lake: &Path) -> Vec<(String, String)> {
    let connection = Connection::open_in_memory().expect("DuckDB");
    let mut all = Vec::new();
    for file in files_of(lake) {
        let name = file.strip_prefix(lake).expect("below").display().to_string();
        let content = std::fs::read(&file).expect("a file");
        all.push((format!("{name} as it is"), format!("{name} {}", String::from_utf8_lossy(&content))));
        if name.ends_with(".parquet") {
            let rows = format!(
                "SELECT coalesce(string_agg(entry::VARCHAR, '\n'), '') FROM read_parquet('{}') entry",
                file.display()
            );
            let text: String = connection.query_row(&rows, [], |row| row.get(0)).expect("rows");
            all.push((format!("rows of {name}"), text));
        }
    }
    all
}

fn found(texts: &[(String, String)], names: &[String]) -> Vec<String> {
    let first = |name: &String| texts.iter().find(|(_, text)| text.contains(name.as_str())).map(|(place, _)| place);
    names.iter().filter_map(|name| first(name).map(|place| format!("{name:?} in {place}"))).collect()
}

#[test]
fn nothing_that_names_someone_is_in_a_pseudonymized_lake() {
    let (_service, place) = synced();
    let names = names(&place);
    export(&place, "plain", &["--tables", TABLES]);
    let texts_there = texts_of(&place.path().join("plain"));
    let profiles = texts(&place, "SELECT DISTINCT profile_name FROM profile_segments");
    let is_history = |place: &str| place.starts_with("rows of table=settings_history");
    let history: Vec<_> = texts_there.iter().filter(|(place, _)| is_history(place)).cloned().collect();
    assert!(!found(&history, &profiles).is_empty(), "a change of the settings names a profile");
    let plain = found(&texts_there, &names);
    // No table has the account; everything else is found where nothing hides it.
    assert!(plain.len() >= names.len() - 4, "the scanner sees what is there: {plain:?} of {names:?}");
    let talk = export(&place, "masked", &["--tables", TABLES, "--pseudonymize", "key", "--shift-days"]);
    let (_, left_out) = talk.split_once("a date: ").expect("what is left out is named");
    let left_out: std::collections::BTreeSet<_> = left_out.trim().split(", ").collect();
    let expected = [
        "alarms.param1",
        "alarms.param2",
        "clock_changes.change_seconds",
        "events.event_data",
        "pump_settings.details",
    ];
    assert_eq!(left_out, expected.into(), "every other column of text has a rule");
    assert_eq!(found(&texts_of(&place.path().join("masked")), &names), [""; 0]);
    let refused = place.run(&[
        "export",
        "--partitioned",
        "--person",
        "wilhelmina",
        "--db",
        "data/tandem.db",
        "--output",
        "masked",
        "--pseudonymize",
        "key",
        "--shift-days",
        "--tables",
        "raw_events",
    ]);
    assert!(refused.code == 2 && refused.talk.contains("raw_events cannot be pseudonymized"), "{}", refused.talk);
}

/// Every time of every table moves by the same number of days, and nothing else changes.
#[test]
fn dates_move_together() {
    let (_service, place) = synced();
    export(&place, "plain", &["--tables", TABLES, "--pseudonymize", "key"]);
    export(&place, "moved", &["--tables", TABLES, "--pseudonymize", "key", "--shift-days"]);
    let connection = Connection::open_in_memory().expect("DuckDB");
    let number = |query: &str| -> i64 {
        connection.query_row(query, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{query}: {error}"))
    };
    let rows = |lake: &str, table: &str| {
        format!(
            "read_parquet('{}/table={table}/**/*.parquet', hive_partitioning = false)",
            place.path().join(lake).display()
        )
    };
    let days = number(&format!(
        "SELECT (SELECT min(day) FROM {}) - (SELECT min(day) FROM {})",
        rows("moved", "daily_totals"),
        rows("plain", "daily_totals")
    ));
    assert!(days % 7 == 0 && (-364..=-7).contains(&days), "{days}");
    for table in TABLES.split(',').filter(|table| place.path().join(format!("plain/table={table}")).exists()) {
        let describe = format!("SELECT column_name, column_type FROM (DESCRIBE FROM {})", rows("plain", table));
        let mut statement = connection.prepare(&describe).expect("columns");
        let columns: Vec<(String, String)> = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("columns")
            .map(|row| row.expect("a row"))
            .collect();
        let moved: Vec<String> = columns
            .iter()
            .map(|(name, kind)| {
                let name = format!("\"{name}\"");
                match kind.as_str() {
                    "DATE" => format!("{name} + ({days}) AS {name}"),
                    "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" => {
                        format!("epoch_us({name}) + ({days}) * 86400000000 AS {name}")
                    }
                    _ if table == "daily_totals" && name == "\"id\"" => format!("{name} + ({days}) AS {name}"),
                    _ => name,
                }
            })
            .collect();
        let there: Vec<String> = columns
            .iter()
            .map(|(name, kind)| {
                if kind.starts_with("TIMESTAMP") {
                    format!("epoch_us(\"{name}\") AS \"{name}\"")
                } else {
                    format!("\"{name}\"")
                }
            })
            .collect();
        let (expected, found) = (
            format!("SELECT {} FROM {}", moved.join(", "), rows("plain", table)),
            format!("SELECT {} FROM {}", there.join(", "), rows("moved", table)),
        );
        let differing = number(&format!(
            "SELECT count(*) FROM (({expected} EXCEPT ALL {found}) UNION ALL ({found} EXCEPT ALL {expected}))"
        ));
        assert_eq!(differing, 0, "{table}");
        assert!(number(&format!("SELECT count(*) FROM {}", rows("moved", table))) > 0, "{table}");
    }
}
