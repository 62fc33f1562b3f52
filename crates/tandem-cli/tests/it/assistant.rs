//! `tandem mcp` as an assistant has it: lines of JSON over pipes.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::lives::holding_autumn;
use crate::support::Place;

/// A running server, greeted.
pub(crate) struct Assistant {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    asked: u64,
}

impl Assistant {
    pub(crate) fn of(place: &Place) -> Self {
        Self::with(place, &["mcp"])
    }

    fn with(place: &Place, arguments: &[&str]) -> Self {
        let mut command = place.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the binary runs");
        let questions = child.stdin.take().expect("a pipe");
        let answers = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut assistant = Self { child, questions, answers, asked: 0 };
        let greeting =
            json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        let greeted = assistant.ask("initialize", &greeting);
        assert_eq!(greeted["serverInfo"]["name"], "tandem");
        assert!(greeted["instructions"].as_str().is_some_and(|words| words.contains("not medical advice")));
        assistant.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        assistant
    }

    fn send(&mut self, message: &Value) {
        self.send_line(message.to_string().as_bytes());
    }

    fn send_line(&mut self, line: &[u8]) {
        self.questions.write_all(line).and_then(|()| self.questions.write_all(b"\n")).expect("the server listens");
    }

    fn read_answer(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("an answer");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": parameters}));
        let answer = self.read_answer();
        assert_eq!(answer["id"], self.asked, "{answer}");
        answer["result"].clone()
    }

    /// Whether the tool succeeded, and what it said.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> (bool, String) {
        let result = self.ask("tools/call", &json!({"name": tool, "arguments": arguments}));
        let text = result["content"][0]["text"].as_str().expect("a text").to_owned();
        (result["isError"] != true, text)
    }

    pub(crate) fn part(mut self) -> i32 {
        drop(self.questions);
        self.child.wait().expect("it ends").code().unwrap_or(-1)
    }
}

