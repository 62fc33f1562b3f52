//! `tandem init`, `doctor`, `bugreport` and `tail`, as scripts have them; a person has them in the tour.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::lives::{empty, holding_autumn};
use crate::service::Service;
use crate::support::{Place, event};

const SERIAL: &str = "90556643";

fn config(place: &Place) -> PathBuf {
    place.path().join("home/XDG_CONFIG_HOME/tandem/config.toml")
}

#[test]
fn init_writes_what_works_and_fetches() {
    let service = Service::start(|_| ());
    let place = Place::new();
    let init = |more: &[&str]| service.run(&place, &[&["init", "--time-zone", "Europe/Berlin"], more].concat());
    let said = init(&["--sync"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    for words in [SERIAL, "History from 2026-03-01 to 2026-03-0", "Wrote ", "Pump 90556643: "] {
        assert!(said.talk.contains(words), "{words}: {}", said.talk);
    }
    let text = std::fs::read_to_string(config(&place)).expect("a configuration");
    for line in ["email = \"sam.sample@example.org\"", "region = \"us\"", "time_zone = \"Europe/Berlin\""] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(!text.contains("password"), "{text}");
    // The configuration alone is enough while the token is good.
    assert_eq!(place.run(&["sync"]).code, 0);
    assert!(place.count("cgm_readings") > 500);
    let said = init(&[]);
    assert_eq!(said.code, 2, "{}", said.talk);
    assert_eq!(std::fs::read_to_string(config(&place)).expect("a configuration"), text, "is not changed");
}

#[cfg(unix)]
#[test]
fn a_configuration_is_private() {
    use std::os::unix::fs::PermissionsExt as _;
    let service = Service::start(|_| ());
    let place = Place::new();
    assert_eq!(service.run(&place, &["init", "--time-zone", "UTC"]).code, 0);
    let mode = config(&place).metadata().expect("a configuration").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::set_permissions(config(&place), std::fs::Permissions::from_mode(0o644)).expect("opened");
    let said = service.run(&place, &["doctor"]);
    assert!(said.code == 0 && said.data.contains("chmod 600"), "{}", said.data);
}

#[test]
fn init_keeps_what_it_does_not_ask_about() {
    let service = Service::start(|_| ());
    let place = Place::new();
    place.file("own.toml", "glucose_unit = \"mmol/L\"\nemail = \"other@example.org\"\nregion = \"eu\"\n");
    let arguments = ["init", "--config", "own.toml", "--overwrite", "--db", "pump.db", "--time-zone", "UTC"];
    let said = service.run(&place, &arguments);
    assert_eq!(said.code, 0, "{}", said.talk);
    let text = std::fs::read_to_string(place.path().join("own.toml")).expect("a configuration");
    let database = format!("db = \"{}\"", place.path().join("pump.db").display());
    for line in ["glucose_unit = \"mmol/L\"", "email = \"sam.sample@example.org\"", "region = \"us\"", &database] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[test]
fn nothing_is_written_before_the_login_has_worked() {
    let service = Service::start(|config| config.behaviour.in_other_region = true);
    let place = Place::new();
    assert_eq!(service.run(&place, &["init", "--time-zone", "UTC"]).code, 3);
    assert!(!config(&place).exists());
    let well = Service::start(|_| ());
    let said = well.run(&place, &["init", "--time-zone", "UTC", "--config", "/dev/null/config.toml", "--sync"]);
    assert_eq!((said.code, said.talk.contains("the configuration was not written")), (3, true), "{}", said.talk);
    assert!(!place.path().join("data").exists(), "and nothing was fetched");
    let mut broken = service.command(&place, &["init", "--time-zone", "UTC", "--config", "broken.toml"]);
    place.file("broken.toml", "email =");
    assert_eq!(
        service
            .said(&place, {
                broken.arg("--overwrite");
                broken
            })
            .code,
        3
    );
    assert_eq!(std::fs::read_to_string(place.path().join("broken.toml")).expect("as it was"), "email =");
}

/// The grade of each check.
fn grades(service: &Service, place: &Place, arguments: &[&str]) -> (i32, Value) {
    let said = service.run(place, &[&["doctor", "--json"], arguments].concat());
    let json: Value = serde_json::from_str(&said.data).expect("JSON");
    let checks = json["checks"].as_array().expect("checks").iter();
    let grades = checks.map(|check| (check["check"].as_str().expect("a name").to_owned(), check["grade"].clone()));
    (said.code, Value::Object(grades.collect()))
}

#[test]
fn doctor_reports_what_is_wrong() {
    let service = Service::start(|_| ());
    let place = Place::new();
    let (code, fresh) = grades(&service, &place, &[]);
    assert_eq!((code, &fresh["config"], &fresh["database"]), (0, &"note".into(), &"note".into()), "{fresh}");
    assert_eq!(service.run(&place, &["init", "--time-zone", "UTC", "--sync"]).code, 0);
    let (code, filled) = grades(&service, &place, &["--now", "2026-03-03T01:00:00Z"]);
    let good = ["config", "credentials", "region", "service", "database", "schema", "zone", "runs", "pump"];
    assert!(good.iter().all(|name| filled[*name] == "good"), "{filled}");
    // By the held clock, the token is of the future and the service's clock far ahead.
    assert_eq!((code, &filled["clock"]), (3, &"bad".into()), "{filled}");
    let (code, now) = grades(&service, &place, &[]);
    assert_eq!(
        (code, &now["clock"], &now["token"], &now["pump"]),
        (0, &"good".into(), &"good".into(), &"note".into()),
        "{now}"
    );
    let (_, zone) = grades(&service, &place, &["--time-zone", "Asia/Tokyo"]);
    assert_eq!(zone["zone"], "note");
    service.handle.change_behaviour(|behaviour| behaviour.clock_skew_seconds = 120);
    assert_eq!(grades(&service, &place, &[]).1["clock"], "note");
    service.handle.change_behaviour(|behaviour| behaviour.clock_skew_seconds = 3600);
    let (code, ahead) = grades(&service, &place, &[]);
    assert_eq!((code, &ahead["clock"]), (3, &"bad".into()));
    place.file("broken.toml", "email =");
    let (code, broken) = grades(&service, &place, &["--config", "broken.toml"]);
    assert_eq!((code, &broken["config"]), (3, &"bad".into()));
}

#[test]
fn a_bugreport_does_not_identify_the_person() {
    let service = Service::start(|_| ());
    let place = Place::new();
    let database = place.path().join("jane-doe.db").display().to_string();
    assert_eq!(service.run(&place, &["init", "--time-zone", "UTC", "--db", &database, "--sync"]).code, 0);
    let mut store =
        store_duckdb::DuckStore::open(&database, store_duckdb::StoreOptions::default()).expect("a database");
    let planted = format!(
        "INSERT INTO pipeline_runs VALUES (999, 'fetch', now(), now(), 'failed', NULL,
         'cannot read /srv/private/file for sam.sample@example.org, sam.sample and jane: pump {SERIAL}')"
    );
    store.connection().expect("open").execute_batch(&planted).expect("planted");
    drop(store);
    let mut command = service.command(&place, &["bugreport", "--output", "report.txt"]);
    command.env("USER", "jane");
    let said = service.said(&place, command);
    assert_eq!(said.code, 0, "{}", said.talk);
    let report = std::fs::read_to_string(place.path().join("report.txt")).expect("a report");
    let address = service.handle.url().replace("http://", "");
    let folder = place.path().display().to_string();
    for private in ["sam.sample", "example.org", "jane", "doe", SERIAL, "/srv", &folder, &address, "Sample"] {
        assert!(!report.contains(private), "{private}: {report}");
    }
    for public in
        ["tandem 0.", "✓ database     ‹database›", "cgm_readings: 5", "‹pump 1›", "the last fetch failed", "new "]
    {
        assert!(report.contains(public), "{public}: {report}");
    }
    let again = service.run(&place, &["bugreport", "--output", "report.txt"]);
    assert_eq!((again.code, again.talk.contains("already exists")), (2, true), "{}", again.talk);
    assert_eq!(std::fs::read_to_string(place.path().join("report.txt")).expect("a report"), report);
}

#[test]
fn tail_shows_the_newest_last() {
    let place = holding_autumn();
    let said = place.run(&["tail", "-n", "300", "--json"]);
    let lines: Vec<Value> = said.data.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 300, "{}", said.talk);
    let times: Vec<_> = lines.iter().map(|line| line["timestamp_utc"].as_str().expect("a time")).collect();
    assert!(times.is_sorted());
    assert!(lines.iter().any(|line| line["happening"] == "glucose" && line["value"].is_number()));
    let said = place.run(&["tail", "-n", "2", "--units", "mmol/L"]);
    assert_eq!(said.data.lines().count(), 2, "{}", said.data);
    assert!(empty().run(&["tail"]).talk.contains("no data yet"));
}

#[test]
fn tail_follows_what_arrives_and_ends_cleanly() {
    let place = Place::new();
    place.file("one.json", event(1, 800));
    place.file("two.json", [event(2, 810), event(3, 820)].join("\n"));
    assert_eq!(place.run(&["import", "one.json", "--time-zone", "UTC"]).code, 0);
    let mut command = place.command(&["tail", "--follow", "--interval", "1", "--json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut data = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut next = || {
        let mut line = String::new();
        data.read_line(&mut line).expect("a line");
        serde_json::from_str::<Value>(&line).expect("JSON")["value"].clone()
    };
    assert_eq!(next(), 0.8);
    assert_eq!(place.run(&["import", "two.json"]).code, 0, "the file is free between two looks");
    assert_eq!([next(), next()], [0.81, 0.82]);
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let said = place.said(&child.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.talk.as_str()), (0, ""));
}

#[test]
fn tail_ends_with_its_reader() {
    let place = Place::new();
    place.file("one.json", event(1, 800));
    place.file("two.json", event(2, 810));
    assert_eq!(place.run(&["import", "one.json", "--time-zone", "UTC"]).code, 0);
    let mut command = place.command(&["tail", "--follow", "--interval", "1"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut data = BufReader::new(child.stdout.take().expect("a pipe"));
    data.read_line(&mut String::new()).expect("a line");
    drop(data);
    assert_eq!(place.run(&["import", "two.json"]).code, 0);
    let said = place.said(&child.wait_with_output().expect("it ends"));
    assert_eq!((said.code, said.talk.as_str()), (0, ""));
}
