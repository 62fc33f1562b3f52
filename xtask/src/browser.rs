//! Looks at reports and the explorer of the demo in a real browser. Installs nothing: `cargo xtask setup` does.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::outcome::Outcome;
use crate::process::run_visibly;
use crate::setup::{browser_check_folder, has_program};
use crate::workspace::Workspace;

/// What is checked: arguments of `tandem report`, and the most pages it may have on paper.
const REPORTS: [(&str, &[&str], u32); 7] = [
    ("14-days", &["--days", "14", "--name", "Ann Example", "--born", "1990-05-17"], 4),
    ("14-days-letter", &["--days", "14", "--name", "Ann Example", "--paper", "letter"], 4),
    ("30-days", &["--days", "30", "--name", "Ann Example"], 6),
    // German texts and a name that leaves little room beside the title; with seven days also the note that the data are few.
    ("14-days-german", GERMAN_14, 4),
    ("7-days-german", GERMAN_7, 4),
    ("90-days", &["--days", "90"], 8),
    ("everything", &["--from", "2000-01-01"], 12),
];
const GERMAN_14: &[&str] =
    &["--days", "14", "--language", "de", "--units", "mmol/L", "--name", LONG_NAME, "--paper", "letter"];
const GERMAN_7: &[&str] = &["--days", "7", "--language", "de", "--name", LONG_NAME, "--born", "1990-05-17"];
const LONG_NAME: &str = "Anna Maria Beispiel-Mustermann";
/// Ten readings, for the explorer to have the same.
const SAMPLE: &str = "SELECT epoch(timestamp_utc) AS instant, cgm_reading AS glucose FROM cgm_readings
                      WHERE utc_source NOT IN ('factory_clock', 'future_clock') ORDER BY hash(id) LIMIT 10";
const FILES: [&str; 8] = [
    "package.json",
    "browser.mjs",
    "visible.mjs",
    "planted.mjs",
    "check.mjs",
    "check-planted.mjs",
    "check-explorer.mjs",
    "check-planted-explorer.mjs",
];

/// Makes the demo's pages and opens them in headless Chromium; screenshots go to `screenshots` when given.
pub(crate) fn check_report(workspace: &Workspace, screenshots: Option<&Path>) -> Result<Outcome> {
    let checker = browser_check_folder(&workspace.target);
    if let Some(missing) = missing(&checker) {
        return Ok(Outcome::Skipped(format!("{missing} (cargo xtask setup installs it)")));
    }
    copy_checker(workspace, &checker)?;
    run_visibly(Command::new("node").arg("--test").arg(workspace.root.join("tests/browser/unit")))
        .context("the explorer's modules have faults, named above")?;
    // A folder of its own: the demo never writes into an existing database, and an earlier check may have left one.
    let folder = tempfile::tempdir_in(&checker).context("cannot make a folder for the demo")?;
    let pages = Pages::make(workspace, folder.path())?;
    let screenshots = screenshots.map(screenshot_folder).transpose()?;
    pages.check(&checker, screenshots.as_deref())?;
    Ok(Outcome::Passed)
}

fn screenshot_folder(folder: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    folder.canonicalize().with_context(|| format!("cannot find {}", folder.display()))
}

/// What the checks need and this machine lacks.
fn missing(checker: &Path) -> Option<&'static str> {
    let chromium = Path::new("/usr/bin/chromium").exists() || std::env::var_os("CHROMIUM").is_some();
    [
        (chromium, "Chromium is not installed"),
        (has_program("node"), "Node.js is not installed"),
        (has_program("pdftotext"), "pdftotext (poppler) is not installed"),
        (checker.join("node_modules").exists(), "the packages of tests/browser are not installed"),
    ]
    .into_iter()
    .find_map(|(is_there, what)| (!is_there).then_some(what))
}

/// Copies the checker beside its packages.
fn copy_checker(workspace: &Workspace, checker: &Path) -> Result<()> {
    let source = workspace.root.join("tests/browser");
    for name in FILES {
        std::fs::copy(source.join(name), checker.join(name)).with_context(|| format!("cannot copy {name}"))?;
    }
    Ok(())
}

/// The demo's pages.
struct Pages {
    reports: Vec<String>,
    explorer: PathBuf,
    sample: PathBuf,
}

impl Pages {
    fn make(workspace: &Workspace, folder: &Path) -> Result<Self> {
        let tandem = workspace.build_tandem()?;
        let database = folder.join("demo.db");
        let run = |arguments: &[&str]| {
            let mut command = Command::new(&tandem);
            run_visibly(command.args(arguments).arg("--quiet").arg("--db").arg(&database))
        };
        run(&["demo"]).context("the demo failed")?;
        let mut reports = Vec::new();
        for (name, arguments, pages) in REPORTS {
            let page = folder.join(name).with_extension("html");
            let path = page.display().to_string();
            run(&[&["report"], arguments, &["--output", &path]].concat()).context("a report failed")?;
            reports.push(format!("{path}:{pages}"));
        }
        let explorer = folder.join("explorer.html");
        run(&["explore", "--output", &explorer.display().to_string()]).context("the explorer failed")?;
        let sample = folder.join("sample.json");
        let query =
            Command::new(&tandem).args(["query", SAMPLE, "--format", "json", "--db"]).arg(&database).output()?;
        if !query.status.success() {
            bail!("the readings to compare cannot be read: {}", String::from_utf8_lossy(&query.stderr));
        }
        std::fs::write(&sample, query.stdout).context("cannot write the readings to compare")?;
        Ok(Self { reports, explorer, sample })
    }

    fn check(&self, checker: &Path, screenshots: Option<&Path>) -> Result<()> {
        let mut reports = Command::new("node");
        reports.arg("check.mjs").current_dir(checker);
        if let Some(folder) = screenshots {
            reports.arg("--screenshots").arg(folder);
        }
        run_visibly(reports.args(&self.reports)).context("reports have faults, named above")?;
        self.check_checks(checker)?;
        let mut explorer = Command::new("node");
        explorer.arg("check-explorer.mjs").current_dir(checker);
        if let Some(folder) = screenshots {
            explorer.arg("--screenshots").arg(folder);
        }
        run_visibly(explorer.arg(&self.explorer).arg(&self.sample)).context("the explorer has faults, named above")
    }

    /// Plants defects in the first report and the explorer and sees that each is found.
    fn check_checks(&self, checker: &Path) -> Result<()> {
        let (report, pages) = self.reports[0].rsplit_once(':').context("a report without its number of pages")?;
        let mut planted = Command::new("node");
        planted.arg("check-planted.mjs").arg(report).arg(pages).current_dir(checker);
        run_visibly(&mut planted).context("defects that were planted in a report are not found")?;
        let mut planted = Command::new("node");
        planted.arg("check-planted-explorer.mjs").arg(&self.explorer).arg(&self.sample).current_dir(checker);
        run_visibly(&mut planted).context("defects that were planted in the explorer are not found")
    }
}
