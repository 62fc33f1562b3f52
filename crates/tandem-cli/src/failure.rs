//! What an error means to a person: its exit code, which is part of the interface, its causes and its hints. How these are
//! printed is in [`crate::error_output`].

use std::io;
use std::process::ExitCode;

use anyhow::Error;
use pipeline::fetch::FetchError;
use pipeline::import::FileError;
use pipeline::{PushError, SinkError, SinkErrorKind, SourceError, SourceErrorKind, StoreError, StoreErrorKind};
use store_duckdb::QueryError;

use crate::output::format_count;

/// The documented exit codes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Done, also with nothing new.
    Done = 0,
    /// A mistake of this program.
    Internal = 1,
    /// Arguments that make no sense.
    Usage = 2,
    /// Configuration or credentials.
    Configuration = 3,
    /// Network or service.
    Service = 4,
    /// The database: held, damaged, too new, out of room.
    Database = 5,
    /// Problems in the data.
    Data = 6,
    /// Interrupted.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error of the command line's own, with its code and advice.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
    hints: Vec<String>,
    source: Option<Error>,
}

impl Failure {
    /// An error that ends in `exit`, in a lower-case fragment.
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new(), source: None }
    }

    /// An error of a library, to which advice is to be added.
    pub(crate) fn wrapping(error: impl Into<Error>) -> Self {
        let error = error.into();
        Self { exit: exit_of(&error), message: error.to_string(), hints: Vec::new(), source: Some(error) }
    }

    /// Adds what to do next.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the cause.
    #[must_use]
    pub(crate) fn because(mut self, source: impl Into<Error>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(AsRef::as_ref)
    }
}

/// True when the reader of the output has gone away: `tandem query … | head` is a success.
pub(crate) fn is_broken_pipe(error: &Error) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    // A connection to the service or a database breaks with the same words, and is no success.
    let foreign = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<SourceError>() || cause.is::<StoreError>() || cause.is::<SinkError>()
    };
    !error.chain().any(foreign) && error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(broken)
}

/// What went wrong on one line, what to do, and how a command that met it would exit.
pub(crate) fn in_brief(error: &Error) -> (String, Option<String>, Exit) {
    let hints = hints_of(error);
    (causes_of(error).join(": "), (!hints.is_empty()).then(|| hints.join("; ")), exit_of(error))
}

/// What the error and its causes say; a transparent error says what its cause says.
pub(crate) fn causes_of(error: &Error) -> Vec<String> {
    let mut causes: Vec<_> = error.chain().map(|cause| cause.to_string().trim_end().to_owned()).collect();
    causes.retain(|cause| !cause.is_empty());
    causes.dedup();
    causes
}

/// The exit code of a command that ends with this error.
pub(crate) fn exit_of(error: &Error) -> Exit {
    if is_interruption(error) {
        return Exit::Interrupted;
    }
    error.chain().find_map(exit_of_cause).unwrap_or(Exit::Internal)
}

/// True where a person broke off, at a prompt for instance, whatever failed for that reason.
fn is_interruption(error: &Error) -> bool {
    let mut failures = error.chain().filter_map(|cause| cause.downcast_ref::<Failure>());
    failures.any(|failure| failure.exit == Exit::Interrupted)
}

