//! The budgets of the design, measured: `cargo xtask bench [EVENTS…]`.
//!
//! Every figure is of one machine; what counts are the ratios, whose two sides are measured beside each other, in processor time.
//! Whole runs are the real binary as a process of its own, so that its peak of memory is its own, too.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench prints what it measured")]

mod answers;
mod bare;
mod bodies;
mod decode;
mod floor;
mod import;
mod program;
mod service;
mod simulated;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use crate::bodies::Unknown;
use crate::import::import;
use crate::program::Program;

/// Sizes of archives, in events; growth is measured from each to the next.
const SIZES: [u64; 3] = [100_000, 1_000_000, 5_000_000];
/// What is measured at one size only is measured at the first that has as many events.
const MIN_MAIN_SIZE: u64 = 400_000;

/// One line of the table: what, the budget, what was measured, and whether it is met; `None` where there is none.
struct Row {
    what: String,
    budget: String,
    measured: String,
    is_met: Option<bool>,
}

fn main() -> Result<()> {
    let numbers = std::env::args().skip(1).filter_map(|argument| argument.replace('_', "").parse().ok());
    let mut sizes: Vec<u64> = numbers.collect();
    if sizes.is_empty() {
        sizes = SIZES.to_vec();
    }
    let folder = tempfile::tempdir().context("cannot make a folder to work in")?;
    let mut rows = decode::rows(folder.path())?;
    rows.extend(runs(folder.path(), &sizes)?);
    print(&rows);
    Ok(())
}

fn runs(folder: &Path, sizes: &[u64]) -> Result<Vec<Row>> {
    let program = Program::new(folder)?;
    let imports = sizes.iter().map(|size| import(&program, folder, *size, Unknown::Some));
    let imports = imports.collect::<Result<Vec<_>>>()?;
    let (index, main) = (imports.iter().enumerate())
        .find(|(_, import)| import.archive.events >= MIN_MAIN_SIZE)
        .unwrap_or((0, &imports[0]));
    let mut rows = main.beside_bare(folder)?;
    rows.extend(imports.windows(2).map(|pair| pair[1].growth(&pair[0])));
    for import in &imports {
        rows.extend([import.memory(), import.room()?]);
    }
    rows.push(main.cost_of_unknown(&import(&program, folder, sizes[index], Unknown::EveryEvent)?)?);
    rows.extend(answers::rows(&program, main)?);
    rows.extend(service::rows(&program, folder, sizes[index])?);
    Ok(rows)
}

fn print(rows: &[Row]) {
    println!("| what | budget | measured | |\n|---|---|---|---|");
    for Row { what, budget, measured, is_met } in rows {
        let mark = is_met.map_or("", |is_met| if is_met { "✓" } else { "✗" });
        println!("| {what} | {budget} | {measured} | {mark} |");
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// The figure must be of work that was done.
fn ensure_some(count: u64) -> Result<()> {
    ensure!(count > 0, "nothing was measured");
    Ok(())
}
