//! Reading a store file: only a regular one, and only up to a size.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

use zeroize::Zeroizing;

use crate::store::error::StoreError;

/// The largest store file. A grant has a few thousand bytes, so this is thousands of users.
pub(super) const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// A file as it was read.
pub(super) struct Content {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    #[cfg_attr(not(unix), allow(dead_code))]
    pub(super) metadata: Metadata,
}

/// Reads a file. `None` if it does not exist.
pub(super) fn read(path: &Path) -> Result<Option<Content>, StoreError> {
    let failed = |error| StoreError::io("read", path.display(), error);
    let file = match open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(failed)?,
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        let what = if metadata.is_dir() { "it is a directory" } else { "it is not a regular file" };
        return Err(StoreError::unusable(path.display(), format!("{what}; choose the path of a file")));
    }
    check_size(path, metadata.len())?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0) + 1));
    // The file may have grown since.
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    check_size(path, bytes.len().try_into().unwrap_or(u64::MAX))?;
    Ok(Some(Content { bytes, metadata }))
}

/// Fails if a file of this size cannot be read.
pub(super) fn check_size(path: &Path, bytes: u64) -> Result<(), StoreError> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let mib = MAX_BYTES / (1024 * 1024);
    Err(StoreError::unusable(
        path.display(),
        format!("a store file has at most {mib} MiB; use a directory of files, or move away what is not a store"),
    ))
}

/// Opens a file for reading. A FIFO without a writer does not block it.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | libc::O_NOCTTY);
    options.open(path)
}
