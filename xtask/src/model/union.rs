//! Schemas with alternatives, and what tells the alternatives apart.

/// A schema with alternatives, under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Union {
    /// The name of the schema.
    pub schema: String,
    /// Whether requests hold it.
    pub sent: bool,
    /// The property whose value may tell objects apart.
    pub tag: Option<String>,
    /// The alternatives in the order of the document.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of a union.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The name of its variant.
    pub variant: String,
    /// What a value of it is.
    pub kind: AlternativeKind,
    /// Values of the tag that only this alternative has.
    pub tag_values: Vec<String>,
    /// Properties that only this alternative has.
    pub own_properties: Vec<String>,
}

/// What a value of an alternative is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlternativeKind {
    /// A named schema that is an object.
    Object(String),
    /// A list of a named schema.
    List(String),
    /// A JSON string.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// `true` or `false`.
    Boolean,
}

impl AlternativeKind {
    /// The JSON type by which it can be told from the others; numbers of both kinds are one type.
    pub fn json_type(&self) -> &'static str {
        match self {
            Self::Object(_) => "object",
            Self::List(_) => "array",
            Self::String => "string",
            Self::Integer | Self::Number => "number",
            Self::Boolean => "boolean",
        }
    }
}
