//! String enums that stay open for unknown values.

/// A string enum under its schema name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenEnum {
    /// The name of the schema.
    pub schema: String,
    /// Rust names of the variants and the values that they stand for, in the order of the document.
    pub variants: Vec<(String, String)>,
}
