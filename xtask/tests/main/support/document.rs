//! The document of this repository and its overlay, to be changed by tests.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{directory::files, workspace};

/// The document in facts form, as text.
pub fn text() -> &'static str {
    static TEXT: OnceLock<String> = OnceLock::new();
    TEXT.get_or_init(|| fs::read_to_string(workspace().join("spec/jsm-ops.json")).expect("the facts are readable"))
}

/// The document in facts form.
pub fn root() -> Value {
    serde_json::from_str(text()).expect("the facts are JSON")
}

/// The document after a change, as text.
pub fn changed(change: impl FnOnce(&mut Value)) -> String {
    let mut root = root();
    change(&mut root);
    let text = root.to_string();
    assert_ne!(root, self::root(), "the change changes nothing");
    text
}

/// The YAML files of the overlay, by their names.
pub fn overlay() -> Value {
    let files = files(&workspace().join("spec/overlay"));
    let yaml = files.into_iter().filter(|(name, _)| name.ends_with(".yaml"));
    let value = |content: &[u8]| serde_yaml::from_slice::<Value>(content).expect("the file is YAML");
    yaml.map(|(name, content)| (name, value(&content))).collect()
}

/// A copy of the overlay after a change of its YAML files.
pub fn changed_overlay(change: impl FnOnce(&mut Value)) -> OverlayCopy {
    let before = overlay();
    let mut overlay = before.clone();
    change(&mut overlay);
    assert_ne!(overlay, before, "the change changes nothing");
    let copy = OverlayCopy::new();
    for (name, value) in overlay.as_object().into_iter().flatten() {
        copy.write(name, &serde_yaml::to_string(value).expect("the file can be written"));
    }
    for name in before.as_object().into_iter().flatten().map(|(name, _)| name).filter(|name| overlay.get(name).is_none()) {
        copy.remove(name);
    }
    copy
}

/// A directory with a copy of the overlay.
pub struct OverlayCopy(TempDir);

impl OverlayCopy {
    /// Copies the overlay.
    pub fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a temporary directory"));
        fs::create_dir(copy.path().join("examples")).expect("the directory can be made");
        for (name, content) in files(&workspace().join("spec/overlay")) {
            fs::write(copy.path().join(name), content).expect("the file can be written");
        }
        copy
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("the file can be written");
    }

    /// Removes a file of it.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.path().join(name)).expect("the file is there");
    }
}

/// The node at a JSON pointer, which must be there.
#[track_caller]
pub fn at<'a>(root: &'a mut Value, pointer: &str) -> &'a mut Value {
    root.pointer_mut(pointer).unwrap_or_else(|| panic!("the document has no {pointer}"))
}

/// Removes a member that must be there.
#[track_caller]
pub fn remove(root: &mut Value, pointer: &str, key: &str) -> Value {
    let object = at(root, pointer).as_object_mut().expect("an object");
    object.shift_remove(key).unwrap_or_else(|| panic!("{pointer} has no `{key}`"))
}

/// A reference to a named schema.
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// A file in a directory of its own, which goes with it.
pub struct TempFile {
    path: PathBuf,
    _directory: TempDir,
}

impl TempFile {
    /// Writes a file of this name.
    pub fn new(name: &str, text: &str) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(name);
        fs::write(&path, text).expect("the file can be written");
        Self { path, _directory: directory }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
