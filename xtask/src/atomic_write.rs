//! Writes and removes several files: all of them or none, also where the process is killed.
//!
//! New contents and second names of what they replace go into a directory of their own. A journal
//! there lists the changes from before the first to after the last. Where a run finds a journal,
//! the run before it was killed between its changes, and they are undone.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Component, Path, PathBuf},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// The directory, below the one that is written to, of a run that is not at its end.
pub const STAGE: &str = ".xtask-write";

/// The list of changes in it.
const JOURNAL: &str = "journal.json";

/// How often another run is waited for, and how long each time.
const LOCK_ATTEMPTS: usize = 100;
const LOCK_WAIT: Duration = Duration::from_millis(100);

/// A file or directory that could not be read, written or removed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {path}: {reason}\n    help: nothing was changed; {help}")]
pub struct DiskError {
    action: &'static str,
    path: String,
    reason: io::Error,
    help: &'static str,
}

impl DiskError {
    /// A failure of `action` on a path.
    pub fn at<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        let help = "make the directory writable, or pass another one with --out or --to";
        move |reason| Self { action, path: path.display().to_string(), reason, help }
    }

    /// A symbolic link where a file or directory of our own is expected.
    pub fn link(path: &Path) -> Self {
        Self {
            action: "write to",
            path: path.display().to_string(),
            reason: io::Error::other("it is a symbolic link"),
            help: "replace the link by a file or directory, or pass another directory with --out or --to",
        }
    }

    fn in_use(path: &Path) -> Self {
        Self {
            action: "write to",
            path: path.display().to_string(),
            reason: io::Error::other("another run writes to it"),
            help: "run it again when the other one has ended",
        }
    }

    fn foreign(path: &Path) -> Self {
        Self {
            action: "undo what a killed run left in",
            path: path.display().to_string(),
            reason: io::Error::other("this is not a journal of `cargo xtask`"),
            help: "look at the directory, and remove it",
        }
    }
}

/// A directory that no other run writes to until this is dropped. What a killed run left there is
/// undone.
pub struct Locked<'a> {
    directory: &'a Path,
    /// The directories that did not exist, from the inside out.
    missing: Vec<&'a Path>,
    /// The open directory is the lock. It ends with the process.
    _lock: Option<File>,
}

impl<'a> Locked<'a> {
    /// Makes the directory if it is missing, and waits a while for other runs.
    ///
    /// # Errors
    /// A directory that cannot be made, another run that does not end, and leftovers of a killed
    /// run that cannot be undone.
    pub fn new(directory: &'a Path) -> Result<Self, DiskError> {
        let missing: Vec<&Path> =
            directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
        fs::create_dir_all(directory).map_err(DiskError::at("create", directory))?;
        let locked = Self { directory, missing, _lock: lock(directory)? };
        recover(directory)?;
        Ok(locked)
    }

    /// Writes the contents of `written` and removes the files of `removed`, all below the
    /// directory.
    ///
    /// # Errors
    /// The first change that failed. The changes before it were undone.
    pub fn apply(&self, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<(), DiskError> {
        apply_all(&[DirectoryChanges { locked: self, written, removed }])
    }

    /// Stages changes of the directory. `None` if there are none.
    fn stage(&self, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<Option<Staged<'_>>, DiskError> {
        let Some(first) = written.first().map(|(path, _)| path).or(removed.first()) else { return Ok(None) };
        let paths = written.iter().map(|(path, _)| path).chain(removed);
        paths.into_iter().try_for_each(|path| no_link(self.directory, path))?;
        let stage = self.directory.join(STAGE);
        make_private(&stage).map_err(DiskError::at("write", first))?;
        match Changes::stage(self.directory, &stage, written, removed) {
            Ok(changes) => Ok(Some(Staged { directory: self.directory, stage, changes })),
            Err(error) => {
                let _ = fs::remove_dir_all(&stage);
                Err(error)
            }
        }
    }

    /// Removes the directory and those around it if they did not exist before.
    fn remove_made(&self) {
        let _ = self.missing.iter().map(fs::remove_dir).take_while(Result::is_ok).count();
    }
}

/// What changes in one directory.
pub struct DirectoryChanges<'a> {
    /// The directory.
    pub locked: &'a Locked<'a>,
    /// Files below the directory, with their contents.
    pub written: &'a [(PathBuf, &'a str)],
    /// Files below the directory that go.
    pub removed: &'a [PathBuf],
}

