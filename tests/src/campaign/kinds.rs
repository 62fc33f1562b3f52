//! How each kind of trouble is made. What the work says meanwhile must be what is documented; anything else is an error.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use pipeline::fetch::{FetchError, FetchOptions};
use pipeline::testing::FailingStore;
use pipeline::{Clock, Pipeline, StoreError, StoreErrorKind};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use store_duckdb::{ReadOptions, Reader};
use tandem_sim::service::{Alteration, Endpoint, Fault, FaultPlan, Mutation, When};

use super::run::{Effect, Run};
use crate::contents::texts;
use crate::disk::SmallDisk;
use crate::program::{Ended, run, run_until, tandem, wait};

/// What the program says of a database that it cannot use.
const DATABASE: Option<i32> = Some(5);
/// What the program says of answers that lack events.
const DATA: Option<i32> = Some(6);

pub(super) fn command(run: &Run<'_>) -> Result<Command> {
    tandem(&run.setup, &run.database, &run.reference.arguments(run.work))
}

/// A moment in the usual course of the work.
fn moment(run: &mut Run<'_>) -> Duration {
    run.usual_time().mul_f64(run.dice.random_range(0.02..1.0))
}

/// Fails unless the program ended in success, or with `code` and `words`.
pub(super) fn ensure_reported(ended: &Ended, code: Option<i32>, words: &[&str]) -> Result<Effect> {
    // An upload between others may be still to come: its days are named, and the work is done.
    let is_incomplete = ended.code == DATA && ended.talk.contains("is probably incomplete");
    if ended.code == Some(0) || is_incomplete {
        return Ok(Effect::Borne);
    }
    let reported = ended.code == code && words.iter().any(|words| ended.talk.contains(words));
    ensure!(reported, "ended with {:?}, signal {:?}, and said: {}", ended.code, ended.signal, ended.talk);
    Ok(Effect::Disturbed)
}

pub(super) fn kill(run: &mut Run<'_>) -> Result<Effect> {
    let mut effect = Effect::Borne;
    let mut stored = run.stored()?;
    for _ in 0..2 {
        let moment = moment(run);
        let ended = run_until(command(run)?, "KILL", moment)?;
        if ended.signal.is_none() {
            ensure_reported(&ended, Some(0), &[])?;
            break;
        }
        effect = Effect::Disturbed;
        let now = run.stored().with_context(|| format!("killed after {moment:?}"))?;
        ensure!(now >= stored, "of {stored} stored events {now} are left after a kill at {moment:?}");
        stored = now;
    }
    Ok(effect)
}

pub(super) fn interrupt(run: &mut Run<'_>) -> Result<Effect> {
    const INTERRUPT: i32 = 2;
    let moment = moment(run);
    let ended = run_until(command(run)?, "INT", moment)?;
    // In its first moments the program does not listen yet.
    if ended.signal == Some(INTERRUPT) {
        return Ok(Effect::Disturbed);
    }
    ensure_reported(&ended, Some(130), &["saved", "continues", "Stopping", "stopping"])
}

/// Rounds go through the writes in order, so that no write is left out.
pub(super) fn write(run: &mut Run<'_>) -> Result<Effect> {
    const MORE_THAN_THERE_ARE: u64 = 24;
    fail_from_write(run, run.round % MORE_THAN_THERE_ARE)
}

/// Lets every write from `write` on fail.
pub(super) fn fail_from_write(run: &Run<'_>, write: u64) -> Result<Effect> {
    let store = run.pipeline(run.store()?)?.into_store()?;
    let mut pipeline = Pipeline::new(FailingStore::new(store, write), run.setup.clock.clone());
    let Err(error) = run.work_on(&mut pipeline) else { return Ok(Effect::Borne) };
    let kind = error.chain().find_map(|cause| cause.downcast_ref::<StoreError>()).map(|error| error.kind);
    ensure!(kind == Some(StoreErrorKind::DiskFull), "write {write} failed and was reported as {error:?}");
    Ok(Effect::Disturbed)
}

