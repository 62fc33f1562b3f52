//! What is to be written: which rows, into which file, in which form.

use std::path::PathBuf;

use chrono::{Days, NaiveDate};
use clap::ValueEnum;
use store_duckdb::{DocumentScope, FileForm};

use crate::failure::Failure;
use crate::lake::PersonId;

/// File format.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(super) enum Format {
    /// Parquet, compressed with zstd
    Parquet,
    /// Comma-separated, with a header
    Csv,
    /// One JSON object per line
    Jsonl,
}

impl Format {
    pub(super) fn form(self) -> FileForm {
        match self {
            Self::Parquet => FileForm::Parquet,
            Self::Csv => FileForm::Csv,
            Self::Jsonl => FileForm::JsonLines,
        }
    }

    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Jsonl => "jsonl",
        }
    }
}

/// What rows are wanted.
pub(super) struct Wanted {
    pub(super) from: Option<NaiveDate>,
    pub(super) to: Option<NaiveDate>,
    pub(super) pump: Option<i64>,
}

/// Whose history it is.
pub(super) struct Subject {
    /// The person that was named.
    pub(super) name: Option<String>,
    pub(super) born: Option<NaiveDate>,
}

impl Subject {
    /// What the person is called where files are those of many people; the same in every database if no one was named.
    pub(super) fn id(&self) -> Result<String, Failure> {
        let person = self.name.as_deref().map(PersonId::new).transpose()?;
        Ok(person.map_or_else(|| "tandem".to_owned(), |person| person.to_string()))
    }
}

/// One file to be written.
pub(super) struct Plan {
    pub(super) path: PathBuf,
    pub(super) query: String,
    pub(super) form: FileForm,
}

impl Wanted {
    /// A condition on a column with the wall clock or the date.
    pub(super) fn days(&self, column: &str) -> String {
        let first = self.from.map(|from| format!("{column} >= DATE '{from}'"));
        let after =
            self.to.and_then(|to| to.checked_add_days(Days::new(1))).map(|end| format!("{column} < DATE '{end}'"));
        let both: Vec<_> = first.into_iter().chain(after).collect();
        if both.is_empty() { "true".to_owned() } else { both.join(" AND ") }
    }

    /// The same for documents.
    pub(super) fn scope(&self) -> DocumentScope {
        let number = |day: NaiveDate| (day - NaiveDate::default()).num_days();
        DocumentScope {
            first_day: self.from.map(number),
            last_day: self.to.map(number),
            pump: self.pump,
            ..DocumentScope::default()
        }
    }

    /// A condition on a column with the pump.
    pub(super) fn of_pump(&self, column: &str) -> String {
        self.pump.map_or_else(|| "true".to_owned(), |id| format!("{column} = {id}"))
    }
}
