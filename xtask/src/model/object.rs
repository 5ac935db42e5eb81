//! Objects: their fields, and how each says that it has no value.

use super::rust_type::RustType;

/// An object of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The name of the schema.
    pub schema: String,
    /// The fields in the order of their names on the wire.
    pub fields: Vec<Field>,
    /// Whether the schema says what properties are that it does not name.
    pub has_rest: bool,
    /// Whether requests hold it.
    pub sent: bool,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name in Rust.
    pub rust_name: String,
    /// The name on the wire.
    pub wire_name: String,
    /// The type of its value.
    pub rust_type: RustType,
    /// How it says that it has no value.
    pub presence: Presence,
    /// Whether its value must not be printed.
    pub secret: bool,
    /// Whether it holds the object that it is in, directly or through others.
    pub boxed: bool,
    /// Whether a boolean also comes as a string.
    pub lenient: bool,
    /// Whether Atlassian marks it as deprecated.
    pub deprecated: bool,
    /// Our docs.
    pub docs: String,
}

/// How a field says that it has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It always has one.
    Required,
    /// By a type that tells absence from `null`: the object is sent.
    Nullable,
    /// By `Option`.
    Optional,
    /// By an empty list or map.
    EmptyCollection,
}

impl Field {
    /// Whether it always has a value.
    pub fn is_required(&self) -> bool {
        self.presence == Presence::Required
    }
}

impl Object {
    /// The fields that may have no value.
    pub fn optional_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is_required())
    }
}
