//! How much memory a query may use. DuckDB keeps to its limit where it counts; the system sees to the rest.

use std::str::FromStr;

/// The program itself, its threads and what DuckDB takes without counting, as long as a query is sane.
const BESIDES: u64 = 512 << 20;

/// A size such as `512MB` or `2GiB`.
#[derive(Clone, Debug)]
pub(crate) struct MemoryLimit {
    words: String,
    bytes: u64,
}

impl MemoryLimit {
    /// In DuckDB's words.
    pub(crate) fn as_str(&self) -> &str {
        &self.words
    }

    /// Has the system refuse this process a good deal more than the limit: a single value of gigabytes is outside of
    /// what DuckDB counts, and fails then instead of taking the machine's memory.
    pub(crate) fn enforce(&self) {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, getrlimit, setrlimit};
            let mut limit = getrlimit(Resource::Data);
            let most = self.bytes.saturating_mul(2).saturating_add(BESIDES);
            limit.current = Some(limit.maximum.map_or(most, |maximum| most.min(maximum)));
            if let Err(error) = setrlimit(Resource::Data, limit) {
                tracing::debug!(%error, "the system does not limit memory");
            }
        }
    }
}

/// With less than this DuckDB does not start.
const LEAST: u64 = 16 << 20;
const MOST: u64 = 1 << 40;

impl FromStr for MemoryLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len()));
        let power = match unit.to_ascii_lowercase().as_str() {
            "kb" | "kib" => 10,
            "mb" | "mib" => 20,
            "gb" | "gib" => 30,
            "tb" | "tib" => 40,
            _ => return Err("not a size such as 512MB or 2GB".to_owned()),
        };
        let number: u64 = number.parse().map_err(|_| "not a size such as 512MB or 2GB".to_owned())?;
        let bytes = number.saturating_mul(1 << power);
        if !(LEAST..=MOST).contains(&bytes) {
            return Err("not between 16MB and 1TB".to_owned());
        }
        Ok(Self { words: text.to_owned(), bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("512MB", Some(512 << 20)),
            ("2gib", Some(2 << 30)),
            ("65536KB", Some(64 << 20)),
            ("0GB", None),
            ("99999999999TB", None),
            ("1", None),
            ("MB", None),
            ("-1GB", None),
            ("1.5GB", None),
        ] {
            assert_eq!(text.parse::<MemoryLimit>().ok().map(|limit| limit.bytes), bytes, "{text}");
        }
    }
}
