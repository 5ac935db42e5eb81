//! Writes and removes several files: all of them or none.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::{NamedTempFile, TempDir};

/// A file or directory that could not be read, written or removed. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot {action} {path}: {reason}\n    help: nothing was changed; make the directory writable, or pass another one with --out or --to"
)]
pub struct DiskError {
    action: &'static str,
    path: String,
    reason: io::Error,
}

impl DiskError {
    /// A failure of `action` on a path.
    pub fn at<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |reason| Self { action, path: path.display().to_string(), reason }
    }
}

/// Writes the contents of `written` and removes the files of `removed`, all below `directory`.
///
/// New contents are staged beside their places, and replaced or removed files are kept until all
/// changes are made.
///
/// # Errors
/// The first change that failed. The changes before it were undone.
pub fn apply(directory: &Path, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<(), DiskError> {
    let missing: Vec<&Path> =
        directory.ancestors().take_while(|path| !path.as_os_str().is_empty() && !path.exists()).collect();
    let result = change(directory, written, removed);
    if result.is_ok() {
        removed.iter().for_each(|path| remove_empty_parents(directory, path));
    } else {
        written.iter().for_each(|(path, _)| remove_empty_parents(directory, path));
        let _ = missing.into_iter().map(fs::remove_dir).take_while(Result::is_ok).count();
    }
    result
}

fn change(directory: &Path, written: &[(PathBuf, &str)], removed: &[PathBuf]) -> Result<(), DiskError> {
    fs::create_dir_all(directory).map_err(DiskError::at("create", directory))?;
    let staged = written.iter().map(|(path, text)| stage(path, text)).collect::<Result<Vec<_>, _>>()?;
    let mut changes = Changes::begin(directory)?;
    let result = changes.make(staged, removed);
    if result.is_err() {
        changes.undo();
    }
    result
}

/// Writes new content beside its place. The file removes itself unless it takes that place.
fn stage<'a>(path: &'a Path, text: &str) -> Result<(&'a Path, NamedTempFile), DiskError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(DiskError::at("create", parent))?;
    let mut file =
        with_usual_permissions().tempfile_in(parent).map_err(without_path).map_err(DiskError::at("write", path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(DiskError::at("write", path))?;
    Ok((path, file))
}

/// The error of the system: tempfile adds the name of the temporary file, which says nothing.
fn without_path(error: io::Error) -> io::Error {
    let cause = error.get_ref().and_then(|error| error.source()).and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.and_then(io::Error::raw_os_error).map_or(error, io::Error::from_raw_os_error)
}

/// Temporary files are private by default; these become sources.
#[cfg(unix)]
fn with_usual_permissions() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt;
    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
}

#[cfg(not(unix))]
fn with_usual_permissions() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}

/// The changes that were made so far.
struct Changes {
    /// Keeps the replaced and removed files; goes with all its contents in the end.
    kept: TempDir,
    /// The places that changed, each with the file that was there.
    places: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Changes {
    fn begin(directory: &Path) -> Result<Self, DiskError> {
        let kept = TempDir::new_in(directory).map_err(DiskError::at("write to", directory))?;
        Ok(Self { kept, places: Vec::new() })
    }

    fn make(&mut self, staged: Vec<(&Path, NamedTempFile)>, removed: &[PathBuf]) -> Result<(), DiskError> {
        for (path, file) in staged {
            // A second name leaves the file in its place until the new one takes it. Some file
            // systems have no second names; there the place is empty for a moment.
            self.keep(path, |path, kept| fs::hard_link(path, kept).or_else(|_| fs::rename(path, kept)))
                .map_err(DiskError::at("replace", path))?;
            file.persist(path).map_err(|error| DiskError::at("write", path)(error.error))?;
        }
        for path in removed {
            self.keep(path, |path, kept| fs::rename(path, kept)).map_err(DiskError::at("remove", path))?;
            if self.places.last().is_some_and(|(_, kept)| kept.is_none()) {
                return Err(DiskError::at("remove", path)(io::ErrorKind::NotFound.into()));
            }
        }
        Ok(())
    }

    fn keep(&mut self, path: &Path, keep: impl Fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        let kept = self.kept.path().join(self.places.len().to_string());
        let kept = match keep(path, &kept) {
            Ok(()) => Some(kept),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        self.places.push((path.to_owned(), kept));
        Ok(())
    }

    fn undo(&mut self) {
        for (path, kept) in self.places.drain(..).rev() {
            // The error that ended the run is the one to report.
            let _ = match kept {
                Some(kept) => fs::rename(kept, path),
                None => fs::remove_file(path),
            };
        }
    }
}

/// Removes the directories above a file that are empty now.
fn remove_empty_parents(directory: &Path, path: &Path) {
    // `remove_dir` fails on a directory that is not empty, which is where this ends.
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != directory);
    let _ = parents.map(fs::remove_dir).take_while(Result::is_ok).count();
}

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
        let written = [(at("a.rs"), "new"), (at("new/deep/c.rs"), "new")];
        let error = apply(directory.path(), &written, &[at("b.rs"), at("gone.rs")]).expect_err("a missing file");
        assert!(error.to_string().contains("cannot remove"), "{error}");
        assert_eq!(contents(directory.path()), ["a.rs", "b.rs"]);
        for (name, text) in [("a.rs", "1"), ("b.rs", "2")] {
            assert_eq!(fs::read_to_string(at(name)).expect("content"), text);
        }
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
}
