//! DuckDB's library for development: found, fetched or compiled, so that no one has to wait for its C++ without need.
//!
//! The sources are tried in this order: the folder that `DUCKDB_LIB_DIR` names, the copy of an earlier run, the archive that DuckDB
//! releases, the npm package that contains the same library, and DuckDB's source code. What is downloaded must have the checksum
//! that is written here. The library ends up in `.duckdb` in the checkout, where `.cargo/config.toml` lets every cargo command find it.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::download::{check_file, checksum_of, download};
use crate::process::run;

/// The engine that the crate `duckdb` in Cargo.toml binds; a test compares the two.
const VERSION: &str = "1.5.6";
/// The release of `@duckdb/node-bindings-…` with that engine.
const NPM_VERSION: &str = "1.5.6-r.1";

/// The variable that names the folder of DuckDB's library.
pub(crate) const FOLDER_VARIABLE: &str = "DUCKDB_LIB_DIR";

/// What compiling DuckDB takes, as measured on two cores.
pub(crate) const COMPILE_ESTIMATE: &str = "about 40 minutes on two cores, once";

/// One kind of machine for which there is a prebuilt library.
struct Platform {
    /// Rust's names for system and processor.
    system: &'static str,
    processor: &'static str,
    /// True for musl instead of glibc.
    musl: bool,
    library: &'static str,
    /// The release's archive and its SHA-256, as GitHub reports it; `None` where no release or no checksum is known.
    archive: Option<(&'static str, &'static str)>,
    /// The end of the npm package's name, and the library's SHA-256 in it; `None` where the package cannot be linked.
    npm: Option<(&'static str, &'static str)>,
}

const PLATFORMS: &[Platform] = &[
    Platform {
        system: "linux",
        processor: "x86_64",
        musl: false,
        library: "libduckdb.so",
        archive: Some((
            "libduckdb-linux-amd64.zip",
            "b845005f5132a7d8180057c35e14a7626632258782f871a90861b19c1c03841b",
        )),
        npm: Some(("linux-x64", "3f4962cdd266eab2b479a5b5a4a6d063d279b2954ae814ed00385d553b747633")),
    },
    Platform {
        system: "linux",
        processor: "aarch64",
        musl: false,
        library: "libduckdb.so",
        archive: Some((
            "libduckdb-linux-arm64.zip",
            "b72ed9f05003f5e9d2015f7ceada6416b377d9dd33169cdde3c9e33897856eee",
        )),
        npm: Some(("linux-arm64", "23686593dba4ec22c6e581bb1c843b3964e84c4bc4d0063d8b4daddd2e20e30a")),
    },
    Platform {
        system: "linux",
        processor: "x86_64",
        musl: true,
        library: "libduckdb.so",
        archive: None,
        npm: Some(("linux-x64-musl", "b08c938d495995864a84ab0c5d38e1e8e6dddcc9fddbbc26c85fc09ad48ececb")),
    },
    Platform {
        system: "linux",
        processor: "aarch64",
        musl: true,
        library: "libduckdb.so",
        archive: None,
        npm: Some(("linux-arm64-musl", "2b322fee1f171915e5f19182277f63b9a2f1b409bb731cb93491de6a149b2417")),
    },
    Platform {
        system: "macos",
        processor: "x86_64",
        musl: false,
        library: "libduckdb.dylib",
        archive: Some((
            "libduckdb-osx-universal.zip",
            "e0bc007d9b0094c0970ac1847a8601d10aad07cbd2910ce586ec810f77b638d6",
        )),
        npm: Some(("darwin-x64", "75a519cb914ae36ca22cff0995a8a2e8c9a46990b8c0a479514f741a0d93f344")),
    },
    Platform {
        system: "macos",
        processor: "aarch64",
        musl: false,
        library: "libduckdb.dylib",
        archive: Some((
            "libduckdb-osx-universal.zip",
            "e0bc007d9b0094c0970ac1847a8601d10aad07cbd2910ce586ec810f77b638d6",
        )),
        npm: Some(("darwin-arm64", "75a519cb914ae36ca22cff0995a8a2e8c9a46990b8c0a479514f741a0d93f344")),
    },
    Platform {
        system: "windows",
        processor: "x86_64",
        musl: false,
        library: "duckdb.dll",
        archive: Some((
            "libduckdb-windows-amd64.zip",
            "44cf59583f9951d2cb09b1bf115a63ecb2d8901e363903029d86c7d8683fe96a",
        )),
        // Without the import library that the linker needs.
        npm: None,
    },
];

