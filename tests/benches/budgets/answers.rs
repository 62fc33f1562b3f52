//! How long a person waits for the first answers, and whether a terminal of eighty columns shows them whole.

use anyhow::Result;

use crate::import::Imported;
use crate::program::Program;
use crate::{Row, thousands};

/// Columns of a narrow terminal.
const MAX_COLUMNS: usize = 80;

/// A command, what it is called in the table, and how long it may take, in milliseconds.
struct Question {
    what: &'static str,
    arguments: &'static [&'static str],
    max_milliseconds: f64,
    is_narrow: bool,
}

const QUESTIONS: [Question; 4] = [
    Question { what: "`tandem`", arguments: &[], max_milliseconds: 100.0, is_narrow: true },
    Question { what: "`week`", arguments: &["week"], max_milliseconds: 100.0, is_narrow: true },
    Question { what: "`status`", arguments: &["status"], max_milliseconds: 60.0, is_narrow: false },
    Question {
        what: "`report` of 90 days",
        arguments: &["report", "--days", "90", "--output", "report.html"],
        max_milliseconds: 500.0,
        is_narrow: false,
    },
];

/// Asks at the moment of the last event.
pub(crate) fn rows(program: &Program, imported: &Imported) -> Result<Vec<Row>> {
    let program = program.with(vec![("TANDEM_NOW", imported.archive.now())]);
    QUESTIONS.iter().map(|question| question.row(&program, imported)).collect()
}

impl Question {
    fn row(&self, program: &Program, Imported { archive, database, .. }: &Imported) -> Result<Row> {
        let runs = (0..5).map(|_| program.run(database, self.arguments)).collect::<Result<Vec<_>>>()?;
        let milliseconds = runs.iter().map(|run| run.seconds * 1e3).fold(f64::INFINITY, f64::min);
        let is_fast = milliseconds <= self.max_milliseconds;
        let (columns_budget, columns, fits) = if self.is_narrow {
            let columns = count_columns(&program.output(database, self.arguments)?)?;
            (format!(", ≤ {MAX_COLUMNS} columns"), format!(", {columns} columns"), columns <= MAX_COLUMNS)
        } else {
            (String::new(), String::new(), true)
        };
        Ok(Row {
            what: format!("{} at {} events", self.what, thousands(archive.events)),
            budget: format!("≤ {} ms{columns_budget}", self.max_milliseconds),
            measured: format!("{milliseconds:.0} ms (best of five){columns}"),
            is_met: Some(is_fast && fits),
        })
    }
}

/// The width of the widest line.
fn count_columns(output: &str) -> Result<usize> {
    let columns = output.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    crate::ensure_some(columns as u64)?;
    Ok(columns)
}
