//! What comes with the program: manual pages and completions. `tests/tools` has the programs that read them judge.

use crate::support::Place;

#[test]
fn every_command_has_a_manual_page() {
    let place = Place::new();
    let said = place.run(&["man", "--output", "man1"]);
    assert_eq!(said.code, 0, "{}", said.talk);
    let pages = place.commands().iter().map(|command| format!("tandem-{command}.1")).collect::<Vec<_>>();
    for page in pages.iter().map(String::as_str).chain(["tandem.1", "tandem-zone-set.1"]) {
        let text = std::fs::read_to_string(place.path().join("man1").join(page)).unwrap_or_else(|_| panic!("{page}"));
        for section in [".TH ", ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", "GLOBAL OPTIONS"] {
            assert!(text.contains(section), "{page} has no {section}");
        }
    }
    let sync = place.run(&["man", "sync"]);
    assert_eq!(sync.data, std::fs::read_to_string(place.path().join("man1/tandem-sync.1")).expect("a page"));
    assert!(sync.data.contains("\\&  tandem sync \\-\\-watch"), "examples stand as they are: {}", sync.data);
    let said = place.run(&["man", "snyc"]);
    assert!(said.code == 2 && said.talk.contains("unknown command"), "{}", said.talk);
}

#[test]
fn every_shell_gets_completions() {
    let place = Place::new();
    let commands = place.commands();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let said = place.run(&["completions", shell]);
        assert_eq!(said.code, 0, "{shell}: {}", said.talk);
        let missing = commands.iter().find(|command| !said.data.contains(command.as_str()));
        assert!(missing.is_none(), "{shell} does not know {missing:?}");
    }
}
