//! What goes wrong between the program and the service: survived or reported, nothing lost, nothing duplicated.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use pipeline::SourceErrorKind as Kind;
use pipeline::fetch::{FetchError, FetchOptions};
use tandem_sim::service::{Behaviour, Endpoint, Fault, FaultPlan, When};
use tandem_source::{FixedPassword, TandemSource};
use tandem_tests::contents::{count, ensure_same};
use tandem_tests::program::{run, tandem};
use tandem_tests::setup::{Setup, short_history};

/// One thing that goes wrong.
struct Row {
    name: &'static str,
    faults: FaultPlan,
    behaviour: fn(&mut Behaviour),
    /// `None` when it is survived.
    reported: Option<(Kind, &'static str)>,
    /// Passwords sent until the sync has ended.
    logins: u64,
    /// The least that the longest wait must be.
    waits: Duration,
}

fn row(name: &'static str, endpoint: Endpoint, when: When, fault: Fault) -> Row {
    Row { faults: FaultPlan::new().on(endpoint, when, fault), ..account(name, |_| ()) }
}

fn account(name: &'static str, behaviour: fn(&mut Behaviour)) -> Row {
    Row { name, faults: FaultPlan::new(), behaviour, reported: None, logins: 1, waits: Duration::ZERO }
}

impl Row {
    fn reports(self, kind: Kind, words: &'static str) -> Self {
        Self { reported: Some((kind, words)), ..self }
    }

    fn logins(self, logins: u64) -> Self {
        Self { logins, ..self }
    }

