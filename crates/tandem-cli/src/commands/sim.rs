//! `tandem sim` (hidden): a simulated Tandem Source on this computer, for trying things out.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use tandem_sim::SimConfig;
use tandem_sim::history::{CgmStatus, CgmTruth, History, Scenario};
use tandem_sim::service::{Account, Filter};
use tandem_sim::timeline::{Timeline, UploadHabits};

use crate::context::Context;
use crate::failure::Exit;

/// Serve a made-up account like Tandem Source, on this computer only
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// Port; 0 picks a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Whose life
    #[arg(long, value_enum, default_value_t = Life::Demo)]
    life: Life,
    /// Number of days [default: as many as the life has]
    #[arg(long)]
    days: Option<u32>,
    /// Seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Number of uploads per account request, instead of all at the start
    #[arg(long, default_value_t = 0)]
    uploads_per_poll: usize,
    /// Write how to log in, and what a full fetch must produce, as JSON
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
enum Life {
    /// Four months, two pumps
    Demo,
    /// Four hundred days of everything that can happen
    Torture,
    /// A quiet month
    Quiet,
}

/// Serves until a signal comes.
pub(crate) fn run(arguments: &Arguments, context: &Context) -> Result<Exit> {
    let life = match arguments.life {
        Life::Demo => Scenario::demo().seed(arguments.seed),
        Life::Torture => Scenario::torture(arguments.seed),
        Life::Quiet => Scenario::quiet(30).seed(arguments.seed),
    };
    let scenario = match arguments.days {
        Some(days) => life.days(days),
        None => life,
    };
    let history = scenario.simulate();
    let timeline = Timeline::new(&history, UploadHabits::hourly(), arguments.seed);
    let mut config = SimConfig::new(history, || SystemTime::from(Context::now()));
    // Every event comes, also of types that no one asks for, as since July 2026.
    config.behaviour.filter = Filter::Ignored;
    if arguments.uploads_per_poll > 0 {
        config.timeline = timeline;
        config.behaviour.uploads_per_poll = arguments.uploads_per_poll;
    }
    let _ = context.interrupt.stop_gracefully("");
    context.runtime.block_on(serve(config, arguments, context))?;
    Ok(Exit::Done)
}

async fn serve(config: SimConfig, arguments: &Arguments, context: &Context) -> Result<()> {
    let listener =
        tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await.context("cannot listen")?;
    let address = listener.local_addr().context("the listener has no address")?;
    if let Some(path) = &arguments.truth {
        write_truth(path, &config.account, address, &config.history)?;
    }
    let email = config.account.email.clone();
    let password = config.account.password.replace('\'', r"'\''");
    context.terminal.say(format!(
        "export TANDEM_ENDPOINT=http://{address} TANDEM_EMAIL={email} TANDEM_PASSWORD='{password}' TANDEM_REGION=us\n\
         Press Ctrl-C to stop."
    ));
    tandem_sim::serve(config, listener, context.interrupt.wait()).await.context("the simulated service failed")
}

/// The instants in one number, to which each counts by its place.
fn in_order(instants: &[chrono::DateTime<chrono::Utc>]) -> i64 {
    const PRIME: i64 = 1_000_000_007;
    let weighed =
        instants.iter().zip(1..).map(|(instant, place)| place % PRIME * (instant.timestamp() % PRIME) % PRIME);
    weighed.fold(0, |sum, next| (sum + next) % PRIME)
}

/// What a receiver shows.
fn glucose(reading: &CgmTruth) -> i64 {
    match reading.status {
        CgmStatus::Low => 39,
        CgmStatus::High => 401,
        CgmStatus::Ok | CgmStatus::Hidden => i64::from(reading.display_value),
    }
}

fn write_truth(path: &Path, account: &Account, address: SocketAddr, history: &History) -> Result<()> {
    let truth = json!({
        "environment": {
            "TANDEM_ENDPOINT": format!("http://{address}"), "TANDEM_REGION": "us",
            "TANDEM_EMAIL": account.email, "TANDEM_PASSWORD": account.password,
        },
        "zone": history.zone.name(),
        "pumps": history.truth.pumps.iter().map(|pump| json!({
            "serial_number": pump.serial,
            "events": pump.instants.len(),
            "instants_sum_seconds": pump.instants.iter().map(chrono::DateTime::timestamp).sum::<i64>(),
            "instants_in_order": in_order(&pump.instants),
            "cgm_readings": pump.cgm.len(),
            "glucose_sum": pump.cgm.iter().map(glucose).sum::<i64>(),
            "bolus_milliunits": pump.boluses.iter().map(|bolus| i64::from(bolus.delivered)).sum::<i64>(),
            "boluses": pump.boluses.len(),
        })).collect::<Vec<Value>>(),
    });
    std::fs::write(path, format!("{truth:#}\n")).with_context(|| format!("cannot write {}", path.display()))
}
