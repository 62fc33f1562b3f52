//! The success criteria that the project began with.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::scene::Scene;
use crate::process::run;

/// SC-001: a folder with nothing in it, the account's settings, and `tandem sync`.
pub(super) fn one_command(scene: &Scene) -> Result<String> {
    fs::create_dir(scene.path("first")).context("cannot make a folder")?;
    let started = Instant::now();
    run(scene.command(&scene.tandem, "first").arg("sync"))?;
    let seconds = started.elapsed().as_secs_f64();
    let readings = scene.query_number(&scene.database(), "SELECT count(*) FROM cgm_readings")?;
    ensure!(readings > 0, "there are no glucose readings");
    Ok(format!("{readings} glucose readings after 1 command and {seconds:.1} s"))
}

/// SC-002: the log of runs, and the program's own audit.
pub(super) fn stages_complete(scene: &Scene) -> Result<String> {
    let runs = scene.query(&scene.database(), "SELECT stage, outcome FROM pipeline_runs ORDER BY id")?;
    let stages: Vec<&str> = runs.iter().filter_map(|run| run["stage"].as_str()).collect();
    ensure!(stages == ["fetch", "parse", "derive"], "the stages run were {stages:?}");
    ensure!(runs.iter().all(|run| run["outcome"] == "completed"), "not all completed: {runs:?}");
    let verified: Value = serde_json::from_str(&scene.tandem(&scene.database(), &["verify", "--json"])?)?;
    ensure!(verified["ok"] == true, "verify found {}", verified["findings"]);
    Ok(format!("{}, verified over {} events", stages.join(", "), verified["raw_events"]))
}

/// What is known of each pump. A sum in which each instant counts by its place shows two that are exchanged or that differ by as
/// much in opposite directions.
const NUMBERS: [&str; 7] = [
    "events",
    "instants_sum_seconds",
    "instants_in_order",
    "cgm_readings",
    "glucose_sum",
    "boluses",
    "bolus_milliunits",
];

/// SC-003: per pump, what the simulator knows and what is in the tables.
pub(super) fn nothing_lost(scene: &Scene) -> Result<String> {
    let found = scene.query(
        &scene.database(),
        "SELECT serial_number,
            (SELECT count(*) FROM raw_events WHERE pump_id = pumps.id) AS events,
            (SELECT sum(epoch_us(timestamp_utc)::HUGEINT) // 1000000 FROM events WHERE pump_id = pumps.id)::BIGINT
                AS instants_sum_seconds,
            (SELECT sum(place::HUGEINT * seconds) % 1000000007 FROM (
                SELECT row_number() OVER (ORDER BY id) AS place, epoch_us(timestamp_utc) // 1000000 AS seconds
                FROM events WHERE pump_id = pumps.id))::BIGINT AS instants_in_order,
            (SELECT count(*) FROM cgm_readings WHERE pump_id = pumps.id) AS cgm_readings,
            (SELECT sum(cgm_reading) FROM cgm_readings WHERE pump_id = pumps.id)::BIGINT AS glucose_sum,
            (SELECT round(sum(delivered_units) * 1000) FROM boluses WHERE pump_id = pumps.id)::BIGINT AS bolus_milliunits,
            (SELECT count(*) FROM boluses WHERE pump_id = pumps.id) AS boluses
        FROM pumps ORDER BY id",
    )?;
    let number = |value: &Value| value.as_i64().or_else(|| value.as_str()?.parse().ok());
    let truth = scene.truth()["pumps"].as_array().context("the simulator names no pumps")?;
    ensure!(truth.len() == found.len(), "{} pumps, not {}", found.len(), truth.len());
    for pump in truth {
        let serial = &pump["serial_number"];
        let row = found.iter().find(|row| row["serial_number"] == *serial);
        let row = row.with_context(|| format!("there is no pump {serial}"))?;
        for name in NUMBERS {
            ensure!(number(&row[name]) == number(&pump[name]), "{name} of {serial}: {}, not {}", row[name], pump[name]);
        }
    }
    Ok(format!(
        "{} events, {} readings, {} boluses of {} pumps",
        scene.true_number("events")?,
        scene.true_number("cgm_readings")?,
        scene.true_number("boluses")?,
        truth.len()
    ))
}

/// SC-005: copied to a folder where nothing can be written, and read there.
pub(super) fn portable(scene: &Scene) -> Result<String> {
    let (folder, copy) = (scene.path("elsewhere"), scene.path("elsewhere/copy.db"));
    fs::create_dir(&folder).context("cannot make a folder")?;
    let bytes = fs::copy(scene.database(), &copy).context("cannot copy the database")?;
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o400)).context("cannot take rights away")?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).context("cannot take rights away")?;
    let tables = scene.same_content(&copy);
    // Else it could not be removed afterwards.
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).context("cannot give rights back")?;
    let tables = tables?;
    if fs::read(&copy)? != fs::read(scene.database())? {
        bail!("reading the copy has changed it");
    }
    Ok(format!("{} MB, {tables} tables with the same content", bytes / 1_000_000))
}
