//! Decoding of unions: which alternative a JSON value is.

use serde::de::{self, DeserializeOwned};
use serde_json::Value;

/// Decodes the content of an alternative. The error has the path of the mismatch.
///
/// # Errors
/// A value that does not match the type of the alternative.
pub fn decode<T: DeserializeOwned, E: de::Error>(value: Value) -> Result<T, E> {
    serde_path_to_error::deserialize(value).map_err(E::custom)
}

/// How to recognise an alternative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The only object among the alternatives.
    AnyObject,
    /// One of several objects, recognised by the value of the tag, or by a property that no other
    /// alternative has.
    Object {
        /// The values of the tag.
        tags: &'static [&'static str],
        /// The properties that no other alternative has.
        properties: &'static [&'static str],
    },
    /// A JSON array.
    List,
    /// A JSON string.
    Text,
    /// A JSON number.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// The index of the alternative that a value is. `None` if it matches none of them; generated code
/// then keeps the JSON.
///
/// `tag` is the name of the tag's property. A known tag takes precedence over the properties. Its
/// case is ignored, because the service uses both.
///
/// ```
/// # use jsm_ops_core::union::{Shape, alternative};
/// let shapes = [Shape::Text, Shape::List];
/// assert_eq!(alternative(&serde_json::json!(["a"]), None, &shapes), Some(1));
/// assert_eq!(alternative(&serde_json::json!(7), None, &shapes), None);
/// ```
pub fn alternative(value: &Value, tag: Option<&str>, shapes: &[Shape]) -> Option<usize> {
    let tag = tag.and_then(|tag| value.get(tag)).and_then(Value::as_str);
    let tagged = |shape: &Shape| match (shape, tag) {
        (Shape::Object { tags, .. }, Some(tag)) => tags.iter().any(|known| known.eq_ignore_ascii_case(tag)),
        _ => false,
    };
    shapes.iter().position(tagged).or_else(|| shapes.iter().position(|shape| matches_shape(shape, value)))
}

fn matches_shape(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::AnyObject, Value::Object(_))
        | (Shape::List, Value::Array(_))
        | (Shape::Text, Value::String(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Boolean, Value::Bool(_)) => true,
        (Shape::Object { properties, .. }, Value::Object(object)) => {
            properties.iter().any(|name| object.contains_key(*name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const POLICIES: &[Shape] = &[
        Shape::Object { tags: &["alert"], properties: &["message"] },
        Shape::Object { tags: &["notification"], properties: &["delayAction"] },
    ];

    #[test]
    fn a_known_tag_takes_precedence() {
        assert_eq!(alternative(&json!({"type": "notification", "message": ""}), Some("type"), POLICIES), Some(1));
        assert_eq!(alternative(&json!({"type": "ALERT"}), Some("type"), POLICIES), Some(0));
    }

    #[test]
    fn without_a_known_tag_a_property_decides() {
        assert_eq!(alternative(&json!({"delayAction": null}), Some("type"), POLICIES), Some(1));
        assert_eq!(alternative(&json!({"type": "new", "message": ""}), Some("type"), POLICIES), Some(0));
        assert_eq!(alternative(&json!({"type": 3, "name": ""}), Some("type"), POLICIES), None);
        assert_eq!(alternative(&json!({"name": ""}), None, POLICIES), None);
    }

    #[test]
    fn otherwise_the_json_type_decides() {
        let shapes = [Shape::AnyObject, Shape::List, Shape::Text, Shape::Number, Shape::Boolean];
        for (index, value) in [json!({}), json!([]), json!(""), json!(1.5), json!(true)].iter().enumerate() {
            assert_eq!(alternative(value, None, &shapes), Some(index), "{value}");
        }
        assert_eq!(alternative(&Value::Null, None, &shapes), None);
    }
}
