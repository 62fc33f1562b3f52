//! A bar on stderr for what takes over a second, on a terminal only.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pipeline::Progress;
use pipeline::store::Stage;
use store_duckdb::Rebuilding;

use crate::output::format_thousands;
use crate::stderr;
use crate::terminal::Terminal;

/// What is done sooner needs no bar.
const DELAY: Duration = Duration::from_secs(1);

/// A bar that appears after a second and goes away when dropped.
pub(crate) struct Bar {
    drawn: ProgressBar,
    counted: (Option<Stage>, u64, Instant),
    /// Dropped together with the bar: the thread that waits to show it ends.
    _done: Sender<()>,
}

impl Bar {
    /// A bar that says `words` until it knows more.
    pub(crate) fn new(terminal: Terminal, words: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_style(spinner());
        bar.set_message(words.to_owned());
        let (done, waiting) = channel::<()>();
        if std::io::stderr().is_terminal() && !terminal.is_quiet() {
            let bar = bar.clone();
            std::thread::spawn(move || {
                if waiting.recv_timeout(DELAY) == Err(RecvTimeoutError::Timeout) {
                    stderr::show_bar(&bar);
                }
            });
        }
        let now = Instant::now();
        Self { drawn: bar, counted: (None, 0, now), _done: done }
    }

    /// Tells how far a stage has come.
    pub(crate) fn show_progress(&mut self, progress: &Progress) {
        if self.counted.0 != Some(progress.stage) {
            self.counted = (Some(progress.stage), progress.events, Instant::now());
        }
        match progress.parts {
            Some((done, all)) if all > 1 => {
                self.drawn.set_style(bar());
                self.drawn.set_length(all);
                self.drawn.set_position(done);
            }
            _ => self.drawn.set_style(spinner()),
        }
        self.drawn.set_message(self.describe_progress(progress));
    }

    /// Shows how many tables have been rebuilt.
    pub(crate) fn tell_rebuilding(&mut self, rebuilding: &Rebuilding) {
        self.drawn.set_style(bar());
        self.drawn.set_length(rebuilding.all as u64);
        self.drawn.set_position(rebuilding.done as u64);
        self.drawn.set_message(format!("rebuilding {}", rebuilding.table));
    }

    fn describe_progress(&self, progress: &Progress) -> String {
        let mut words = vec![describe_stage(progress.stage).to_owned()];
        words.extend(progress.pump.as_ref().map(|pump| format!("pump {pump}")));
        words.extend(progress.day.map(|day| day.to_string()));
        let unit = match progress.stage {
            Stage::Derive => "rows",
            Stage::Push => "documents",
            _ => "events",
        };
        words.push(format!("{} {unit}", format_thousands(progress.events)));
        let seconds = self.counted.2.elapsed().as_secs_f64();
        let since = progress.events.saturating_sub(self.counted.1);
        if seconds > 0.5 && since > 0 {
            words.push(format!("{}/s", format_thousands((since as f64 / seconds) as u64)));
        }
        words.join("  ")
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        stderr::clear_bar(&self.drawn);
    }
}

fn describe_stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Fetch => "fetching",
        Stage::Import => "importing",
        Stage::Parse => "decoding",
        Stage::Derive => "deriving tables",
        Stage::Push => "pushing",
    }
}

fn spinner() -> ProgressStyle {
    style("{spinner:.cyan} {wide_msg}")
}

fn bar() -> ProgressStyle {
    style("{spinner:.cyan} {bar:24.cyan/dim} {pos}/{len}  {wide_msg}")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner()).progress_chars("━╸─")
}
