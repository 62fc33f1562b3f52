//! `tandem query`: every valid read is answered, nothing else is.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::{Place, event};

fn filled() -> Place {
    let place = Place::new();
    let events: Vec<String> = (1..=300).map(|number| event(number, 700 + number)).collect();
    place.file("good.json", events.join("\n"));
    assert_eq!(place.run(&["import", "good.json", "--time-zone", "America/New_York"]).code, 0);
    place
}

#[test]
fn valid_reads_are_answered() {
    let place = filled();
    let rows = [
        ("FROM basal_deliveries LIMIT 1", 2),
        ("SELECT count(*) FROM events;", 2),
        ("SELECT ';' AS text, 1 -- no; end", 2),
        ("-- first a comment\nSELECT 1 /* ; */", 2),
        (
            "WITH days AS (SELECT timestamp::DATE AS day FROM events) SELECT day, count(*) FROM days GROUP BY ALL ORDER BY day",
            4,
        ),
        ("VALUES (1), (2)", 3),
        ("SELECT event_data->>'$.commandedRate' FROM events WHERE sequence_number = 5", 2),
    ];
    for (query, lines) in rows {
        let said = place.run(&["query", query, "--format", "csv"]);
        assert_eq!((said.code, said.data.lines().count()), (0, lines), "{query}: {}{}", said.data, said.talk);
    }
    for query in
        ["DESCRIBE cgm_readings", "SUMMARIZE events", "SHOW TABLES", "EXPLAIN SELECT 1", "PRAGMA table_info('events')"]
    {
        let said = place.run(&["query", query]);
        assert_eq!(said.code, 0, "{query}: {}", said.talk);
        assert!(said.data.lines().count() > 1, "{query}: {}", said.data);
    }
}

#[test]
fn everything_else_is_refused() {
    let place = filled();
    place.file("secret.csv", "a,b\n1,2\n");
    let refused = [
        "INSERT INTO pumps (id) VALUES (3)",
        "UPDATE events SET event_id = 1",
        "DELETE FROM raw_events",
        "DROP TABLE events",
        "CREATE TABLE x (i INTEGER)",
        "COPY events TO 'stolen.csv'",
        "COPY (SELECT 1) TO '/dev/stdout'",
        "EXPORT DATABASE 'stolen'",
        "ATTACH 'other.db'",
        "INSTALL httpfs",
        "LOAD icu",
        "SELECT * FROM read_csv('secret.csv')",
        "SELECT * FROM read_text('secret.csv')",
        "SELECT * FROM read_blob('secret.csv')",
        "SELECT * FROM glob('*')",
        "FROM 'secret.csv'",
        "SELECT * FROM read_parquet('secret.csv')",
        "SELECT * FROM read_json('secret.csv')",
        "SET enable_external_access = true",
        "SET memory_limit = '1TB'",
        "RESET enable_external_access",
        "PRAGMA enable_profiling",
        "CALL pragma_version(); DROP TABLE events",
        "SELECT 1; DELETE FROM events",
        "CHECKPOINT",
        "",
    ];
    for query in refused {
        let said = place.run(&["query", query]);
        assert_eq!(said.code, 2, "{query}: {}{}", said.data, said.talk);
        assert!(said.talk.starts_with("error: "), "{query}: {}", said.talk);
        assert!(!said.data.contains("1,2"), "{query}: {}", said.data);
    }
    assert_eq!(place.count("raw_events"), 300);
    assert!(!place.path().join("stolen.csv").exists() && !place.path().join("stolen").exists());
}

#[test]
fn typing_errors_get_the_nearest_word() {
    let place = filled();
    for (query, word) in [("FROM cgm_reading", "cgm_readings"), ("SELECT cgm_readin FROM cgm_readings", "cgm_reading")]
    {
        let said = place.run(&["query", query]);
        assert_eq!((said.code, said.talk.contains(word)), (2, true), "{query}: {}", said.talk);
    }
}

#[test]
fn every_format_says_the_same() {
    let place = filled();
    let query = "SELECT sequence_number AS n, commanded_basal_rate AS rate, NULL AS nothing, 'a,\"b\"' AS text
                 FROM basal_deliveries JOIN events USING (id) ORDER BY n LIMIT 2";
    let rows = [
        ("csv", "n,rate,nothing,text\n1,701,,\"a,\"\"b\"\"\"\n2,702,,\"a,\"\"b\"\"\"\n"),
        (
            "jsonl",
            "{\"n\":1,\"rate\":701,\"nothing\":null,\"text\":\"a,\\\"b\\\"\"}\n{\"n\":2,\"rate\":702,\"nothing\":null,\"text\":\"a,\\\"b\\\"\"}\n",
        ),
    ];
    for (format, expected) in rows {
        assert_eq!(place.run(&["query", query, "--format", format]).data, expected, "{format}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&place.run(&["query", query, "--format", "json"]).data).expect("JSON");
    assert_eq!(json[1]["rate"], 702);
    assert!(place.run(&["query", query, "--format", "markdown"]).data.starts_with("| n | rate |"));
    assert!(place.run(&["query", query]).data.contains("701"));
}

#[test]
fn the_queries_that_people_have_keep_working() {
    let place = filled();
    let queries = [
        "SELECT count(*) FROM raw_events",
        "SELECT date_trunc('day', timestamp) AS day, avg(cgm_reading) AS avg_glucose FROM cgm_readings GROUP BY day ORDER BY day",
        "SELECT 100.0 * count(*) FILTER (WHERE cgm_reading BETWEEN 70 AND 180) / count(*) AS time_in_range FROM cgm_readings",
        "SELECT timestamp, cgm_reading FROM cgm_readings ORDER BY timestamp DESC LIMIT 100",
        "SELECT date_trunc('day', timestamp) AS day, avg(profile_basal_rate), avg(algorithm_basal_rate) FROM basal_deliveries GROUP BY 1",
        "SELECT r.id, e.event_name, r.raw_event_data FROM raw_events r JOIN events e ON e.raw_events_id = r.id LIMIT 5",
    ];
    for query in queries {
        let said = place.run(&["query", query]);
        assert_eq!(said.code, 0, "{query}: {}", said.talk);
    }
}

#[test]
fn a_reader_that_goes_away_is_a_success() {
    let place = filled();
    let mut command = place.command(&["query", "SELECT a.id FROM events a, events b", "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the binary ends");
    let said = place.said(&output);
    assert_eq!((said.code, said.talk.as_str()), (0, ""));
}

#[test]
fn a_query_comes_from_stdin_or_a_file() {
    let place = filled();
    place.file("q.sql", "SELECT 42 AS answer;\n");
    assert_eq!(place.run(&["query", "--file", "q.sql", "--format", "csv"]).data, "answer\n42\n");
    let mut command = place.command(&["query", "--format", "csv"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("stdin").write_all(b"SELECT 43 AS answer").expect("written");
    let said = place.said(&child.wait_with_output().expect("the binary ends"));
    assert_eq!(said.data, "answer\n43\n");
}
