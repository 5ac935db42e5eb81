//! The form of the files in `spec/overlay/`, for reading them and for the schema that editors use.
//!
//! The docs of these types are the descriptions that an editor shows.

use std::collections::BTreeMap;

use schemars::{JsonSchema, r#gen::SchemaGenerator, schema::Schema};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error},
};
use serde_json::Value;

use crate::document::load::json_type;

/// What stands for docs that are not written yet. The reader refuses it.
pub const PLACEHOLDER: &str = "TODO";

/// Every file of the overlay has one of these forms, by its name.
#[derive(JsonSchema)]
#[serde(untagged)]
pub enum OverlayFile {
    /// `<area>.yaml` and `<area>.<part>.yaml`
    Area(AreaFile),
    /// `glossary.yaml` and `glossary.<part>.yaml`
    Glossary(GlossaryFile),
    /// `shared.yaml` and `shared.<part>.yaml`
    Shared(SharedFile),
}

/// An area: operations that belong together for a reader.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AreaFile {
    /// The heading. Required in `<area>.yaml`; not allowed in a further part.
    pub title: Option<String>,
    /// What the area is for. Required in `<area>.yaml`; not allowed in a further part.
    pub summary: Option<String>,
    /// What to know before using it.
    pub docs: Option<String>,
    /// Its operations, by method and path without the prefix of the address family, as in `GET
    /// /v1/alerts`.
    pub operations: BTreeMap<String, Checked<OperationForm>>,
    /// Docs of types that no other area uses, by the name of the schema.
    pub types: BTreeMap<String, Checked<TypeForm>>,
    /// Properties of these types that must not be printed, as `Schema.property`.
    pub secrets: Vec<String>,
}

/// Docs by names on the wire, for all places that have no docs of their own.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GlossaryFile {
    /// Docs of parameters.
    pub parameters: BTreeMap<String, String>,
    /// Docs of fields.
    pub fields: BTreeMap<String, String>,
    /// The order in which required inputs become arguments.
    pub argument_order: Vec<String>,
}

/// What several areas use.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SharedFile {
    /// Docs of types that several areas use, or none, by the name of the schema.
    pub types: BTreeMap<String, Checked<TypeForm>>,
    /// Properties of these types that must not be printed, as `Schema.property`.
    pub secrets: Vec<String>,
    /// Schemas that are the same, by the name of the type that they become.
    pub merge: BTreeMap<String, Checked<MergeForm>>,
}

/// Name, docs and behaviour of an operation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationForm {
    /// The Rust name, unique among all operations.
    pub name: String,
    /// The name of the method on the accessor of its area, unique there. The default is the name.
    pub method: Option<String>,
    /// What it does, in a sentence or two.
    pub summary: String,
    /// When to use it and what to know.
    #[serde(default)]
    pub docs: String,
    /// Whether a request whose response was lost may be sent again. The default is
    /// `not-idempotent`.
    #[serde(default)]
    pub idempotency: Idempotency,
    /// How the next page is requested. Without it the operation has no pages.
    pub paging: Option<Paging>,
    /// How many items the service lists at all; only with `paging: offset`.
    pub max_results: Option<u32>,
    /// The name of the operation that returns the state of a queued write.
    pub status_operation: Option<String>,
    /// Where the response of a status operation has the state of a queued write.
    #[serde(default, deserialize_with = "write_state")]
    pub write_state: Option<WriteStateLocation>,
    /// Docs of parameters that need others than those of the glossary, by their names on the wire.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// Whether a request may be sent again when its response was lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Idempotency {
    /// A second request has no further effect.
    Idempotent,
    /// A second request has no further effect if it carries an alias.
    WithAlias,
    /// A second request has the effect again.
    #[default]
    NotIdempotent,
}

/// How the next page is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
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
    /// The name of the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Offset => "offset",
            Self::After => "after",
            Self::PageToken => "page-token",
            Self::Size => "size",
            Self::Relay => "relay",
            Self::Cursor => "cursor",
        }
    }
}

impl Paging {
    /// The query parameters that it needs.
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

/// Where a response has the state of a queued write.
#[derive(Debug, Clone, PartialEq, Eq, JsonSchema)]
#[schemars(untagged, deny_unknown_fields)]
pub enum WriteStateLocation {
    /// A boolean that is missing as long as the write is queued.
    Flag {
        /// The parameter of the path that takes the id of the request.
        request: String,
        /// The property that holds the boolean.
        flag: String,
        /// The property that has the result of the write as text.
        reason: String,
    },
    /// A string with one value for success and one for failure.
    State {
        /// The parameter of the path that takes the id of the request.
        request: String,
        /// The path of the property that holds the string, with dots.
        state: String,
        /// Its value for a success.
        done: String,
        /// Its value for a failure.
        failed: String,
    },
}

impl WriteStateLocation {
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

/// Docs of a type.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeForm {
    /// What a value of it is.
    pub summary: Option<String>,
    /// Docs of fields that need others than those of the glossary, by their names on the wire.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

/// Schemas that are the same, and the docs of the type that they become.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeForm {
    /// What a value of the type is.
    pub summary: Option<String>,
    /// Docs of fields that need others than those of the glossary, by their names on the wire.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The names of the schemas. One alone is renamed.
    pub schemas: Vec<String>,
}

/// An entry that is read by itself, so that one invalid entry does not hide another.
#[derive(Debug)]
pub struct Checked<T>(pub Result<T, serde_json::Error>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Checked<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(map(value)))
    }
}

/// Reads a form from a map. A derived form would read a list as its fields in order.
///
/// # Errors
/// Other values than maps, and maps of another form.
pub fn map<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    if value.is_object() {
        serde_json::from_value(value)
    } else {
        Err(serde_json::Error::custom(format!("expected a map, found {}", json_type(&value))))
    }
}

/// Reads the place of a state. An error names the field that is wrong, and not the Rust type.
fn write_state<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<WriteStateLocation>, D::Error> {
    let Some(value) = Option::<Value>::deserialize(deserializer)? else { return Ok(None) };
    let read = if value.get("flag").is_some() {
        map(value).map(|FlagForm { request, flag, reason }| WriteStateLocation::Flag { request, flag, reason })
    } else {
        map(value).map(|StateForm { request, state, done, failed }| WriteStateLocation::State {
            request,
            state,
            done,
            failed,
        })
    };
    read.map(Some).map_err(|error| D::Error::custom(format!("`write_state`: {error}")))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FlagForm {
    request: String,
    flag: String,
    reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StateForm {
    request: String,
    state: String,
    done: String,
    failed: String,
}

impl<T: JsonSchema> JsonSchema for Checked<T> {
    fn schema_name() -> String {
        T::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
