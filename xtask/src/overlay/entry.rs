//! What the overlay says of an area, of an operation and of a type.

use std::collections::BTreeMap;

use serde::Deserialize;

/// A group of operations that belong together for a reader.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The heading.
    pub title: String,
    /// What the area is for.
    pub summary: String,
    /// What to know before using it.
    #[serde(default)]
    pub doc: String,
    /// Rust code that shows it, as the body of an asynchronous function with a client `ops` that returns `Result<(), Error>`.
    #[serde(default)]
    pub example: String,
}

/// What we say about one operation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The Rust name, unique among all operations.
    pub name: String,
    /// The name of the method on the accessor of its area; without one it is the name.
    pub method: Option<String>,
    /// The key of the area that it belongs to.
    pub area: String,
    /// What it does, in a sentence or two.
    pub summary: String,
    /// When to use it and what to know.
    #[serde(default)]
    pub doc: String,
    /// Whether it may be repeated; what nobody has judged is not.
    #[serde(default)]
    pub retry: Retry,
    /// How its pages follow each other.
    pub paging: Option<Paging>,
    /// How far the service shows items at all.
    pub window: Option<u32>,
    /// The name of the operation that tells how a queued write ended.
    pub follow: Option<String>,
    /// Where in its answer an operation tells how a queued write ended.
    pub outcome: Option<Outcome>,
    /// Words for parameters, by their name on the wire, that need others than those of the glossary.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// Whether an operation may be sent again when its answer got lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// Repeating it changes nothing more.
    Safe,
    /// The same, if the request carries an alias.
    SafeWithAlias,
    /// Repeating it does it again.
    #[default]
    Never,
}

/// How pages follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paging {
    /// `size` and `offset`
    Offset,
    /// `size` and `after`
    After,
    /// `limit` and `pageToken`
    PageToken,
    /// `size` alone
    Size,
    /// `first` and `after`
    Relay,
    /// `limit` and `cursor`
    Cursor,
}

impl Paging {
    /// The query parameters by which it is told.
    pub fn parameters(self) -> &'static [&'static str] {
        match self {
            Self::Offset => &["size", "offset"],
            Self::After => &["size", "after"],
            Self::PageToken => &["limit", "pageToken"],
            Self::Size => &["size"],
            Self::Relay => &["first", "after"],
            Self::Cursor => &["limit", "cursor"],
        }
    }
}

/// Where an answer tells how a queued write ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Outcome {
    /// By a boolean that is missing as long as the write is queued.
    Flag {
        /// The parameter of the path that takes the id of the request.
        request: String,
        /// The property that holds it.
        flag: String,
        /// The property that says in words how it ended.
        reason: String,
    },
    /// By a state.
    State {
        /// The parameter of the path that takes the id of the request.
        request: String,
        /// The path of the property that holds it, with dots.
        state: String,
        /// Its value for a success.
        done: String,
        /// Its value for a failure.
        failed: String,
    },
}

impl Outcome {
    /// The parameter of the path that takes the id of the request.
    pub fn request(&self) -> &str {
        match self {
            Self::Flag { request, .. } | Self::State { request, .. } => request,
        }
    }

    /// The paths of the properties that it reads.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let paths = match self {
            Self::Flag { flag, reason, .. } => [Some(flag), Some(reason)],
            Self::State { state, .. } => [Some(state), None],
        };
        paths.into_iter().flatten().map(String::as_str)
    }
}

/// What we say about a type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeWords {
    /// What a value of it is.
    #[serde(default)]
    pub summary: String,
    /// Words for fields, by their name on the wire, that need others than those of the glossary.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}
