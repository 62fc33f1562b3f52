//! The archive, a tarball or for Windows a zip: the same bytes from the same contents.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use zip::write::SimpleFileOptions;
use zip::{DateTime, ZipArchive, ZipWriter};

use super::release::Release;

/// Packs the folder `contents` under its own name.
pub(super) fn write_archive(release: &Release, contents: &Path) -> Result<PathBuf> {
    let ending = if cfg!(windows) { "zip" } else { "tar.gz" };
    let path = release.folder.join(format!("{}.{ending}", release.name()));
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let files = files(contents)?
        .into_iter()
        .map(|file| Ok((Path::new(&release.name()).join(file.strip_prefix(contents)?), file)));
    let files = files.collect::<Result<Vec<_>>>()?;
    if cfg!(windows) {
        write_zip(file, &files)?;
    } else {
        write_tarball(file, &files)?;
    }
    Ok(path)
}

/// A file's name in the archive, and where it is.
type Entry = (PathBuf, PathBuf);

fn write_tarball(archive: File, files: &[Entry]) -> Result<()> {
    let mut tar = tar::Builder::new(GzBuilder::new().write(archive, Compression::best()));
    // Neither times nor owners of this machine.
    tar.mode(tar::HeaderMode::Deterministic);
    for (name, file) in files {
        tar.append_path_with_name(file, name).with_context(|| format!("cannot pack {}", file.display()))?;
    }
    tar.into_inner().and_then(flate2::write::GzEncoder::finish).map(|_| ()).context("cannot finish the tarball")
}

fn write_zip(archive: File, files: &[Entry]) -> Result<()> {
    let mut zip = ZipWriter::new(archive);
    // No time of this machine either.
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default());
    for (name, file) in files {
        let failed = || format!("cannot pack {}", file.display());
        zip.start_file_from_path(name, options).with_context(failed)?;
        io::copy(&mut File::open(file).with_context(failed)?, &mut zip).with_context(failed)?;
    }
    zip.finish().map(|_| ()).context("cannot finish the zip")
}

/// Unpacks an archive that [`write_archive()`] made.
pub(super) fn unpack_archive(archive: &Path, folder: &Path) -> Result<()> {
    let file = File::open(archive).with_context(|| format!("cannot read {}", archive.display()))?;
    let unpacked = if cfg!(windows) {
        ZipArchive::new(file).and_then(|mut zip| zip.extract(folder)).map_err(io::Error::other)
    } else {
        tar::Archive::new(GzDecoder::new(file)).unpack(folder)
    };
    unpacked.with_context(|| format!("cannot unpack {}", archive.display()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_archives_hold_the_same_files() {
        let place = tempfile::tempdir().expect("a folder");
        let source = place.path().join("source");
        fs::write(&source, "text").expect("written");
        let entries = [(PathBuf::from("release/docs/a.md"), source)];
        let paths = ["a.tar.gz", "a.zip"].map(|name| place.path().join(name));
        write_tarball(File::create(&paths[0]).expect("a file"), &entries).expect("packed");
        write_zip(File::create(&paths[1]).expect("a file"), &entries).expect("packed");
        let (tarball, zip) = (place.path().join("tarball"), place.path().join("zip"));
        tar::Archive::new(GzDecoder::new(File::open(&paths[0]).expect("a file"))).unpack(&tarball).expect("unpacked");
        ZipArchive::new(File::open(&paths[1]).expect("a file")).expect("a zip").extract(&zip).expect("unpacked");
        for folder in [tarball, zip] {
            assert_eq!(fs::read_to_string(folder.join("release/docs/a.md")).expect("a file"), "text");
        }
    }
}
