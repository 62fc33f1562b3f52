//! Whatever the program makes is its owner's alone.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::lives::{autumn, holding};

fn rights(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())).permissions().mode() & 0o777
}

#[test]
fn only_the_owner_may_read_what_is_made() {
    // Not the copy that other tests begin with: the program itself has to make the folder and the file.
    let place = holding(&autumn());
    for arguments in
        [&["report", "--output", "r.html"][..], &["export"], &["export", "--partitioned", "--output", "lake"]]
    {
        let said = place.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}: {}", said.talk);
    }
    assert_eq!(place.run(&["query", "FROM pumps", "--output", "pumps.txt"]).code, 0);
    for (name, expected) in [
        ("data", 0o700),
        ("data/tandem.db", 0o600),
        ("r.html", 0o600),
        ("pumps.txt", 0o600),
        ("tandem-export", 0o700),
        ("tandem-export/cgm_readings.parquet", 0o600),
        ("lake", 0o700),
    ] {
        assert_eq!(rights(&place.path().join(name)), expected, "{name}");
    }
}
