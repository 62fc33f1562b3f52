//! Snapshots: compared, or recorded again by `cargo xtask tour`.

use std::path::Path;

/// Compares `text` with the file at `path` below this package, line by line; writes it there when recording.
pub(crate) fn check(path: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if is_recording() {
        return std::fs::write(&file, text).expect("the file can be written");
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    let lines = || kept.lines().map(Some).chain([None]).zip(text.lines().map(Some).chain([None]));
    if let Some((number, (expected, found))) = (1..).zip(lines()).find(|(_, (expected, found))| expected != found) {
        panic!(
            "{path}, line {number}, differs:\n  kept:  {}\n  found: {}\nIf what is found is right: cargo xtask tour",
            expected.unwrap_or("(the end)"),
            found.unwrap_or("(the end)"),
        );
    }
}

/// True when the snapshots are to be recorded again.
pub(crate) fn is_recording() -> bool {
    std::env::var_os("TANDEM_RECORD").is_some()
}