fn exit_of_cause(cause: &(dyn std::error::Error + 'static)) -> Option<Exit> {
    if let Some(failure) = cause.downcast_ref::<Failure>() {
        return Some(failure.exit);
    }
    if let Some(FetchError::NoSuchPump { .. }) = cause.downcast_ref() {
        return Some(Exit::Usage);
    }
    if let Some(FetchError::FormatChanged { .. }) = cause.downcast_ref() {
        return Some(Exit::Service);
    }
    if let Some(error) = cause.downcast_ref::<QueryError>() {
        return exit_of_query(error);
    }
    if let Some(error) = cause.downcast_ref::<FileError>() {
        return Some(if matches!(error, FileError::PumpUnknown { .. }) { Exit::Usage } else { Exit::Data });
    }
    if let Some(error) = cause.downcast_ref::<StoreError>() {
        return Some(match error.kind {
            StoreErrorKind::Internal => Exit::Internal,
            StoreErrorKind::OtherAccount => Exit::Configuration,
            _ => Exit::Database,
        });
    }
    if let Some(error) = cause.downcast_ref::<SinkError>() {
        return Some(exit_of_sink(error.kind));
    }
    cause.downcast_ref::<SourceError>().map(|error| exit_of_source(error.kind))
}

fn exit_of_query(error: &QueryError) -> Option<Exit> {
    match error {
        QueryError::Store(_) => None,
        QueryError::Stopped => Some(Exit::Interrupted),
        QueryError::OutOfMemory { .. } => Some(Exit::Database),
        _ => Some(Exit::Usage),
    }
}

fn exit_of_source(kind: SourceErrorKind) -> Exit {
    match kind {
        SourceErrorKind::CredentialsMissing
        | SourceErrorKind::CredentialsRefused
        | SourceErrorKind::LoginStepRequired
        | SourceErrorKind::AccountLocked
        | SourceErrorKind::Configuration => Exit::Configuration,
        _ => Exit::Service,
    }
}

fn exit_of_sink(kind: SinkErrorKind) -> Exit {
    match kind {
        SinkErrorKind::Configuration
        | SinkErrorKind::TokenMissing
        | SinkErrorKind::TokenRefused
        | SinkErrorKind::PermissionMissing
        | SinkErrorKind::NotADestination => Exit::Configuration,
        _ => Exit::Service,
    }
}

fn sink_hint(kind: SinkErrorKind) -> &'static str {
    match kind {
        SinkErrorKind::Configuration => "use the site's https:// address; http:// is accepted for this computer only",
        SinkErrorKind::TokenMissing => {
            "create a token under Admin Tools on your site, then set TANDEM_NIGHTSCOUT_TOKEN, or `token` or `token_command` in the \
             table [nightscout] of the configuration file"
        }
        SinkErrorKind::TokenRefused => {
            "check the token under Admin Tools on your site: it looks like name-0123456789abcdef. It was not tried again, because a \
             site makes everyone wait after a wrong token"
        }
        SinkErrorKind::PermissionMissing => {
            "give the token a role with the permissions *:*:read, api:*:create, api:*:update and api:*:delete under Admin Tools"
        }
        SinkErrorKind::NotADestination => {
            "open the address in a browser: it must show your Nightscout site without redirecting to another address"
        }
        SinkErrorKind::TooLarge => "raise the body size limit of the server in front of your site",
        SinkErrorKind::RateLimited | SinkErrorKind::Unavailable | SinkErrorKind::Network => {
            "try again later; the push continues where it stopped, and nothing is sent twice"
        }
        _ => "look for a newer tandem; run `tandem doctor` to see which version the site has",
    }
}

/// What to do about trouble with a site, and how a command that met it would exit.
pub(crate) fn of_sink(kind: SinkErrorKind) -> (String, Exit) {
    let proxy = proxy_hint(kind == SinkErrorKind::Network).map(|proxy| format!("; {proxy}"));
    (sink_hint(kind).to_owned() + &proxy.unwrap_or_default(), exit_of_sink(kind))
}

