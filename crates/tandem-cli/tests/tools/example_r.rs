//! The example in R runs on a database and says what the database says.

use std::path::Path;
use std::process::Command;

use crate::lives::{autumn, holding};

#[test]
fn three_months_in_r() {
    let place = holding(&autumn());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples/three_months.R");
    let mut example = Command::new("Rscript");
    let example =
        example.arg("--vanilla").arg(script).arg(place.path().join("data/tandem.db")).current_dir(place.path());
    let output =
        example.env("TANDEM", env!("CARGO_BIN_EXE_tandem")).env("HOME", place.path()).output().expect("R runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let october = place.number("SELECT count(*) FROM person_readings WHERE month(local_time) = 10").to_string();
    for part in ["in_range_percent", "2026-10", &october, "50%", "carbs_grams"] {
        assert!(said.contains(part), "{part:?} is missing in:\n{said}");
    }
    assert!(place.path().join("usual_day.pdf").exists(), "the drawing is there");
}
