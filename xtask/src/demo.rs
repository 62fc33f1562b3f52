//! The main job on a fresh machine: builds the program and runs its demonstration, and says what that took.

use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::process::{processor_seconds, run_visibly};
use crate::workspace::Workspace;

/// Builds `tandem` and runs `tandem demo` with `arguments`.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    let began = Instant::now();
    let tandem = workspace.build_tandem()?;
    let built = (began.elapsed().as_secs_f64(), processor_seconds());
    run_visibly(Command::new(&tandem).arg("demo").args(arguments)).context("the demo failed")?;
    let all = (began.elapsed().as_secs_f64(), processor_seconds());
    eprintln!("\nbuilding took {}, building and demo {}", show_time(built), show_time(all));
    eprintln!("the program: {}", tandem.display());
    Ok(())
}

/// `1 min 5 s (processor 1 min 59 s)`
fn show_time((wall, processor): (f64, Option<f64>)) -> String {
    match processor {
        Some(processor) => format!("{} (processor {})", show_seconds(wall), show_seconds(processor)),
        None => show_seconds(wall),
    }
}

fn show_seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    if whole < 60 { format!("{whole} s") } else { format!("{} min {} s", whole / 60, whole % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_readable() {
        for (wall, processor, expected) in [
            (5.4, None, "5 s"),
            (65.0, Some(119.2), "1 min 5 s (processor 1 min 59 s)"),
            (59.6, Some(0.2), "1 min 0 s (processor 0 s)"),
        ] {
            assert_eq!(show_time((wall, processor)), expected);
        }
    }
}
