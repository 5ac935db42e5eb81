//! The manifest of the generated crate.

use super::HEADER;

/// Renders `Cargo.toml`.
pub fn render() -> String {
    format!(
        r#"# {HEADER}.

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

[dependencies]
# Dates.
chrono.workspace = true
# Addresses, tolerant decoding, open enums.
jsm-ops-core.workspace = true
# Requests and answers of the generated methods.
progenitor-client.workspace = true
# The HTTP client; it brings no TLS of its own, the caller's choice of features does.
reqwest = {{ workspace = true, features = ["json", "multipart", "query", "stream"] }}
serde.workspace = true
# Values whose type the document leaves open.
serde_json.workspace = true
"#
    )
}
