//! Which crate may depend on which: the picture in ARCHITECTURE.md as a check. Between the modules of a crate, no circles.
//! What a library makes public has a user.

mod modules;
mod public;

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context, bail};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};

use crate::process::run;

/// For each crate, the workspace's crates it may name, and what it must not name because it is another crate's task.
struct Rule {
    name: &'static str,
    may_use: &'static [&'static str],
    must_not_use: &'static [&'static str],
}

const RULES: &[Rule] = &[
    Rule { name: "pump-events", may_use: &[], must_not_use: &["tokio", "duckdb", "reqwest", "async-trait", "anyhow"] },
    Rule { name: "pipeline", may_use: &["pump-events"], must_not_use: &["duckdb", "reqwest", "anyhow", "clap"] },
    Rule {
        name: "store-duckdb",
        may_use: &["pipeline", "pump-events"],
        must_not_use: &["tokio", "reqwest", "anyhow", "clap"],
    },
    Rule { name: "tandem-source", may_use: &["pipeline", "pump-events"], must_not_use: &["duckdb", "anyhow", "clap"] },
    Rule { name: "nightscout", may_use: &["pipeline"], must_not_use: &["duckdb", "anyhow", "clap"] },
    Rule { name: "report", may_use: &[], must_not_use: &["duckdb", "tokio", "reqwest", "anyhow", "clap"] },
    Rule { name: "tandem-sim", may_use: &["pump-events"], must_not_use: &["duckdb", "anyhow", "clap"] },
    Rule {
        name: "tandem-cli",
        may_use: &["pump-events", "pipeline", "store-duckdb", "tandem-source", "nightscout", "tandem-sim", "report"],
        must_not_use: &["duckdb", "reqwest"],
    },
    Rule {
        name: "fuzz-laws",
        may_use: &["pump-events", "pipeline", "tandem-source"],
        must_not_use: &["duckdb", "tokio", "anyhow", "clap"],
    },
    Rule { name: "test-data", may_use: &[], must_not_use: &["duckdb", "tokio", "reqwest", "anyhow", "clap"] },
    Rule { name: "xtask", may_use: &[], must_not_use: &[] },
    Rule {
        name: "tandem-tests",
        may_use: &["pump-events", "pipeline", "store-duckdb", "tandem-source", "tandem-sim", "test-data"],
        must_not_use: &["duckdb", "reqwest"],
    },
];

/// Checks every crate of the workspace. Dependencies of tests only are free: they cannot reach a user.
pub(crate) fn check_edges() -> anyhow::Result<()> {
    let metadata = MetadataCommand::new().no_deps().exec().context("cannot read the workspace's metadata")?;
    let forbidden = violations(&metadata);
    if !forbidden.is_empty() {
        bail!(
            "crates depend on what they must not:\n  {}\nchange the Cargo.toml named, or the rule in xtask/src/edges.rs and \
             ARCHITECTURE.md together",
            forbidden.join("\n  ")
        )
    }
    let circles = circles(&metadata)?;
    if !circles.is_empty() {
        bail!(
            "modules use each other in a circle:\n  {}\nmove what both need into a module below them, or pass it as an argument",
            circles.join("\n  ")
        )
    }
    let unused = unused_items(&metadata)?;
    if !unused.is_empty() {
        bail!("public items that no other crate, test or example names:\n  {}\nmake them private", unused.join("\n  "))
    }
    Ok(())
}

/// The public functions and constants of each library that nothing outside of it uses.
fn unused_items(metadata: &Metadata) -> anyhow::Result<Vec<String>> {
    let root = metadata.workspace_root.as_std_path();
    let listed = run(Command::new("git").arg("-C").arg(root).args(["ls-files", "-z", "*.rs"]))?;
    let files: Vec<_> =
        listed.split_terminator('\0').map(|file| root.join(file)).filter(|file| file.exists()).collect();
    let libraries = metadata.packages.iter().flat_map(|package| &package.targets).filter(|target| target.is_lib());
    let sources: Vec<_> = libraries.filter_map(|library| library.src_path.as_std_path().parent()).collect();
    let unused = public::find_unused(&sources, &files)?;
    let shorten = |item: String| item.replacen(&format!("{}/", root.display()), "", 1);
    Ok(unused.into_iter().map(shorten).collect())
}

/// The circles between the modules of each library and program.
fn circles(metadata: &Metadata) -> anyhow::Result<Vec<String>> {
    let targets = metadata.packages.iter().flat_map(|package| &package.targets);
    let roots = targets.filter(|target| target.is_lib() || target.is_bin()).map(|target| target.src_path.as_std_path());
    modules::find_circles(roots)
}

fn violations(metadata: &Metadata) -> Vec<String> {
    let members: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    metadata.packages.iter().flat_map(|package| violations_of(package, &members)).collect()
}

fn violations_of(package: &Package, members: &BTreeSet<&str>) -> Vec<String> {
    let name = package.name.as_str();
    let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
        return vec![format!("{name} has no rule")];
    };
    let allowed = |used: &str| {
        if members.contains(used) { rule.may_use.contains(&used) } else { !rule.must_not_use.contains(&used) }
    };
    let used = package.dependencies.iter().filter(|dependency| dependency.kind != DependencyKind::Development);
    let forbidden = used.map(|dependency| dependency.name.as_str()).filter(|used| !allowed(used));
    forbidden.map(|used| format!("{name} → {used}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, dependencies: &[(&str, &str)]) -> Package {
        let dependency = |(name, kind): &(&str, &str)| {
            serde_json::json!({"name": name, "source": null, "req": "*", "kind": kind, "optional": false,
                "uses_default_features": true, "features": [], "target": null, "rename": null, "registry": null})
        };
        let dependencies: Vec<_> = dependencies.iter().map(dependency).collect();
        let text = serde_json::json!({"name": name, "version": "0.0.0", "id": name, "dependencies": dependencies,
            "targets": [], "features": {}, "manifest_path": "Cargo.toml", "categories": [], "keywords": [],
            "authors": [], "license": null, "license_file": null, "description": null, "source": null,
            "readme": null, "repository": null, "homepage": null, "documentation": null, "edition": "2024",
            "metadata": null, "publish": null, "links": null, "default_run": null, "rust_version": null});
        serde_json::from_value(text).expect("a package as cargo describes it")
    }

    #[test]
    fn an_edge_that_is_not_drawn_is_found() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
        let members = BTreeSet::from(["pump-events", "pipeline", "store-duckdb", "report"]);
        let rows: [Row<'_>; 5] = [
            ("pipeline", &[("pump-events", "normal"), ("tokio", "normal")], &[]),
            ("pipeline", &[("store-duckdb", "normal")], &["pipeline → store-duckdb"]),
            ("pipeline", &[("duckdb", "normal")], &["pipeline → duckdb"]),
            ("pipeline", &[("store-duckdb", "dev")], &[]),
            ("newcomer", &[], &["newcomer has no rule"]),
        ];
        for (name, dependencies, expected) in rows {
            assert_eq!(violations_of(&package(name, dependencies), &members), expected, "{name} {dependencies:?}");
        }
    }

    #[test]
    fn this_workspace_is_as_drawn() {
        let metadata = MetadataCommand::new().no_deps().exec().expect("cargo describes the workspace");
        assert_eq!(violations(&metadata), [""; 0]);
        assert_eq!(circles(&metadata).expect("the source can be read"), [""; 0]);
    }
}
