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

/// Wraps an error of DuckDB with what was being done. Only its words are kept: its own cause is "unknown error code", always.
pub(crate) fn failed(doing: impl Into<String>) -> impl FnOnce(duckdb::Error) -> StoreError {
    move |error| {
        let words = error.to_string();
        StoreError { kind: family(&words), message: doing.into(), source: Some(words.into()) }
    }
}

/// An error that DuckDB does not know of.
pub(crate) fn broken(kind: StoreErrorKind, message: impl Into<String>) -> StoreError {
    StoreError { kind, message: message.into(), source: None }
}

/// The family that DuckDB's words belong to.
pub(crate) fn family(words: &str) -> StoreErrorKind {
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
            assert_eq!(family(words), kind, "{words}");
        }
    }
}
