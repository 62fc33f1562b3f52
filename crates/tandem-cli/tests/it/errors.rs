//! Every error text of the program, as a person meets it, in `errors.txt`: commands that fail, how they exit, what they say.

use std::fmt::Write as _;
use std::process::Command;

use regex::Regex;
use store_duckdb::{DuckStore, StoreOptions};
use tandem_sim::service::{Endpoint, Fault, FaultPlan, When};

use crate::golden;
use crate::lives::{empty, holding_autumn};
use crate::service::Service;
use crate::support::{Place, event, record};

/// What was run, and what came of it.
#[derive(Default)]
struct Transcript(String);

impl Transcript {
    fn heading(title: &str) -> Self {
        Self(format!("== {title}\n\n"))
    }

    /// Notes the run of a command with nothing but `arguments`.
    fn run(&mut self, place: &Place, arguments: &[&str]) {
        let said = place.run(arguments);
        self.note("", arguments, said.code, &said.talk);
    }

    /// Notes the run of a command against `service`; `circumstances` say what is the matter with it.
    fn ask(&mut self, circumstances: &str, service: &Service, arguments: &[&str]) {
        let said = service.run(&Place::new(), arguments);
        self.note(circumstances, arguments, said.code, &said.talk);
    }

    /// Notes the run of a command with something in its environment.
    fn with(&mut self, place: &Place, arguments: &[&str], name: &str, value: &str) {
        let said = place.said(&place.command(arguments).env(name, value).output().expect("the binary runs"));
        self.note(&format!("{name}={value}"), arguments, said.code, &said.talk);
    }

    fn note(&mut self, circumstances: &str, arguments: &[&str], code: i32, talk: &str) {
        let quoted = |argument: &&str| match *argument {
            argument if argument.contains('\'') => format!("\"{argument}\""),
            argument if argument.contains(' ') || argument.is_empty() => format!("'{argument}'"),
            argument => argument.to_owned(),
        };
        let arguments: Vec<_> = arguments.iter().map(quoted).collect();
        if !circumstances.is_empty() {
            let _ = writeln!(self.0, "# {circumstances}");
        }
        let _ = writeln!(self.0, "$ tandem {}\n{}(exit code {code})\n", arguments.join(" "), settled(talk));
    }
}

/// The words without what differs from run to run.
fn settled(talk: &str) -> String {
    let rows = [
        (r"held in \S+ \(PID \d+\)", "held in PROGRAM (PID N)"),
        (r"checksum \d+ does not match stored checksum \d+", "checksum N does not match stored checksum N"),
    ];
    rows.iter().fold(talk.to_owned(), |text, (pattern, stand_in)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *stand_in).into_owned()
    })
}

#[test]
fn every_error_is_as_recorded() {
    let chapters: [fn() -> Transcript; 7] = [usage, configuration, account, service, database, queries, data];
    let texts: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = chapters.iter().map(|chapter| scope.spawn(|| chapter().0)).collect();
        running.into_iter().map(|chapter| chapter.join().expect("a chapter ends")).collect()
    });
    golden::check("tests/it/errors.txt", &texts.concat());
}

fn usage() -> Transcript {
    let mut transcript = Transcript::heading("Arguments");
    let place = holding_autumn();
    place.file("notes.txt", "in the way");
    std::fs::create_dir(place.path().join("folder")).expect("a folder");
    let rows: [&[&str]; 36] = [
        &["man", "frobnicate"],
        &["metrics", "--csv", "notes.txt"],
        &["report", "--output", "folder"],
        &["export", "--tables", "glucose_daily", "--pump", "1"],
        &["export", "--partitioned", "--output", "."],
        &["query", "--format", "parquet", "SELECT 1"],
        &["query", "--jsno"],
        &["staus"],
        &["frobnicate"],
        &["status", "--jsno"],
        &["status", "extra"],
        &["status", "--quiet", "--verbose"],
        &["status", "--color", "sometimes"],
        &["status", "--log-format", "xml"],
        &["status", "--now", "soon"],
        &["day", "soon"],
        &["day", "2026-02-30"],
        &["day", "-x"],
        &["day", "--units", "stone"],
        &["day", "--pump", "123"],
        &["metrics", "--from", "2026-11-02", "--to", "2026-11-01"],
        &["metrics", "--days", "0"],
        &["report", "--from", "yesterday"],
        &["report", "--output", "notes.txt"],
        &["export", "--tables", "cgm_reading"],
        &["export", "--tables", "boluses", "--format", "csv", "--output", "notes.txt"],
        &["tail", "--interval", "5"],
        &["tail", "--follow", "--interval", "0"],
        &["tail", "--pump", "123"],
        &["zone", "set", "America/New_Yorc"],
        &["zone", "set", "Mars"],
        &["explain", "bolus", "1"],
        &["explain", "boluses", "1"],
        &["completions", "tcsh"],
        &["sync", "--watch", "--full"],
        &["bugreport", "--output", "notes.txt"],
    ];
    for arguments in rows {
        transcript.run(&place, arguments);
    }
    transcript
}

