//! Nothing secret or personal reaches the logs of a whole run, at any level, ours or of the libraries beneath.

use anyhow::{Result, ensure};
use tandem_sim::service::{Account, Behaviour, Endpoint, Fault, FaultPlan, When};
use tandem_tests::program::{run, tandem};
use tandem_tests::setup::{Setup, short_history};

const WRONG_PASSWORD: &str = "wrong-password-of-the-test";

/// The program as talkative as it gets: a sync through trouble, a sync that fails, a login that is refused.
#[test]
fn logs_of_whole_runs_hold_nothing_personal() -> Result<()> {
    let setup = Setup::new(&short_history(5, 8), Behaviour::unkind())?;
    let mut talk = String::new();
    let mut sync = |faults: FaultPlan, password: Option<&str>, code| {
        setup.sim.set_faults(faults);
        let mut command =
            tandem(&setup, &setup.path("tandem.db"), &["sync", "-vvv", "--log-format", "json", "--full"])?;
        if let Some(password) = password {
            command.env("TANDEM_PASSWORD", password);
        }
        let ended = run(command)?;
        ensure!(ended.code == Some(code), "ended with {:?}: {}", ended.code, ended.talk);
        ensure_nothing_personal(&ended.data)?;
        talk.push_str(&ended.talk);
        Ok(())
    };
    let data = |when, fault| FaultPlan::new().on(Endpoint::PumpLogs, when, fault);
    sync(data(When::Nth(1), Fault::CutBody { share: 0.5 }), None, 0)?;
    setup.sim.revoke_tokens();
    sync(FaultPlan::new().on(Endpoint::Pumper, When::Nth(2), Fault::Unauthorized), None, 0)?;
    sync(data(When::Always, Fault::OtherShape), None, 4)?;
    std::fs::remove_dir_all(setup.path("home"))?;
    sync(FaultPlan::new(), Some(WRONG_PASSWORD), 3)?;

    for part in ["TRACE", "DEBUG", "INFO", "hyper", "logged in", "planned a pump", "stage"] {
        ensure!(talk.contains(part), "{part:?} is not in the log: too little was captured");
    }
    eprintln!("privacy: {} lines of log", talk.lines().count());
    let (log, reported): (Vec<&str>, Vec<&str>) = talk.lines().partition(|line| line.starts_with('{'));
    ensure_nothing_personal(&log.join("\n"))?;
    // What a person reads may name the pump.
    let pumps = setup.history.pumps.iter().map(|pump| pump.serial.as_str()).chain(["660524"]);
    ensure_nothing_personal(&pumps.fold(reported.join("\n"), |reported, pump| reported.replace(pump, "")))
}

/// Fails with the first line that holds something of the account, of a session or of an event.
fn ensure_nothing_personal(log: &str) -> Result<()> {
    let Account { email, password, first_name, last_name, .. } = Account::default();
    let own = [&email, &password, &first_name, &last_name, "horse", "sam.sample"];
    let session =
        ["Bearer", "eyJ", "TandemSession=", "5d8f0c", "code_verifier", "access_token", "id_token", WRONG_PASSWORD];
    // The pumps' serial numbers, and what events are made of.
    let pumps = ["90556643", "1405127", "660524", "1990-01-01"];
    let events =
        ["eventProperties", "pumpDateTime", "egvTimeStamp", "GlucoseDisplayValue", "event_data", "deliveredTotal"];
    for secret in own.into_iter().chain(session).chain(pumps).chain(events) {
        let line = log.lines().find(|line| line.contains(secret));
        ensure!(line.is_none(), "{secret:?} is in the log: {}", line.unwrap_or_default());
    }
    Ok(())
}

/// The search is only worth something when it finds.
#[test]
fn every_kind_of_secret_is_found() {
    for line in [
        "login of sam.sample@example.org",
        "password correct horse $1 'battery' \"staple\"",
        r#"{"password":"correct horse $1 'battery' \"staple\""}"#,
        "Hello Sam",
        "authorization: Bearer abc",
        "cookie: TandemSession=1",
        "pump 90556643",
        r#"{"eventProperties":{"egv":120}}"#,
    ] {
        assert!(ensure_nothing_personal(&format!("fine\n{line}\nfine")).is_err(), "{line}");
    }
    assert!(ensure_nothing_personal("120 events of pump 1").is_ok());
}
