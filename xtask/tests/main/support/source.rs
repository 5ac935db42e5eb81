//! `spec/SOURCE.toml`: what the committed document is. `fetch` keeps its numbers.

use std::{fs, sync::LazyLock};

use super::workspace;

static SOURCE: LazyLock<toml::Table> = LazyLock::new(|| {
    let text = fs::read_to_string(workspace().join("spec/SOURCE.toml")).expect("the source is readable");
    text.parse().expect("the source is TOML")
});

/// A number of it, such as that of the `operations`.
pub fn count(key: &str) -> usize {
    let count = SOURCE.get(key).and_then(toml::Value::as_integer).expect("the source has the number");
    usize::try_from(count).expect("a count")
}

/// A text of it, such as the `sha256`.
pub fn text(key: &str) -> &'static str {
    SOURCE.get(key).and_then(toml::Value::as_str).expect("the source has the text")
}