fn configuration() -> Transcript {
    let mut transcript = Transcript::heading("Configuration");
    let place = Place::new();
    let rows = [
        ("broken.toml", "email = \"jane@example.org"),
        ("unknown.toml", "emial = \"jane@example.org\""),
        ("kind.toml", "email = 5"),
        ("zone.toml", "time_zone = \"Europe/Berlim\""),
    ];
    for (name, text) in rows {
        place.file(name, text);
        transcript.run(&place, &["status", "--config", name]);
    }
    place.file("region.toml", "email = \"jane@example.org\"\nregion = \"asia\"");
    transcript.run(&place, &["pumps", "--config", "region.toml"]);
    place.file("unit.toml", "glucose_unit = \"stone\"");
    transcript.run(&place, &["day", "--config", "unit.toml"]);
    transcript.run(&place, &["status", "--config", "nothing.toml"]);
    transcript.run(&place, &["status", "--config", "."]);
    transcript.run(&place, &["status", "--time-zone", "Mars"]);
    transcript.run(&place, &["init"]);
    transcript.run(&place, &["init", "--email", "jane@example.org", "--time-zone", "UTC"]);
    place.file("there.toml", "email = \"jane@example.org\"");
    transcript.run(&place, &["init", "--config", "there.toml"]);
    std::fs::create_dir(place.path().join("sensitive")).expect("a folder");
    place.file("sensitive/credentials.toml", "TANDEM_SOURCE_EMAIL = ");
    transcript.run(&place, &["status"]);
    transcript
}

