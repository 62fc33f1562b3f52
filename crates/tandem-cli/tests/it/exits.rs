//! The documented exit codes, for every command in every plight that it can be in.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};

use tandem_sim::service::{Endpoint, Fault, FaultPlan, When};

use crate::service::Service;
use crate::support::{Place, event};

/// This plight is none of the command's business.
const NA: i32 = -1;

/// Every command, and how it ends: in good order; without a database; with one that is none; without an account; with
/// one that is refused; with a service that is down.
const COMMANDS: [(&[&str], [i32; 6]); 32] = [
    (&["demo", "--help"], [0, NA, NA, NA, NA, NA]),
    (&["init", "--no-input", "--time-zone", "UTC"], [0, NA, NA, 2, 3, 4]),
    (&["sync"], [0, 0, 5, 3, 3, 4]),
    (&["fetch"], [0, 0, 5, 3, 3, 4]),
    (&["pumps"], [0, NA, NA, 3, 3, 4]),
    (&["login"], [0, NA, NA, 3, 3, 4]),
    (&["logout"], [0, NA, NA, 3, NA, NA]),
    (&["import", "good.json"], [0, 0, 5, NA, NA, NA]),
    (&["status"], [0, 5, 5, NA, NA, NA]),
    (&["doctor"], [0, 0, 5, 3, 0, 4]),
    (&["bugreport"], [0, 0, 0, 0, 0, 0]),
    (&["query", "SHOW TABLES"], [0, 5, 5, NA, NA, NA]),
    (&["day"], [0, 5, 5, NA, NA, NA]),
    (&["week"], [0, 5, 5, NA, NA, NA]),
    (&["tail"], [0, 5, 5, NA, NA, NA]),
    (&["metrics"], [0, 5, 5, NA, NA, NA]),
    (&["report"], [0, 5, 5, NA, NA, NA]),
    (&["explore"], [0, 5, 5, NA, NA, NA]),
    (&["export", "--output", "out"], [0, 5, 5, NA, NA, NA]),
    (&["cohort", "metrics", "--sql"], [0, NA, NA, NA, NA, NA]),
    (&["push", "nightscout"], [3, 3, 3, NA, NA, NA]),
    (&["mcp"], [0, 0, 5, NA, NA, NA]),
    (&["zone", "list"], [0, 5, 5, NA, NA, NA]),
    (&["zone", "set", "UTC"], [0, 0, 5, NA, NA, NA]),
    (&["verify"], [0, 5, 5, NA, NA, NA]),
    (&["explain", "pumps", "1"], [2, 5, 5, NA, NA, NA]),
    (&["completions", "bash"], [0, NA, NA, NA, NA, NA]),
    (&["parse"], [0, 0, 5, NA, NA, NA]),
    (&["derive"], [0, 0, 5, NA, NA, NA]),
    (&["rebuild"], [0, 0, 5, NA, NA, NA]),
    (&["man"], [0, NA, NA, NA, NA, NA]),
    (&["help"], [0, NA, NA, NA, NA, NA]),
];

/// A place with an archive, and the database `content` where there is any.
fn place_with(content: Option<&[u8]>) -> Place {
    let place = Place::new();
    place.file("good.json", event(1, 800));
    if let Some(content) = content {
        std::fs::create_dir(place.path().join("data")).expect("a folder");
        place.file("data/tandem.db", content);
    }
    place
}

