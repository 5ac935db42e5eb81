//! Atomic and durable replacement of files.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    secure_random,
    store::{error::StoreError, lock::directory},
};

/// The suffix of files that are not renamed yet.
const TEMPORARY: &str = ".tmp";

/// The free space to test for before a token is rotated. A grant has a few thousand bytes.
const MIN_FREE_BYTES: usize = 16 * 1024;

/// Replaces a file. The caller holds the write lock.
pub(super) fn replace(path: &Path, content: &[u8]) -> Result<(), StoreError> {
    // A symbolic link stays; its target is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    remove_leftovers(path);
    let temporary = temporary_path(path)?;
    write(&temporary, content).and_then(|()| fs::rename(&temporary, path)).and_then(|()| sync_directory(path)).map_err(
        |error| {
            // The next save removes it if this fails.
            let _ = fs::remove_file(&temporary);
            StoreError::io("write", path.display(), error)
        },
    )
}

/// Removes a file durably. The caller holds the write lock.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    removed.and_then(|()| sync_directory(path)).map_err(|error| StoreError::io("remove", path.display(), error))
}

/// Tests whether [`replace`] can work now: whether a file can be created, and whether there is
/// space.
pub(super) fn probe(path: &Path) -> Result<(), StoreError> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let bytes = fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(0)) + MIN_FREE_BYTES;
    let temporary = temporary_path(path)?;
    let written = create(&temporary).and_then(|mut file| file.write_all(&vec![b' '; bytes]));
    let _ = fs::remove_file(&temporary);
    written.map_err(|error| StoreError::io("write next to", path.display(), error))
}

fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Creates a new file, for its owner only.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A rename is durable only after its directory is synced. Windows has no such call.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory(path))?.sync_all() } else { Ok(()) }
}

fn temporary_path(path: &Path) -> Result<PathBuf, StoreError> {
    let id = secure_random::next_u64().map_err(StoreError::other)?;
    Ok(path.with_file_name(format!("{}{id:016x}{TEMPORARY}", prefix(path))))
}

/// Removes the files of processes that ended before their rename. They contain tokens. The caller
/// holds the write lock, so no other save needs them. A probe does not need its file either.
fn remove_leftovers(path: &Path) {
    let (Ok(entries), prefix) = (fs::read_dir(directory(path)), prefix(path)) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.to_str().is_some_and(|name| name.starts_with(&prefix) && name.ends_with(TEMPORARY)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn prefix(path: &Path) -> String {
    format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy())
}