/// Makes the changes of several directories: all of them or none.
///
/// The next run undoes what a killed one did, in each directory that it locks. If the run was
/// killed at its very end, the first directories have their changes and the others have not. So the
/// last directory is the one whose content says that all changes are made.
///
/// # Errors
/// The first change that failed. The changes before it were undone.
pub fn apply_all(directories: &[DirectoryChanges<'_>]) -> Result<(), DiskError> {
    let mut staged = Vec::new();
    let result = stage_and_make(directories, &mut staged);
    stop_here();
    match &result {
        Ok(()) => staged.iter().for_each(Staged::remove),
        Err(_) => {
            // What cannot be undone now stays in the stage, for the next run.
            staged.iter().rev().filter(|one| one.undo().is_ok()).for_each(Staged::remove);
            directories.iter().for_each(|one| one.locked.remove_made());
        }
    }
    result
}

fn stage_and_make<'a>(directories: &'a [DirectoryChanges<'_>], staged: &mut Vec<Staged<'a>>) -> Result<(), DiskError> {
    for DirectoryChanges { locked, written, removed } in directories {
        staged.extend(locked.stage(written, removed)?);
    }
    staged.iter().try_for_each(|one| one.changes.make(one.directory, &one.stage))?;
    // From here on the changes are made: without a journal, the stage means nothing.
    for (index, one) in staged.iter().enumerate() {
        if index > 0 {
            stop_here();
        }
        one.commit()?;
    }
    Ok(())
}

/// Changes of one directory that are in its stage.
struct Staged<'a> {
    directory: &'a Path,
    stage: PathBuf,
    changes: Changes,
}

impl Staged<'_> {
    fn commit(&self) -> Result<(), DiskError> {
        let journal = self.stage.join(JOURNAL);
        fs::remove_file(&journal).map_err(DiskError::at("remove", &journal))
    }

    fn undo(&self) -> io::Result<()> {
        self.changes.undo(self.directory, &self.stage)
    }

    fn remove(&self) {
        let _ = fs::remove_dir_all(&self.stage);
    }
}

/// Writes the contents of `written` and removes the files of `removed`, all below `directory`.
///
/// # Errors
/// The first change that failed. The changes before it were undone.
pub fn apply(directory: &Path, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<(), DiskError> {
    Locked::new(directory)?.apply(written, removed)
}

/// Undoes what a killed run left in a directory, if there is such a directory.
///
/// # Errors
/// Leftovers that cannot be undone, and another run that does not end.
pub fn recover_killed(directory: &Path) -> Result<(), DiskError> {
    if fs::symlink_metadata(directory.join(STAGE)).is_ok() {
        Locked::new(directory)?;
    }
    Ok(())
}

#[cfg(unix)]
fn lock(directory: &Path) -> Result<Option<File>, DiskError> {
    let file = File::open(directory).map_err(DiskError::at("read", directory))?;
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(TryLockError::WouldBlock) => thread::sleep(LOCK_WAIT),
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(DiskError::at("lock", directory)(error)),
        }
    }
    Err(DiskError::in_use(directory))
}

/// A directory cannot be opened as a file here.
#[cfg(not(unix))]
fn lock(_: &Path) -> Result<Option<File>, DiskError> {
    Ok(None)
}

