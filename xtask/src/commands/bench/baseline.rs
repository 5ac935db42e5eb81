//! The crate to compare with: what progenitor makes of the same document by itself, in its plain positional style.

use std::{fs, path::Path};

use crate::{
    adapt,
    commands::{Failure, workspace},
    document::load,
    generate,
    overlay::Overlay,
    pipeline,
    repair::{generator, vendor},
    times::Times,
};

/// The name of the crate.
pub const NAME: &str = "progenitor-plain";

/// Writes the crate into a folder; gives its lines.
///
/// The document is repaired, and brought into a form that progenitor takes at all: ids that are unique, names for what has none, no
/// declared errors. What our crate has beyond that is left out: open enums, unions that are told apart, merged types.
pub fn write(folder: &Path) -> Result<usize, Failure> {
    let overlay = Overlay::file(&workspace().join("spec/overlay.yaml"))?;
    let spec = workspace().join("spec/jsm-ops.json");
    let document = load::file(&spec).map_err(|error| Failure(format!("{}: {error}", spec.display())))?;
    let repairs: Vec<_> = vendor::REPAIRS.iter().chain(generator::REPAIRS).copied().collect();
    let repaired = pipeline::repair(document, vendor::ADDRESS_REPAIRS, &repairs, &mut Times::start())?;
    let file = generate::plain(&adapt::minimal(repaired.document, &overlay))?;
    let code = prettyplease::unparse(&file);
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), &code)?;
    fs::write(folder.join("Cargo.toml"), manifest()?)?;
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
