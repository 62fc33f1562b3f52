//! Every command line that the documents, the units and the help show can be said.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Command, CommandFactory as _, Parser as _};

use crate::cli::Cli;

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(file: &str) -> String {
    fs::read_to_string(workspace().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Parses what a person would type after the prompt, up to a pipe or redirection.
fn check(place: &str, line: &str) {
    let words = shlex::split(line).unwrap_or_else(|| panic!("{place}: quotes do not match in {line}"));
    let mut words: Vec<_> = words.into_iter().take_while(|word| !["|", ">", "&&"].contains(&word.as_str())).collect();
    // A command that is only named.
    if words.len() == 2 {
        words.push("--help".to_owned());
    }
    let parsed = Cli::try_parse_from(&words);
    let is_help = |error: &clap::Error| !error.use_stderr();
    assert!(
        parsed.as_ref().err().is_none_or(is_help),
        "{place}: {line}: {}",
        parsed.err().map(|error| error.to_string()).unwrap_or_default()
    );
}

/// Command lines of a Markdown page: lines of its blocks, and what stands between backticks.
fn commands_of_page(text: &str) -> Vec<&str> {
    let (mut commands, mut in_block) = (Vec::new(), false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            let inside = line.strip_prefix("podman exec tandem ").unwrap_or(line);
            commands.extend(Some(inside).filter(|inside| inside.starts_with("tandem ")));
        } else {
            commands.extend(line.split('`').skip(1).step_by(2).filter(|code| code.starts_with("tandem ")));
        }
    }
    commands
}

#[test]
fn pages() {
    let mut count = 0;
    for page in ["docs/running.md", "docs/export.md", "docs/nightscout.md", "README.md"] {
        for command in commands_of_page(&read(page)).into_iter().filter(|command| !command.contains(['…', '='])) {
            // Capitals stand for what a person puts there.
            if !command.contains("COMMAND") {
                check(page, command);
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count} commands");
}

#[test]
fn units() {
    let service = read("packaging/systemd/tandem-sync.service");
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart=%h/.cargo/bin/")).expect("what to start");
    check("the service", start);
    let agent = read("packaging/launchd/tandem.sync.plist");
    let (_, list) = agent.split_once("<array>").expect("a list");
    let (list, _) = list.split_once("</array>").expect("its end");
    let words = list.lines().filter_map(|line| line.trim().strip_prefix("<string>")?.strip_suffix("</string>"));
    check("the agent", &words.collect::<Vec<_>>().join(" "));
    let container = read("packaging/Containerfile");
    let list_of = |word: &str| {
        let list = container.lines().find_map(|line| line.strip_prefix(word)).expect("a list of words");
        serde_json::from_str::<Vec<String>>(list).expect("JSON").join(" ")
    };
    check("the container", &format!("{} {}", list_of("ENTRYPOINT "), list_of("CMD ")));
}

#[test]
fn examples_of_the_help() {
    fn examples(command: &Command, found: &mut Vec<(String, String)>) {
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        let lines = help.lines().filter_map(|line| line.strip_prefix("  tandem ")).map(|line| format!("tandem {line}"));
        // What an example is for stands after two blanks or more.
        let words = lines.map(|line| line.split("  ").next().unwrap_or_default().to_owned());
        found.extend(words.map(|line| (command.get_name().to_owned(), line)));
        command.get_subcommands().for_each(|command| examples(command, found));
    }
    let mut found = Vec::new();
    examples(&Cli::command(), &mut found);
    assert!(found.len() > 30, "{} examples", found.len());
    let without =
        |command: &&Command| !command.is_hide_set() && !found.iter().any(|(name, _)| name == command.get_name());
    let silent: Vec<_> =
        Cli::command().get_subcommands().filter(without).map(Command::get_name).map(str::to_owned).collect();
    assert!(silent.is_empty(), "no examples in the help of {silent:?}");
    for (command, line) in &found {
        check(&format!("tandem {command} --help"), line);
    }
}

/// What a container's file says, as far as it is known without building it.
#[test]
fn the_container_file_is_in_order() {
    let text = read("packaging/Containerfile").replace("\\\n", " ");
    let instructions: Vec<_> = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect();
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENV", "STOPSIGNAL", "ENTRYPOINT", "CMD"];
    assert!(instructions.iter().all(|(word, _)| known.contains(word)), "{instructions:?}");
    let of =
        |name: &str| instructions.iter().filter(|(word, _)| *word == name).map(|(_, rest)| *rest).collect::<Vec<_>>();
    assert_eq!(of("FROM").len(), 2);
    assert!(of("FROM")[0].ends_with(" AS build") && of("COPY").iter().any(|copy| copy.starts_with("--from=build ")));
    assert_eq!(of("USER"), ["tandem"], "not as root");
    let environment = of("ENV").join(" ");
    let known: Vec<_> =
        Cli::command().get_arguments().filter_map(|argument| argument.get_env()?.to_str().map(str::to_owned)).collect();
    assert!(environment.contains("TANDEM_DB=/data/") && known.contains(&"TANDEM_DB".to_owned()), "{environment}");
}