/// Makes a directory that did not exist, and that no other user can write to.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Rejects a path that leads through a symbolic link below the directory, or is one.
fn no_link(directory: &Path, path: &Path) -> Result<(), DiskError> {
    let below = path.ancestors().take_while(|ancestor| *ancestor != directory && !ancestor.as_os_str().is_empty());
    for ancestor in below {
        if fs::symlink_metadata(ancestor).is_ok_and(|data| data.is_symlink()) {
            return Err(DiskError::link(ancestor));
        }
    }
    Ok(())
}

/// Undoes what a killed run left.
fn recover(directory: &Path) -> Result<(), DiskError> {
    let stage = directory.join(STAGE);
    match fs::symlink_metadata(&stage) {
        Err(_) => return Ok(()),
        Ok(data) if data.is_symlink() => return Err(DiskError::link(&stage)),
        Ok(_) => {}
    }
    match fs::read(stage.join(JOURNAL)) {
        Ok(bytes) => {
            let changes: Changes = serde_json::from_slice(&bytes).map_err(|_| DiskError::foreign(&stage))?;
            changes.check(directory, &stage)?;
            changes.undo(directory, &stage).map_err(DiskError::at("undo what a killed run left in", &stage))?;
            let journal = stage.join(JOURNAL);
            fs::remove_file(&journal).map_err(DiskError::at("remove", &journal))?;
        }
        // The run was killed before its first change or after its last one.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(DiskError::at("read", &stage)(error)),
    }
    fs::remove_dir_all(&stage).map_err(DiskError::at("remove", &stage))
}

/// The changes of a run, as the journal has them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    changes: Vec<Change>,
}

/// A change of one file. Its number in the list names its contents in the stage.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// The file, relative to the directory.
    path: PathBuf,
    /// Whether new content takes its place. Otherwise the file is removed.
    is_written: bool,
    /// Whether there was a file before.
    existed: bool,
}

