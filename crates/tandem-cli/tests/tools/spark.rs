//! Spark reads a lake of several people and computes their metrics.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tandem_sim::history::Scenario;
use tandem_tests::python::find_python;

use crate::lives::{autumn, holding};

fn close(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * other.abs().max(1.0),
        (None, None) => one == other,
        _ => false,
    }
}

#[test]
fn a_lake_is_the_same_in_spark() {
    let python = find_python("spark");
    let people = [("anna", autumn()), ("ben", Scenario::quiet(3).simulate()), ("carl", autumn())];
    let people = people.map(|(person, history)| (person, holding(&history)));
    let place = &people[0].1;
    let lake = place.path().join("lake");
    let output = lake.display().to_string();
    let tables = "cgm_readings,basal_deliveries,boluses,daily_totals,settings_history";
    for (person, place) in &people {
        let words = [
            "export",
            "--partitioned",
            "--person",
            person,
            "--db",
            "data/tandem.db",
            "--output",
            &output,
            "--tables",
            tables,
        ];
        let said = place.run(&words);
        assert_eq!(said.code, 0, "{}", said.talk);
    }
    place.file("metrics.sql", place.run(&["cohort", "metrics", "--sql"]).data);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/python/spark.py");
    let mut spark = Command::new(python);
    spark.arg(script).args(["lake", "metrics.sql"]).current_dir(place.path()).env("TZ", "America/New_York");
    let ran = spark.output().expect("Python runs");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let seen: Value = serde_json::from_slice(&ran.stdout).expect("JSON");

    let connection = duckdb::Connection::open_in_memory().expect("DuckDB");
    for (table, seen) in seen["tables"].as_object().expect("tables") {
        let sums = seen.as_object().expect("sums").keys().map(|name| match name.as_str() {
            "rows" => "count(*)::DOUBLE AS rows".to_owned(),
            "people" => "count(DISTINCT person)::DOUBLE AS people".to_owned(),
            name => format!("sum({name}::DOUBLE) AS {name}"),
        });
        let query = format!(
            "SELECT to_json(sums)::VARCHAR FROM (SELECT {} FROM read_parquet('{}/table={table}/**/*.parquet', hive_partitioning = true)) sums",
            sums.collect::<Vec<_>>().join(", "),
            lake.display()
        );
        let ours: String =
            connection.query_row(&query, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{table}: {error}"));
        let ours: Value = serde_json::from_str(&ours).expect("JSON");
        for (name, value) in seen.as_object().expect("sums") {
            assert!(close(value, &ours[name]), "{table}: {name} is {value} in Spark and {} in DuckDB", ours[name]);
        }
    }
    assert_eq!(seen["tables"]["cgm_readings"]["people"], 3);
    let ours = place.run(&["cohort", "metrics", "lake"]);
    let ours: Value = serde_json::from_str(&ours.data).unwrap_or_else(|_| panic!("{}", ours.talk));
    for (person, place) in &people {
        let by_program: Value = serde_json::from_str(&place.run(&["metrics", "--json"]).data).expect("JSON");
        for (name, value) in ours[person].as_object().expect("metrics") {
            let spark = &seen["metrics"][person][name];
            assert!(close(spark, value), "{person}: {name} is {spark} in Spark and {value} in DuckDB");
            let by_program = &by_program["tandem"][name];
            assert!(
                close(spark, by_program),
                "{person}: {name} is {spark} in Spark and {by_program} by `tandem metrics`"
            );
        }
    }
}
