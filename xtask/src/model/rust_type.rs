//! The types of parameters, fields and responses.

use serde_json::Value;

use crate::document::schema_name;

/// A type that the preflight allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RustType {
    /// `String`.
    String,
    /// A whole number of 32 bits.
    Integer32,
    /// A whole number of 64 bits.
    Integer64,
    /// A number with a fraction: `f64`.
    Number,
    /// `bool`.
    Boolean,
    /// A date with a time.
    DateTime,
    /// Any JSON value.
    Any,
    /// A named object, enum or union.
    Named(String),
    /// A `Vec` of a type.
    List(Box<RustType>),
    /// An object of any members.
    AnyObject,
    /// A map of values of one type.
    Map(Box<RustType>),
}

impl RustType {
    /// The type of a schema of an adapted document.
    pub fn of(schema: &Value) -> Self {
        let text = |key: &str| schema.get(key).and_then(Value::as_str);
        if let Some(name) = text("$ref").and_then(schema_name) {
            return Self::Named(name.to_owned());
        }
        match (text("type"), text("format")) {
            (Some("string"), Some("date-time")) => Self::DateTime,
            (Some("string"), _) => Self::String,
            (Some("integer"), Some("int32")) => Self::Integer32,
            (Some("integer"), _) => Self::Integer64,
            (Some("number"), _) => Self::Number,
            (Some("boolean"), _) => Self::Boolean,
            (Some("array"), _) => Self::List(Box::new(schema.get("items").map_or(Self::Any, Self::of))),
            (Some("object"), _) => match schema.get("additionalProperties").filter(|values| values.is_object()) {
                Some(values) if Self::of(values) != Self::Any => Self::Map(Box::new(Self::of(values))),
                _ => Self::AnyObject,
            },
            _ => Self::Any,
        }
    }

    /// The name of the schema that it mentions.
    pub fn named(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            Self::List(item) | Self::Map(item) => item.named(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_have_types() {
        let named = json!({"$ref": "#/components/schemas/alert_note"});
        let map = json!({"type": "object", "additionalProperties": named});
        assert_eq!(RustType::of(&map), RustType::Map(Box::new(RustType::Named("alert_note".to_owned()))));
        for open in [json!({"type": "object"}), json!({"type": "object", "additionalProperties": {}})] {
            assert_eq!(RustType::of(&open), RustType::AnyObject);
        }
    }
}
