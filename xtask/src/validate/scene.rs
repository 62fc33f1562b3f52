//! Where the checks happen: a fresh folder with a home of its own, the program, and the simulated service.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use crate::process::{clean_environment, run};
use crate::workspace::Workspace;

/// Tables of history, and their columns that describe how rows arrived instead of the history.
const CONTENT: &str = "
    SELECT table_name, string_agg(column_name, ', ' ORDER BY column_index)
        FILTER (column_name NOT IN ('created', 'batch_id')) AS columns
    FROM duckdb_columns()
    WHERE NOT internal AND table_name IN (
        SELECT table_name FROM duckdb_columns()
        JOIN duckdb_tables() USING (table_name)
        WHERE column_name IN ('raw_event_data', 'raw_events_id', 'events_id') AND table_name <> 'raw_event_revisions')
    GROUP BY table_name ORDER BY table_name";

/// A fresh folder, the program and the service. The service ends with it.
pub(super) struct Scene {
    pub(super) quick: bool,
    pub(super) workspace: Workspace,
    /// The program.
    pub(super) tandem: PathBuf,
    folder: TempDir,
    simulator: Simulator,
    content: OnceCell<BTreeMap<String, String>>,
}

/// The simulated service as a process of its own.
pub(super) struct Simulator {
    process: Child,
    /// What a fetch of everything must end with, and how to log in.
    pub(super) truth: Value,
}

impl Scene {
    /// Builds the program and starts the service.
    pub(super) fn set(workspace: &Workspace, quick: bool) -> Result<Self> {
        let tandem = workspace.build_tandem()?;
        let folder = tempfile::tempdir().context("cannot make a folder")?;
        let simulator = Simulator::start(&tandem, folder.path(), &[])?;
        Ok(Self { quick, workspace: workspace.clone(), tandem, folder, simulator, content: OnceCell::new() })
    }

    /// The database that the first check makes and all others look at.
    pub(super) fn database(&self) -> PathBuf {
        self.path("first/data/tandem.db")
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the simulator says is true.
    pub(super) fn truth(&self) -> &Value {
        &self.simulator.truth
    }

    /// The sum of a number over the simulator's pumps.
    pub(super) fn true_number(&self, name: &str) -> Result<i64> {
        let pumps = self.truth()["pumps"].as_array().context("the simulator names no pumps")?;
        pumps.iter().map(|pump| pump[name].as_i64().with_context(|| format!("the simulator does not say {name}"))).sum()
    }

    /// Another service, whose uploads happen over time.
    pub(super) fn gradual_simulator(&self) -> Result<Simulator> {
        Simulator::start(&self.tandem, self.folder.path(), &["--uploads-per-poll", "900"])
    }

    /// `program` in the folder `place`, as someone who has nothing but the account's settings.
    pub(super) fn command(&self, program: impl AsRef<std::ffi::OsStr>, place: &str) -> Command {
        let mut command = Command::new(program);
        clean_environment(&mut command, &self.path("home")).current_dir(self.path(place));
        self.simulator.log_in(&mut command);
        command.env("TANDEM_TIME_ZONE", self.truth()["zone"].as_str().unwrap_or_default());
        command
    }

    /// Runs `tandem` on the database `db`; what it wrote to stdout.
    pub(super) fn tandem(&self, db: &Path, arguments: &[&str]) -> Result<String> {
        run(self.command(&self.tandem, ".").args(arguments).arg("--db").arg(db))
    }

    /// The rows of a query as JSON objects.
    pub(super) fn query(&self, db: &Path, sql: &str) -> Result<Vec<Value>> {
        let text = self.tandem(db, &["query", sql, "--format", "json"])?;
        serde_json::from_str(&text).with_context(|| format!("the answer to {sql} is no JSON array"))
    }

    /// The only number that a query answers.
    pub(super) fn query_number(&self, db: &Path, sql: &str) -> Result<i64> {
        let rows = self.query(db, sql)?;
        let number = rows.first().and_then(Value::as_object).and_then(|row| row.values().next());
        let number = number.and_then(|number| number.as_i64().or_else(|| number.as_str()?.parse().ok()));
        number.with_context(|| format!("{sql} answers no number but {rows:?}"))
    }

    /// Rows and a checksum of every table of history, apart from when and in which page it came.
    pub(super) fn content(&self, db: &Path) -> Result<BTreeMap<String, String>> {
        let tables = self.query(db, CONTENT)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let checksum = |row: &Value| {
            let (table, columns) = (text(&row["table_name"]), text(&row["columns"]));
            format!(
                "SELECT '{table}' AS name, format('{{}} rows, {{}}', count(*), sum(hash(entry)::HUGEINT)) AS content
                FROM (SELECT {columns} FROM {table}) entry"
            )
        };
        let sql = tables.iter().map(checksum).collect::<Vec<_>>().join(" UNION ALL ");
        Ok(self.query(db, &sql)?.iter().map(|row| (text(&row["name"]), text(&row["content"]))).collect())
    }

    /// Fails where `db` differs from the first database.
    pub(super) fn same_content(&self, db: &Path) -> Result<usize> {
        if self.content.get().is_none() {
            let _ = self.content.set(self.content(&self.database())?);
        }
        let (expected, found) = (self.content.get().context("the first content was just read")?, self.content(db)?);
        if expected.len() < 10 {
            bail!("only {} tables were compared", expected.len());
        }
        let differing = expected.iter().filter(|(table, content)| found.get(*table) != Some(content));
        let differing: Vec<&str> = differing.map(|(table, _)| table.as_str()).collect();
        if differing.is_empty() { Ok(expected.len()) } else { bail!("other content: {}", differing.join(", ")) }
    }
}

impl Simulator {
    fn start(tandem: &Path, folder: &Path, arguments: &[&str]) -> Result<Self> {
        let truth = folder.join(format!("truth{}.json", arguments.len()));
        let mut command = Command::new(tandem);
        clean_environment(&mut command, &folder.join("home")).arg("sim").args(arguments).arg("--truth").arg(&truth);
        let mut process = command.stderr(Stdio::piped()).spawn().context("cannot start the simulated service")?;
        let said = process.stderr.as_mut().context("the service has no stderr")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).context("the simulated service does not speak")?;
        let text =
            std::fs::read_to_string(&truth).with_context(|| format!("the simulated service did not start: {line}"))?;
        Ok(Self { process, truth: serde_json::from_str(&text).context("the truth is no JSON")? })
    }

    /// Sets the account.
    pub(super) fn log_in(&self, command: &mut Command) {
        let variables = self.truth["environment"].as_object().into_iter().flatten();
        command.envs(variables.filter_map(|(name, value)| Some((name, value.as_str()?))));
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to tell then.
        let _ = self.process.kill().and_then(|()| self.process.wait());
    }
}
