//! The checks themselves, and what they found together.

use std::path::Path;

use chrono::TimeDelta;
use pipeline::{Account, Source as _, SourceError, StoreError, StoreErrorKind};
use store_duckdb::{ReadOptions, Reader, StatusFacts};
use tandem_source::{HostCheck, TandemSource};

use super::check::{Check, Grade};
use super::{pumps, site, uploads};
use crate::arguments::AccountArgs;
use crate::clock_hints::ClockHints;
use crate::context::Context;
use crate::failure::{self, Exit};
use crate::output::{format_age, format_count, format_size, format_span};
use crate::settings::{AccountSettings, Settings, is_place};

/// Below this a month of history may not fit.
const LITTLE_ROOM: u64 = 1 << 30;
/// Below this nothing may fit.
const NO_ROOM: u64 = 64 << 20;
/// Less may be the way of the answer.
const NO_SKEW: TimeDelta = TimeDelta::seconds(5);
/// A clock further off may get its tokens refused.
const TOLERABLE_SKEW: TimeDelta = TimeDelta::seconds(60);
/// A clock further off does.
const WILD_SKEW: TimeDelta = TimeDelta::minutes(15);

/// All findings, and what was read on the way.
pub(crate) struct Examination {
    pub(crate) checks: Vec<Check>,
    pub(crate) facts: Option<StatusFacts>,
    pub(crate) account: Option<Account>,
}

impl Examination {
    /// Looks at everything.
    pub(crate) fn from_arguments(arguments: &AccountArgs, context: &Context) -> Self {
        let mut examination = Self { checks: vec![config(context)], facts: None, account: None };
        examination.account(arguments, context);
        examination.database(&context.settings.database);
        examination.checks.push(disk(&context.settings.database));
        examination.checks.push(zone(examination.facts.as_ref(), &context.settings));
        if let Some(facts) = &examination.facts {
            examination.checks.push(runs(facts));
            examination.checks.extend(pumps::check_pumps(facts, examination.account.as_ref(), Context::now()));
        }
        examination.checks.extend(site::check_site(context));
        examination
    }

    /// The exit code of the worst finding.
    pub(crate) fn exit(&self) -> Exit {
        const WORST_FIRST: [Exit; 4] = [Exit::Internal, Exit::Database, Exit::Configuration, Exit::Service];
        let found = |exit: &Exit| self.checks.iter().any(|check| check.grade == Grade::Bad(*exit));
        WORST_FIRST.into_iter().find(found).unwrap_or(Exit::Done)
    }

    /// Everything that has to do with the service.
    fn account(&mut self, arguments: &AccountArgs, context: &Context) {
        let settings = match context.settings.account(arguments) {
            Ok(settings) => settings.without_prompt(),
            Err(error) => {
                let unknown = |name| Check::new(name, Grade::Unknown, "not checked: no credentials");
                self.checks.push(Check::bad("credentials", &error));
                self.checks.extend(["service", "clock", "token"].map(unknown));
                return;
            }
        };
        self.checks.push(credentials(&settings));
        self.checks.push(region(&settings, arguments, context));
        match TandemSource::new(settings.source_config()) {
            Ok(source) => self.service(&source, context),
            Err(error) => self.checks.push(Check::bad("service", &error.into())),
        }
    }

    fn service(&mut self, source: &TandemSource, context: &Context) {
        let hosts = context.runtime.block_on(source.check_reachability());
        self.checks.extend(service(&hosts));
        self.checks.push(clock(&hosts));
        let answers = hosts.iter().all(|host| host.outcome.is_ok());
        let token = self.token(source, answers, context);
        self.checks.push(token);
    }

    /// A token is tried; without one nothing is, so that no password is sent out of curiosity.
    fn token(&mut self, source: &TandemSource, service_answers: bool, context: &Context) -> Check {
        let Some(status) = context.runtime.block_on(source.token_status()).filter(|status| status.usable) else {
            return Check::note("token", "none", "the next sync logs in; `tandem login` does it now");
        };
        let until = format!("good until {}", status.expires.format("%Y-%m-%d %H:%M UTC"));
        if !service_answers {
            return Check::new(
                "token",
                Grade::Unknown,
                format!("{until}; not checked because the service does not respond"),
            );
        }
        match context.runtime.block_on(source.account()) {
            Ok(account) => {
                let pumps = format_count(account.pumps.len() as u64, "pump");
                self.account = Some(account);
                Check::good("token", format!("{until}; the account has {pumps}"))
            }
            Err(error) => Check::bad("token", &error.into()),
        }
    }