/// Rules for a few endpoints; then tries again and again, as a person or `--watch` would.
pub(super) fn service(run: &mut Run<'_>) -> Result<Effect> {
    let rules = run.dice.random_range(1..=3);
    let plan = (0..rules).fold(FaultPlan::new(), |plan, _| add_rule(plan, &mut run.dice));
    run.setup.sim.set_faults(plan);
    let mut effect = Effect::Borne;
    for _ in 0..3 {
        let mut pipeline = run.pipeline(run.store()?)?;
        match run.setup.sync_with(&mut pipeline)? {
            Ok(_) => return Ok(effect),
            Err(FetchError::Account(_) | FetchError::Window { .. }) => effect = Effect::Disturbed,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(effect)
}

fn add_rule(plan: FaultPlan, dice: &mut StdRng) -> FaultPlan {
    use Endpoint::{Authorize, Jwks, Login, Portal, PumpLogs, Pumper, Token};
    let share = dice.random_range(0.0..1.0);
    let retry_after = dice.random_bool(0.5).then_some(dice.random_range(0..300));
    let faults = [
        Fault::Unauthorized,
        Fault::Blocked,
        Fault::NotFoundPage,
        Fault::UnknownKey,
        Fault::TooManyRequests { retry_after },
        Fault::InternalError,
        Fault::BadGatewayPage,
        Fault::Unavailable { retry_after: 30 },
        Fault::PageInsteadOfJson,
        Fault::OtherShape,
        Fault::CutBody { share },
        Fault::Drop,
    ];
    let number = dice.random_range(1..=4);
    let whens = [
        When::Always,
        When::Nth(number),
        When::First(number),
        When::After(number),
        When::Every(number),
        When::Chance(share),
    ];
    let endpoints = [PumpLogs, PumpLogs, PumpLogs, Pumper, Pumper, Portal, Login, Authorize, Token, Jwks];
    plan.on(pick(dice, &endpoints), pick(dice, &whens), pick(dice, &faults))
}

/// Some answers, or all, lack events; the sync says so where that can be seen.
pub(super) fn incomplete(run: &mut Run<'_>) -> Result<Effect> {
    let percent = run.dice.random_range(5..70);
    let alterations = [Alteration::NoEvents, Alteration::Thinned { percent }];
    sync_altered(run, |dice| pick(dice, &alterations))
}

/// Members of frequent events that this program reads.
const PROPERTIES: [&str; 4] = ["currentGlucoseDisplayValue", "egvTimeStamp", "commandedRate", "commandedRateSource"];
const MEMBERS: [&str; 4] = ["eventCode", "sequenceNumber", "pumpDateTime", "eventProperties"];
/// Changes after which a value cannot be read.
const MUTATIONS: [Mutation; 8] = [
    Mutation::Missing,
    Mutation::Null,
    Mutation::Renamed,
    Mutation::Object,
    Mutation::Array,
    Mutation::EmptyText,
    Mutation::Word,
    Mutation::Huge,
];

/// One member of the events changes.
pub(super) fn drift(run: &mut Run<'_>) -> Result<Effect> {
    sync_altered(run, |dice| {
        let mutation = pick(dice, &MUTATIONS);
        if dice.random_bool(0.5) {
            Alteration::Property { code: None, name: pick(dice, &PROPERTIES), mutation }
        } else {
            Alteration::Event { code: None, name: pick(dice, &MEMBERS), mutation }
        }
    })
}

/// Syncs with altered answers. What was not reported must be no loss: the syncs that follow compare.
fn sync_altered(run: &mut Run<'_>, choose: impl Fn(&mut StdRng) -> Alteration) -> Result<Effect> {
    let whens = [When::Always, When::Nth(1), When::Nth(2), When::After(1)];
    let (alteration, when) = (choose(&mut run.dice), pick(&mut run.dice, &whens));
    run.setup.sim.set_faults(FaultPlan::new().on(Endpoint::PumpLogs, when, Fault::Altered(alteration)));
    let mut pipeline = run.pipeline(run.store()?)?;
    match run.setup.sync_with(&mut pipeline)? {
        Ok(report) if report.fetch.pumps.iter().all(|pump| pump.doubts.is_empty()) => Ok(Effect::Borne),
        Ok(_) | Err(FetchError::FormatChanged { .. }) => Ok(Effect::Disturbed),
        Err(error) => Err(anyhow::Error::new(error).context(format!("{alteration:?}, {when:?}"))),
    }
}

/// What `verify` says after a kill is true: rows that are missing or mixed are a fault.
fn kill_and_repeat(run: &mut Run<'_>, arguments: &[&str]) -> Result<Effect> {
    let moment = moment(run);
    let ended = run_until(tandem(&run.setup, &run.database, arguments)?, "KILL", moment)?;
    let verified = self::run(tandem(&run.setup, &run.database, &["verify"])?)?;
    ensure!([Some(0), Some(6)].contains(&verified.code), "verify after a kill at {moment:?}: {}", verified.talk);
    let again = self::run(tandem(&run.setup, &run.database, arguments)?)?;
    ensure_reported(&again, Some(0), &[])?;
    Ok(if ended.signal.is_some() { Effect::Disturbed } else { Effect::Borne })
}

/// To another zone and back.
pub(super) fn kill_zone(run: &mut Run<'_>) -> Result<Effect> {
    run.in_peace()?;
    let effect = kill_and_repeat(run, &["zone", "set", "Asia/Tokyo"])?;
    let home = run.setup.history.zone.name();
    let back = self::run(tandem(&run.setup, &run.database, &["zone", "set", home])?)?;
    ensure_reported(&back, Some(0), &[])?;
    Ok(effect)
}

pub(super) fn kill_rebuild(run: &mut Run<'_>) -> Result<Effect> {
    run.in_peace()?;
    kill_and_repeat(run, &["rebuild"])
}

/// Some objects, or all, were built by the rules of an earlier version.
const OUTDATED: [&str; 4] = ["name = 'boluses'", "name IN ('cgm_readings', 'alarms')", "name = 'events'", "true"];

/// As after the program was replaced by a newer one.
pub(super) fn kill_update(run: &mut Run<'_>) -> Result<Effect> {
    run.in_peace()?;
    make_outdated(run)?;
    kill_and_repeat(run, &["derive"])
}

fn make_outdated(run: &mut Run<'_>) -> Result<()> {
    let objects = pick(&mut run.dice, &OUTDATED);
    let changed =
        execute(run, &format!("UPDATE derived_objects SET digest = 'of an earlier version' WHERE {objects}"))?;
    ensure!(changed > 0, "no object is as {objects}");
    Ok(())
}

fn execute(run: &Run<'_>, statement: &str) -> Result<usize> {
    run.store()?.connection()?.execute(statement, []).with_context(|| statement.to_owned())
}

/// What a person may add to the file, how it is asked for, and how it goes.
const OWN_OBJECTS: [[&str; 3]; 6] = [
    ["CREATE TABLE my_notes AS SELECT 'seen' AS note", "SELECT note FROM my_notes", "DROP TABLE my_notes"],
    [
        "CREATE VIEW my_lows AS SELECT local_time FROM cgm_readings WHERE cgm_reading < 70",
        "SELECT max(local_time)::VARCHAR FROM my_lows",
        "DROP VIEW my_lows",
    ],
    [
        "CREATE MACRO my_units(milliunits) AS milliunits / 1000.0",
        "SELECT my_units(1500)::VARCHAR",
        "DROP MACRO my_units",
    ],
    [
        "CREATE INDEX my_boluses ON boluses (timestamp_utc)",
        "SELECT index_name FROM duckdb_indexes() WHERE index_name = 'my_boluses'",
        "DROP INDEX my_boluses",
    ],
    [
        "ALTER TABLE raw_events ADD COLUMN my_mark INTEGER DEFAULT 7",
        "SELECT max(my_mark)::VARCHAR FROM raw_events",
        "ALTER TABLE raw_events DROP COLUMN my_mark",
    ],
    [
        "ALTER TABLE pumps ADD COLUMN my_name VARCHAR DEFAULT 'old one'",
        "SELECT max(my_name) FROM pumps",
        "ALTER TABLE pumps DROP COLUMN my_name",
    ],
];

/// The work goes on with the objects of a person in the file, also when the program is replaced by a newer one, and they stay.
pub(super) fn own_objects(run: &mut Run<'_>) -> Result<Effect> {
    drop(run.pipeline(run.store()?)?);
    let chosen: Vec<_> = OWN_OBJECTS.into_iter().filter(|_| run.dice.random_bool(0.6)).collect();
    for [create, ..] in &chosen {
        execute(run, create)?;
    }
    ensure_reported(&self::run(command(run)?)?, Some(0), &[])?;
    make_outdated(run)?;
    ensure_reported(&self::run(command(run)?)?, Some(0), &[])?;
    for [create, ask, remove] in &chosen {
        let answers = texts(&mut run.store()?, ask).with_context(|| format!("after {create}"))?;
        ensure!(answers.len() == 1, "after {create}: {answers:?}");
        execute(run, remove)?;
    }
    Ok(Effect::Borne)
}

pub(super) fn pick<T: Copy>(dice: &mut StdRng, choices: &[T]) -> T {
    choices[dice.random_range(0..choices.len())]
}

/// Moves the database onto a disk with room for a share of what is to come; `None` where that cannot be had.
fn small_disk(run: &mut Run<'_>, share: f64) -> Result<Option<SmallDisk>> {
    let size = |path: &Path| std::fs::metadata(path).map_or(0, |file| file.len() / 1024);
    let (before, after) = (size(&run.database), size(run.reference.database(run.work)));
    let room = before + (after.saturating_sub(before) as f64 * share) as u64 + 64;
    let Some(disk) = SmallDisk::new(&run.setup.path("disk"), room)? else { return Ok(None) };
    let database = disk.path().join("tandem.db");
    if run.database.exists() {
        std::fs::copy(&run.database, &database)?;
    }
    run.database = database;
    Ok(Some(disk))
}

/// Takes the database off the disk again, whatever is in its log included.
fn off_the_disk(run: &mut Run<'_>, disk: SmallDisk) -> Result<()> {
    let saved = run.setup.path("saved.db");
    for (from, to) in [("tandem.db", "saved.db"), ("tandem.db.wal", "saved.db.wal")] {
        let from = disk.path().join(from);
        if from.exists() {
            std::fs::copy(from, run.setup.path(to))?;
        }
    }
    run.database = saved;
    drop(disk);
    Ok(())
}

pub(super) fn full_disk(run: &mut Run<'_>) -> Result<Effect> {
    let share = run.dice.random_range(0.0..1.6);
    let Some(disk) = small_disk(run, share)? else { return Ok(Effect::Skipped) };
    let ended = self::run(command(run)?)?;
    let effect = ensure_reported(&ended, DATABASE, &["free some space and try again"])?;
    disk.change("size=1g")?;
    let stored = run.stored().context("on the disk that was full")?;
    off_the_disk(run, disk)?;
    ensure!(run.stored()? == stored, "the copy has other events");
    Ok(effect)
}

pub(super) fn read_only(run: &mut Run<'_>) -> Result<Effect> {
    const ROOM_FOR_MORE: f64 = 8.0;
    let Some(disk) = small_disk(run, ROOM_FOR_MORE)? else { return Ok(Effect::Skipped) };
    if run.dice.random_bool(0.5) {
        let moment = moment(run);
        run_until(command(run)?, "KILL", moment)?;
    }
    disk.change("ro")?;
    let ended = self::run(command(run)?)?;
    let effect = ensure_reported(&ended, DATABASE, &["change the folder's permissions"])?;
    ensure!(effect == Effect::Disturbed, "a folder that cannot be written was written: {}", ended.talk);
    disk.change("rw")?;
    off_the_disk(run, disk)?;
    Ok(effect)
}

/// What the program says when it had to wait too long for others.
const HELD: &[&str] = &["another program has the database open"];

pub(super) fn at_once(run: &mut Run<'_>) -> Result<Effect> {
    let count = run.dice.random_range(2..=3);
    let children = (0..count).map(|_| Ok(command(run)?.spawn()?)).collect::<Result<Vec<_>>>()?;
    let mut effect = Effect::Borne;
    for child in children {
        if ensure_reported(&wait(child)?, DATABASE, HELD)? == Effect::Disturbed {
            effect = Effect::Disturbed;
        }
    }
    Ok(effect)
}

/// Every eighth reader stays for longer than the program waits.
pub(super) fn reader(run: &mut Run<'_>) -> Result<Effect> {
    drop(run.pipeline(run.store()?)?);
    let reader = Reader::open(&run.database, &ReadOptions::default())?;
    let child = command(run)?.spawn()?;
    let stays = run.round % 8 == 7;
    if !stays {
        std::thread::park_timeout(Duration::from_millis(run.dice.random_range(1..600)));
        drop(reader);
        return ensure_reported(&wait(child)?, DATABASE, HELD);
    }
    let effect = ensure_reported(&wait(child)?, DATABASE, HELD)?;
    drop(reader);
    ensure!(effect == Effect::Disturbed, "the program wrote into a file that another one reads");
    Ok(effect)
}

/// A clock that jumps by up to twelve years each time it is looked at.
struct JumpingClock {
    present: DateTime<Utc>,
    dice: Mutex<StdRng>,
}

impl Clock for JumpingClock {
    fn now(&self) -> DateTime<Utc> {
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        self.present + TimeDelta::minutes(dice.random_range(-6_000_000..6_000_000))
    }
}

/// The clock jumps for the pipeline, and in some runs for the client, too.
pub(super) fn clock_jumps(run: &mut Run<'_>) -> Result<Effect> {
    let clock =
        || JumpingClock { present: run.reference.present(), dice: Mutex::new(StdRng::seed_from_u64(run.round)) };
    let mut config = run.setup.source_config()?;
    if run.dice.random_bool(0.3) {
        config.clock = Arc::new(clock());
    }
    let source = tandem_source::TandemSource::new(config)?;
    let mut pipeline = Pipeline::new(run.store()?, Arc::new(clock())).with_zone(run.setup.history.zone)?;
    let mut effect = Effect::Borne;
    for _ in 0..3 {
        match run.setup.block_on(pipeline.sync(&source, &FetchOptions::default())) {
            Ok(_) => (),
            Err(error) if error.source_error().is_some() => effect = Effect::Disturbed,
            Err(error) => bail!(error),
        }
    }
    Ok(effect)
}
