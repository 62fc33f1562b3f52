//! Build script of every package that links DuckDB: puts the shared library beside what is built, and tells programs to look for
//! it there, so that they start without `LD_LIBRARY_PATH`. Does nothing with the feature `bundled`, where DuckDB is in the program.
//!
//! The library is in the folder that `DUCKDB_LIB_DIR` names; `.cargo/config.toml` sets it to the one that `cargo xtask setup` fills.

#![expect(clippy::print_stdout, reason = "a build script talks to cargo that way")]

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() {
    println!("cargo::rerun-if-env-changed=DUCKDB_LIB_DIR");
    if env::var_os("CARGO_FEATURE_BUNDLED").is_some() {
        return;
    }
    let Some(folder) = env::var_os("DUCKDB_LIB_DIR").map(PathBuf::from) else { return };
    let system = env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    let library = folder.join(match &*system {
        "windows" => "duckdb.dll",
        "macos" => "libduckdb.dylib",
        _ => "libduckdb.so",
    });
    println!("cargo::rerun-if-changed={}", library.display());
    if !library.is_file() {
        println!(
            "cargo::error=there is no {}: run `cargo xtask setup` once to get DuckDB's library, or add `--features bundled` to compile DuckDB from source",
            library.display()
        );
        return;
    }
    if let Err(error) = place(&library) {
        println!("cargo::error=cannot copy {}: {error}", library.display());
    }
    set_run_path(&system, &folder);
}

/// Copies the library to the profile's folder, where programs are, and to `deps`, where tests are.
fn place(library: &Path) -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or(io::ErrorKind::NotFound)?);
    let profile = out.ancestors().nth(3).ok_or(io::ErrorKind::NotFound)?;
    let name = library.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    [profile.to_owned(), profile.join("deps")].iter().try_for_each(|folder| copy(library, &folder.join(name)))
}

/// Several packages do this at the same moment: the copy appears whole, under its own name.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let (new, old) = (fs::metadata(from)?, fs::metadata(to));
    if old.is_ok_and(|old| old.len() == new.len() && old.modified().ok() >= new.modified().ok()) {
        return Ok(());
    }
    let part = to.with_extension(format!("{}.part", std::process::id()));
    // A hard link costs no room; it is not to be had across file systems.
    fs::hard_link(from, &part).or_else(|_| fs::copy(from, &part).map(|_| ()))?;
    fs::rename(&part, to)
}

/// Programs look beside themselves first (`tandem` copied elsewhere with its library), then where this build found the library.
fn set_run_path(system: &str, folder: &Path) {
    let origin = match system {
        "windows" => return,
        "macos" => "@loader_path",
        _ => "$ORIGIN",
    };
    for place in [origin.to_owned(), format!("{origin}/deps"), format!("{origin}/../lib"), format!("{origin}/..")] {
        println!("cargo::rustc-link-arg=-Wl,-rpath,{place}");
    }
    println!("cargo::rustc-link-arg=-Wl,-rpath,{}", folder.display());
}
