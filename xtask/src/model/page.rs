//! What the responses of paged operations have in common: items, and a way to the next page.

use super::rust_type::RustType;

/// Where in the response of a paged operation things are, as paths of property names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The schema of the response.
    pub schema: String,
    /// The list of items.
    pub items: Vec<String>,
    /// The type of an item.
    pub item: RustType,
    /// The link or cursor that leads to the next page.
    pub next: Vec<String>,
    /// The boolean that says whether there is a next page, where there is one beside the cursor.
    pub has_next: Option<Vec<String>>,
}
