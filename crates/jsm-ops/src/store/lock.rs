//! File locks between processes.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use jsm_ops_core::Backoff;

use crate::store::{blocking, error::StoreError};

/// How long to wait for the refresh of another process. A refresh gives up earlier.
pub(super) const REFRESH_TIMEOUT: Duration = Duration::from_secs(120);

/// How long to wait while another process writes.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// Waits for a lock without occupying a thread: a process that hangs with the lock must not keep
/// this one from ending.
///
/// It uses the machine's time and not the injected clock, because it waits for another process.
pub(super) async fn acquire(path: Arc<Path>, timeout: Duration) -> Result<File, StoreError> {
    let started = Instant::now();
    let mut backoff = polling();
    loop {
        let attempt = Arc::clone(&path);
        if let Some(file) = blocking(move || try_acquire(&attempt)).await? {
            return Ok(file);
        }
        if started.elapsed() >= timeout {
            return Err(StoreError::busy(path.display().to_string()));
        }
        tokio::time::sleep(backoff.next(1.0)).await;
    }
}

/// Waits for a lock on this thread. It is for locks that are held only while a file is written.
pub(super) fn acquire_blocking(path: &Path, timeout: Duration) -> Result<File, StoreError> {
    let started = Instant::now();
    let mut backoff = polling();
    loop {
        if let Some(file) = try_acquire(path)? {
            return Ok(file);
        }
        if started.elapsed() >= timeout {
            return Err(StoreError::busy(path.display().to_string()));
        }
        std::thread::sleep(backoff.next(1.0));
    }
}

/// The delays between attempts: short at first, because most locks are held for milliseconds.
fn polling() -> Backoff {
    Backoff::new(Duration::from_millis(1), Duration::from_millis(16))
}

/// Takes the lock if it is free. Closing the file releases it, and so does the end of the process.
fn try_acquire(path: &Path) -> Result<Option<File>, StoreError> {
    create_directory(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| StoreError::io("open the lock file", path.display(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path.display(), error)),
    }
}

/// Creates the directory of a file, for its owner only, if it is missing.
pub(super) fn create_directory(path: &Path) -> Result<(), StoreError> {
    let directory = directory(path);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| StoreError::io("create the directory", directory.display(), error))
}

/// The directory of a file. A bare file name is in the current directory.
pub(super) fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