    fn waits(self, seconds: u64) -> Self {
        Self { waits: Duration::from_secs(seconds), ..self }
    }
}

/// A service with a few days of two pumps, asked for three days at a time.
fn few_days() -> Result<Setup> {
    let mut setup = Setup::new(&short_history(5, 5), Behaviour::default())?;
    setup.max_window_days = 3;
    Ok(setup)
}

/// Lets each of `rows` happen to a first sync, then syncs undisturbed, and compares with a sync that nothing disturbed.
fn check(rows: &[Row]) -> Result<()> {
    let undisturbed = few_days()?;
    undisturbed.sync("tandem.db")?;
    rows.iter().try_for_each(|row| check_row(row, &undisturbed).context(row.name))
}

fn check_row(row: &Row, undisturbed: &Setup) -> Result<()> {
    let setup = few_days()?;
    setup.sim.set_faults(row.faults.clone());
    setup.sim.change_behaviour(row.behaviour);
    let outcome = setup.sync_with(&mut setup.pipeline("tandem.db")?)?;
    ensure_reported(row, outcome.err())?;
    let logins = setup.count(Endpoint::Login);
    ensure!(logins == row.logins, "{logins} logins instead of {}", row.logins);
    let waited = setup.waits.longest();
    ensure!(waited >= row.waits, "waited {waited:?} instead of {:?}", row.waits);
    if row.reported.is_some() {
        setup.sim.set_faults(FaultPlan::new());
        setup.sim.change_behaviour(|behaviour| *behaviour = Behaviour::default());
        setup.sync("tandem.db").context("the sync after it")?;
    }
    let mut store = setup.store("tandem.db")?;
    // Pumps that never sent anything stay known.
    let silent = "pump_id NOT IN (SELECT pump_id FROM raw_events)";
    store.connection()?.execute_batch(&format!("DELETE FROM pump_assignments WHERE {silent}"))?;
    store.connection()?.execute_batch("DELETE FROM pumps WHERE id NOT IN (SELECT pump_id FROM raw_events)")?;
    ensure_same(&mut store, &undisturbed.path("tandem.db"), &[]).map(|_| ())
}

fn ensure_reported(row: &Row, error: Option<FetchError>) -> Result<()> {
    match (error, row.reported) {
        (None, None) => Ok(()),
        (Some(error), Some((kind, words))) => {
            let source = error.source_error().with_context(|| format!("reported {error}"))?;
            ensure!(source.kind == kind, "reported as {:?}: {source}", source.kind);
            ensure!(source.message.contains(words), "reported in other words: {source}");
            Ok(())
        }
        (Some(error), None) => Err(error).context("not survived"),
        (None, Some((kind, _))) => bail!("not reported as {kind:?}"),
    }
}

#[test]
fn passing_trouble_is_survived() -> Result<()> {
    let limit = |retry_after| Fault::TooManyRequests { retry_after };
    let data = |name, when, fault| row(name, Endpoint::PumpLogs, when, fault);
    let once = |name, fault| data(name, When::Nth(2), fault);
    check(&[
        once("401", Fault::Unauthorized).logins(2),
        once("429", limit(None)),
        once("429 with a pause", limit(Some(7))).waits(7),
        once("502 with a page", Fault::BadGatewayPage),
        once("cut after the head", Fault::CutBody { share: 0.0 }),
        once("dropped", Fault::Drop),
        data("three times 500", When::First(3), Fault::InternalError),
        data("every second answer cut", When::Every(2), Fault::CutBody { share: 0.7 }),
        row("keys down once", Endpoint::Jwks, When::Nth(1), Fault::BadGatewayPage),
        account("tokens from 50 s ahead", |behaviour| behaviour.clock_skew_seconds = 50),
        account("tokens from 50 s ago", |behaviour| behaviour.clock_skew_seconds = -50),
        account("a never-used pump", |behaviour| behaviour.never_used_pump = true),
        account("a pump dated 2066", |behaviour| behaviour.pump_dated_2066 = true),
    ])
}

#[test]
fn lasting_trouble_is_reported() -> Result<()> {
    let data = |name, fault| row(name, Endpoint::PumpLogs, When::After(1), fault);
    let limit = |retry_after| Fault::TooManyRequests { retry_after };
    let hour = Kind::RateLimited { retry_after: Some(Duration::from_hours(1)) };
    check(&[
        data("401", Fault::Unauthorized)
            .logins(2)
            .reports(Kind::TokenInvalid, "refused a token that was issued a moment ago"),
        data("403", Fault::Blocked).reports(Kind::Blocked, "\"The request is blocked\""),
        data("404", Fault::NotFoundPage).reports(Kind::ServiceChanged, "no longer exists"),
        data("429", limit(None)).reports(Kind::RateLimited { retry_after: None }, "too many requests"),
        data("429 for an hour", limit(Some(3_600))).reports(hour, "a pause of 3600 s"),
        data("500", Fault::InternalError).reports(Kind::Unavailable, "currently unavailable"),
        data("502", Fault::BadGatewayPage).reports(Kind::Unavailable, "currently unavailable"),
        data("cut", Fault::CutBody { share: 0.5 }).reports(Kind::Network, "broke off in the middle"),
        data("dropped", Fault::Drop).reports(Kind::Network, "without a response"),
        row("keys down", Endpoint::Jwks, When::Always, Fault::BadGatewayPage)
            .logins(0)
            .reports(Kind::Unavailable, "openid-configuration/jwks"),
    ])
}

/// A wrong password is sent once, also when the same program tries again: a few more would lock the account.
#[test]
fn a_wrong_password_is_sent_once() -> Result<()> {
    let setup = few_days()?;
    let mut config = setup.source_config()?;
    config.password = Arc::new(FixedPassword("another".into()));
    let source = TandemSource::new(config)?;
    let mut pipeline = setup.pipeline("tandem.db")?;
    for words in ["refused the e-mail and password", "was not tried again"] {
        let outcome = setup.block_on(pipeline.sync(&source, &FetchOptions::default()));
        let error = outcome.err().context("a wrong password brought something")?;
        let error = error.source_error().context("it is the service's error")?;
        assert_eq!(error.kind, Kind::CredentialsRefused);
        assert!(error.message.contains(words) && error.message.contains("in the other region, EU"), "{error}");
        assert_eq!(setup.count(Endpoint::Login), 1);
    }
    Ok(())
}

/// What was stored before trouble began is there while it lasts, decoded and derived.
#[test]
fn pages_before_the_trouble_are_kept() -> Result<()> {
    let setup = few_days()?;
    setup.sim.set_faults(FaultPlan::new().on(Endpoint::PumpLogs, When::After(2), Fault::NotFoundPage));
    let outcome = setup.sync_with(&mut setup.pipeline("tandem.db")?)?;
    let Some(FetchError::Window { stored, .. }) = outcome.err() else { bail!("no window failed") };
    let mut store = setup.store("tandem.db")?;
    assert_eq!((count(&mut store, "raw_events")?, count(&mut store, "events")?), (stored, stored));
    assert!(stored > 0 && count(&mut store, "cgm_readings")? > 0);
    Ok(())
}

/// The program's words and exit codes, where no repetition makes a person wait.
#[test]
fn the_program_says_what_is_wrong_and_what_to_do() -> Result<()> {
    type Rows = [(&'static str, FaultPlan, fn(&mut Behaviour), i32, &'static [&'static str]); 7];
    let data = |fault| FaultPlan::new().on(Endpoint::PumpLogs, When::Always, fault);
    let peace = FaultPlan::new;
    let rows: Rows = [
        ("other region", peace(), |account| account.in_other_region = true, 3, &["other region, EU", "--region"]),
        ("locked", peace(), |account| account.locked = true, 3, &["locked the account", "hint:"]),
        ("no pumps", peace(), |account| account.no_pumps = true, 0, &["The account has no pumps yet"]),
        ("403", data(Fault::Blocked), |_| (), 4, &["The request is blocked", "hint:"]),
        ("404", data(Fault::NotFoundPage), |_| (), 4, &["Tandem changed its service", "hint:"]),
        ("400", data(Fault::UnknownKey), |_| (), 4, &["unknown keys", "hint:"]),
        ("shape", data(Fault::OtherShape), |_| (), 4, &["unknown format", "hint:"]),
    ];
    for (name, faults, behaviour, code, words) in rows {
        let setup = few_days()?;
        setup.sim.set_faults(faults);
        setup.sim.change_behaviour(behaviour);
        let ended = run(tandem(&setup, &setup.path("tandem.db"), &["sync"])?)?;
        assert_eq!(ended.code, Some(code), "{name}: {}", ended.talk);
        assert!(words.iter().all(|words| ended.talk.contains(words)), "{name}: {}", ended.talk);
        assert_eq!(setup.count(Endpoint::Login), 1, "{name}");
    }
    Ok(())
}
