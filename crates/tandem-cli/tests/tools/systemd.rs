//! systemd takes the units in `packaging`.

use std::path::Path;
use std::process::Command;

use crate::support::Place;

#[test]
fn systemd_takes_the_units() {
    let place = Place::new();
    let program = place.path().join(".cargo/bin/tandem");
    std::fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
    std::fs::copy(env!("CARGO_BIN_EXE_tandem"), &program).expect("copied");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/systemd");
    let units = ["tandem-sync.service", "tandem-sync.timer"].map(|name| folder.join(name));
    let mut systemd = Command::new("systemd-analyze");
    systemd.args(["--user", "verify"]).args(units).env("HOME", place.path()).env("XDG_RUNTIME_DIR", place.path());
    let judged = systemd.output().expect("systemd-analyze runs");
    assert_eq!((String::from_utf8_lossy(&judged.stderr).as_ref(), judged.status.success()), ("", true));
}
