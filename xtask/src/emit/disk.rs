//! Writes the files of the crate: only those that changed, and all of them or none.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::source::{Files, HEADER};

/// What a run did to the folder, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Files with new content.
    pub written: Vec<String>,
    /// Files that belong to no run any more.
    pub removed: Vec<String>,
    /// Files that are as they should be.
    pub unchanged: usize,
}

/// Why files could not be written; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DiskError {
    /// A file or folder refused.
    #[error(
        "cannot {action} {path}: {source}\n    help: nothing was changed; make the folder writable or give another with --out"
    )]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: String,
        /// The reason of the system.
        source: io::Error,
    },
    /// The folder holds something that no run of ours wrote.
    #[error(
        "{0} holds files and no Cargo.toml of a generated crate\n    help: nothing was changed, because stray files are removed; give an empty folder with --out"
    )]
    NotOurs(String),
}

impl DiskError {
    fn at<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self::Io { action, path: path.display().to_string(), source }
    }
}

impl Plan {
    /// Whether the folder is as it should be.
    pub fn is_empty(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// Compares the files with the folder.
pub fn plan(folder: &Path, files: &Files) -> Result<Plan, DiskError> {
    let mut plan = Plan::default();
    let existing = list(folder)?;
    if !existing.is_empty() && !is_ours(folder) {
        return Err(DiskError::NotOurs(folder.display().to_string()));
    }
    for (name, content) in files {
        let path = folder.join(name);
        match fs::read(&path) {
            Ok(bytes) if bytes == content.as_bytes() => plan.unchanged += 1,
            Ok(_) => plan.written.push(name.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => plan.written.push(name.clone()),
            Err(error) => return Err(DiskError::at("read", &path)(error)),
        }
    }
    plan.removed = existing.into_iter().filter(|name| !files.contains_key(name)).collect();
    Ok(plan)
}

/// Carries a plan out. New content is first written beside its place, and what is replaced or removed is kept until all of it
/// stands; on a failure everything is put back.
pub fn apply(folder: &Path, files: &Files, plan: &Plan) -> Result<(), DiskError> {
    let mut undo = Undo { steps: Vec::new() };
    let staged = stage(folder, files, plan, &mut undo)?;
    for (path, new) in &staged {
        if path.exists() {
            undo.keep_copy(path)?;
        } else {
            undo.steps.push(Step::Remove(path.clone()));
        }
        fs::rename(new, path).map_err(DiskError::at("write", path))?;
    }
    for name in &plan.removed {
        undo.set_aside(&folder.join(name))?;
    }
    undo.commit();
    for name in &plan.removed {
        remove_empty_parents(folder, &folder.join(name));
    }
    Ok(())
}

fn stage(folder: &Path, files: &Files, plan: &Plan, undo: &mut Undo) -> Result<Vec<(PathBuf, PathBuf)>, DiskError> {
    let mut staged = Vec::new();
    for name in &plan.written {
        let path = folder.join(name);
        let Some(content) = files.get(name) else { continue };
        undo.create_parents(&path)?;
        let new = beside(&path, "new");
        undo.steps.push(Step::Remove(new.clone()));
        fs::write(&new, content).map_err(DiskError::at("write", &new))?;
        staged.push((path, new));
    }
    Ok(staged)
}

/// How to put back what was done so far; it is carried out when a run ends early.
struct Undo {
    steps: Vec<Step>,
}

enum Step {
    Remove(PathBuf),
    RemoveFolder(PathBuf),
    Restore { aside: PathBuf, path: PathBuf },
}

impl Undo {
    fn create_parents(&mut self, path: &Path) -> Result<(), DiskError> {
        let Some(parent) = path.parent() else { return Ok(()) };
        let missing: Vec<PathBuf> = parent
            .ancestors()
            .take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists())
            .map(Path::to_path_buf)
            .collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(&folder).map_err(DiskError::at("create", &folder))?;
            self.steps.push(Step::RemoveFolder(folder));
        }
        Ok(())
    }

    /// Keeps what stands in a place while something else takes it.
    fn keep_copy(&mut self, path: &Path) -> Result<(), DiskError> {
        let aside = beside(path, "old");
        // A second name leaves the first one in its place. Where that cannot be had the file is gone for a moment.
        fs::hard_link(path, &aside).or_else(|_| fs::rename(path, &aside)).map_err(DiskError::at("replace", path))?;
        self.steps.push(Step::Restore { aside, path: path.to_path_buf() });
        Ok(())
    }

    /// Takes a file out of its place.
    fn set_aside(&mut self, path: &Path) -> Result<(), DiskError> {
        let aside = beside(path, "old");
        fs::rename(path, &aside).map_err(DiskError::at("remove", path))?;
        self.steps.push(Step::Restore { aside, path: path.to_path_buf() });
        Ok(())
    }

    /// Everything stands: forget how to put it back, and remove what was set aside.
    fn commit(mut self) {
        for step in self.steps.drain(..) {
            if let Step::Restore { aside, .. } = step {
                // A leftover does no harm: the next run removes it as a stray file.
                let _ = fs::remove_file(aside);
            }
        }
    }
}

impl Drop for Undo {
    fn drop(&mut self) {
        for step in self.steps.drain(..).rev() {
            // There is nobody left to tell; the error that ended the run is on its way.
            let _ = match step {
                Step::Remove(path) => fs::remove_file(path),
                Step::RemoveFolder(path) => fs::remove_dir(path),
                // Where both names still are one file renaming does nothing, and the second one is left over.
                Step::Restore { aside, path } => fs::rename(&aside, path).and_then(|()| fs::remove_file(aside)),
            };
        }
    }
}

fn beside(path: &Path, kind: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{kind}"))
}

fn is_ours(folder: &Path) -> bool {
    fs::read_to_string(folder.join("Cargo.toml")).is_ok_and(|manifest| manifest.contains(HEADER))
}

/// All files below a folder, as names relative to it. What cargo builds there is not looked at.
fn list(folder: &Path) -> Result<Vec<String>, DiskError> {
    let mut names = Vec::new();
    let mut folders = vec![(folder.to_path_buf(), String::new())];
    while let Some((path, prefix)) = folders.pop() {
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
                "target" | "Cargo.lock" => {}
                _ if kind.is_dir() => folders.push((entry.path(), format!("{name}/"))),
                _ => names.push(name),
            }
        }
    }
    names.sort();
    Ok(names)
}

