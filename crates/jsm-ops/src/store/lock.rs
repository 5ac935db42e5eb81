//! File locks between processes.

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use jsm_ops_core::Backoff;

use crate::store::{
    blocking,
    error::StoreError,
    system::{System, is_unsupported},
};

/// How long to wait for the refresh of another process. A refresh gives up earlier.
pub(super) const REFRESH_TIMEOUT: Duration = Duration::from_secs(120);

/// How long to wait while another process writes.
pub(super) const WRITE_TIMEOUT: Duration = Duration::from_secs(10);

/// A locked file. Closing it releases the lock, and so does the end of the process.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
    path: PathBuf,
}

impl FileLock {
    /// Whether the locked file is still the one that other processes open. If it was removed, they
    /// lock a new file, and this lock excludes none of them.
    pub(super) fn is_current(&self) -> bool {
        let Ok(locked) = self.file.metadata() else { return false };
        // Not through a link: a link that took the place of the file is another file.
        self.path.symlink_metadata().is_ok_and(|there| is_same_file(&locked, &there))
    }
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// The standard library cannot compare files here. That the file exists is all that is known.
#[cfg(not(unix))]
fn is_same_file(_: &Metadata, other: &Metadata) -> bool {
    other.is_file()
}

/// Waits for a lock without occupying a thread: a process that hangs with the lock must not keep
/// this one from ending.
///
/// It uses the machine's time and not the injected clock, because it waits for another process.
pub(super) async fn acquire(system: &Arc<dyn System>, path: Arc<Path>, timeout: Duration) -> Result<FileLock, StoreError> {
    let started = Instant::now();
    let mut backoff = polling();
    loop {
        let (system, attempt) = (Arc::clone(system), Arc::clone(&path));
        if let Some(lock) = blocking(move || try_acquire(&*system, &attempt)).await? {
            return Ok(lock);
        }
        if started.elapsed() >= timeout {
            return Err(StoreError::busy(path.display().to_string()));
        }
        tokio::time::sleep(backoff.next(1.0)).await;
    }
}

/// Waits for a lock on this thread. It is for locks that are held only while a file is written.
pub(super) fn acquire_blocking(system: &dyn System, path: &Path, timeout: Duration) -> Result<FileLock, StoreError> {
    let started = Instant::now();
    let mut backoff = polling();
    loop {
        if let Some(lock) = try_acquire(system, path)? {
            return Ok(lock);
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

/// Takes the lock if it is free.
fn try_acquire(system: &dyn System, path: &Path) -> Result<Option<FileLock>, StoreError> {
    create_directory(path)?;
    let file = open(path)?;
    match system.try_lock(&file, path) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) if is_unsupported(&error) => {
            return Err(StoreError::lock_unsupported(path.display(), error));
        }
        Err(TryLockError::Error(error)) => return Err(StoreError::io("lock", path.display(), error)),
    }
    let lock = FileLock { file, path: path.to_owned() };
    // Between open and lock, the file may have been removed and another one created and locked.
    Ok(lock.is_current().then_some(lock))
}

/// Opens or creates a lock file. It does not follow a link, and a FIFO does not block it.
fn open(path: &Path) -> Result<File, StoreError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        options.mode(0o600).custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let failed = |error: io::Error| match path.symlink_metadata() {
        Ok(there) if there.is_symlink() => {
            StoreError::unusable(path.display(), "it is a symbolic link, and a lock file is never one; remove the link")
        }
        // The lock file exists, so the directory is not the cause.
        Ok(_) => StoreError::io("open the lock file", path.display(), error),
        Err(_) => StoreError::creation("open the lock file", path.display(), error),
    };
    let file = options.open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(|error| StoreError::io("open the lock file", path.display(), error))?;
    if !metadata.is_file() {
        return Err(StoreError::unusable(path.display(), "a lock file has to be a regular file; remove this one"));
    }
    Ok(file)
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

/// The same path whatever the current directory becomes.
pub(super) fn absolute_path(path: PathBuf) -> PathBuf {
    let path = if path.as_os_str().is_empty() { PathBuf::from(".") } else { path };
    // Without a current directory there is no better path, and the first operation reports it.
    std::path::absolute(&path).unwrap_or(path)
}