#[test]
fn invalid_messages_get_an_error_and_the_server_goes_on() {
    let place = Place::new();
    let mut assistant = Assistant::of(&place);
    let mut too_long = br#"{"jsonrpc": "2.0", "id": 1, "method": ""#.to_vec();
    too_long.resize(3 << 20, b'x');
    let rows: [(&str, &[u8], i64); 7] = [
        ("a word", b"hello", -32700),
        ("an object that does not end", br#"{"jsonrpc": "2.0", "id": 1"#, -32700),
        ("two objects in a line", b"{} {}", -32700),
        ("no text", &[0xff, 0xfe, 0x00], -32700),
        ("a list", b"[1, 2]", -32600),
        ("more than a mebibyte", &too_long, -32600),
        ("an unknown method", br#"{"jsonrpc": "2.0", "id": "a", "method": "sing"}"#, -32601),
    ];
    for (what, line, code) in rows {
        assistant.send_line(line);
        let answer = assistant.read_answer();
        assert_eq!(answer["error"]["code"], code, "{what}: {answer}");
        assert!(assistant.ask("ping", &json!({})).is_object(), "the server goes on after {what}");
    }
    assistant.send_line(b"  ");
    assert!(assistant.ask("ping", &json!({})).is_object(), "an empty line is nothing");
    assert_eq!(assistant.part(), 0);
}

#[test]
fn every_tool_answers() {
    let place = holding_autumn();
    let mut assistant = Assistant::of(&place);
    let tools = assistant.ask("tools/list", &json!({}));
    let mut names: Vec<_> =
        tools["tools"].as_array().expect("tools").iter().filter_map(|tool| tool["name"].as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["day", "describe_table", "list_tables", "query", "summary"]);
    let rows = [
        ("summary", json!({}), "\"from_70_to_180_percent\":"),
        ("list_tables", json!({}), "\"name\":\"cgm_readings\""),
        ("describe_table", json!({"table": "cgm_readings"}), "Glucose in mg/dL"),
        (
            "query",
            json!({"sql": "SELECT count(*) > 1000 AS many, 1.10::DECIMAL(5,2) AS d FROM cgm_readings;"}),
            "[true,1.10]",
        ),
        ("query", json!({"sql": "FROM range(5)", "max_rows": 2}), "only the first 2 rows"),
        ("query", json!({"sql": "FROM range(1000000)", "max_rows": 4_000_000}), "only the first 1000 rows"),
        ("query", json!({"sql": "SELECT repeat('x', 50000) FROM range(1000)"}), "only the first"),
        ("day", json!({"date": "2026-11-01"}), "\"day\":\"2026-11-01\""),
        ("day", json!({}), "\"glucose_by_hour_mg_dl\":"),
    ];
    for (tool, arguments, words) in rows {
        let (good, text) = assistant.call(tool, &arguments);
        assert!(good && text.contains(words), "{tool} {arguments}: {text}");
        assert!(text.len() < 300_000, "{tool} {arguments}: {} bytes", text.len());
        assert!(serde_json::from_str::<Value>(&text).is_ok(), "{tool} {arguments}: {text}");
    }
    assert_eq!(assistant.part(), 0);
}

#[test]
fn an_assistant_changes_nothing_and_reaches_nothing() {
    let place = holding_autumn();
    let before = place.count("raw_events");
    place.file("secret.csv", "a\nhidden\n");
    let mut assistant = Assistant::of(&place);
    let rows = [
        ("query", json!({"sql": "DELETE FROM events"}), "only queries"),
        ("query", json!({"sql": "CREATE TEMP TABLE t AS SELECT 1"}), "not a query"),
        ("query", json!({"sql": "COPY events TO 'x.csv'"}), "error:"),
        ("query", json!({"sql": "ATTACH 'other.db'"}), "error:"),
        ("query", json!({"sql": "INSTALL httpfs"}), "error:"),
        ("query", json!({"sql": "LOAD httpfs"}), "error:"),
        ("query", json!({"sql": "SET memory_limit = '10GB'"}), "error:"),
        ("query", json!({"sql": "FROM read_text('secret.csv')"}), "disabled"),
        ("query", json!({"sql": "FROM 'secret.csv'"}), "error:"),
        ("query", json!({"sql": "FROM glob('*')"}), "disabled"),
        ("query", json!({"sql": "SELECT 1; SELECT 2"}), "more than one statement"),
        ("query", json!({"sql": "FROM cgm_reading"}), "cgm_readings"),
        ("query", json!({"sql": "SELECT cgm_readin FROM cgm_readings"}), "cgm_reading"),
        ("query", json!({"sql": "FROM enable_logging(storage = 'file', storage_path = 'stolen')"}), "more than read"),
        ("query", json!({"sql": "CREATE MACRO m() AS 1"}), "only queries"),
        ("query", json!({"sql": "EXPORT DATABASE 'stolen'"}), "error:"),
        ("query", json!({"sql": "PRAGMA enable_profiling"}), "error:"),
        ("query", json!({"sql": "SET lock_configuration = false"}), "error:"),
        ("query", json!({"sql": "FROM read_text('/proc/self/environ')"}), "disabled"),
        ("query", json!({"sql": "FROM read_csv('/etc/passwd')"}), "disabled"),
        ("query", json!({"sql": "FROM duckdb_secrets()"}), "disabled"),
        ("query", json!({"sql": ""}), "no query"),
        ("describe_table", json!({"table": "cgm_reading"}), "did you mean cgm_readings?"),
        ("day", json!({"date": "soon"}), "is not a valid date"),
    ];
    for (tool, arguments, words) in rows {
        let (good, text) = assistant.call(tool, &arguments);
        assert!(!good && text.contains(words) && !text.contains("hidden"), "{tool} {arguments}: {text}");
    }
    assert_eq!(assistant.part(), 0);
    assert_eq!(place.count("raw_events"), before);
    let made = ["x.csv", "other.db", "stolen"].map(|name| place.path().join(name).exists());
    assert_eq!(made, [false; 3]);
}

/// Whatever a query does to the program that runs it, the server answers the next one.
#[test]
fn a_query_without_end_or_measure_is_ended_and_the_server_goes_on() {
    let place = holding_autumn();
    let mut assistant = Assistant::with(&place, &["mcp", "--timeout", "1"]);
    for (sql, words) in [
        ("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i FROM r) SELECT count(*) FROM r", "was stopped after 1 s"),
        ("SELECT levenshtein(repeat('a', 400000), repeat('b', 400000))", "was stopped after 1 s"),
        ("SELECT string_agg(repeat('x', 1000000), '') FROM range(100000)", "Out of Memory"),
    ] {
        let (good, text) = assistant.call("query", &json!({"sql": sql}));
        assert!(!good && text.starts_with("error: ") && text.contains(words), "{sql}: {text}");
        let (good, text) = assistant.call("query", &json!({"sql": "SELECT 42 AS answer"}));
        assert!(good && text.contains("[42]"), "{text}");
    }
    assert_eq!(assistant.part(), 0);
}

#[test]
fn without_a_database_it_says_what_to_do() {
    let place = Place::new();
    let mut assistant = Assistant::of(&place);
    let (good, text) = assistant.call("summary", &json!({}));
    assert!(!good && text.contains("there is no database") && text.contains("tandem sync"), "{text}");
    assert_eq!(assistant.part(), 0);
    assert!(!place.path().join("data/tandem.db").exists());
}

/// A query that takes longer than any test may.
const ENDLESS: &str = "SELECT sum(a.range * b.range) FROM range(100000000) a, range(100000000) b";

/// The processes that answer queries of a server; any of its threads may have started them.
#[cfg(target_os = "linux")]
fn children(server: &Child) -> Vec<String> {
    let threads = std::fs::read_dir(format!("/proc/{}/task", server.id())).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[cfg(target_os = "linux")]
fn wait_for_children(server: &Child, count: usize) {
    let began = std::time::Instant::now();
    while children(server).len() != count {
        let found = children(server);
        assert!(began.elapsed().as_secs() < 120, "{count} processes expected, these remain: {found:?}");
        std::thread::park_timeout(std::time::Duration::from_millis(10));
    }
}

/// When no one waits for a query any more, its process ends and the next query is answered.
#[cfg(target_os = "linux")]
#[test]
fn queries_that_no_one_waits_for_are_stopped() {
    let place = holding_autumn();
    let mut assistant = Assistant::with(&place, &["mcp", "--timeout", "600"]);
    let call = |id: u64| {
        let parameters = json!({"name": "query", "arguments": {"sql": ENDLESS}});
        json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": parameters})
    };
    for id in [901, 902] {
        assistant.send(&call(id));
    }
    wait_for_children(&assistant.child, 2);
    for id in [901, 902] {
        let cancel = json!({"requestId": id, "reason": "not needed"});
        assistant.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel}));
    }
    wait_for_children(&assistant.child, 0);
    let (good, text) = assistant.call("query", &json!({"sql": "SELECT 41 + 1 AS answer"}));
    assert!(good && text.contains("[42]"), "{text}");
    assistant.send(&call(903));
    wait_for_children(&assistant.child, 1);
    assert_eq!(assistant.part(), 0, "the end of the input ends it");

    let mut assistant = Assistant::with(&place, &["mcp", "--timeout", "600"]);
    assistant.send(&call(904));
    wait_for_children(&assistant.child, 1);
    let query = children(&assistant.child).concat();
    let terminated = std::process::Command::new("kill").arg(assistant.child.id().to_string()).status();
    assert!(terminated.is_ok_and(|status| status.success()));
    assert_eq!(assistant.child.wait().expect("it ends").code(), Some(130));
    assert!(!std::path::Path::new(&format!("/proc/{query}/exe")).exists(), "its query has ended");
}
