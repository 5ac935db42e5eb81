//! The packages of the workspace and the root files of their libraries and binaries.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::workspace;

/// A package of the workspace.
pub struct Package {
    pub name: String,
    /// Its directory, relative to the workspace.
    pub directory: PathBuf,
    /// Root file of the library, relative to the workspace.
    pub library: Option<PathBuf>,
    /// Root files of the binaries, relative to the workspace.
    pub binaries: Vec<PathBuf>,
}

impl Package {
    /// All root files.
    pub fn roots(&self) -> impl Iterator<Item = &Path> {
        self.library.iter().chain(&self.binaries).map(PathBuf::as_path)
    }
}

/// Reads the members from the workspace manifest.
pub fn packages() -> Vec<Package> {
    let manifest = read_manifest(Path::new(""));
    let members = manifest["workspace"]["members"].as_array().expect("the workspace has members");
    members.iter().map(|member| package(Path::new(member.as_str().expect("a member is a path")))).collect()
}

fn package(directory: &Path) -> Package {
    let manifest = read_manifest(directory);
    let name = manifest["package"]["name"].as_str().expect("a package has a name").to_owned();
    let declared = |target: &toml::Value| Some(directory.join(target.get("path")?.as_str()?));
    let library = manifest.get("lib").and_then(declared).or_else(|| existing(directory.join("src/lib.rs")));
    let mut binaries: Vec<_> =
        manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten().filter_map(declared).collect();
    binaries.extend(existing(directory.join("src/main.rs")));
    for entry in fs::read_dir(workspace().join(directory).join("src/bin")).into_iter().flatten().flatten() {
        binaries.push(directory.join("src/bin").join(entry.file_name()));
    }
    binaries.sort();
    binaries.dedup();
    Package { name, directory: directory.to_owned(), library, binaries }
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    workspace().join(&path).is_file().then_some(path)
}

fn read_manifest(directory: &Path) -> toml::Value {
    let path = workspace().join(directory).join("Cargo.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
    toml::Value::Table(text.parse().unwrap_or_else(|error| panic!("{} is invalid TOML: {error}", path.display())))
}

#[test]
fn every_package_has_a_library_or_a_binary() {
    let packages = packages();
    assert!(packages.len() >= 7, "the workspace has at least seven packages");
    for package in packages {
        assert!(package.roots().next().is_some(), "{} has no root file in {}", package.name, package.directory.display());
    }
}
