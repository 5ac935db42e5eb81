//! The crate to compare with: progenitor's own output for the same document, in its positional
//! style.

use std::{fs, path::Path};

use crate::{
    adapt,
    commands::{Failure, workspace},
    document::load,
    generate,
    overlay::Overlay,
    pipeline::{self, Pipeline},
    times::Times,
};

/// The name of the crate.
pub const NAME: &str = "progenitor-plain";

/// Writes the crate into a directory; returns the number of its lines.
///
/// The document is repaired, and has the form that progenitor needs: unique ids, names for unnamed
/// schemas, no declared errors. It lacks what our crate adds: open enums, unions, merged types.
pub fn write(directory: &Path) -> Result<usize, Failure> {
    let overlay = Overlay::directory(&workspace().join("spec/overlay")).map_err(|error| Failure(error.report()))?;
    let spec = workspace().join("spec/jsm-ops.json");
    let document = load::file(&spec).map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let repaired = pipeline::repair(document, &Pipeline::new(overlay.clone()), &mut Times::start())?;
    let file = generate::plain(&adapt::minimal(repaired.document, &overlay))?;
    let code = prettyplease::unparse(&file);
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("src/lib.rs"), &code)?;
    fs::write(directory.join("Cargo.toml"), manifest()?)?;
    Ok(code.lines().count())
}

/// A manifest with the versions of this workspace, as a workspace of its own.
fn manifest() -> Result<String, Failure> {
    let text = fs::read_to_string(workspace().join("Cargo.toml"))?;
    let workspace: toml::Table = toml::from_str(&text)?;
    let dependencies = workspace.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let version = |name: &str| {
        let entry = dependencies.and_then(|dependencies| dependencies.get(name));
        let version = entry.and_then(|entry| entry.as_str().or_else(|| entry.get("version")?.as_str()));
        version.map(str::to_owned).ok_or_else(|| Failure(format!("Cargo.toml has no version of `{name}`")))
    };
    let [progenitor, reqwest, chrono, serde, serde_json, bytes] =
        ["progenitor", "reqwest", "chrono", "serde", "serde_json", "bytes"].map(version);
    Ok(format!(
        r#"[package]
name = "{NAME}"
version = "0.0.0"
edition = "2021"

[dependencies]
bytes = "{}"
chrono = {{ version = "{}", default-features = false, features = ["serde", "std"] }}
futures = "0.3"
progenitor-client = "{}"
reqwest = {{ version = "{}", default-features = false, features = ["json", "query", "stream"] }}
serde = {{ version = "{}", features = ["derive"] }}
serde_json = "{}"

[workspace]
"#,
        bytes?, chrono?, progenitor?, reqwest?, serde?, serde_json?,
    ))
}