impl Changes {
    /// Writes the new contents and the journal into the stage. Nothing else changes.
    fn stage(directory: &Path, stage: &Path, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<Self, DiskError> {
        let mut changes = Vec::new();
        let written = written.iter().map(|(path, text)| (path, Some(*text)));
        for (path, text) in written.chain(removed.iter().map(|path| (path, None))) {
            let number = changes.len();
            let existed = keep(path, &old(stage, number)).map_err(DiskError::at("replace", path))?;
            if let Some(text) = text {
                let new = new(stage, number);
                write_new(&new, text).map_err(DiskError::at("write", path))?;
                if existed {
                    let permissions = fs::metadata(path).map(|data| data.permissions());
                    permissions
                        .and_then(|permissions| fs::set_permissions(&new, permissions))
                        .map_err(DiskError::at("write", path))?;
                }
            } else if !existed {
                return Err(DiskError::at("remove", path)(io::ErrorKind::NotFound.into()));
            }
            let relative = path
                .strip_prefix(directory)
                .map_err(|_| DiskError::at("write", path)(io::ErrorKind::InvalidInput.into()))?;
            changes.push(Change { path: relative.to_owned(), is_written: text.is_some(), existed });
            stop_here();
        }
        let changes = Self { changes };
        let journal = stage.join(JOURNAL);
        let unfinished = stage.join("journal.new");
        let text = serde_json::to_string(&changes).map_err(|error| DiskError::at("write", &journal)(error.into()))?;
        write_new(&unfinished, &text)
            .and_then(|()| fs::rename(&unfinished, &journal))
            .map_err(DiskError::at("write", &journal))?;
        stop_here();
        Ok(changes)
    }

    /// Rejects a journal that a run did not write: its files must be below the directory.
    fn check(&self, directory: &Path, stage: &Path) -> Result<(), DiskError> {
        for change in &self.changes {
            let mut components = change.path.components();
            if change.path.as_os_str().is_empty() || !components.all(|one| matches!(one, Component::Normal(_))) {
                return Err(DiskError::foreign(stage));
            }
            no_link(directory, &directory.join(&change.path))?;
        }
        Ok(())
    }

    fn make(&self, directory: &Path, stage: &Path) -> Result<(), DiskError> {
        for (number, change) in self.changes.iter().enumerate() {
            let path = directory.join(&change.path);
            if change.is_written {
                let parent = path.parent().unwrap_or(directory);
                fs::create_dir_all(parent).map_err(DiskError::at("create", parent))?;
                fs::rename(new(stage, number), &path).map_err(DiskError::at("write", &path))?;
            } else {
                fs::remove_file(&path).map_err(DiskError::at("remove", &path))?;
            }
            stop_here();
        }
        let removed = self.changes.iter().filter(|change| !change.is_written);
        removed.for_each(|change| remove_empty_parents(directory, &directory.join(&change.path)));
        stop_here();
        Ok(())
    }

    /// Puts the old files back. It may have been done in part before.
    fn undo(&self, directory: &Path, stage: &Path) -> io::Result<()> {
        for (number, change) in self.changes.iter().enumerate() {
            let (path, old) = (directory.join(&change.path), old(stage, number));
            let is_made = if change.is_written { !new(stage, number).exists() } else { !path.exists() };
            if is_made && !change.existed {
                ignore_missing(fs::remove_file(&path))?;
            } else if is_made && old.exists() {
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::rename(&old, &path)?;
            }
            if !change.existed {
                remove_empty_parents(directory, &path);
            }
            stop_here();
        }
        Ok(())
    }
}

fn new(stage: &Path, number: usize) -> PathBuf {
    stage.join(format!("{number}.new"))
}

fn old(stage: &Path, number: usize) -> PathBuf {
    stage.join(format!("{number}.old"))
}

/// Writes a file that must not exist.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Keeps a file under a second name, or as a copy on file systems without second names. Returns
/// whether there is a file.
fn keep(path: &Path, kept: &Path) -> io::Result<bool> {
    let data = match fs::symlink_metadata(path) {
        Ok(data) => data,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    if !data.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    if fs::hard_link(path, kept).is_err() {
        fs::copy(path, kept)?;
        let time = data.modified()?;
        File::options().append(true).open(kept).and_then(|file| file.set_modified(time))?;
    }
    Ok(true)
}

fn ignore_missing(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes the directories above a file that are empty now.
fn remove_empty_parents(directory: &Path, path: &Path) {
    // `remove_dir` fails on a directory that is not empty, which is where this ends.
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != directory);
    let _ = parents.map(fs::remove_dir).take_while(Result::is_ok).count();
}

/// For tests, ends the process at the step that `XTASK_STOP_AT` names, as a kill would.
#[cfg(debug_assertions)]
fn stop_here() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    let step = STEPS.fetch_add(1, Ordering::Relaxed);
    if std::env::var("XTASK_STOP_AT").is_ok_and(|at| at.parse() == Ok(step)) {
        std::process::abort();
    }
}

#[cfg(not(debug_assertions))]
fn stop_here() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).expect("a directory");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_failure_in_the_middle_undoes_everything() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        for (name, text) in [("a.rs", "1"), ("b.rs", "2")] {
            fs::write(at(name), text).expect("written");
        }
        let written = [(at("a.rs"), "new"), (at("new/deep/c.rs"), "new"), (at("b.rs/d.rs"), "new")];
        let error = apply(directory.path(), &written, &[]).expect_err("a file is in the way");
        assert!(error.to_string().contains("b.rs"), "{error}");
        assert_eq!(contents(directory.path()), ["a.rs", "b.rs"]);
        let error = apply(directory.path(), &written[..2], &[at("gone.rs")]).expect_err("a missing file");
        assert!(error.to_string().contains("cannot remove"), "{error}");
        assert_eq!(contents(directory.path()), ["a.rs", "b.rs"]);
        for (name, text) in [("a.rs", "1"), ("b.rs", "2")] {
            assert_eq!(fs::read_to_string(at(name)).expect("content"), text);
        }
    }

    #[test]
    fn a_failure_in_one_directory_undoes_the_other() {
        let directory = tempfile::tempdir().expect("a directory");
        let [first, second] = ["first", "new/second"].map(|name| directory.path().join(name));
        fs::create_dir(&first).expect("made");
        fs::write(first.join("a"), "1").expect("written");
        let apply = |written: &[(PathBuf, &str)]| {
            let [one, other] = [&first, &second].map(|directory| Locked::new(directory).expect("locked"));
            apply_all(&[
                DirectoryChanges { locked: &one, written: &[(first.join("a"), "2")], removed: &[] },
                DirectoryChanges { locked: &other, written, removed: &[] },
            ])
        };
        // The second one fails when all are staged, and the first one is changed.
        let error = apply(&[(second.join("b"), "1"), (second.join("b/c"), "1")]).expect_err("a file is in the way");
        assert!(error.to_string().contains("b"), "{error}");
        assert_eq!(fs::read_to_string(first.join("a")).expect("content"), "1");
        assert_eq!(contents(&first), ["a"]);
        assert_eq!(contents(directory.path()), ["first"], "what did not exist before is gone");
        apply(&[(second.join("b"), "1")]).expect("applied");
        assert_eq!([contents(&first), contents(&second)], [["a"], ["b"]]);
        assert_eq!(fs::read_to_string(first.join("a")).expect("content"), "2");
    }

    #[test]
    fn nothing_is_left_of_a_file_that_cannot_be_staged() {
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        fs::write(at("file"), "1").expect("written");
        let written = [(at("new/c.rs"), "new"), (at("file/d.rs"), "new")];
        apply(directory.path(), &written, &[]).expect_err("a file is in the way");
        assert_eq!(contents(directory.path()), ["file"]);
        let deep = at("not/yet/there");
        apply(&deep, &[(deep.join("c.rs"), "new"), (at("file/d.rs"), "new")], &[]).expect_err("a file is in the way");
        assert_eq!(contents(directory.path()), ["file"]);
    }

    #[test]
    fn a_journal_of_another_program_is_rejected_and_its_files_stay() {
        let outside = tempfile::tempdir().expect("a directory");
        let victim = outside.path().join("victim");
        fs::write(&victim, "1").expect("written");
        for path in [victim.to_string_lossy().into_owned(), "../victim".to_owned(), String::new()] {
            let directory = outside.path().join("out");
            fs::create_dir_all(directory.join(STAGE)).expect("made");
            let journal = serde_json::json!({"changes": [{"path": path, "is_written": true, "existed": false}]});
            fs::write(directory.join(STAGE).join(JOURNAL), journal.to_string()).expect("written");
            let error = apply(&directory, &[(directory.join("a"), "1")], &[]).expect_err("a planted journal");
            assert!(error.to_string().contains("not a journal"), "{error}");
            assert!(victim.exists() && !directory.join("a").exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn modes_are_kept_and_links_are_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let directory = tempfile::tempdir().expect("a directory");
        let at = |name: &str| directory.path().join(name);
        fs::write(at("a"), "1").expect("written");
        fs::set_permissions(at("a"), fs::Permissions::from_mode(0o640)).expect("set");
        apply(directory.path(), &[(at("a"), "2")], &[]).expect("applied");
        assert_eq!(fs::metadata(at("a")).expect("a file").permissions().mode() & 0o777, 0o640);
        fs::create_dir(at("real")).expect("made");
        symlink(at("real"), at("link")).expect("linked");
        symlink(at("a"), at("b")).expect("linked");
        for path in ["link/x", "b"] {
            let error = apply(directory.path(), &[(at(path), "3")], &[]).expect_err("a link");
            assert!(error.to_string().contains("symbolic link"), "{error}");
        }
        symlink(at("real"), at(STAGE)).expect("linked");
        apply(directory.path(), &[(at("a"), "3")], &[]).expect_err("a planted link");
        assert_eq!(fs::read_to_string(at("a")).expect("content"), "2");
        assert_eq!(contents(&at("real")), [""; 0]);
    }
}
