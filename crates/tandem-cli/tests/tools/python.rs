//! Python packages read what this program writes, and ask it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tandem_sim::history::Scenario;
use tandem_sim::timeline::{Timeline, UploadHabits};
use tandem_sim::{Sim, SimConfig};
use tandem_tests::python::{READERS, find_python};

use crate::lives::{autumn, holding};
use crate::support::{Place, event};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python").join(name)
}

/// What a script prints, as JSON.
pub(crate) fn run(python: &Path, name: &str, arguments: &[&str], place: &Place) -> Value {
    let mut command = Command::new(python);
    command.arg(script(name)).args(arguments).current_dir(place.path()).env("TZ", "UTC");
    let output = command.output().expect("Python runs");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{name} prints JSON"))
}

fn numbers(row: &Value) -> Vec<f64> {
    row.as_array().expect("a row").iter().map(|number| number.as_f64().unwrap_or(0.0)).collect()
}

fn equal(one: &[f64], other: &[f64]) -> bool {
    let close = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-9 * other.abs().max(1.0);
    one.len() == other.len() && one.iter().zip(other).all(close)
}

#[test]
fn times_are_the_same_in_every_readers_zone() {
    let python = find_python(READERS);
    let place = holding(&autumn());
    let database = place.path().join("data/tandem.db").display().to_string();
    let seen = run(&python, "zones.py", &[&database, "UTC", "America/New_York", "Asia/Kolkata"], &place);
    let [utc, others @ ..] = seen.as_array().expect("sums").as_slice() else { panic!("{seen}") };
    assert!(utc.as_object().is_some_and(|sums| sums.len() > 60 && sums["cgm_5min.slot_utc"].is_string()), "{utc}");
    for other in others {
        assert_eq!(utc, other);
    }
}

/// Environments and what reads a lake in each.
const LAKE_READERS: [(&str, &[&str]); 3] =
    [(READERS, &["DuckDB", "Polars", "PyArrow"]), ("duckdb-1.4", &["DuckDB"]), ("duckdb-2.0", &["DuckDB"])];

#[test]
fn a_lake_is_the_same_in_every_duckdb_polars_and_pyarrow() {
    let people = [("anna", autumn()), ("ben", Scenario::quiet(3).simulate()), ("carl", autumn())];
    let people = people.map(|(person, history)| (person, holding(&history)));
    let place = &people[0].1;
    let export = |place: &Place, more: &[&str]| {
        let said = place.run(&[&["export", "--partitioned"], more].concat());
        assert_eq!(said.code, 0, "{}", said.talk);
    };
    export(place, &["--output", "lake"]);
    compare_lake(place, "lake", &[place]);

    let shared = place.path().join("people").display().to_string();
    for (person, place) in &people {
        export(place, &["--output", &shared, "--person", person, "--db", "data/tandem.db"]);
    }
    compare_lake(place, "people", &people.each_ref().map(|(_, place)| place));
}

/// Compares what each reader sees in a lake with the databases it was made from.
fn compare_lake(place: &Place, lake: &str, sources: &[&Place]) {
    for (environment, readers) in LAKE_READERS {
        let seen = run(&find_python(environment), "lake.py", &[&[lake], readers].concat(), place);
        let tables = seen.as_object().expect("tables");
        assert!(tables.len() > 8 && tables.contains_key("boluses"), "{tables:?}");
        for (table, seen) in tables {
            let columns = seen["columns"].as_array().expect("columns").iter().filter_map(Value::as_str);
            let columns: Vec<_> = columns.collect();
            let of_each = sources.iter().map(|source| sums(source, table, &columns));
            let ours = of_each.reduce(|one, other| one.iter().zip(other).map(|(one, other)| one + other).collect());
            let seen = seen["readers"].as_object().expect("readers");
            assert_eq!(seen.len(), readers.len());
            for (reader, row) in seen {
                let mut theirs = numbers(row);
                let months = theirs.remove(1);
                assert!((1.0..=3.0).contains(&months), "{table} by {reader}: {months} months");
                let ours = ours.as_deref().expect("sums");
                assert!(equal(&theirs, ours), "{table} by {reader} ({environment}): {theirs:?} is not {ours:?}");
            }
        }
    }
}

/// The number of rows of a table, and the sum of each column.
fn sums(place: &Place, table: &str, columns: &[&str]) -> Vec<f64> {
    let sums: Vec<_> = columns.iter().map(|column| format!("coalesce(sum({column}), 0)::DOUBLE")).collect();
    let query = format!("SELECT [count(*)::DOUBLE, {}] AS r FROM {table}", sums.join(", "));
    let said = place.run(&["query", "--format", "json", &query]);
    let ours: Value = serde_json::from_str(&said.data).unwrap_or_else(|_| panic!("{table}: {}", said.talk));
    numbers(&ours[0]["r"])
}

