//! A changed format in short; `cargo xtask faults --drift` tries every member and every change.

use anyhow::{Context as _, Result, ensure};
use tandem_sim::service::Mutation;
use tandem_tests::drift::{Drifts, Outcome};

/// Each member in one way, so that all ways are tried and every seventh member is.
#[test]
fn a_changed_member_changes_no_row_silently() -> Result<()> {
    const EVERY: usize = 7;
    let drifts = Drifts::new()?;
    let members = drifts.members();
    ensure!(members.len() > 70, "only {} members of frequent events", members.len());
    let mut reported = 0;
    for (place, member) in members.iter().step_by(EVERY).enumerate() {
        let mutation = Mutation::ANY[place % Mutation::ANY.len()];
        let outcome = drifts.check(*member, mutation).with_context(|| format!("{member:?}, {mutation:?}"))?;
        reported += usize::from(outcome != Outcome::SameRows);
    }
    ensure!(reported > 0, "no change was reported");
    Ok(())
}
