//! Locks between processes.

use std::{
    fs::{DirBuilder, File, OpenOptions, TryLockError},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use crate::store::{blocking, error::StoreError};

/// Longest time that a refresh of another process is waited for. A refresh gives up before.
pub(super) const REFRESH_TIMEOUT: Duration = Duration::from_secs(120);

/// Longest time that the writing of another process is waited for.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait between two attempts: short at first, because most locks are held for milliseconds.
const PAUSES: [u64; 5] = [1, 2, 4, 8, 16];

/// Waits for a lock without keeping a thread: a process that hangs with the lock must not keep this one from ending.
///
/// The time is that of the machine and not the injected one, since it is another process that is waited for.
pub(super) async fn wait(path: Arc<Path>, timeout: Duration) -> Result<File, StoreError> {
    let begun = Instant::now();
    for pause in pauses() {
        let attempt = Arc::clone(&path);
        if let Some(file) = blocking(move || try_hold(&attempt)).await? {
            return Ok(file);
        }
        if begun.elapsed() >= timeout {
            break;
        }
        tokio::time::sleep(pause).await;
    }
    Err(StoreError::busy(path.display().to_string()))
}

/// Waits for a lock on this thread, for locks that are held for as long as a file is written.
pub(super) fn hold(path: &Path, timeout: Duration) -> Result<File, StoreError> {
    let begun = Instant::now();
    for pause in pauses() {
        if let Some(file) = try_hold(path)? {
            return Ok(file);
        }
        if begun.elapsed() >= timeout {
            break;
        }
        std::thread::sleep(pause);
    }
    Err(StoreError::busy(path.display().to_string()))
}

/// Takes the lock if it is free. Closing the file gives it back, and so does the end of the process.
fn try_hold(path: &Path) -> Result<Option<File>, StoreError> {
    create_directory(path)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path).map_err(|error| StoreError::io("open the lock", path.display(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", path.display(), error)),
    }
}

/// Creates the directory of a file, for its owner only, where it is missing.
pub(super) fn create_directory(path: &Path) -> Result<(), StoreError> {
    let directory = directory(path);
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory).map_err(|error| StoreError::io("create the directory", directory.display(), error))
}

/// The directory of a file; a bare name is in the current one.
pub(super) fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn pauses() -> impl Iterator<Item = Duration> {
    let last = PAUSES[PAUSES.len() - 1];
    PAUSES.into_iter().chain(std::iter::repeat(last)).map(Duration::from_millis)
}
