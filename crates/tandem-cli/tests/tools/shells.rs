//! Each shell takes the completions that are made for it. (Elvish knows its own `edit:` only on a terminal, and Debian has no
//! package of PowerShell.)

use std::process::{Command, Stdio};

use crate::support::Place;

#[test]
fn each_shell_takes_its_completions() {
    let place = Place::new();
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let file = place.file(shell, place.run(&["completions", shell]).data);
        let judged = Command::new(shell).arg(check).arg(file).stdin(Stdio::null()).output().expect("the shell runs");
        assert!(judged.status.success(), "{shell}: {}", String::from_utf8_lossy(&judged.stderr));
    }
}

#[test]
fn bash_completes_a_command() {
    let place = Place::new();
    place.file("completions", place.run(&["completions", "bash"]).data);
    let complete = "source ./completions; COMP_WORDS=(tandem expo); COMP_CWORD=1; _tandem tandem expo tandem; echo \"${COMPREPLY[@]}\"";
    let completed = Command::new("bash").args(["-c", complete]).current_dir(place.path()).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&completed.stdout), "export\n", "{completed:?}");
}
