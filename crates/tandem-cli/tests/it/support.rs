//! Runs the binary in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pump_events::{Event, EventCode, PumpTime};

/// A folder of its own, with a home of its own: nothing of this machine's configuration is seen.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

/// What a run said.
pub(crate) struct Said {
    /// Exit code.
    pub(crate) code: i32,
    /// What went to stdout.
    pub(crate) data: String,
    /// What went to stderr, with the folder's name taken out.
    pub(crate) talk: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file and returns its name.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("a file can be written");
        path
    }

    /// A command that runs `tandem` here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
            command.env_remove(name);
        }
        let home = self.path().join("home");
        command.args(arguments).current_dir(self.path()).env("HOME", &home).env("TZ", "UTC").env("NO_COLOR", "1");
        for variable in ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"] {
            command.env(variable, home.join(variable));
        }
        // Nor is the keyring of whoever runs the tests.
        command.env_remove("DBUS_SESSION_BUS_ADDRESS").env_remove("XDG_RUNTIME_DIR");
        command.stdin(std::process::Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Said {
        self.said(&self.command(arguments).output().expect("the binary runs"))
    }

    pub(crate) fn said(&self, output: &Output) -> Said {
        let text = |bytes: &[u8]| {
            let folder = self.path().display().to_string();
            String::from_utf8_lossy(bytes).replace(&format!("{folder}/"), "")
        };
        Said { code: output.status.code().unwrap_or(-1), data: text(&output.stdout), talk: text(&output.stderr) }
    }

    /// The commands that the help lists.
    pub(crate) fn commands(&self) -> Vec<String> {
        let help = self.run(&["--help"]).data;
        let (list, _) = help.split_once("Start here:").expect("a list of commands before the examples");
        let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names: Vec<_> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
        assert!(names.len() > 15, "{names:?}");
        names.into_iter().filter(|name| name != "help").collect()
    }

    /// The names of the files here and in the folder of the database.
    pub(crate) fn files(&self) -> Vec<String> {
        let folders = [self.path().to_owned(), self.path().join("data")];
        let entries = folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.expect("an entry").file_name().display().to_string()).collect();
        names.sort();
        names
    }

    /// How many rows a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        self.number(&format!("SELECT count(*) FROM {table}"))
    }

    /// The only number that a query answers.
    pub(crate) fn number(&self, query: &str) -> u64 {
        let said = self.run(&["query", query, "--format", "csv"]);
        let number = said.data.lines().nth(1).and_then(|line| line.parse().ok());
        number.unwrap_or_else(|| panic!("{query} answers a number: {}", said.talk))
    }
}

/// A basal delivery as the service writes it.
pub(crate) fn event(number: u32, rate: u32) -> String {
    let event = Event::build(EventCode(279)).sequence_number(number);
    let event = event.pump_time(PumpTime::from_seconds(580_000_000 + number * 300));
    let event = event.set("commandedRate", rate).expect("event 279 has a commanded rate").finish();
    pump_events::encode_json(&event, "7f0c9d1e-0000-4000-8000-000000000001")
}

/// The same as a 26-byte record.
pub(crate) fn record(number: u32, rate: u32) -> [u8; 26] {
    pump_events::encode_record(&pump_events::decode_raw(&event(number, rate)).expect("an event"))
}
