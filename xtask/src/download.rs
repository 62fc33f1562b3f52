//! Files from the web, which must have the checksum that is written down for them.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::process::run;

/// Downloads `url` to `file` by curl, and checks its SHA-256.
pub(crate) fn download(url: &str, file: &Path, checksum: &str) -> Result<()> {
    // A source that cannot be reached must fail within seconds, a slow one may take its time.
    let limits = ["--connect-timeout", "5", "--speed-limit", "1000", "--speed-time", "10"];
    let mut curl = Command::new("curl");
    curl.args(["--fail", "--location", "--silent", "--show-error"]).args(limits);
    run(curl.arg("--output").arg(file).arg(url))?;
    check_file(file, checksum)
}

/// Fails if the file's SHA-256 is another one.
pub(crate) fn check_file(path: &Path, expected: &str) -> Result<()> {
    let found = checksum_of(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if found != expected {
        bail!("{name} has the checksum {found} instead of {expected}");
    }
    Ok(())
}

/// The SHA-256 of a file, in hexadecimal.
pub(crate) fn checksum_of(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut buffer).with_context(|| format!("cannot read {}", path.display()))?;
        if read == 0 {
            return Ok(hex::encode(hash.finalize()));
        }
        hash.update(&buffer[..read]);
    }
}
