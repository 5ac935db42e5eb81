//! What the files of the crate declare, before it is known where users find it.

use super::{item::Item, requirement::Requirement};

/// A module with its public items. Paths in it begin with `crate`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Module {
    /// The path, `crate` for the root.
    pub path: String,
    /// The modules below it.
    pub children: Vec<Child>,
    /// Its `pub use` lines.
    pub uses: Vec<ReExport>,
    /// Its items, each with what is in it.
    pub items: Vec<Item>,
    /// The traits that are implemented here.
    pub implementations: Vec<Implementation>,
}

/// A module below another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Its name.
    pub name: String,
    /// Whether users of the crate can name it.
    pub is_public: bool,
    /// The features that it needs.
    pub requirement: Requirement,
}

/// One name, or all names, of another module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReExport {
    /// What is re-exported: the path of an item, or of a module for all of its names.
    pub source: String,
    /// The new name; none for all names.
    pub name: Option<String>,
    /// The features that it needs.
    pub requirement: Requirement,
}

/// An implementation of a trait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implementation {
    /// The type, which is one of this crate if its path begins with `crate`.
    pub of: String,
    /// The trait.
    pub name: String,
    /// The features that it needs.
    pub requirement: Requirement,
}

/// The path of the module in a file of the crate; `None` for a file that is no module.
pub fn path(file: &str) -> Option<String> {
    let path = file.strip_prefix("src/")?.strip_suffix(".rs")?;
    let path = path.strip_suffix("/mod").unwrap_or(path);
    Some(if path == "lib" { "crate".to_owned() } else { format!("crate::{}", path.replace('/', "::")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_modules() {
        for (file, expected) in [
            ("src/lib.rs", Some("crate")),
            ("src/areas/mod.rs", Some("crate::areas")),
            ("src/types/alerts.rs", Some("crate::types::alerts")),
            ("tests/calls.rs", None),
        ] {
            assert_eq!(path(file).as_deref(), expected);
        }
    }
}
