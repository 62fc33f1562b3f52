//! `tandem query`: every valid read is answered, nothing else is.

use std::io::{BufRead as _, BufReader, Write as _};
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
        ("TABLE pumps", 2),
        ("(SELECT 1)", 2),
        ("FROM query('SELECT 42')", 2),
        ("SELECT 'FROM enable_logging()' AS text", 2),
        ("PIVOT (SELECT 1 AS a, 'b' AS c, 2 AS n) ON c USING sum(n)", 2),
        ("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 5) SELECT max(i) FROM r", 2),
        ("SELECT a.id FROM events a ASOF JOIN events b ON a.timestamp >= b.timestamp LIMIT 1", 2),
        ("SELECT event_data->>'$.commandedRate' FROM events WHERE sequence_number = 5", 2),
    ];
    for (query, lines) in rows {
        let said = place.run(&["query", query, "--format", "csv"]);
        assert_eq!((said.code, said.data.lines().count()), (0, lines), "{query}: {}{}", said.data, said.talk);
    }
    for query in [
        "DESCRIBE cgm_readings",
        "DESCRIBE FROM events",
        "SUMMARIZE events",
        "SHOW TABLES;",
        "SHOW ALL TABLES",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT count(*) FROM events",
        "EXPLAIN (FORMAT json) FROM events",
        "PRAGMA table_info('events')",
        "PRAGMA database_size",
        "CALL pragma_version()",
        "FROM duckdb_settings()",
    ] {
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
        "FORCE CHECKPOINT",
        "FROM checkpoint()",
        "",
        ";",
        "TRUNCATE events",
        "ALTER TABLE events ADD COLUMN x INTEGER",
        "MERGE INTO pumps USING events ON false WHEN NOT MATCHED THEN INSERT DEFAULT VALUES",
        "INSERT INTO pumps (id) SELECT 9 RETURNING *",
        "COMMENT ON TABLE events IS 'x'",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE MACRO m() AS 1",
        "CREATE TEMP MACRO m() AS TABLE FROM events",
        "CREATE SECRET s (TYPE http)",
        "SELECT nextval('raw_batch_numbers')",
        "BEGIN",
        "USE memory",
        "DETACH tandem",
        "ATTACH ':memory:' AS x",
        "PREPARE p AS DELETE FROM events",
        "EXECUTE p",
        "SET VARIABLE x = 1",
        "SET temp_directory = 'x'",
        "SET allowed_paths = ['secret.csv']",
        "SET lock_configuration = false",
        "PRAGMA disable_checkpoint_on_shutdown",
        "PRAGMA import_database('.')",
        "IMPORT DATABASE '.'",
        "VACUUM",
        "ANALYZE",
        "INSTALL json FROM 'https://example.org'",
        "FROM 'https://example.org/a.csv'",
        "FROM 's3://bucket/a.parquet'",
        "FROM '/proc/self/environ'",
        "FROM read_text('/proc/self/environ')",
        "FROM read_text('/etc/passwd')",
        "FROM glob('/etc/*')",
        "FROM sniff_csv('secret.csv')",
        "FROM parquet_metadata('secret.csv')",
        "FROM read_duckdb('other.db')",
        "FROM query('FROM read_csv(''secret.csv'')')",
        "FROM query('DELETE FROM events')",
        "FROM query_table('secret.csv')",
        "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''secret.csv'')'))",
        "SELECT getenv('HOME')",
        "FROM duckdb_secrets()",
        "FROM duckdb_extensions()",
        "FROM arrow_scan(1, 1, 1)",
        "EXPLAIN",
        "EXPLAIN DELETE FROM events",
        "EXPLAIN ANALYZE DELETE FROM events",
        "EXPLAIN (ANALYZE) COPY events TO 'stolen.csv'",
        "SELECT 1) TO 'stolen.csv' (FORMAT csv",
        "1) FROM events; DROP TABLE events; --",
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

/// They pass for queries, and no lock of the configuration holds them; a log in a file would end the program.
#[test]
fn functions_that_do_more_than_read_are_refused_in_every_disguise() {
    let place = filled();
    for query in [
        "FROM enable_logging()",
        "CALL enable_logging('QueryLog', storage = 'file', storage_path = 'stolen')",
        "FROM system.main.\"enable_logging\"(storage = 'file', storage_path = 'stolen')",
        "SELECT 1 WHERE EXISTS (FROM Enable_Logging())",
        "WITH x AS MATERIALIZED (FROM enable_logging()) FROM x UNION ALL FROM x",
        "FROM query('FROM enable_' || 'logging()')",
        "FROM query('FROM query(''FROM enable_logging()'')')",
        "FROM json_execute_serialized_sql(json_serialize_sql('FROM enable_logging()'))",
        "EXPLAIN ANALYZE FROM enable_logging()",
        "EXPLAIN (ANALYZE) FROM enable_logging()",
        "PIVOT (SELECT 1 AS a, 2 AS n FROM enable_logging()) ON a USING sum(n)",
        "FROM (PIVOT (SELECT 1 AS a, 2 AS n FROM query('FROM enable_logging()')) ON a USING sum(n))",
        "FROM disable_logging()",
        "FROM truncate_duckdb_logs()",
        "FROM force_checkpoint()",
    ] {
        let said = place.run(&["query", query]);
        assert_eq!(said.code, 2, "{query}: {}{}", said.data, said.talk);
        assert!(said.talk.starts_with("error: "), "{query}: {}", said.talk);
    }
    assert!(!place.path().join("stolen").exists());
}

#[test]
fn a_query_that_takes_too_long_is_stopped() {
    let place = filled();
    for query in [
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r) FROM r",
        "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE hash(a.range, b.range) = 1",
        // Found out before it runs, in one function that does not listen.
        "SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))",
    ] {
        let said = place.run(&["query", query, "--timeout", "1", "--format", "csv"]);
        assert_eq!(said.code, 2, "{query}: {}", said.talk);
        assert!(
            said.talk.contains("was stopped after 1 s") && said.talk.contains("--timeout"),
            "{query}: {}",
            said.talk
        );
    }
}