    fn database(&mut self, path: &Path) {
        let place = format!("{}, {}", path.display(), format_size(path.metadata().map_or(0, |file| file.len())));
        let read =
            |reader: Reader| Ok((StatusFacts::read(&reader)?, uploads::check_uploads(&reader), clock_hints(&reader)));
        match Reader::open(path, &ReadOptions::default()).and_then(read) {
            Ok((facts, uploads, clock)) => {
                self.checks.push(writable(path, place));
                self.checks.push(Check::good("schema", format!("version {}, the newest", facts.schema_version)));
                self.checks.extend(uploads.unwrap_or_else(|error| Some(Check::bad("uploads", &error))));
                self.checks.extend(clock);
                self.facts = Some(facts);
            }
            Err(error) => self.checks.extend(no_database(error, path, place)),
        }
    }
}

/// What the pump's clock did that only the person can explain.
fn clock_hints(reader: &Reader) -> Option<Check> {
    match ClockHints::read(reader) {
        Ok(hints) => hints.newest().map(|line| Check::new("pump clock", Grade::Note, line)),
        Err(error) => Some(Check::bad("pump clock", &error)),
    }
}

fn config(context: &Context) -> Check {
    let path = &context.settings.config;
    if let Some(error) = &context.unreadable_settings {
        return Check::bad("config", error);
    }
    if !path.exists() {
        return Check::note("config", format!("none in {}", path.display()), "`tandem init` writes one");
    }
    if is_open_to_others(path) {
        let words = format!("{} is readable by other users of this computer", path.display());
        return Check::note("config", words, format!("chmod 600 {}", path.display()));
    }
    Check::good("config", path.display().to_string())
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> bool {
    false
}

fn credentials(settings: &AccountSettings) -> Check {
    let email = &settings.email;
    match settings.password_place() {
        Some(place) => Check::good("credentials", format!("{email}, password from {place}")),
        None => Check::note(
            "credentials",
            format!("{email}, no stored password: logging in will ask for it"),
            "for unattended syncs, store it with `tandem login --remember` or set TANDEM_PASSWORD_COMMAND",
        ),
    }
}

fn region(settings: &AccountSettings, arguments: &AccountArgs, context: &Context) -> Check {
    let words = format!("{} ({})", settings.region, settings.region.countries());
    if arguments.region.is_none() && context.settings.file.region.is_none() {
        let advice = "set it with --region or `tandem init`";
        return Check::note("region", format!("{words} (the default)"), advice);
    }
    match &settings.endpoint {
        Some(endpoint) => Check::good("region", format!("{words}, at {}", endpoint.as_str().trim_end_matches('/'))),
        None => Check::good("region", words),
    }
}

/// One line when all is well, else one for each host that is not.
fn service(hosts: &[HostCheck]) -> Vec<Check> {
    let failed = |host: &HostCheck| host.outcome.as_ref().err().map(|error| host_down(host.purpose, error));
    let mut failed: Vec<_> = hosts.iter().filter_map(failed).collect();
    if failed.is_empty() {
        let purposes: Vec<_> = hosts.iter().map(|host| host.purpose).collect();
        return vec![Check::good("service", format!("answers ({})", purposes.join(", ")))];
    }
    // What to do is the same for all: once is enough.
    failed.iter_mut().rev().skip(1).for_each(|check| check.advice = None);
    failed
}

fn host_down(purpose: &str, error: &SourceError) -> Check {
    let (advice, exit) = failure::of_source(error.kind);
    let words = format!("{purpose}: {error}");
    Check { name: "service", grade: Grade::Bad(exit), words, advice }
}

fn clock(hosts: &[HostCheck]) -> Check {
    let now = Context::now();
    let skews = hosts.iter().filter_map(|host| host.host_time).map(|time| now - time);
    let Some(skew) = skews.min_by_key(TimeDelta::abs) else {
        return Check::new("clock", Grade::Unknown, "not compared: the service did not send its time");
    };
    let side = if skew > TimeDelta::zero() { "ahead of" } else { "behind" };
    let words = format!("{} {side} the service's", format_span(skew.abs()));
    let advice = "set this computer's clock, ideally with network time";
    match skew.abs() {
        off if off <= NO_SKEW => Check::good("clock", "agrees with the service's"),
        off if off <= TOLERABLE_SKEW => Check::good("clock", words),
        off if off <= WILD_SKEW => Check::note("clock", words, advice),
        _ => Check::new("clock", Grade::Bad(Exit::Configuration), words).advise(advice),
    }
}

/// A file that opens for reading may still refuse to be written.
fn writable(path: &Path, place: String) -> Check {
    match std::fs::OpenOptions::new().append(true).open(path) {
        Ok(_) => Check::good("database", place),
        Err(error) => {
            let words = format!("{place}, cannot be written: {error}");
            let check = Check::new("database", Grade::Bad(Exit::Database), words);
            check.advise("change its permissions, or choose another file with --db")
        }
    }
}

fn no_database(error: StoreError, path: &Path, place: String) -> Vec<Check> {
    let unknown = |words| Check::new("schema", Grade::Unknown, words);
    match error.kind {
        StoreErrorKind::NotFound => vec![
            Check::note("database", format!("none yet in {}", path.display()), "`tandem sync` creates and fills it"),
            unknown("no database yet"),
        ],
        StoreErrorKind::MigrationMismatch | StoreErrorKind::Outdated => {
            let advice = "the next command that opens the database updates it; older versions of tandem cannot read it \
                 afterwards";
            vec![Check::good("database", place), Check::note("schema", error.message, advice)]
        }
        StoreErrorKind::TooNew => vec![Check::good("database", place), Check::bad("schema", &error.into())],
        _ => vec![Check::bad("database", &error.into()), unknown("not checked: the database cannot be opened")],
    }
}

/// The room that is left where the database is, or is to be.
fn disk(database: &Path) -> Check {
    let database = std::path::absolute(database).unwrap_or_else(|_| database.to_owned());
    let folder = database.ancestors().skip(1).find(|folder| folder.is_dir());
    let Some(free) = folder.and_then(free_bytes) else {
        return Check::new("disk", Grade::Unknown, "free space cannot be determined on this system");
    };
    let words = format!("{} free on the database's disk", format_size(free));
    let advice = "free some space, or choose a file on another disk with --db";
    match free {
        0..NO_ROOM => Check::new("disk", Grade::Bad(Exit::Database), words).advise(advice),
        NO_ROOM..LITTLE_ROOM => Check::note("disk", words, advice),
        _ => Check::good("disk", words),
    }
}

#[cfg(unix)]
fn free_bytes(folder: &Path) -> Option<u64> {
    let system = rustix::fs::statvfs(folder).ok()?;
    Some(system.f_bavail * system.f_frsize)
}

#[cfg(not(unix))]
fn free_bytes(_: &Path) -> Option<u64> {
    None
}

/// The zone that the pump's clock is read in.
fn zone(facts: Option<&StatusFacts>, settings: &Settings) -> Check {
    let stored = || facts.into_iter().flat_map(|facts| &facts.zones).map(|(_, zone)| zone.as_str());
    let is_offset = |name: &&str| name.parse().is_ok_and(|zone| !is_place(zone));
    if let Some(offset) = stored().find(is_offset) {
        let words = format!("{offset} is an offset from UTC, which ignores daylight-saving time");
        return Check::note("zone", words, "set the city with `tandem zone set CITY`; all times are updated");
    }
    let named = settings.zone.map(|zone| zone.name().to_owned());
    match (stored().next_back(), named) {
        (Some(last), Some(named)) if !stored().any(|zone| zone == named) => Check::note(
            "zone",
            format!("the database has {last}, the configuration {named}"),
            format!(
                "the database's zone is used; change it with `tandem zone set {named}`, or add --from DATE for a trip"
            ),
        ),
        (Some(zone), _) => Check::good("zone", zone),
        (None, Some(zone)) => Check::good("zone", zone),
        (None, None) => match Settings::system_zone() {
            Some(zone) => Check::good("zone", format!("{zone}, this computer's")),
            None => {
                Check::note("zone", "none; the pump's clock is taken as UTC", "set yours with `tandem zone set CITY`")
            }
        },
    }
}

/// How the last run ended, and what is left to do.
fn runs(facts: &StatusFacts) -> Check {
    if facts.unparsed_batches > 0 {
        return Check::note("runs", "some events are not decoded yet", "run `tandem parse`, then `tandem derive`");
    }
    if facts.underived_pumps > 0 {
        return Check::note("runs", "some tables are out of date", "run `tandem derive`");
    }
    if let Some((_, doubt)) = facts.doubts.iter().find(|(_, doubt)| doubt.is_open()) {
        let words = format!("{} is probably incomplete: {}", doubt.days, doubt.reason);
        return Check::note("runs", words, "run `tandem sync` to fetch these days again");
    }
    let Some(last) = facts.runs.first() else {
        return Check::new("runs", Grade::Unknown, "no runs yet");
    };
    let (stage, when) = (&last.stage, format_age(last.started, Context::now()));
    match last.outcome.as_deref() {
        Some("failed") => {
            let reason = last.error.as_deref().unwrap_or("reason not recorded");
            let advice = "run `tandem sync` again; stored data is safe";
            Check::note("runs", format!("the last {stage} failed {when}: {reason}"), advice)
        }
        Some(outcome) => Check::good("runs", format!("the last {stage} {outcome} {when}")),
        None => {
            let advice = "if it is no longer running, `tandem sync` continues";
            Check::note("runs", format!("the last {stage} began {when} and has not ended"), advice)
        }
    }
}