/// What to do about an error.
pub(crate) fn hints_of(error: &Error) -> Vec<String> {
    let mut hints = Vec::new();
    if is_interruption(error) {
        return hints;
    }
    for cause in error.chain() {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            hints.extend(failure.hints.iter().cloned());
        }
        if let Some(FetchError::FormatChanged { .. }) = cause.downcast_ref() {
            hints.push(FORMAT_HINT.to_owned());
        }
        if let Some(error) = cause.downcast_ref::<StoreError>() {
            hints.extend(store_hint(error).map(str::to_owned));
        }
        if let Some(error) = cause.downcast_ref::<SourceError>() {
            hints.extend(source_hint(error.kind).map(str::to_owned));
            hints.extend(proxy_hint(error.kind == SourceErrorKind::Network));
        }
        if let Some(PushError::Sink { done, .. }) = cause.downcast_ref()
            && *done > 0
        {
            hints.push(format!("{} sent before this error will not be sent again", format_count(*done, "document")));
        }
        if let Some(error) = cause.downcast_ref::<SinkError>() {
            hints.push(sink_hint(error.kind).to_owned());
            hints.extend(proxy_hint(error.kind == SinkErrorKind::Network));
        }
        if let Some(error) = cause.downcast_ref::<QueryError>() {
            hints.extend(query_hint(error).map(str::to_owned));
        }
    }
    hints
}

/// The variables that name a proxy for requests over TLS, the first that is set counts.
const PROXY_VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// Which proxy requests go through, where the network fails. Its address may hold a name and a password, which are left out.
fn proxy_hint(is_network: bool) -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty()).map(|address| (name, address));
    let (name, address) = PROXY_VARIABLES.into_iter().find_map(set).filter(|_| is_network)?;
    let address = address.rsplit_once('@').map_or(address.as_str(), |(_, host)| host);
    Some(format!("requests go through the proxy {address}, which {name} names; check that it runs and lets them pass"))
}

const FORMAT_HINT: &str = "install the newest tandem: it decodes the stored data again, without fetching it. \
                           Everything received is stored unchanged; until then `tandem verify` lists these days";

fn store_hint(error: &StoreError) -> Option<&'static str> {
    match error.kind {
        StoreErrorKind::Locked => {
            Some("another program has the database open; close it or wait, then try again. Nothing was changed")
        }
        StoreErrorKind::Corrupt => Some(
            "if this is not your database, give its path with --db. If it is, restore a backup, or create a new one with `tandem sync --db NEW` \
             or `tandem import ARCHIVE --db NEW`",
        ),
        StoreErrorKind::NotAFile => Some("give the path of the database file in it, for example --db FOLDER/tandem.db"),
        StoreErrorKind::OutOfMemory => {
            Some("close other programs and run this again. What was stored before is kept, and progress is saved")
        }
        StoreErrorKind::Foreign => Some(
            "choose another file with --db. To import a tandem-fetch database, run `tandem import FILE --db NEW`; \
             the file itself is not changed",
        ),
        StoreErrorKind::TooNew => Some("install the newest tandem, or choose another file with --db"),
        StoreErrorKind::Outdated => {
            Some("run `tandem derive` to bring it up to date; it continues where an earlier update stopped")
        }
        StoreErrorKind::Conflict => Some(
            "rename or drop these in any DuckDB client and try again; create them again afterwards. Nothing was \
             changed",
        ),
        StoreErrorKind::DiskFull => Some(
            "free some space and try again. Everything stored earlier is safe; nothing of the last page was \
                 stored",
        ),
        StoreErrorKind::NotWritable => Some("choose a writable location with --db, or change the folder's permissions"),
        StoreErrorKind::NotFound => Some(
            "create it with `tandem sync` or `tandem import PATH`, try `tandem demo`, or choose another file with --db",
        ),
        StoreErrorKind::Internal => {
            Some("this is a bug in tandem; please report it together with the output of `tandem --version`")
        }
        _ => None,
    }
}

/// What to do about trouble with the service, and how a command that met it would exit.
pub(crate) fn of_source(kind: SourceErrorKind) -> (Option<String>, Exit) {
    let hints = source_hint(kind).map(str::to_owned).into_iter().chain(proxy_hint(kind == SourceErrorKind::Network));
    (hints.reduce(|first, second| format!("{first}; {second}")), exit_of_source(kind))
}