/// Where this workspace's DuckDB comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Engine {
    /// A shared library, in the folder that `DUCKDB_LIB_DIR` names.
    Prebuilt,
    /// Compiled from source, with the feature `bundled`.
    Bundled,
}

/// Makes sure that there is a DuckDB to link and says in one line which one. `bundled` asks for the source code without trying
/// anything else.
pub(crate) fn provide(bundled: bool) -> Result<Engine> {
    let (engine, source) = if bundled { compile("as asked for") } else { find_engine()? };
    eprintln!("DuckDB {VERSION}: {source}");
    Ok(engine)
}

/// The folder that the person names, if it is not the one of `.cargo/config.toml`.
pub(crate) fn named_folder() -> Option<PathBuf> {
    env::var_os(FOLDER_VARIABLE).map(PathBuf::from).filter(|folder| *folder != own_folder())
}

/// The folder that `.cargo/config.toml` names.
fn own_folder() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the package is in the checkout").join(".duckdb")
}

fn find_engine() -> Result<(Engine, String)> {
    if let Some(folder) = named_folder() {
        return use_named(&folder);
    }
    let Some(platform) = current_platform() else {
        return Ok(compile("there is no prebuilt library for this machine"));
    };
    let cache = cache_folder()?.join(format!("duckdb-{VERSION}-{}-{}", platform.system, platform.processor));
    let mut refusals = String::new();
    let sources: [(&str, Source); 3] =
        [("the copy of an earlier run", kept), ("DuckDB's release", from_release), ("the npm package", from_npm)];
    for (name, source) in sources {
        match source(platform, &cache) {
            Ok(()) => {
                link_into(&cache, &own_folder())?;
                return Ok((Engine::Prebuilt, format!("{name} ({})", cache.display())));
            }
            Err(error) => writeln!(refusals, "  not {name}: {error:#}")?,
        }
    }
    eprint!("{refusals}");
    Ok(compile("no prebuilt library could be had"))
}

/// Puts the library into a folder of the cache, or says why it cannot.
type Source = fn(&Platform, &Path) -> Result<()>;

fn use_named(folder: &Path) -> Result<(Engine, String)> {
    let library = folder.join(library_name());
    ensure!(
        library.is_file(),
        "{FOLDER_VARIABLE} names {}, where there is no {}: correct the variable, or unset it to have the library fetched",
        folder.display(),
        library_name()
    );
    Ok((Engine::Prebuilt, format!("{FOLDER_VARIABLE} ({})", folder.display())))
}

fn compile(why: &str) -> (Engine, String) {
    (Engine::Bundled, format!("compiled from source, {COMPILE_ESTIMATE} ({why})"))
}

fn current_platform() -> Option<&'static Platform> {
    let musl = cfg!(target_env = "musl");
    let is_this = |platform: &&Platform| {
        (platform.system, platform.processor, platform.musl) == (env::consts::OS, env::consts::ARCH, musl)
    };
    PLATFORMS.iter().find(is_this)
}

fn library_name() -> &'static str {
    match env::consts::OS {
        "windows" => "duckdb.dll",
        "macos" => "libduckdb.dylib",
        _ => "libduckdb.so",
    }
}

