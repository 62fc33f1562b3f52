//! The tarball: the same bytes from the same contents.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::{Compression, GzBuilder};

use super::Release;

/// Packs the folder `contents` under its own name.
pub(super) fn write(release: &Release, contents: &Path) -> Result<PathBuf> {
    let path = release.folder.join(format!("{}.tar.gz", release.name()));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut tar = tar::Builder::new(GzBuilder::new().write(file, Compression::best()));
    // Neither times nor owners of this machine.
    tar.mode(tar::HeaderMode::Deterministic);
    for file in files(contents)? {
        let inside = Path::new(&release.name()).join(file.strip_prefix(contents)?);
        tar.append_path_with_name(&file, inside).with_context(|| format!("cannot pack {}", file.display()))?;
    }
    tar.into_inner().and_then(flate2::write::GzEncoder::finish).context("cannot finish the tarball")?;
    Ok(path)
}

/// Every file below `folder`, in order.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() { found.extend(files(&path)?) } else { found.push(path) }
    }
    found.sort();
    Ok(found)
}