fn source_hint(kind: SourceErrorKind) -> Option<&'static str> {
    match kind {
        SourceErrorKind::CredentialsMissing => {
            Some("run `tandem init` in a terminal, or set TANDEM_PASSWORD (or TANDEM_PASSWORD_COMMAND)")
        }
        SourceErrorKind::CredentialsRefused => Some(
            "log in on Tandem's website to check the password, or set the other region with --region. It was tried \
             only once, so that the account is not locked",
        ),
        SourceErrorKind::LoginStepRequired => Some(
            "log in once on Tandem's website in a browser, do what it asks for (turn off two-factor authentication), then run the \
             command again",
        ),
        SourceErrorKind::AccountLocked => Some("wait, then log in on Tandem's website before you try again here"),
        SourceErrorKind::Blocked => Some("try from another network; VPNs and cloud servers are often blocked"),
        SourceErrorKind::ServiceChanged => Some(
            "look for a newer tandem; until then, import archives with `tandem import`. Data fetched earlier is safe",
        ),
        SourceErrorKind::RateLimited { .. } | SourceErrorKind::Unavailable => {
            Some("try again later; the sync continues where it stopped")
        }
        SourceErrorKind::Network => Some("check the connection and try again; the sync continues where it stopped"),
        SourceErrorKind::TokenInvalid => Some("check this computer's clock, then run `tandem login`"),
        _ => None,
    }
}

fn query_hint(error: &QueryError) -> Option<&'static str> {
    match error {
        QueryError::Empty => Some("for example: tandem query 'SHOW TABLES'"),
        QueryError::Refused { message } if message.starts_with("Out of Memory") => {
            Some("reduce the result: fewer columns, fewer days, a LIMIT, or aggregates")
        }
        QueryError::Refused { message } if speaks_of_instants(message) => Some(
            "columns ending in _utc are instants, and DuckDB needs its icu extension for arithmetic with them, \
             which this build does not include. `local_time` and `timestamp` (the pump's clock) work with \
             intervals, date_trunc and ::DATE; `now()::TIMESTAMP` is the current time in UTC; \
             epoch_us(timestamp_utc) is a number",
        ),
        QueryError::Several => Some("run one statement at a time"),
        QueryError::OutOfMemory { .. } => {
            Some("reduce the result, aggregate before sorting, or allow more memory with --memory-limit SIZE")
        }
        QueryError::NotAQuery => {
            Some("to change or export a copy, open the file with DuckDB itself; `tandem export` writes files")
        }
        _ => None,
    }
}

/// True of DuckDB's words for what it cannot do with instants without time zone data.
fn speaks_of_instants(message: &str) -> bool {
    message.contains("TIMESTAMP WITH TIME ZONE") || message.contains("'icu'") || message.contains("INSTALL icu")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error_output::error_text;

    #[test]
    fn to_break_off_at_a_prompt_is_an_interruption() {
        let broken_off = Failure::new(Exit::Interrupted, "no password was given");
        let asking = SourceError {
            kind: SourceErrorKind::CredentialsMissing,
            message: "no password available".to_owned(),
            source: Some(Box::new(broken_off)),
        };
        let error = Error::from(FetchError::Account(asking));
        assert_eq!((exit_of(&error), hints_of(&error)), (Exit::Interrupted, Vec::new()));
    }

    /// However deep an error of the store lies, it decides the exit code and the hint.
    #[test]
    fn the_stores_errors_are_found_in_what_wraps_them() {
        let held = || StoreError { kind: StoreErrorKind::Locked, message: "held".to_owned(), source: None };
        let rows: [Error; 4] = [
            held().into(),
            FetchError::from(held()).into(),
            QueryError::from(held()).into(),
            Error::from(FetchError::from(held())).context("while syncing"),
        ];
        for error in rows {
            assert_eq!(exit_of(&error), Exit::Database, "{error:?}");
            let words = error_text(&error);
            assert!(words.ends_with(&format!("hint: {}\n", store_hint(&held()).expect("advice"))), "{words}");
            assert_eq!(words.matches("held\n").count(), 1, "{words}");
        }
    }
}