/// Shared by all checkouts of this user.
fn cache_folder() -> Result<PathBuf> {
    let of = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = of("XDG_CACHE_HOME")
        .or_else(|| of("LOCALAPPDATA"))
        .or_else(|| of("HOME").map(|home| home.join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(base.join("tandem"))
}

/// A file beside the library with its checksum, written last: with it, the copy is whole.
const SEAL: &str = "library.sha256";

fn kept(platform: &Platform, cache: &Path) -> Result<()> {
    let seal = cache.join(SEAL);
    ensure!(seal.exists(), "there is none");
    let expected = fs::read_to_string(&seal).with_context(|| format!("cannot read {}", seal.display()))?;
    check_file(&cache.join(platform.library), expected.trim())
}

/// The archive of DuckDB's release, by curl.
fn from_release(platform: &Platform, cache: &Path) -> Result<()> {
    let (name, checksum) = platform.archive.context("no archive with a known checksum")?;
    let url = format!("https://github.com/duckdb/duckdb/releases/download/v{VERSION}/{name}");
    let work = tempfile::tempdir().context("cannot make a folder")?;
    let archive = work.path().join(name);
    download(&url, &archive, checksum)?;
    unpack_zip(&archive, work.path())?;
    keep(work.path(), platform, cache)
}

/// The npm package, by npm, which checks its own checksum first.
fn from_npm(platform: &Platform, cache: &Path) -> Result<()> {
    let (name, checksum) = platform.npm.context("no package that can be linked")?;
    let package = format!("@duckdb/node-bindings-{name}@{NPM_VERSION}");
    let work = tempfile::tempdir().context("cannot make a folder")?;
    // Asked first with a short timeout: the package itself is large and may take minutes.
    run(npm(work.path()).args(["view", &package, "dist.integrity", "--fetch-timeout=8000", "--fetch-retries=0"]))?;
    let said = run(npm(work.path()).args(["pack", &package, "--silent"]))?;
    let packed = work.path().join(said.lines().last().unwrap_or_default().trim());
    unpack_tarball(&packed, work.path())?;
    let folder = work.path().join("package");
    check_file(&folder.join(platform.library), checksum)?;
    keep(&folder, platform, cache)
}

fn npm(folder: &Path) -> Command {
    // On Windows npm is a script, which only its full name starts.
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder);
    command
}

fn unpack_zip(archive: &Path, folder: &Path) -> Result<()> {
    let file = fs::File::open(archive).with_context(|| format!("cannot open {}", archive.display()))?;
    let mut zip = zip::ZipArchive::new(file).context("the archive is damaged")?;
    zip.extract(folder).context("cannot unpack the archive")
}

fn unpack_tarball(tarball: &Path, folder: &Path) -> Result<()> {
    let file = fs::File::open(tarball).with_context(|| format!("cannot open {}", tarball.display()))?;
    tar::Archive::new(flate2::read::GzDecoder::new(file)).unpack(folder).context("cannot unpack the package")
}

/// Moves what the linker needs from `folder` to the cache, the checksum last.
fn keep(folder: &Path, platform: &Platform, cache: &Path) -> Result<()> {
    fs::create_dir_all(cache).with_context(|| format!("cannot make {}", cache.display()))?;
    copy_linkable(folder, cache)?;
    let checksum = checksum_of(&cache.join(platform.library))?;
    fs::write(cache.join(SEAL), checksum).context("cannot write the library's checksum")
}

/// Gives the checkout the library: `.cargo/config.toml` names this folder.
fn link_into(cache: &Path, own: &Path) -> Result<()> {
    fs::create_dir_all(own).with_context(|| format!("cannot make {}", own.display()))?;
    copy_linkable(cache, own)
}

/// The library, and on Windows the import library; a copy that is the same already stays, so that nothing is linked again.
fn copy_linkable(from: &Path, to: &Path) -> Result<()> {
    for name in [library_name(), "duckdb.lib"] {
        let (source, copy) = (from.join(name), to.join(name));
        if !source.exists() || is_same(&source, &copy) {
            continue;
        }
        let part = to.join(format!("{name}.part"));
        fs::copy(&source, &part).with_context(|| format!("cannot write {}", part.display()))?;
        fs::rename(&part, &copy).with_context(|| format!("cannot replace {}", copy.display()))?;
    }
    Ok(())
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((checksum_of(one), checksum_of(other)), (Ok(one), Ok(other)) if one == other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_engine_is_the_one_that_the_workspace_binds() {
        let [major, minor, patch] =
            VERSION.split('.').map(|part| part.parse::<u32>().expect("a number")).collect::<Vec<_>>()[..]
        else {
            panic!("{VERSION} has three numbers")
        };
        // The crate's minor version is the engine's version: 1.5.6 is 10506.
        let bound = format!("duckdb = {{ version = \"~1.{}\"", major * 10000 + minor * 100 + patch);
        assert!(include_str!("../../Cargo.toml").contains(&bound), "Cargo.toml lacks `{bound}`");
        assert!(NPM_VERSION.starts_with(&format!("{VERSION}-")), "{NPM_VERSION}");
    }

    #[test]
    fn every_checksum_is_one_of_sha_256() {
        let of = |platform: &Platform| [platform.archive, platform.npm].into_iter().flatten();
        for (name, checksum) in PLATFORMS.iter().flat_map(of) {
            assert!(
                checksum.len() == 64 && checksum.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{name}: {checksum}"
            );
        }
    }

    #[test]
    fn a_damaged_copy_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let platform = &PLATFORMS[0];
        fs::write(folder.path().join(platform.library), "library").expect("written");
        assert!(kept(platform, folder.path()).is_err(), "no checksum yet");
        let cache = folder.path().join("cache");
        keep(folder.path(), platform, &cache).expect("kept");
        kept(platform, &cache).expect("whole");
        fs::write(cache.join(platform.library), "librarz").expect("written");
        let refusal = kept(platform, &cache).expect_err("damaged").to_string();
        assert!(refusal.contains("instead of"), "{refusal}");
    }
}
