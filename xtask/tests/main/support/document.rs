//! The document of this repository and its overlay, to be changed by tests.

use std::{fs, path::PathBuf, sync::OnceLock};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::workspace;

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

/// The overlay after a change, as text.
pub fn changed_overlay(change: impl FnOnce(&mut Value)) -> String {
    let text = fs::read_to_string(workspace().join("spec/overlay.yaml")).expect("the overlay is readable");
    let before: Value = serde_yaml::from_str(&text).expect("the overlay is YAML");
    let mut overlay = before.clone();
    change(&mut overlay);
    assert_ne!(overlay, before, "the change changes nothing");
    serde_yaml::to_string(&overlay).expect("the overlay can be written")
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
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }
}
