//! `tandem sync --watch`: looks at the account again and again, and syncs when a pump has uploaded.
//!
//! Between looks the database is closed, so that other programs can use it. The client logs in only when its token ends.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Error, Result};
use chrono::{DateTime, TimeDelta, Utc};
use pipeline::fetch::{FetchError, FetchOptions};
use pipeline::{Account, SinkError, Source as _, SourceError};
use tandem_source::TandemSource;

use super::push;
use super::sync::{self, SyncArguments};
use crate::arguments::AccountArgs;
use crate::context::{Context, shared_bar};
use crate::failure::Exit;
use crate::output::format_span;

const WORDS: &str = "Stopping; everything fetched so far is saved. Press Ctrl-C again to stop immediately.";

/// Minutes to wait after the first, second, … failure in a row; the last one from then on.
const BACK_OFF_MINUTES: [u64; 6] = [1, 2, 5, 15, 30, 60];

/// Syncs again and again until a signal comes.
pub(crate) fn run(arguments: &SyncArguments, context: &Context) -> Result<Exit> {
    let account = &arguments.what.account;
    let source = context.source(account)?;
    let options = arguments.what.options()?;
    let watch = Watch { context, source: &source, account, options: &options, push: arguments.push };
    watch.run(arguments.interval, arguments.silent_after)
}

struct Watch<'a> {
    context: &'a Context,
    source: &'a TandemSource,
    account: &'a AccountArgs,
    options: &'a FetchOptions,
    /// True where a site follows.
    push: bool,
}

/// What is remembered from look to look.
#[derive(Default)]
struct Memory {
    /// The last upload of each pump as of the last sync.
    uploads: Option<Vec<Option<DateTime<Utc>>>>,
    /// True while everything that was synced is pushed.
    is_pushed: bool,
    failures: usize,
    has_reported_silence: bool,
}

impl Watch<'_> {
    /// Checks until a signal comes, or an error that waiting does not resolve.
    fn run(&self, interval_minutes: u32, silent_hours: u32) -> Result<Exit> {
        let stop = self.context.interrupt.stop_gracefully(WORDS);
        let mut memory = Memory::default();
        self.context.terminal.say(format!(
            "Watching for uploads, checking every {interval_minutes} min. Press \
             Ctrl-C to stop."
        ));
        while !stop.is_set() {
            let wait = match self.look(&mut memory, silent_hours) {
                Ok(()) => {
                    memory.failures = 0;
                    u64::from(interval_minutes)
                }
                Err(error) if is_transient(&error) => self.back_off(&mut memory, &error),
                Err(error) => return Err(error),
            };
            self.wait(Duration::from_secs(wait * 60));
        }
        self.context.terminal.say("Stopped.");
        Ok(Exit::Done)
    }

    fn look(&self, memory: &mut Memory, silent_hours: u32) -> Result<()> {
        let asked = async {
            tokio::select! {
                account = self.source.account() => Some(account),
                () = self.context.interrupt.wait() => None,
            }
        };
        let Some(account) = self.context.runtime.block_on(asked).transpose()? else { return Ok(()) };
        self.tell_silence(memory, &account, silent_hours);
        let uploads: Vec<_> = account.pumps.iter().map(|pump| pump.last_upload).collect();
        if memory.uploads.as_ref() != Some(&uploads) {
            self.sync(memory, uploads)?;
        }
        self.push(memory)
    }

    fn sync(&self, memory: &mut Memory, uploads: Vec<Option<DateTime<Utc>>>) -> Result<()> {
        let stop = self.context.interrupt.stop_gracefully(WORDS);
        let bar = shared_bar(self.context.terminal, "syncing");
        let mut pipeline = self.context.pipeline(&bar, stop)?;
        pipeline.store()?.release()?;
        let report = self.context.runtime.block_on(pipeline.sync(self.source, self.options));
        let report = report.map_err(|error| sync::explain_other_account(error, self.account, self.context))?;
        drop((pipeline, bar));
        if report.fetch.windows() > 0 {
            sync::show_report(&report.fetch, self.options, self.context);
        }
        let is_doubtful = report.fetch.pumps.iter().any(|pump| !pump.doubts.is_empty());
        if !report.fetch.interrupted && !is_doubtful {
            memory.uploads = Some(uploads);
        }
        memory.is_pushed = false;
        Ok(())
    }

    /// Lets the site follow, unless it has.
    fn push(&self, memory: &mut Memory) -> Result<()> {
        if self.push && !memory.is_pushed && !self.context.interrupt.is_set() {
            memory.is_pushed = push::push_after_sync(self.context)? == Exit::Done;
        }
        Ok(())
    }

    /// Says once when the newest upload is long ago: the phone app may be logged out.
    fn tell_silence(&self, memory: &mut Memory, account: &Account, silent_hours: u32) {
        let now = Context::now();
        let newest = account.pumps.iter().filter_map(|pump| pump.last_upload).max();
        let silent = newest.filter(|newest| now - *newest > TimeDelta::hours(i64::from(silent_hours)));
        if let Some(newest) = silent.filter(|_| !memory.has_reported_silence) {
            let since = format_span(now - newest);
            self.context
                .terminal
                .note(format!("no pump has uploaded for {since}; is the phone app running and logged in?"));
        }
        memory.has_reported_silence = silent.is_some();
    }

    fn back_off(&self, memory: &mut Memory, error: &Error) -> u64 {
        let minutes = BACK_OFF_MINUTES[memory.failures.min(BACK_OFF_MINUTES.len() - 1)];
        memory.failures += 1;
        let chain = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
        self.context.terminal.note(format!("{chain}; trying again in {minutes} min"));
        minutes
    }

    /// Waits about `time`, a tenth more or less so that many watchers do not come at once; or until a signal.
    fn wait(&self, time: Duration) {
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let time = time.mul_f64(0.9 + 0.2 * f64::from(nanos) / 1e9);
        self.context.runtime.block_on(async {
            tokio::select! {
                () = tokio::time::sleep(time) => (),
                () = self.context.interrupt.wait() => (),
            }
        });
    }
}

/// True for errors that pass with time: the network, the service's bad hours, and another program holding the database.
fn is_transient(error: &Error) -> bool {
    let source = error.chain().find_map(|cause| cause.downcast_ref::<SourceError>());
    let fetch = error.downcast_ref::<FetchError>().and_then(FetchError::source_error);
    let store = error.chain().find_map(|cause| cause.downcast_ref::<pipeline::StoreError>());
    let sink = error.chain().find_map(|cause| cause.downcast_ref::<SinkError>());
    source.or(fetch).is_some_and(|error| error.kind.is_transient())
        || sink.is_some_and(|error| error.kind.is_transient())
        || store.is_some_and(|error| error.kind == pipeline::StoreErrorKind::Locked)
}
