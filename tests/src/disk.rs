//! A disk that can be too small or not written to: a file system in memory, where file systems can be mounted.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Result, ensure};

/// A mounted file system; gone when dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    /// A file system of `kib` KiB in `folder`, which is made. `None` where file systems cannot be mounted.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn new(folder: &Path, kib: u64) -> Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let mounted = mount(&["-t", "tmpfs", "-o", &format!("size={kib}k"), "tmpfs"], folder);
        Ok(mounted.then(|| Self(folder.to_owned())))
    }

    /// Mounts it again with other options, such as `size=8m` or `ro`.
    ///
    /// # Errors
    /// That cannot be done.
    pub fn change(&self, options: &str) -> Result<()> {
        ensure!(mount(&["-o", &format!("remount,{options}")], &self.0), "the file system cannot be made {options}");
        Ok(())
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Nothing can be done about a file system that stays; the next one is in another folder.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).stderr(Stdio::null()).status();
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let command = Command::new("mount").args(arguments).arg(folder).stderr(Stdio::null()).status();
    command.is_ok_and(|status| status.success())
}