/// The bytes of a database with two days in it.
fn two_days(service: &Service) -> Vec<u8> {
    let place = Place::new();
    let said = service.run(&place, &["sync", "--time-zone", "UTC"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    std::fs::read(place.path().join("data/tandem.db")).expect("a database")
}

#[test]
fn every_command_ends_as_documented() {
    let well = Service::start(|_| ());
    let refusing = Service::start(|config| config.behaviour.in_other_region = true);
    let down = Service::start(|config| {
        config.faults = FaultPlan::new().everywhere(When::Always, Fault::Unavailable { retry_after: 600 });
    });
    let database = two_days(&well);
    let no_database = b"Dear diary".repeat(1000);
    let alone = |place: &Place, arguments: &[&str]| place.run(arguments);
    for (arguments, codes) in COMMANDS {
        for (plight, code) in codes.into_iter().enumerate().filter(|(_, code)| *code != NA) {
            let content =
                [Some(&database[..]), None, Some(&no_database[..])].get(plight).copied().unwrap_or(Some(&database));
            let place = place_with(content);
            let said = match plight {
                3 => alone(&place, arguments),
                4 => refusing.run(&place, arguments),
                5 => down.run(&place, arguments),
                _ => well.run(&place, arguments),
            };
            assert_eq!(said.code, code, "{arguments:?} in plight {plight}: {}{}", said.data, said.talk);
        }
    }
}

#[test]
fn no_command_is_forgotten_above() {
    let listed: BTreeSet<_> = Place::new().commands().into_iter().chain(["help".to_owned()]).collect();
    let tested: BTreeSet<_> = COMMANDS.iter().map(|(arguments, _)| arguments[0].to_owned()).collect();
    assert_eq!(listed, tested);
}

#[test]
fn a_mistake_in_arguments_or_configuration_stops_every_command() {
    let place = place_with(None);
    place.file("broken.toml", "email =");
    for command in COMMANDS.map(|(arguments, _)| arguments[0]).into_iter().filter(|command| *command != "help") {
        let said = place.run(&[command, "--frobnicate"]);
        assert_eq!(said.code, 2, "{command}: {}", said.talk);
        assert!(said.talk.contains("--frobnicate"), "{command}: {}", said.talk);
    }
    for (arguments, _) in
        COMMANDS.iter().filter(|(arguments, _)| !arguments.contains(&"--help") && arguments[0] != "help")
    {
        let said = place.run(&[arguments, &["--config", "broken.toml"][..]].concat());
        // Those that repair the configuration look at it themselves.
        let code = match arguments[0] {
            "bugreport" => 0,
            "init" => 2,
            _ => 3,
        };
        assert_eq!(said.code, code, "{arguments:?}: {}", said.talk);
    }
}

/// Sends SIGINT, as Ctrl-C does.
fn interrupt(child: &Child) {
    send(child, "-INT");
}

fn send(child: &Child, signal: &str) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the program runs");
}

#[test]
fn a_query_that_is_interrupted_says_so() {
    let place = place_with(None);
    assert_eq!(place.run(&["import", "good.json"]).code, 0);
    let mut command = place.command(&["query", "FROM range(1000000000000)", "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut data = BufReader::new(child.stdout.take().expect("a pipe"));
    data.read_line(&mut String::new()).expect("the answer begins");
    interrupt(&child);
    std::io::copy(&mut data, &mut std::io::sink()).expect("the answer ends");
    let said = place.said(&child.wait_with_output().expect("the binary ends"));
    assert_eq!((said.code, said.talk.as_str()), (130, "error: the query was stopped\n"));
}

#[test]
fn a_sync_that_hangs_ends_at_the_second_signal() {
    let service = Service::start(|config| {
        config.faults = FaultPlan::new().on(Endpoint::PumpLogs, When::Always, Fault::Hang);
    });
    let place = Place::new();
    let mut child = service.command(&place, &["sync"]).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut talk = BufReader::new(child.stderr.take().expect("a pipe"));
    while service.handle.count(Endpoint::PumpLogs) == 0 {
        assert_eq!(child.try_wait().expect("the child can be asked"), None, "it ended by itself");
        std::thread::park_timeout(std::time::Duration::from_millis(1));
    }
    interrupt(&child);
    let mut line = String::new();
    while !line.contains("Press Ctrl-C again") {
        line.clear();
        assert!(talk.read_line(&mut line).expect("words") > 0, "it says what it does");
    }
    interrupt(&child);
    assert_eq!(child.wait().expect("the binary ends").code(), Some(130));
    let mut rest = String::new();
    talk.read_to_string(&mut rest).expect("words");
    assert_eq!(rest, "");
}

/// A pipe that no one writes to blocks when it is opened, one whose writer pauses when it is read.
#[cfg(unix)]
#[test]
fn an_import_from_a_pipe_ends_at_the_first_signal() {
    for (signal, is_written) in [("-INT", false), ("-TERM", false), ("-INT", true), ("-TERM", true)] {
        let place = Place::new();
        let pipe = place.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()));
        let mut command = place.command(&["import", "pipe"]);
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the binary runs");
        // Opening it waits for the program to open it, too.
        let writer = is_written.then(|| {
            let mut writer = std::fs::File::options().write(true).open(&pipe).expect("the pipe opens");
            writer.write_all(b"{\"events\":[").expect("the beginning is written");
            writer
        });
        while !place.path().join("data/tandem.db").exists() {
            assert_eq!(child.try_wait().expect("the child can be asked"), None, "it ended by itself");
            std::thread::park_timeout(std::time::Duration::from_millis(1));
        }
        send(&child, signal);
        let said = place.said(&child.wait_with_output().expect("the binary ends"));
        assert_eq!(said.code, 130, "{signal}, {is_written}: {}", said.talk);
        assert!(said.talk.contains("Interrupted."), "{}", said.talk);
        drop(writer);
    }
}

#[test]
fn a_proxy_that_does_not_work_is_named_without_its_password() {
    let place = Place::new();
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        let mut command = place.command(&["doctor"]);
        command.env(variable, "http://me:hunter2@127.0.0.1:9").env("TANDEM_EMAIL", "someone@example.invalid");
        let said = place.said(&command.output().expect("the binary runs"));
        let all = said.data + &said.talk;
        assert!(all.contains("127.0.0.1:9") && all.contains(variable), "{all}");
        assert!(!all.contains("hunter2"), "{all}");
    }
}
