//! `docs/tour.md`: a session in a real terminal, typed and read as a person does, and compared with what the document shows.
//!
//! The document is its own script: in its `console` blocks, the lines after `$` are typed, and what the screen shows then is
//! what the block must show. The binary, the terminal (tmux) and the service (`tandem sim`) are the real ones; the present and
//! the seed are held, so that every day is the same.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use regex::Regex;

use crate::golden;
use crate::support::Place;

const TOUR: &str = "../../docs/tour.md";
const NOW: &str = "2026-11-16T06:30:00Z";
const COLUMNS: usize = 80;
/// Enough for the whole session, so that nothing scrolls away.
const LINES: usize = 1500;
const TIMEOUT: Duration = Duration::from_mins(2);

/// What is typed when the screen asks.
const ANSWERS: [(&str, &str); 6] = [
    ("Region", "us"),
    ("E-mail", "sam.sample@example.org"),
    ("Password", "correct horse $1 'battery' \"staple\""),
    ("City or time zone", ""),
    ("Your pump shows", "y"),
    ("Fetch everything", "y"),
];

#[test]
fn the_tour_is_what_the_screen_shows() {
    let kept = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(TOUR)).expect("the tour is there");
    let place = Place::new();
    let service = Service::start(&place);
    let screen = Screen::open(&place, &service.address);
    golden::check(TOUR, &recorded(&kept, &screen, &service.address));
}

/// The document, with what the screen shows now after each command.
fn recorded(document: &str, screen: &Screen, address: &str) -> String {
    let mut text = String::new();
    let mut is_session = false;
    for line in document.lines() {
        match (line, line.strip_prefix("$ ")) {
            ("```console", _) => is_session = true,
            ("```", _) => is_session = false,
            (_, Some(command)) if is_session => {
                let shown = screen.run(command);
                let _ = write!(text, "$ {command}\n{}", settled(&shown, screen, address));
                continue;
            }
            _ if is_session => continue,
            _ => {}
        }
        text += line;
        text.push('\n');
    }
    text
}

/// The text without what differs from run to run: the port, the folder, the size of the file and of the disk.
fn settled(shown: &str, screen: &Screen, address: &str) -> String {
    let shown = shown.replace(address, "127.0.0.1:40123").replace(&screen.home, "/home/sam");
    let sizes = [(r"\d+\.\d [KMGT]iB free", "180.2 GiB free"), (r"\d+\.\d MiB", "94.3 MiB")];
    sizes.iter().fold(shown, |text, (pattern, usual)| {
        Regex::new(pattern).expect("a pattern").replace_all(&text, *usual).into_owned()
    })
}

/// `tandem sim` as a program of its own.
struct Service {
    child: Child,
    /// Host and port.
    address: String,
}

impl Service {
    fn start(place: &Place) -> Self {
        let mut command = place.command(&["sim", "--now", NOW]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the binary runs");
        let mut line = String::new();
        BufReader::new(child.stderr.take().expect("a pipe")).read_line(&mut line).expect("it says where it is");
        let address = line.split_whitespace().find_map(|word| word.strip_prefix("TANDEM_ENDPOINT=http://"));
        Self { address: address.expect("an address").to_owned(), child }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A terminal.
struct Screen {
    socket: String,
    home: String,
}

impl Screen {
    fn open(place: &Place, address: &str) -> Self {
        let socket = format!("tandem-tour-{}", std::process::id());
        let home = place.path().join("home").display().to_string();
        std::fs::create_dir_all(&home).expect("a folder");
        let binaries = Path::new(env!("CARGO_BIN_EXE_tandem")).parent().expect("a folder").display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        let screen = Self { socket, home: home.clone() };
        let mut command = screen.tmux(&["-u", "-f", "/dev/null", "new-session", "-d"]);
        command.args(["-x", &COLUMNS.to_string(), "-y", &LINES.to_string(), "bash", "--norc", "--noprofile"]);
        command.current_dir(place.path()).env_clear().env("PATH", format!("{binaries}:{path}")).env("HOME", home);
        command.env("PS1", "$ ").env("LANG", "C.UTF-8").env("TERM", "screen-256color").env("TZ", "America/New_York");
        command.env("TANDEM_ENDPOINT", format!("http://{address}")).env("TANDEM_NOW", NOW);
        assert!(command.status().is_ok_and(|status| status.success()), "tmux opens a terminal");
        screen.until(|lines| lines.last().is_some_and(|line| line == "$"));
        screen
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-L", &self.socket]).args(arguments);
        command
    }

    /// Types a command, answers what it asks, and returns what the screen shows below it.
    fn run(&self, command: &str) -> String {
        let start = self.lines().len();
        self.enter(command);
        let mut answered = start;
        let lines = self.until(|lines| {
            let last = lines.last().map_or("", String::as_str);
            let answer = ANSWERS.iter().find(|(question, _)| last.starts_with(question));
            if let Some((_, answer)) = answer.filter(|_| lines.len() > answered && last.ends_with(':')) {
                answered = lines.len();
                self.enter(answer);
            }
            lines.len() > start && last == "$"
        });
        let shown = &lines[start..lines.len() - 1];
        for line in shown {
            assert!(line.chars().count() <= COLUMNS, "wider than the screen: {line}");
        }
        shown.iter().flat_map(|line| [line, "\n"]).collect()
    }

    fn enter(&self, text: &str) {
        for keys in [&["send-keys", "-l", text][..], &["send-keys", "Enter"]] {
            assert!(self.tmux(keys).status().is_ok_and(|status| status.success()), "tmux takes {keys:?}");
        }
    }

    /// Looks until the screen is as wanted.
    fn until(&self, mut wanted: impl FnMut(&[String]) -> bool) -> Vec<String> {
        let start = Instant::now();
        loop {
            let lines = self.lines();
            if wanted(&lines) {
                return lines;
            }
            assert!(start.elapsed() < TIMEOUT, "the screen stays at:\n{}", lines.join("\n"));
        }
    }

    /// The lines up to the last that is not empty; what the terminal has wrapped is one.
    fn lines(&self) -> Vec<String> {
        let output = self.tmux(&["capture-pane", "-p", "-J"]).output().expect("tmux runs");
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim_end().lines().map(|line| line.trim_end().to_owned()).collect()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]).status();
    }
}