fn account() -> Transcript {
    let mut transcript = Transcript::heading("Account");
    let place = Place::new();
    for command in ["login", "logout", "pumps", "sync", "fetch"] {
        transcript.run(&place, &[command]);
    }
    let email = ["login", "--email", "jane@example.org", "--region", "us"];
    let login = |more: &[&'static str]| [&email[..], more].concat();
    transcript.run(&place, &email);
    transcript.run(&place, &login(&["--remember"]));
    transcript.run(&place, &login(&["--password-command", "exit 3"]));
    transcript.run(&place, &login(&["--password-command", "true"]));
    transcript.run(&place, &login(&["--endpoint", "nonsense"]));
    transcript.run(&place, &login(&["--endpoint", "http://example.org"]));
    transcript.run(&place, &login(&["--endpoint", "https://localhost/path"]));
    transcript.run(&place, &["login", "--email", "jane@example.org", "--region", "asia"]);
    transcript.with(&place, &email, "TANDEM_PASSWORD", "");
    transcript
}

fn service() -> Transcript {
    let mut transcript = Transcript::heading("Service");
    let well = Service::start(|_| ());
    let place = Place::new();
    let mut wrong = well.command(&place, &["login"]);
    wrong.env("TANDEM_PASSWORD", "wrong");
    let said = well.said(&place, wrong);
    transcript.note("the password is wrong", &["login"], said.code, &said.talk);
    transcript.ask("", &well, &["sync", "--pump", "123"]);
    let states = [
        ("the account is in the other region", Service::start(|config| config.behaviour.in_other_region = true)),
        ("the account is locked", Service::start(|config| config.behaviour.locked = true)),
        ("the service's clock is a day ahead", Service::start(|config| config.behaviour.clock_skew_seconds = 86_400)),
    ];
    for (circumstances, service) in &states {
        transcript.ask(circumstances, service, &["login"]);
    }
    let faults: [(&str, Endpoint, Fault, &str); 13] = [
        ("the firewall refuses", Endpoint::Login, Fault::Blocked, "login"),
        ("the login is gone", Endpoint::Login, Fault::NotFoundPage, "login"),
        ("the login answers in another shape", Endpoint::Login, Fault::OtherShape, "login"),
        ("too many logins", Endpoint::Login, Fault::TooManyRequests { retry_after: Some(600) }, "login"),
        ("the service is down for ten minutes", Endpoint::Login, Fault::Unavailable { retry_after: 600 }, "login"),
        ("the keys are a web page", Endpoint::Jwks, Fault::PageInsteadOfJson, "login"),
        ("the gateway has no one behind it", Endpoint::Token, Fault::BadGatewayPage, "login"),
        ("the connection is dropped", Endpoint::Jwks, Fault::Drop, "login"),
        ("a new token is refused", Endpoint::Pumper, Fault::Unauthorized, "sync"),
        ("the account answers in another shape", Endpoint::Pumper, Fault::OtherShape, "pumps"),
        ("the data host's firewall refuses", Endpoint::PumpLogs, Fault::Blocked, "sync"),
        ("the events' keys have changed", Endpoint::PumpLogs, Fault::UnknownKey, "sync"),
        ("events are cut off", Endpoint::PumpLogs, Fault::CutBody { share: 0.5 }, "fetch"),
    ];
    // Those that are repeated wait some seconds: all at a time.
    let asked = |(circumstances, endpoint, fault, command): &(&str, Endpoint, Fault, &str)| {
        let plan = FaultPlan::new().on(*endpoint, When::Always, *fault);
        let service = Service::start(|config| config.faults = plan);
        let mut part = Transcript::default();
        part.ask(circumstances, &service, &[command]);
        part.0
    };
    let asked = &asked;
    std::thread::scope(|scope| {
        let running: Vec<_> = faults.iter().map(|fault| scope.spawn(move || asked(fault))).collect();
        for part in running {
            transcript.0 += &part.join().expect("the command ends");
        }
    });
    transcript.0 += &no_service_answers();
    transcript
}

/// A port of loopback that no one has.
fn no_service_answers() -> String {
    let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("loopback");
    let place = Place::new();
    let mut command: Command = place.command(&["login", "--email", "jane@example.org", "--region", "eu"]);
    command.env("TANDEM_PASSWORD", "secret").env("TANDEM_ENDPOINT", format!("http://{free}"));
    let said = place.said(&command.output().expect("the binary runs"));
    let mut part = Transcript::default();
    let talk = said.talk.replace(&free.to_string(), "127.0.0.1:PORT");
    part.note("no one listens", &["login"], said.code, &talk);
    part.0
}

fn database() -> Transcript {
    let mut transcript = Transcript::heading("Database");
    let place = Place::new();
    place.file("good.json", event(1, 800));
    assert_eq!(place.run(&["import", "good.json"]).code, 0);
    let good = std::fs::read(place.path().join("data/tandem.db")).expect("the database is there");
    let open = |name: &str| {
        let path = place.file(name, &good);
        DuckStore::open(path, StoreOptions::default()).expect("a database")
    };
    let change = |name: &str, sql: &str| open(name).connection().expect("open").execute_batch(sql).expect("changed");

    transcript.run(&place, &["status", "--db", "nothing.db"]);
    place.file("diary.db", "this is no database at all, but long enough for a header ".repeat(100));
    transcript.run(&place, &["status", "--db", "diary.db"]);
    transcript.run(&place, &["sync", "--db", "diary.db", "--email", "jane@example.org"]);
    transcript.run(&place, &["import", "good.json", "--db", "diary.db"]);
    place.file("foreign.db", foreign(&place));
    transcript.run(&place, &["status", "--db", "foreign.db"]);
    place.file("torn.db", torn(&good));
    transcript.run(&place, &["status", "--db", "torn.db"]);
    let version = store_duckdb::schema_version();
    change(
        "newer.db",
        &format!("INSERT INTO refinery_schema_history VALUES ({}, 'future', '2030-01-01T00:00:00Z', '1')", version + 1),
    );
    transcript.run(&place, &["status", "--db", "newer.db"]);
    transcript.run(&place, &["import", "good.json", "--db", "newer.db"]);
    change("altered.db", "UPDATE refinery_schema_history SET checksum = '1' WHERE version = 9");
    transcript.run(&place, &["import", "good.json", "--db", "altered.db"]);
    let held = open("held.db");
    transcript.run(&place, &["status", "--db", "held.db"]);
    transcript.run(&place, &["import", "good.json", "--db", "held.db"]);
    drop(held);
    // A file where a folder should be stops even root.
    transcript.run(&place, &["import", "good.json", "--db", "good.json/tandem.db"]);
    transcript.run(&place, &["demo", "--db", "held.db"]);
    transcript
}

/// A DuckDB database of someone else.
fn foreign(place: &Place) -> Vec<u8> {
    let path = place.path().join("other.db");
    let mut store = DuckStore::open(&path, StoreOptions::default()).expect("a database");
    store.connection().expect("open").execute_batch("DROP TABLE refinery_schema_history").expect("changed");
    drop(store);
    std::fs::read(&path).expect("a database")
}

/// The database with its headers overwritten from the middle on.
fn torn(good: &[u8]) -> Vec<u8> {
    let mut torn = good.to_vec();
    torn[4096 + 8..].fill(0xa5);
    torn
}

fn queries() -> Transcript {
    let mut transcript = Transcript::heading("Queries");
    let place = holding_autumn();
    place.file("secret.csv", "a\n1\n");
    let rows = [
        "FROM cgm_reading",
        "SELECT cgm_readin FROM cgm_readings",
        "SELEC 1",
        "SELECT * FORM cgm_readings",
        "SELECT foo(1)",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "SELECT nextval('raw_batch_numbers')",
        "DELETE FROM events",
        "DROP TABLE events",
        "COPY events TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "FROM 'secret.csv'",
        "FROM read_text('secret.csv')",
        "SET memory_limit = '1TB'",
        "SELECT 'x'::INTEGER",
    ];
    for sql in rows {
        transcript.run(&place, &["query", sql]);
    }
    transcript.run(&place, &["query", "--file", "nothing.sql"]);
    transcript.run(&place, &["query", "--format", "xml", "SELECT 1"]);
    transcript.run(&place, &["query", "--timeout", "1", "SELECT count(*) FROM range(1000000) a, range(1000000) b"]);
    transcript.run(&place, &["query", "--output", "secret.csv/x.csv", "SELECT 1"]);
    transcript
}

fn data() -> Transcript {
    let mut transcript = Transcript::heading("Data");
    let place = Place::new();
    place.file("diary.txt", "Dear diary, today all was well.");
    place.file("page.html", "<html><body>404</body></html>");
    place.file("empty.json", "");
    place.file("records.bin", [record(1, 800), record(2, 800)].concat());
    place.file("half.bin", &[record(1, 800), record(2, 800)].concat()[..39]);
    place.file("cut.json", format!(r#"{{"events":[{},{}"#, event(6, 900), &event(7, 900)[..60]));
    std::fs::create_dir(place.path().join("folder")).expect("a folder");
    for arguments in [
        &["import"][..],
        &["import", "nothing.json"],
        &["import", "folder"],
        &["import", "diary.txt"],
        &["import", "page.html"],
        &["import", "empty.json"],
        &["import", "records.bin"],
        &["import", "half.bin", "--pump", "11"],
        &["import", "cut.json"],
        &["import", "data/tandem.db"],
    ] {
        transcript.run(&place, arguments);
    }
    let nothing = empty();
    transcript.run(&nothing, &["report"]);
    let mut store = DuckStore::open(place.path().join("data/tandem.db"), StoreOptions::default()).expect("a database");
    store.connection().expect("open").execute_batch("DELETE FROM basal_deliveries").expect("changed");
    drop(store);
    transcript.run(&place, &["verify"]);
    transcript
}
