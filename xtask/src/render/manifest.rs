//! The manifest of the generated crate.

use crate::model::area::{AreaModel, UNUSED_TYPES};

/// Renders `Cargo.toml`, with `header` in its first line.
pub fn render(areas: &[AreaModel<'_>], header: &str) -> String {
    let stable: Vec<String> =
        areas.iter().filter(|area| !area.is_experimental()).map(|area| format!("\"{}\"", area.key)).collect();
    let default = stable.join(", ");
    let all: Vec<String> = areas.iter().map(|area| format!("\"{}\"", area.key)).collect();
    let full = all.join(", ");
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
# What is in `tests` are tables for the workspace's end-to-end tests and no tests of their own.
autotests = false

[features]
# All stable areas.
default = [{default}]
# Everything, with what Atlassian marks as experimental.
full = [{full}, "{UNUSED_TYPES}"]
# Types of the document that no operation uses.
{UNUSED_TYPES} = []
# One feature for each area: its operations, and the types that they use.
{features}
[dependencies]
# Dates.
chrono.workspace = true
# Calls, errors, paging, tolerant decoding.
jsm-ops-core.workspace = true
# The HTTP client; it brings no TLS of its own, the caller's choice of features does.
reqwest.workspace = true
serde.workspace = true
# Values whose type the document leaves open.
serde_json.workspace = true

[dev-dependencies]
# The examples wait.
tokio = {{ workspace = true, features = ["macros", "rt"] }}
"#
    )
}
