//! A lake of several people, read by other programs.

use anyhow::{Context as _, Result, ensure};

use super::readers::environment;
use super::scene::Scene;
use crate::process::run;

/// What reads the lake.
const READERS: &str = "DuckDB 1.4, 1.5 and 2.0, Polars, PyArrow, Spark";
const ENVIRONMENTS: [&str; 4] = ["readers", "duckdb-1.4", "duckdb-2.0", "spark"];
/// How the tests that compare lakes begin, and how many there are: one in each of `python` and `spark` of `tests/tools`.
const TESTS: (&str, usize) = ("a_lake_is_the_same", 2);

/// Builds a lake of three people, and compares sums and metrics between all readers and with `tandem metrics`.
pub(super) fn compare_lake(scene: &Scene) -> Result<String> {
    for name in ENVIRONMENTS {
        environment(scene, name)?;
    }
    let mut tests = scene.workspace.cargo("test");
    let said = run(tests.args(["--quiet", "--test", "tools", "--", "--nocapture", TESTS.0]))?;
    let passed = said.lines().find_map(|line| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse().ok());
    let passed: usize = passed.context("the tests do not say how many passed")?;
    ensure!(passed == TESTS.1, "{passed} tests of lakes ran, not {}", TESTS.1);
    Ok(format!("{READERS}: equal sums, and metrics equal to 1e-9"))
}
