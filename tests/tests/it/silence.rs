//! A service that does not answer. Time is the test's: it passes only while a request hangs.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use pipeline::SourceErrorKind;
use pipeline::fetch::FetchOptions;
use tandem_sim::service::{Behaviour, Endpoint, Fault, FaultPlan, When};
use tandem_sim::timeline::Timeline;
use tandem_tests::contents::ensure_same;
use tandem_tests::setup::{Setup, short_history};
use tokio::runtime::Builder;

/// Longer than the program waits for anything.
const AN_HOUR: Duration = Duration::from_hours(1);

#[test]
fn a_hang_is_survived_or_reported() -> Result<()> {
    let history = short_history(5, 5);
    let undisturbed = Setup::new(&history, Behaviour::default())?;
    undisturbed.sync("tandem.db")?;
    for endpoint in [Endpoint::Login, Endpoint::Pumper, Endpoint::PumpLogs] {
        for (when, reported) in [(When::Nth(1), None), (When::Always, Some("did not answer in time"))] {
            let runtime = Builder::new_current_thread().enable_all().start_paused(true).build()?;
            let setup = Setup::on(runtime, &history, Behaviour::default(), Timeline::complete(&history))?;
            setup.sim.set_faults(FaultPlan::new().on(endpoint, when, Fault::Hang));
            ensure_reported(&setup, reported).with_context(|| format!("{endpoint:?} {when:?}"))?;
            setup.sim.set_faults(FaultPlan::new());
            setup.sync("tandem.db")?;
            ensure_same(&mut setup.store("tandem.db")?, &undisturbed.path("tandem.db"), &[])?;
        }
    }
    Ok(())
}

/// Syncs while time passes; it must succeed where nothing is to be reported.
fn ensure_reported(setup: &Setup, reported: Option<&str>) -> Result<()> {
    let (source, mut pipeline) = (setup.source()?, setup.pipeline("tandem.db")?);
    let options = FetchOptions::default();
    let outcome = setup.block_on(async {
        tokio::select! {
            outcome = pipeline.sync(&source, &options) => outcome,
            never = pass_time(setup) => match never {},
        }
    });
    match (outcome, reported) {
        (Ok(_), None) => Ok(()),
        (Ok(_), Some(_)) => bail!("a sync without answers succeeded"),
        (Err(error), None) => Err(error).context("not survived"),
        (Err(error), Some(words)) => {
            let source = error.source_error().context("not reported as the service's")?;
            ensure!(source.kind == SourceErrorKind::Network && source.message.contains(words), "reported as {source}");
            Ok(())
        }
    }
}

/// Lets an hour pass each time a request has begun to hang.
async fn pass_time(setup: &Setup) -> std::convert::Infallible {
    let mut hung_before = 0;
    loop {
        let requests = setup.sim.requests();
        let hung = requests.iter().filter(|request| request.fault == Some(Fault::Hang)).count();
        if hung > hung_before {
            hung_before = hung;
            tokio::time::advance(AN_HOUR).await;
        }
        // Also keeps tokio from thinking that there is nothing left to do but to let time pass.
        tokio::task::yield_now().await;
    }
}
