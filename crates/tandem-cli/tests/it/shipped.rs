//! What comes with the program: manual pages, completions, units. Programs that read them judge where they are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::support::Place;

/// What `program` says; `None` where it is not installed, which is said.
fn ask(program: &str, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null());
    change(&mut command);
    let output = command.output();
    if output.is_err() {
        eprintln!("not judged by {program}: it is not installed");
    }
    output.ok()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn packaging() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging")
}

/// The commands that the help lists.
fn commands(place: &Place) -> Vec<String> {
    let help = place.run(&["--help"]).data;
    let (_, list) = help.split_once("Commands:\n").expect("a list of commands");
    let names = list.lines().take_while(|line| line.starts_with("  ")).filter(|line| !line.starts_with("   "));
    let names: Vec<_> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 15, "{names:?}");
    names.into_iter().filter(|name| name != "help").collect()
}

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    let said = place.run(&["man", "--output", "man1"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let pages = commands(&place).iter().map(|command| format!("tandem-{command}.1")).collect::<Vec<_>>();
    for page in pages.iter().map(String::as_str).chain(["tandem.1", "tandem-zone-set.1"]) {
        let text = std::fs::read_to_string(place.path().join("man1").join(page)).unwrap_or_else(|_| panic!("{page}"));
        for section in [".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", "GLOBAL OPTIONS"] {
            assert!(text.contains(section), "{page} has no {section}");
        }
        let Some(set) = ask("groff", &["-K", "utf8", "-man", "-Tutf8", "-ww", page], |groff| {
            groff.current_dir(place.path().join("man1"));
        }) else {
            continue;
        };
        assert_eq!((words(&set.stderr).as_str(), set.status.success()), ("", true), "{page}");
        let title = page.trim_end_matches(".1").to_uppercase();
        assert!(words(&set.stdout).contains(&format!("{title}(1)")), "{page}");
    }
    let sync = place.run(&["man", "sync"]);
    assert_eq!(sync.data, std::fs::read_to_string(place.path().join("man1/tandem-sync.1")).expect("a page"));
    assert!(sync.data.contains("\\&  tandem sync \\-\\-watch"), "examples stand as they are: {}", sync.data);
    let said = place.run(&["man", "snyc"]);
    assert!(said.code == 2 && said.talk.contains("there is no command"), "{}", said.talk);
}

#[test]
fn every_shell_gets_completions() {
    let place = Place::new();
    let commands = commands(&place);
    for (shell, check) in [
        ("bash", Some(&["-n"][..])),
        ("zsh", Some(&["-n"][..])),
        ("fish", Some(&["--no-execute"][..])),
        ("elvish", Some(&["-compileonly"][..])),
        ("powershell", None),
    ] {
        let said = place.run(&["completions", shell]);
        assert_eq!(said.code, 0, "{shell}: {}", said.talk);
        let missing = commands.iter().find(|command| !said.data.contains(command.as_str()));
        assert!(missing.is_none(), "{shell} does not know {missing:?}");
        let file = place.file(shell, &said.data).display().to_string();
        if let Some(judged) = check.and_then(|check| ask(shell, &[check, &[&file]].concat(), |_| ())) {
            assert!(judged.status.success(), "{shell}: {}", words(&judged.stderr));
        }
    }
    let complete =
        "source ./bash; COMP_WORDS=(tandem expo); COMP_CWORD=1; _tandem tandem expo tandem; echo \"${COMPREPLY[@]}\"";
    if let Some(completed) = ask("bash", &["-c", complete], |bash| {
        bash.current_dir(place.path());
    }) {
        assert_eq!(words(&completed.stdout), "export\n", "{}", words(&completed.stderr));
    }
}

#[test]
fn systemd_takes_the_units() {
    let place = Place::new();
    let program = place.path().join(".cargo/bin/tandem");
    std::fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
    std::fs::copy(env!("CARGO_BIN_EXE_tandem"), &program).expect("copied");
    let units = ["tandem-sync.service", "tandem-sync.timer"].map(|name| packaging().join("systemd").join(name));
    let units = units.each_ref().map(|unit| unit.to_str().expect("UTF-8"));
    let judged = ask("systemd-analyze", &[&["--user", "verify"], &units[..]].concat(), |systemd| {
        systemd.env("HOME", place.path()).env("XDG_RUNTIME_DIR", place.path());
    });
    if let Some(judged) = judged {
        assert_eq!((words(&judged.stderr).as_str(), judged.status.success()), ("", true));
    }
}

#[test]
fn the_launchd_agent_is_a_property_list() {
    let read = "import plistlib, sys; agent = plistlib.load(open(sys.argv[1], 'rb')); print(agent['Label'], agent['StartInterval'])";
    let file = packaging().join("launchd/tandem.sync.plist");
    if let Some(read) = ask("python3", &["-c", read, file.to_str().expect("UTF-8")], |_| ()) {
        assert_eq!(words(&read.stdout), "tandem.sync 3600\n", "{}", words(&read.stderr));
    }
}
