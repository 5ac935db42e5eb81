//! A response that is one page.

use serde::de::DeserializeOwned;

/// A response that is one page of several.
pub trait Page: DeserializeOwned + Send + 'static {
    /// The type of the items.
    type Item: Send + 'static;

    /// The link to the next page, or its cursor. `None` or an empty string on the last page.
    fn next(&self) -> Option<&str>;

    /// The items of this page.
    fn into_items(self) -> Vec<Self::Item>;
}