#[test]
fn iglu_takes_its_shape_as_it_is() {
    let python = find_python(READERS);
    let place = holding(&autumn());
    assert_eq!(place.run(&["export", "--profile", "iglu", "--output", "out"]).code, 0);
    let theirs = run(&python, "iglu_metrics.py", &["out/iglu.csv"], &place);
    let ours = "SELECT count(*) AS n, avg(cgm_reading) AS mean, stddev_samp(cgm_reading) AS sd,
                       100.0 * avg((cgm_reading BETWEEN 70 AND 180)::INTEGER) AS in_range_70_180,
                       3.31 + 0.02392 * avg(cgm_reading) AS gmi FROM cgm_readings";
    let ours: Value = serde_json::from_str(&place.run(&["query", ours, "--format", "json"]).data).expect("JSON");
    for metric in ["n", "mean", "sd", "in_range_70_180", "gmi"] {
        let (theirs, ours) = (theirs[metric].as_f64().expect("theirs"), ours[0][metric].as_f64().expect("ours"));
        assert!((theirs - ours).abs() < 1e-6, "{metric}: {theirs} is not {ours}");
    }
    assert!(theirs["days"].as_i64().is_some_and(|days| (4..=6).contains(&days)), "{theirs}");
}

#[test]
fn a_database_of_a_newer_duckdb_is_refused_and_its_copy_taken() {
    let python = find_python("duckdb-2.0");
    let place = Place::new();
    let output = Command::new(&python)
        .arg(script("newer_duckdb.py"))
        .args(["new.db", "copy.db", &event(7, 900)])
        .current_dir(place.path())
        .output();
    let output = output.expect("Python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = place.run(&["import", "new.db", "--pump", "11"]);
    assert!(said.code == 6 && said.talk.contains("cannot open the database new.db"), "{}", said.talk);
    assert!(said.talk.contains("copy it with the DuckDB that wrote it"), "{}", said.talk);
    let said = place.run(&["import", "copy.db", "--pump", "11"]);
    assert_eq!((said.code, place.count("raw_events")), (0, 1), "{}", said.talk);
}

/// The official client calls every tool while `sync --watch` brings the second half of the history.
#[test]
fn an_assistant_asks_while_a_sync_writes() {
    let python = find_python(READERS);
    let place = Place::new();
    let history = Scenario::quiet(40).simulate();
    let events = history.pumps[0].events.len();
    let timeline = Timeline::new(&history, UploadHabits::hourly(), 1);
    let uploads = timeline.uploads().len();
    let mut config = SimConfig::new(history, std::time::SystemTime::now);
    config.timeline = timeline;
    let (email, password) = (config.account.email.clone(), config.account.password.clone());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sim = runtime.block_on(Sim::start(config)).expect("a service");
    let tandem = |arguments: &[&str]| {
        let mut command = place.command(arguments);
        command.env("TANDEM_ENDPOINT", sim.url()).env("TANDEM_EMAIL", &email).env("TANDEM_PASSWORD", &password);
        command
    };
    sim.advance_uploads(uploads / 2);
    let said = place.said(&tandem(&["sync", "--time-zone", "America/New_York"]).output().expect("the binary runs"));
    assert_eq!(said.code, 0, "{}", said.talk);

    let database = place.path().join("data/tandem.db").display().to_string();
    let mut client = Command::new(&python);
    client.arg(script("mcp_client.py")).args([env!("CARGO_BIN_EXE_tandem"), &database, &events.to_string()]);
    let mut client = client.env("HOME", place.path()).stdout(Stdio::piped()).spawn().expect("Python runs");
    let mut words = BufReader::new(client.stdout.take().expect("a pipe")).lines();
    assert_eq!(words.next().expect("a first round").expect("a line"), "ready");

    sim.advance_uploads(uploads);
    let mut watch =
        tandem(&["sync", "--watch"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let result: Value = serde_json::from_str(&words.next().expect("an end").expect("a line")).expect("JSON");
    assert!(client.wait().expect("it ends").success());
    watch.kill().expect("it runs until it is stopped");
    watch.wait().expect("it ends");
    assert_eq!(result["last"], events, "{result}");
    assert!(
        result["rounds"].as_u64().is_some_and(|rounds| rounds > 1) && result["first"].as_u64() < Some(events as u64),
        "{result}"
    );
}
