//! Directories with a generated crate, and what a run changed in them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

use super::{cli, workspace};

/// Files by their names below a directory.
pub type Files = BTreeMap<String, Vec<u8>>;

/// All files below a directory, as names with `/` between the parts. What cargo builds there is no
/// part of the crate.
pub fn files(directory: &Path) -> Files {
    let mut found = Files::new();
    walk(directory, "", &mut |name, path| {
        if path.is_file() && name != "Cargo.lock" && !name.starts_with("target/") {
            found.insert(name.to_owned(), fs::read(path).expect("the file is readable"));
        }
    });
    found
}

fn walk(directory: &Path, prefix: &str, visit: &mut impl FnMut(&str, &Path)) {
    for entry in fs::read_dir(directory).expect("the directory is readable") {
        let path = entry.expect("the entry is readable").path();
        let name = format!("{prefix}{}", path.file_name().expect("an entry has a name").to_str().expect("the name is text"));
        visit(&name, &path);
        if path.is_dir() {
            walk(&path, &format!("{name}/"), visit);
        }
    }
}

/// The files of the crate in this repository.
pub fn committed() -> Files {
    files(&workspace().join("generated"))
}

/// How many files the generated crate has.
pub fn crate_files() -> usize {
    committed().len()
}

/// The names of what differs between two sets of files.
pub fn differing(left: &Files, right: &Files) -> Vec<String> {
    let names = left.keys().chain(right.keys().filter(|name| !left.contains_key(*name)));
    names.filter(|name| left.get(*name) != right.get(*name)).cloned().collect()
}

/// Everything in a directory with its content and its time, and every directory below it.
#[derive(Clone, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, Option<(Vec<u8>, SystemTime)>>);

impl Snapshot {
    /// Looks at a directory.
    pub fn of(directory: &Path) -> Self {
        let mut entries = BTreeMap::new();
        walk(directory, "", &mut |name, path| {
            let content = path.is_file().then(|| {
                let time = fs::metadata(path).and_then(|data| data.modified()).expect("files have a time");
                (fs::read(path).expect("the file is readable"), time)
            });
            entries.insert(name.to_owned(), content);
        });
        Self(entries)
    }

    /// Fails with the names of what is different in the directory now.
    #[track_caller]
    pub fn assert_unchanged(&self, directory: &Path) {
        let now = Self::of(directory);
        let names = self.0.keys().chain(now.0.keys().filter(|name| !self.0.contains_key(*name)));
        let changed: Vec<_> = names.filter(|name| self.0.get(*name) != now.0.get(*name)).collect();
        assert!(changed.is_empty(), "a failed run changed {changed:?}");
    }
}

/// A directory with the crate in it as one run of the binary wrote it, long ago by its times.
pub struct Crate {
    directory: TempDir,
}

impl Crate {
    /// Makes a directory of its own for one test.
    pub fn new() -> Self {
        static WRITTEN: OnceLock<Files> = OnceLock::new();
        let written = WRITTEN.get_or_init(|| {
            let directory = tempfile::tempdir().expect("a temporary directory");
            cli::regen(&workspace().join("spec/jsm-ops.json"), directory.path()).succeeded();
            files(directory.path())
        });
        let new = Self { directory: tempfile::tempdir().expect("a temporary directory") };
        written.iter().for_each(|(name, content)| new.write(name, content));
        new
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// A file in it.
    pub fn join(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, content: &[u8]) {
        write_long_ago(&self.join(name), content);
    }
}

/// Writes a file with a time so far back that every later change shows, however coarse the clock of
/// the file system is.
pub fn write_long_ago(path: &Path, content: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("the directory can be made");
    fs::write(path, content).expect("the file can be written");
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = fs::File::options().write(true).open(path).expect("the file can be opened");
    file.set_modified(long_ago).expect("the time can be set");
}
