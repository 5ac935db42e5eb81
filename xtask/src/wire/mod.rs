//! What calls send: the requests of unchanged code, by the Rust names of what the code uses.
//!
//! It comes from the model, so that the spelling of the document does not matter. It is a file of
//! its own beside `public-api.txt`, because its readers ask another question: not whether code
//! compiles, but whether it still does the same.

pub mod compare;
mod from_model;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The file, beside the manifest of the crate.
pub const FILE: &str = "wire.toml";

/// Says what the file is.
const HEAD: &str = "\
# What calls send, by the Rust names of what code uses: operations, and the types of their requests.
#
# An argument of an operation has its place in the request: `path`, `query` or `body`, the name there,
# and its type. `?` behind a type says that the value may be absent.

";

/// What calls send.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wire {
    /// The base URLs of each address family.
    pub base_urls: BTreeMap<String, BaseUrls>,
    /// Operations by how they are called: `alerts().list`.
    pub operations: BTreeMap<String, Request>,
    /// The types of values that requests hold.
    pub types: BTreeMap<String, SentType>,
}

/// The base URLs of an address family.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaseUrls {
    /// For OAuth 2.0 (3LO) tokens.
    pub oauth: String,
    /// For API tokens.
    pub basic: String,
}

/// The request of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Method and path; the parameters have no names in it: `GET /v1/alerts/{}`.
    pub request: String,
    /// The address family.
    pub base_url: String,
    /// The media type that the response should have, where it is not JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    /// The type of the body, with its media type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How the next page is requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<String>,
    /// The operation that a receipt asks for the write status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The OAuth 2.0 scopes; without them it takes no OAuth token.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<String>,
    /// Where required inputs go, in the order of the arguments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Where optional inputs go, by the names of their setters. Those of the body are in its type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub setters: BTreeMap<String, String>,
}

/// A type of values that requests hold, by its Rust names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum SentType {
    /// The fields of an object: the name in JSON and the type.
    Object(BTreeMap<String, String>),
    /// The strings of an enum.
    Enum(BTreeMap<String, String>),
    /// The types of a union.
    Union(BTreeMap<String, String>),
}

impl Wire {
    /// The text of the file.
    ///
    /// # Errors
    /// A value that TOML cannot hold.
    pub fn text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEAD}{}", toml::to_string(self)?))
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// The place where it is not of this form.
    pub fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text)
    }
}
