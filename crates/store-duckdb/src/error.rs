//! Sorts DuckDB's errors into the families that people can do something about.

use pipeline::{StoreError, StoreErrorKind};

/// What DuckDB says, by family. DuckDB distinguishes its errors by their text only; these are the texts of 1.5.
const FAMILIES: &[(StoreErrorKind, &[&str])] = &[
    (
        StoreErrorKind::DiskFull,
        &[
            "No space left",
            "disk full",
            "Disk quota exceeded",
            "could not write all bytes",
            "Could not write all bytes",
            "ENOSPC",
        ],
    ),
    (StoreErrorKind::Locked, &["Could not set lock", "Conflicting lock", "being used by another process"]),
    (StoreErrorKind::TooNew, &["with version number", "newer version of DuckDB", "storage version"]),
    (StoreErrorKind::NotAFile, &["Is a directory", "is a directory"]),
    (StoreErrorKind::OutOfMemory, &["Out of Memory Error", "bad_alloc"]),
    (
        StoreErrorKind::Corrupt,
        &[
            "not a valid DuckDB database",
            "checksum",
            "Corrupt",
            "corrupt",
            "Failure while replaying WAL",
            "Could not read enough bytes",
            "Could not read from file",
            "Serialization Error",
            "database has been invalidated",
        ],
    ),
    (StoreErrorKind::NotWritable, &["Permission denied", "Read-only file system", "read-only mode"]),
    (StoreErrorKind::NotFound, &["No such file or directory", "does not exist"]),
];

/// Says what was being done when DuckDB failed.
pub(crate) trait DuckdbContext<T> {
    /// Wraps the error. Only its message is kept: its own cause is always "unknown error code".
    fn context(self, doing: impl Into<String>) -> Result<T, StoreError>;
}

impl<T> DuckdbContext<T> for duckdb::Result<T> {
    fn context(self, doing: impl Into<String>) -> Result<T, StoreError> {
        self.map_err(|error| {
            let message = error.to_string();
            StoreError { kind: error_family(&message), message: doing.into(), source: Some(message.into()) }
        })
    }
}

/// The family that DuckDB's words belong to.
pub(crate) fn error_family(words: &str) -> StoreErrorKind {
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(phrase));
    FAMILIES.iter().find(|(_, phrases)| says(phrases)).map_or(StoreErrorKind::Internal, |(kind, _)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_duckdb_find_their_family() {
        let rows = [
            (
                "IO Error: Could not set lock on file \"x.db\": Conflicting lock is held in tandem (PID 7)",
                StoreErrorKind::Locked,
            ),
            (
                "IO Error: The file \"x.db\" exists, but it is not a valid DuckDB database file!",
                StoreErrorKind::Corrupt,
            ),
            (
                "IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and 68.",
                StoreErrorKind::TooNew,
            ),
            ("IO Error: Could not write file \"x.db\": No space left on device", StoreErrorKind::DiskFull),
            ("IO Error: Cannot open file \"x.db\": Permission denied", StoreErrorKind::NotWritable),
            (
                "IO Error: Could not read enough bytes from file \"x.db\": attempted to read 262144 bytes from location 7352320",
                StoreErrorKind::Corrupt,
            ),
            ("IO Error: Could not read from file \"x\": Is a directory", StoreErrorKind::NotAFile),
            ("Out of Memory Error: could not allocate block of size 256.0 KiB", StoreErrorKind::OutOfMemory),
            ("Constraint Error: Duplicate key \"id: 1\" violates primary key constraint", StoreErrorKind::Internal),
        ];
        for (words, kind) in rows {
            assert_eq!(error_family(words), kind, "{words}");
        }
    }
}
