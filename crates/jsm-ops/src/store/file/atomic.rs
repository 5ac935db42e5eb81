//! Atomic and durable replacement of files.

use std::{
    ffi::OsStr,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    secure_random,
    store::{
        error::StoreError,
        file::notices::Notices,
        lock::directory,
        system::{System, is_sync_unsupported},
    },
};

/// The suffix of files that are not renamed yet.
const TEMPORARY: &str = ".tmp";

/// The hexadecimal digits of the random number in the name of such a file.
const ID_DIGITS: usize = 16;

/// What the replacement of files needs beside their path.
#[derive(Clone, Copy)]
pub(super) struct Disk<'a> {
    pub(super) system: &'a dyn System,
    pub(super) notices: &'a Notices,
}

/// A file that is written and synced and has not replaced another one yet. It is removed on drop.
pub(super) struct Replacement {
    temporary: PathBuf,
    path: PathBuf,
}

impl Replacement {
    /// Writes the new content of a file next to it. `headroom` more bytes must have space too.
    pub(super) fn write(path: &Path, content: &[u8], headroom: usize) -> Result<Self, StoreError> {
        let temporary = temporary_path(path)?;
        let mut file = match create(&temporary) {
            Ok(file) => file,
            Err(error) => return Err(StoreError::creation("write next to", path.display(), error)),
        };
        let replacement = Self { temporary, path: path.to_owned() };
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let written = file.write_all(content).and_then(|()| match headroom {
            0 => Ok(()),
            bytes => file.write_all(&vec![b' '; bytes]).and_then(|()| file.set_len(length)),
        });
        written.and_then(|()| file.sync_all()).map_err(|error| StoreError::io("write next to", path.display(), error))?;
        Ok(replacement)
    }

    /// Renames it over the file, durably.
    pub(super) fn commit(self, disk: Disk<'_>) -> Result<(), StoreError> {
        disk.system
            .rename(&self.temporary, &self.path)
            .map_err(|error| StoreError::replacement(self.path.display(), error))?;
        sync_directory(disk, &self.path)
    }

    /// Does what [`commit`](Self::commit) does, under another name that does not remain.
    pub(super) fn commit_beside(mut self, disk: Disk<'_>) -> Result<(), StoreError> {
        let other = temporary_path(&self.path)?;
        disk.system.rename(&self.temporary, &other).map_err(|error| StoreError::replacement(self.path.display(), error))?;
        self.temporary = other;
        sync_directory(disk, &self.path)
    }
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After the rename it is gone. If this fails, the next save removes it.
        let _ = fs::remove_file(&self.temporary);
    }
}

/// Removes a file durably. The caller holds the write lock.
pub(super) fn remove(disk: Disk<'_>, path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ResourceBusy => {
            return Err(StoreError::replacement(path.display(), error));
        }
        other => other.map_err(|error| StoreError::io("remove", path.display(), error))?,
    }
    sync_directory(disk, path)
}

/// Removes the files of processes that ended before their rename. They contain tokens. The caller
/// holds the write lock, so no other process needs them.
pub(super) fn remove_leftovers(disk: Disk<'_>, path: &Path) -> Result<(), StoreError> {
    let entries = match fs::read_dir(directory(path)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            disk.notices.unlisted_directory(path, &error);
            return Ok(());
        }
    };
    let name = path.file_name().unwrap_or_default();
    for entry in entries.flatten().filter(|entry| is_temporary_of(name, &entry.file_name())) {
        match fs::remove_file(entry.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(StoreError::io("remove", entry.path().display(), error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A rename is durable only after its directory is synced. Where a file system cannot sync a
/// directory, the file is saved all the same.
fn sync_directory(disk: Disk<'_>, path: &Path) -> Result<(), StoreError> {
    match disk.system.sync_directory(directory(path)) {
        Err(error) if is_sync_unsupported(&error) => {
            disk.notices.unsynced_directory(path, &error);
            Ok(())
        }
        other => other.map_err(|error| StoreError::io("sync the directory of", path.display(), error)),
    }
}

/// Creates a new file, for its owner only.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn temporary_path(path: &Path) -> Result<PathBuf, StoreError> {
    let id = secure_random::next_u64().map_err(StoreError::other)?;
    let mut name = OsStr::new(".").to_owned();
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{id:0width$x}{TEMPORARY}", width = ID_DIGITS));
    Ok(path.with_file_name(name))
}

/// Whether [`temporary_path`] returns such a name for the file `name`, and for no other file. A
/// neighbour may be called `grants.json` where this file is called `grants`.
fn is_temporary_of(name: &OsStr, candidate: &OsStr) -> bool {
    let id = candidate
        .as_encoded_bytes()
        .strip_prefix(b".")
        .and_then(|rest| rest.strip_prefix(name.as_encoded_bytes()))
        .and_then(|rest| rest.strip_prefix(b"."))
        .and_then(|rest| rest.strip_suffix(TEMPORARY.as_bytes()));
    id.is_some_and(|id| id.len() == ID_DIGITS && id.iter().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_temporary_files_match() {
        let own = temporary_path(Path::new("/d/grants")).expect("a path");
        assert!(is_temporary_of(OsStr::new("grants"), own.file_name().expect("a name")));
        for other in [
            ".grants.json.0123456789abcdef.tmp",
            ".grants.0123456789abcdef.0123456789abcdef.tmp",
            ".grants.0123456789abcde.tmp",
            ".grants.0123456789ABCDEF.tmp",
            ".grants.0123456789abcdeg.tmp",
            ".grants.0123456789abcdef.tmp.bak",
            ".grants..tmp",
            ".grants.tmp",
            "grants.0123456789abcdef.tmp",
            ".grant.0123456789abcdef.tmp",
        ] {
            assert!(!is_temporary_of(OsStr::new("grants"), OsStr::new(other)), "{other}");
        }
    }
}
