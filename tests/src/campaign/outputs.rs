//! Kills of what writes outside of the database: files for other programs, and documents on a Nightscout site.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context as _, Result, ensure};
use chrono::TimeDelta;
use rand::RngExt as _;
use serde_json::Value;
use tandem_sim::nightscout::{SiteConfig, SiteHandle, start};

use super::kinds::{ensure_reported, pick};
use super::run::{Effect, Run};
use crate::program::{run, run_until, tandem};

/// Exports that leave files of several kinds.
const EXPORTS: [&[&str]; 4] = [
    &["--partitioned"],
    &["--partitioned", "--person", "ann"],
    &["--tables", "all", "--format", "csv", "--overwrite"],
    &["--profile", "nightscout", "--overwrite"],
];

/// An export that was killed and made once more leaves the files of one that nothing disturbed, and no others.
pub(super) fn kill_export(run: &mut Run<'_>) -> Result<Effect> {
    run.in_peace()?;
    let form = pick(&mut run.dice, &EXPORTS);
    let export = |run: &Run<'_>, folder: &str| {
        tandem(&run.setup, &run.database, &[&["export", "--output", folder][..], form].concat())
    };
    let took = run_whole(export(run, "whole")?)?;
    let moment = moment_of(run, took);
    let ended = run_until(export(run, "killed")?, "KILL", moment)?;
    run_whole(export(run, "killed")?)?;
    let [whole, killed] = ["whole", "killed"].map(|folder| read_files(&run.setup.path(folder)));
    ensure_equal(&whole?, &killed?).with_context(|| format!("{form:?}, killed after {moment:?}"))?;
    Ok(if ended.signal.is_some() { Effect::Disturbed } else { Effect::Borne })
}

/// A push that was killed twice and made once more leaves the documents of one that nothing disturbed.
pub(super) fn kill_push(run: &mut Run<'_>) -> Result<Effect> {
    run.in_peace()?;
    let untouched = run.setup.path("untouched.db");
    std::fs::copy(&run.database, &untouched)?;
    let [whole, killed] = [start_site(run)?, start_site(run)?];
    let days = run.dice.random_range(2..=8);
    let took = run_whole(push(run, &whole, &untouched, days)?)?;
    let mut effect = Effect::Borne;
    for _ in 0..2 {
        let moment = moment_of(run, took);
        let ended = run_until(push(run, &killed, &run.database, days)?, "KILL", moment)?;
        effect = if ended.signal.is_some() { Effect::Disturbed } else { effect };
    }
    run_whole(push(run, &killed, &run.database, days)?)?;
    ensure_equal(&documents(&whole), &documents(&killed))?;
    Ok(effect)
}

/// Runs a command that nothing disturbs; how long it took.
fn run_whole(command: Command) -> Result<Duration> {
    let began = Instant::now();
    ensure_reported(&self::run(command)?, Some(0), &[])?;
    Ok(began.elapsed())
}

/// A moment in the course of something that takes this long.
fn moment_of(run: &mut Run<'_>, took: Duration) -> Duration {
    took.mul_f64(run.dice.random_range(0.02..1.0))
}

/// Every file below `folder` by its path. Locks are files, too, and the same in every export.
fn read_files(folder: &Path) -> Result<BTreeMap<PathBuf, Vec<u8>>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder)?.to_owned(), std::fs::read(&path)?);
            }
        }
    }
    Ok(files)
}

fn ensure_equal<K: Ord + std::fmt::Debug, V: PartialEq>(whole: &BTreeMap<K, V>, found: &BTreeMap<K, V>) -> Result<()> {
    ensure!(!whole.is_empty(), "the undisturbed run left nothing");
    let missing: Vec<_> = whole.keys().filter(|name| !found.contains_key(name)).collect();
    let extra: Vec<_> = found.keys().filter(|name| !whole.contains_key(name)).collect();
    let is_other = |(name, value): &(&K, &V)| found.get(name).is_some_and(|found| found != *value);
    let other: Vec<_> = whole.iter().filter(is_other).map(|(name, _)| name).collect();
    ensure!(
        missing.is_empty() && extra.is_empty() && other.is_empty(),
        "missing {missing:?}, too many {extra:?}, different {other:?}"
    );
    Ok(())
}

/// What a site gives out as a token.
const TOKEN: &str = "tandem-0123456789abcdef";

fn start_site(run: &Run<'_>) -> Result<SiteHandle> {
    Ok(run.setup.block_on(start(SiteConfig::new(TOKEN, || SystemTime::now().into())))?)
}

/// A push of the last `days`.
fn push(run: &Run<'_>, site: &SiteHandle, database: &Path, days: i64) -> Result<Command> {
    let from = (run.reference.present() - TimeDelta::days(days)).date_naive().to_string();
    let mut command = tandem(&run.setup, database, &["push", "nightscout", "--from", &from])?;
    command.env("TANDEM_NIGHTSCOUT_URL", site.url()).env("TANDEM_NIGHTSCOUT_TOKEN", TOKEN);
    Ok(command)
}

/// Every document on a site by collection and identifier.
fn documents(site: &SiteHandle) -> BTreeMap<(&'static str, String), Value> {
    let of =
        |collection| site.documents(collection).into_iter().map(move |(name, document)| ((collection, name), document));
    ["entries", "treatments", "profile", "devicestatus"].into_iter().flat_map(of).collect()
}
