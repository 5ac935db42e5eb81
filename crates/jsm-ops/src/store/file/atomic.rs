//! Files that are there as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use crate::{
    secure_random,
    store::{error::StoreError, lock::directory},
};

/// Ends the names of files that were not renamed yet.
const TEMPORARY: &str = ".tmp";

/// How much has to fit into the directory before a token is rotated. A grant has a few thousand bytes.
const ROOM: usize = 16 * 1024;

/// Puts a file into the place of another. The caller keeps other processes away.
pub(super) fn replace(path: &Path, text: &[u8]) -> Result<(), StoreError> {
    // A link stays one: what it points to is replaced.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    remove_leftovers(path);
    let temporary = temporary(path)?;
    write(&temporary, text).and_then(|()| fs::rename(&temporary, path)).and_then(|()| sync_directory(path)).map_err(
        |error| {
            // What cannot be removed now is removed by the next save.
            let _ = fs::remove_file(&temporary);
            StoreError::io("write", path.display(), error)
        },
    )
}

/// Removes a file for good. The caller keeps other processes away.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    let removed = match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    removed.and_then(|()| sync_directory(path)).map_err(|error| StoreError::io("remove", path.display(), error))
}

/// Tries out whether [`replace`] could work now: whether a file can be created, and has room.
pub(super) fn probe(path: &Path) -> Result<(), StoreError> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let room = fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(0)) + ROOM;
    let temporary = temporary(path)?;
    let written = create(&temporary).and_then(|mut file| file.write_all(&vec![b' '; room]));
    let _ = fs::remove_file(&temporary);
    written.map_err(|error| StoreError::io("write beside", path.display(), error))
}

fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = create(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// Creates a file that was not there, for its owner only.
fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A rename is durable only when the directory is. Windows has no such thing to do.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory(path))?.sync_all() } else { Ok(()) }
}

fn temporary(path: &Path) -> Result<PathBuf, StoreError> {
    let id = secure_random::number().map_err(StoreError::other)?;
    Ok(path.with_file_name(format!("{}{id:016x}{TEMPORARY}", prefix(path))))
}

/// Removes what processes left behind that died before the rename; it holds tokens. Whoever writes now holds the lock, so nobody
/// else's is in use, except for a probe, which does not care.
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