fn remove_empty_parents(folder: &Path, path: &Path) {
    // `remove_dir` refuses a folder that is not empty, which is where this ends.
    let parents = path.ancestors().skip(1).take_while(|parent| *parent != folder);
    let _ = parents.map(fs::remove_dir).take_while(Result::is_ok).count();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(content: &[(&str, &str)]) -> Files {
        let manifest = ("Cargo.toml".to_owned(), format!("# {HEADER}.\n"));
        content.iter().map(|(name, content)| ((*name).to_owned(), (*content).to_owned())).chain([manifest]).collect()
    }

    fn write(folder: &Path, files: &Files) -> Plan {
        let plan = plan(folder, files).expect("plan");
        apply(folder, files, &plan).expect("applied");
        plan
    }

    #[test]
    fn unchanged_files_are_untouched_and_strays_go() {
        let folder = tempfile::tempdir().expect("folder");
        write(folder.path(), &files(&[("src/a.rs", "1"), ("src/old/b.rs", "2")]));
        let time = fs::metadata(folder.path().join("src/a.rs")).and_then(|data| data.modified()).expect("time");
        let plan = write(folder.path(), &files(&[("src/a.rs", "1"), ("src/c.rs", "3")]));
        assert_eq!(
            plan,
            Plan { written: vec!["src/c.rs".to_owned()], removed: vec!["src/old/b.rs".to_owned()], unchanged: 2 }
        );
        assert_eq!(list(folder.path()).expect("list"), ["Cargo.toml", "src/a.rs", "src/c.rs"]);
        assert!(!folder.path().join("src/old").exists());
        let after = fs::metadata(folder.path().join("src/a.rs")).and_then(|data| data.modified()).expect("time");
        assert_eq!(time, after);
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("thesis.txt"), "years of work").expect("written");
        assert!(matches!(plan(folder.path(), &files(&[])), Err(DiskError::NotOurs(_))));
    }

    #[test]
    fn a_failure_in_the_middle_puts_everything_back() {
        let folder = tempfile::tempdir().expect("folder");
        write(folder.path(), &files(&[("a.rs", "1"), ("b.rs", "2"), ("z.rs", "3")]));
        let new = files(&[("a.rs", "new"), ("new/deep/c.rs", "new"), ("z.rs", "new")]);
        let plan = plan(folder.path(), &new).expect("plan");
        // A folder in the place where `z.rs` is set aside makes the last step fail.
        fs::create_dir_all(folder.path().join(".z.rs.old/full")).expect("in the way");
        assert!(apply(folder.path(), &new, &plan).is_err());
        fs::remove_dir_all(folder.path().join(".z.rs.old")).expect("out of the way");
        assert_eq!(list(folder.path()).expect("list"), ["Cargo.toml", "a.rs", "b.rs", "z.rs"]);
        for (name, content) in [("a.rs", "1"), ("b.rs", "2"), ("z.rs", "3")] {
            assert_eq!(fs::read_to_string(folder.path().join(name)).expect("content"), content);
        }
        assert!(!folder.path().join("new").exists());
    }
}
