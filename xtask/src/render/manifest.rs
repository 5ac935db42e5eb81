//! The manifest of the generated crate.

use std::collections::BTreeMap;

use crate::model::area::{AreaModel, UNUSED_TYPES};

/// The features, each with those that it includes.
pub fn features(areas: &[AreaModel<'_>]) -> BTreeMap<String, Vec<String>> {
    let keys = |areas: &mut dyn Iterator<Item = &AreaModel<'_>>| areas.map(|area| area.key.to_owned()).collect();
    let default: Vec<String> = keys(&mut areas.iter().filter(|area| !area.is_experimental()));
    let mut full: Vec<String> = keys(&mut areas.iter());
    let alone = full.iter().cloned().map(|key| (key, Vec::new()));
    let mut features: BTreeMap<_, _> = alone.chain([(UNUSED_TYPES.to_owned(), Vec::new())]).collect();
    full.push(UNUSED_TYPES.to_owned());
    features.extend([("default".to_owned(), default), ("full".to_owned(), full)]);
    features
}

/// Renders `Cargo.toml`, with `header` in its first line.
pub fn render(areas: &[AreaModel<'_>], header: &str) -> String {
    let features = features(areas);
    let [default, full] = ["default", "full"].map(|name| -> String {
        features.get(name).into_iter().flatten().map(|feature| format!("    \"{feature}\",\n")).collect()
    });
    let areas: String = areas.iter().map(|area| format!("{} = []\n", area.key)).collect();
    format!(
        r#"# {header}.

[package]
name = "jsm-ops-api"
description = "Client of the Jira Service Management Operations API, generated from its OpenAPI document"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true
# `tests` holds tables for the end-to-end tests of the workspace, which are not tests themselves.
autotests = false

[features]
# All stable areas.
default = [
{default}]
# All areas, also those that Atlassian marks as experimental, and unused types.
full = [
{full}]
# Types of the document that no operation uses.
{UNUSED_TYPES} = []
# One feature for each area, with its operations and their types.
{areas}
[dependencies]
# Dates.
chrono.workspace = true
# Calls, errors, paging, tolerant decoding.
jsm-ops-core.workspace = true
# The HTTP client. It enables no TLS: callers choose a TLS feature of reqwest.
reqwest.workspace = true
serde.workspace = true
# Values whose type the document leaves open.
serde_json.workspace = true

[dev-dependencies]
# Runs the examples.
tokio = {{ workspace = true, features = ["macros", "rt"] }}
"#
    )
}
