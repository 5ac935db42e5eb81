//! The manifest of the generated crate.

use crate::model::area::{AreaModel, UNUSED_TYPES};

/// Renders `Cargo.toml`, with `header` in its first line.
pub fn render(areas: &[AreaModel<'_>], header: &str) -> String {
    let list = |areas: &mut dyn Iterator<Item = &AreaModel<'_>>| -> String {
        areas.map(|area| format!("    \"{}\",\n", area.key)).collect()
    };
    let default = list(&mut areas.iter().filter(|area| !area.is_experimental()));
    let full = list(&mut areas.iter());
    let features: String = areas.iter().map(|area| format!("{} = []\n", area.key)).collect();
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
{full}    "{UNUSED_TYPES}",
]
# Types of the document that no operation uses.
{UNUSED_TYPES} = []
# One feature for each area, with its operations and their types.
{features}
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