#[test]
fn a_query_that_needs_too_much_memory_fails_and_leaves_nothing() {
    let place = filled();
    let before = place.files();
    for query in [
        "SELECT list(range ORDER BY hash(range)) FROM range(1000000000)",
        "FROM range(1000000000) ORDER BY hash(range)",
        "SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)",
    ] {
        let said = place.run(&["query", query, "--memory-limit", "64MB", "--format", "csv"]);
        assert!(
            said.code == 5 && said.talk.contains("Out of Memory") && said.talk.contains("--memory-limit"),
            "{query}: {}",
            said.talk
        );
    }
    // DuckDB does not count what these collect.
    for query in ["SELECT histogram(range) FROM range(3000000000)", "SELECT mode(range) FROM range(3000000000)"] {
        let said = place.run(&["query", query, "--memory-limit", "16MB"]);
        assert!(
            said.code == 5 && said.talk.contains("much more memory than 16MB") && said.talk.contains("--memory-limit"),
            "{query}: {} {}",
            said.code,
            said.talk
        );
    }
    // Nor these, which need it all at once.
    for query in ["SELECT list_sum(range(1000000000))", "SELECT list_resize([1], 2000000000)"] {
        let said = place.run(&["query", query, "--memory-limit", "64MB", "--format", "csv"]);
        assert_ne!(said.code, 0, "{query}: {}", said.data);
    }
    assert_eq!(place.files(), before, "nothing is spilled to disk");
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_a_query_and_keeps_what_was_written() {
    let place = filled();
    let mut command = place.command(&["query", "SELECT range FROM range(1000000000000)", "--format", "csv"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut rows = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut first = String::new();
    rows.read_line(&mut first).expect("a line");
    let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupt.is_ok_and(|status| status.success()));
    std::io::copy(&mut rows, &mut std::io::sink()).expect("the rest");
    let output = child.wait_with_output().expect("the binary ends");
    let said = place.said(&output);
    assert_eq!((first.as_str(), said.code), ("range\n", 130), "{}: {}", output.status, said.talk);
    assert!(said.talk.contains("the query was stopped"), "{}", said.talk);
}

/// More rows than the program that they go through may have memory for.
#[cfg(target_os = "linux")]
#[test]
fn many_rows_are_streamed() {
    let place = filled();
    let query = "SELECT range, repeat('x', 1000) AS text FROM range(400000)";
    let tandem = place.command(&["query", query, "--format", "csv", "--memory-limit", "100MB"]);
    let mut command = std::process::Command::new("sh");
    command
        .args(["-c", "ulimit -d 300000; exec \"$@\" | wc -c", "sh"])
        .arg(tandem.get_program())
        .args(tandem.get_args());
    command.envs(tandem.get_envs().filter_map(|(name, value)| Some((name, value?)))).current_dir(place.path());
    let said = place.said(&command.output().expect("sh runs"));
    assert!(said.data.trim().parse::<u64>().is_ok_and(|bytes| bytes > 400_000_000), "{}{}", said.data, said.talk);
}

#[test]
fn a_file_is_there_whole_or_not_at_all_and_not_replaced_unasked() {
    let place = filled();
    for format in ["table", "csv", "json", "jsonl", "markdown", "parquet"] {
        let run = |query: &str, more: &[&str]| {
            place.run(&[&["query", query, "--format", format, "--output", "out"], more].concat())
        };
        let said = run("FROM range(3) UNION ALL SELECT error('stop')::BIGINT", &[]);
        assert_eq!((said.code, place.path().join("out").exists()), (2, false), "{format}: {}", said.talk);
        assert_eq!(run("SELECT 42 AS n, [1, 2] AS list", &[]).code, 0, "{format}");
        let first = std::fs::read(place.path().join("out")).expect("a file");
        let said = run("SELECT 43 AS n", &[]);
        assert!(said.code == 2 && said.talk.contains("already exists"), "{format}: {}", said.talk);
        assert_eq!(std::fs::read(place.path().join("out")).expect("a file"), first, "{format}");
        assert_eq!(run("FROM range(10)", &["--overwrite", "--limit", "7"]).code, 0, "{format}");
        assert_ne!(std::fs::read(place.path().join("out")).expect("a file"), first, "{format}");
        assert!(!place.files().iter().any(|name| name.contains(".part")), "{format}");
        if format == "parquet" {
            let mut store = store_duckdb::DuckStore::in_memory().expect("a database in memory");
            let count =
                format!("SELECT count(*), sum(range) FROM read_parquet('{}')", place.path().join("out").display());
            let row = store.connection().expect("open").query_row(&count, [], |row| Ok((row.get(0)?, row.get(1)?)));
            assert_eq!(row.expect("Parquet"), (7_i64, 21_i64));
        }
        std::fs::remove_file(place.path().join("out")).expect("removed");
    }
    let said = place.run(&["query", "SELECT 1", "--format", "parquet"]);
    assert!(said.code == 2 && said.talk.contains("--output"), "{}", said.talk);
    let said = place.run(&["query", "FROM 'secret.parquet'", "--format", "parquet", "--output", "x.parquet"]);
    assert_eq!((said.code, place.path().join("x.parquet").exists()), (2, false), "{}", said.talk);
}

#[test]
fn typing_errors_get_the_nearest_word() {
    let place = filled();
    for (query, word) in [
        ("FROM cgm_reading", "cgm_readings"),
        ("SELECT cgm_readin FROM cgm_readings", "cgm_reading"),
        ("FROM bolus", "boluses"),
        ("SELECT b.delivered FROM boluses b", "delivered_units"),
        ("SELECT avrage(1)", "avg"),
        ("SELEC 1", "SELEC"),
    ] {
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
