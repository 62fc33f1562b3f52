//! Tests that need programs which Rust does not bring: groups of `crates/tandem-cli/tests/tools`, each a step of the gate.

use std::process::Command;

use anyhow::Result;

use crate::outcome::Outcome;
use crate::process::run_visibly;
use crate::setup::{has_program, python_path};
use crate::workspace::Workspace;

/// Tests that need the same programs.
pub(crate) struct Group {
    /// What the step is called.
    pub(crate) name: &'static str,
    /// The module that has the tests.
    module: &'static str,
    needs: &'static [Need],
}

enum Need {
    Program(&'static str),
    /// An environment that `setup` makes.
    Python(&'static str),
    /// A file in the target folder that `setup` downloads, and that is in no package registry.
    Unpackaged(&'static str),
    /// A file system in memory.
    Disk,
}

/// Every group.
pub(crate) const GROUPS: &[Group] = &[
    Group {
        name: "Python readers",
        module: "python",
        needs: &[Need::Python("readers"), Need::Python("duckdb-1.4"), Need::Python("duckdb-2.0")],
    },
    Group { name: "babelbetes", module: "babelbetes", needs: &[Need::Python("babelbetes")] },
    Group { name: "DIAX", module: "diax", needs: &[Need::Python("babelbetes"), Need::Unpackaged("python/DIAX.py")] },
    Group { name: "Spark", module: "spark", needs: &[Need::Python("spark"), Need::Program("java")] },
    Group { name: "DuckDB's shell", module: "shell", needs: &[Need::Python("readers")] },
    Group { name: "example in Python", module: "example_python", needs: &[Need::Python("readers")] },
    Group { name: "example in R", module: "example_r", needs: &[Need::Program("Rscript")] },
    Group { name: "screens in a terminal", module: "terminal", needs: &[Need::Program("tmux")] },
    Group { name: "manual pages", module: "manual", needs: &[Need::Program("groff")] },
    Group {
        name: "completions",
        module: "shells",
        needs: &[Need::Program("bash"), Need::Program("zsh"), Need::Program("fish")],
    },
    Group { name: "systemd units", module: "systemd", needs: &[Need::Program("systemd-analyze")] },
    Group { name: "launchd agent", module: "launchd", needs: &[Need::Program("python3")] },
    Group { name: "full disk", module: "disk", needs: &[Need::Disk] },
];

impl Group {
    /// Runs the tests, unless something that they need is missing.
    pub(crate) fn run(&self, workspace: &Workspace) -> Result<Outcome> {
        let missing: Vec<_> = self.needs.iter().filter_map(|need| Some((need, need.missing(workspace)?))).collect();
        if !missing.is_empty() {
            let is_unpackaged = missing.iter().all(|(need, _)| matches!(need, Need::Unpackaged(_)));
            let reasons = missing.into_iter().map(|(_, reason)| reason).collect::<Vec<_>>().join(", ");
            return Ok(if is_unpackaged { Outcome::Unavailable(reasons) } else { Outcome::Skipped(reasons) });
        }
        let mut test = workspace.cargo("test");
        test.args(["--quiet", "--test", "tools", "--"]).arg(format!("{}::", self.module));
        run_visibly(&mut test)?;
        Ok(Outcome::Passed)
    }
}

impl Need {
    /// What is missing, and how to get it; `None` when it is there.
    fn missing(&self, workspace: &Workspace) -> Option<String> {
        match self {
            Self::Program(name) => (!has_program(name))
                .then(|| format!("{name} is not installed (cargo xtask setup installs it on Debian)")),
            Self::Python(name) => (!python_path(&workspace.target, name).exists())
                .then(|| format!("there is no Python environment `{name}` (cargo xtask setup makes it)")),
            Self::Unpackaged(place) => (!workspace.target.join(place).exists())
                .then(|| format!("{place} is not in the target folder (cargo xtask setup downloads it)")),
            Self::Disk => {
                (!can_mount()).then(|| "no file system in memory can be mounted here (needs root)".to_owned())
            }
        }
    }
}

/// Mounts a small file system for a moment.
fn can_mount() -> bool {
    let Ok(folder) = tempfile::tempdir() else { return false };
    let succeeds = |command: &mut Command| command.output().is_ok_and(|output| output.status.success());
    succeeds(Command::new("mount").args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(folder.path()))
        && succeeds(Command::new("umount").arg(folder.path()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// A module that no group names would never run.
    #[test]
    fn every_module_of_tests_is_in_a_group() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/tandem-cli/tests/tools");
        let files = std::fs::read_dir(folder).expect("the tests").map(|file| file.expect("a file").path());
        let modules: BTreeSet<String> =
            files.map(|path| path.file_stem().expect("a name").to_string_lossy().into_owned()).collect();
        let named: BTreeSet<String> =
            GROUPS.iter().map(|group| group.module).chain(["main"]).map(str::to_owned).collect();
        assert_eq!(modules, named);
    }
}
