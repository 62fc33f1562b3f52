//! The example in Python runs on a database and says what the database says.

use std::path::Path;
use std::process::Command;

use tandem_tests::python::{READERS, find_python};

use crate::lives::{autumn, holding};

#[test]
fn three_months_in_python() {
    let place = holding(&autumn());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/three_months.py");
    let mut example = Command::new(find_python(READERS));
    let example = example.arg(script).arg(place.path().join("data/tandem.db")).current_dir(place.path());
    let output = example.env("POLARS_FMT_TABLE_FORMATTING", "ASCII_FULL").output().expect("Python runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let october = place.number("SELECT count(*) FROM person_readings WHERE month(local_time) = 10").to_string();
    for part in [
        "Glucose by month",
        "2026-10",
        &october,
        "Glucose by day of the infusion site",
        "Rise after meals",
        "Insulin per complete day",
    ] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
}
