//! The fault campaign in short; `cargo xtask faults` runs it at length.

use anyhow::{Context as _, Result, bail, ensure};
use tandem_tests::campaign::{Campaign, Effect, KINDS, kind_of};

/// Runs these seeds; returns how many ended early.
fn check(seeds: impl Iterator<Item = u64>) -> Result<usize> {
    let mut campaign = Campaign::default();
    let mut disturbed = 0;
    for seed in seeds {
        let about = || format!("seed {seed}, {}", kind_of(seed).name);
        match campaign.run(seed).with_context(about)? {
            Effect::Disturbed => disturbed += 1,
            Effect::Borne => (),
            Effect::Skipped => bail!("{} was skipped", about()),
        }
    }
    Ok(disturbed)
}

/// `count` seeds of the kind `name`, all of the same simulated life.
fn seeds_of(name: &'static str, count: usize) -> impl Iterator<Item = u64> {
    (0..)
        .step_by(Campaign::LIVES as usize * KINDS.len())
        .take(count)
        .flat_map(move |first| (first..first + KINDS.len() as u64).filter(move |seed| kind_of(*seed).name == name))
}

#[test]
fn a_sync_survives_kills() -> Result<()> {
    // Each of these runs is killed twice; one or the other may be over before.
    let killed = check(seeds_of("kill-sync", 4))?;
    ensure!(killed >= 2, "only {killed} syncs were killed");
    Ok(())
}

#[test]
fn trouble_of_every_kind_is_survived() -> Result<()> {
    let kinds = KINDS.len() as u64;
    // Those that need a disk of their own are in the tests of tandem-cli with other programs.
    let seeds: Vec<u64> = (kinds..2 * kinds).filter(|seed| !kind_of(*seed).needs_disk).collect();
    let runs = seeds.len();
    let disturbed = check(seeds.into_iter())?;
    ensure!(disturbed >= 4, "only {disturbed} of {runs} runs ended early");
    Ok(())
}
