//! Writes the files of the crate: only those that changed.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::source::{Files, HEADER};
use crate::atomic_write::{self, DirectoryChanges, DiskError, Locked, STAGE};

/// The difference between the files and a directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiskPlan {
    /// Files with new content.
    pub written: Vec<String>,
    /// Files that no run writes.
    pub removed: Vec<String>,
    /// The number of files that stay as they are.
    pub unchanged: usize,
}

/// Why a plan could not be made or carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A file or directory that could not be read, written or removed.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The directory holds files that no run wrote.
    #[error(
        "{0} holds files, but no Cargo.toml of a generated crate\n    help: nothing was changed, because a run removes stray files; pass an empty directory with --out"
    )]
    NotOurs(String),
}

impl DiskPlan {
    /// Whether the directory has exactly the files.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }

    /// The paths and contents of the files to write.
    fn written<'a>(&self, directory: &Path, files: &'a Files) -> Vec<(PathBuf, &'a str)> {
        let content = |name: &String| Some((directory.join(name), files.get(name)?.as_str()));
        self.written.iter().filter_map(content).collect()
    }

    /// The paths of the files to remove.
    fn removed(&self, directory: &Path) -> Vec<PathBuf> {
        self.removed.iter().map(|name| directory.join(name)).collect()
    }
}

/// Compares the files with the directory.
pub fn plan(directory: &Path, files: &Files) -> Result<DiskPlan, PlanError> {
    let mut plan = DiskPlan::default();
    let existing = list(directory)?;
    // A run that was killed before it wrote the manifest left its stage.
    if !existing.is_empty() && !is_ours(directory) && !directory.join(STAGE).exists() {
        return Err(PlanError::NotOurs(directory.display().to_string()));
    }
    for (name, content) in files {
        let path = directory.join(name);
        match fs::read(&path) {
            Ok(bytes) if bytes == content.as_bytes() => plan.unchanged += 1,
            Ok(_) => plan.written.push(name.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => plan.written.push(name.clone()),
            Err(error) => return Err(DiskError::at("read", &path)(error).into()),
        }
    }
    plan.removed = existing.into_iter().filter(|name| !files.contains_key(name)).collect();
    Ok(plan)
}

/// Writes the files and removes all others.
///
/// The directory may have changed since its plan was made, by another run or because the changes of
/// a killed one are undone. So the plan is made anew when no other run can write.
///
/// # Errors
/// The first file that could not be written or removed.
pub fn apply(directory: &Path, files: &Files) -> Result<(), PlanError> {
    let locked = Locked::new(directory)?;
    let plan = plan(directory, files)?;
    let removed = plan.removed(directory);
    locked.apply(&plan.written(directory, files), &removed)?;
    Ok(())
}

/// Like [`apply`], and writes files of another directory in the same step.
///
/// # Errors
/// The first file that could not be written or removed. Nothing was changed in either directory.
pub fn apply_with(directory: &Path, files: &Files, other: &Path, written: &[(PathBuf, &str)]) -> Result<(), PlanError> {
    let (locked, other) = (Locked::new(directory)?, Locked::new(other)?);
    let plan = plan(directory, files)?;
    let removed = plan.removed(directory);
    // The other directory comes last: a run that is killed between the two is done again.
    atomic_write::apply_all(&[
        DirectoryChanges { locked: &locked, written: &plan.written(directory, files), removed: &removed },
        DirectoryChanges { locked: &other, written, removed: &[] },
    ])?;
    Ok(())
}

fn is_ours(directory: &Path) -> bool {
    fs::read_to_string(directory.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains(HEADER))
}

/// All files below a directory, as names relative to it. What cargo builds there is not looked at.
fn list(directory: &Path) -> Result<Vec<String>, DiskError> {
    let mut names = Vec::new();
    let mut directories = vec![(directory.to_path_buf(), String::new())];
    while let Some((path, prefix)) = directories.pop() {
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound && prefix.is_empty() => return Ok(names),
            Err(error) => return Err(DiskError::at("read", &path)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(DiskError::at("read", &path))?;
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type().map_err(DiskError::at("read", &path))?;
            match name.as_str() {
                "target" | "Cargo.lock" | STAGE => {}
                // What it leads to is not ours.
                _ if kind.is_symlink() => return Err(DiskError::link(&entry.path())),
                _ if kind.is_dir() => directories.push((entry.path(), format!("{name}/"))),
                _ => names.push(name),
            }
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(content: &[(&str, &str)]) -> Files {
        let manifest = ("Cargo.toml".to_owned(), format!("# {HEADER}.\n"));
        content.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).chain([manifest]).collect()
    }

    fn write(directory: &Path, files: &Files) -> DiskPlan {
        let plan = plan(directory, files).expect("plan");
        apply(directory, files).expect("applied");
        plan
    }

    #[test]
    fn unchanged_files_are_untouched_and_strays_go() {
        let directory = tempfile::tempdir().expect("directory");
        write(directory.path(), &files(&[("src/a.rs", "1"), ("src/old/b.rs", "2")]));
        let time = fs::metadata(directory.path().join("src/a.rs")).and_then(|data| data.modified()).expect("time");
        let plan = write(directory.path(), &files(&[("src/a.rs", "1"), ("src/c.rs", "3")]));
        assert_eq!(
            plan,
            DiskPlan { written: vec!["src/c.rs".to_owned()], removed: vec!["src/old/b.rs".to_owned()], unchanged: 2 }
        );
        assert_eq!(list(directory.path()).expect("list"), ["Cargo.toml", "src/a.rs", "src/c.rs"]);
        assert!(!directory.path().join("src/old").exists());
        let after = fs::metadata(directory.path().join("src/a.rs")).and_then(|data| data.modified()).expect("time");
        assert_eq!(time, after);
    }

    #[test]
    fn a_directory_without_a_generated_crate_is_left_alone() {
        let directory = tempfile::tempdir().expect("directory");
        fs::write(directory.path().join("thesis.txt"), "years of work").expect("written");
        assert!(matches!(plan(directory.path(), &files(&[])), Err(PlanError::NotOurs(_))));
    }
}
