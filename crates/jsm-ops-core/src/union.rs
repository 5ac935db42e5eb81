//! Which alternative of a union a value is.

use serde::de::{self, DeserializeOwned};
use serde_json::Value;

/// Decodes what an alternative holds. The error says where in it something does not fit.
///
/// # Errors
/// A value that is not of the type of the alternative.
pub fn decode<T: DeserializeOwned, E: de::Error>(value: Value) -> Result<T, E> {
    serde_path_to_error::deserialize(value).map_err(E::custom)
}

/// How one alternative is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// An object, the only one among the alternatives.
    AnyObject,
    /// An object among others: by the values of the tag, or by properties that no other alternative has.
    Object {
        /// Values of the tag that only this alternative has.
        tags: &'static [&'static str],
        /// Properties that only this alternative has.
        properties: &'static [&'static str],
    },
    /// A list.
    List,
    /// A string.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Boolean,
}

/// The index of the alternative that a value is. `None` where no alternative claims it: the value is to be kept as it is.
///
/// A tag decides alone where it is present and known, whatever the other properties; the service writes tags in either case.
pub fn alternative(value: &Value, tag: Option<&str>, shapes: &[Shape]) -> Option<usize> {
    let tag = tag.and_then(|tag| value.get(tag)).and_then(Value::as_str);
    let tagged = |shape: &Shape| match (shape, tag) {
        (Shape::Object { tags, .. }, Some(tag)) => tags.iter().any(|known| known.eq_ignore_ascii_case(tag)),
        _ => false,
    };
    shapes.iter().position(tagged).or_else(|| shapes.iter().position(|shape| fits(shape, value)))
}

fn fits(shape: &Shape, value: &Value) -> bool {
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
    fn the_tag_decides() {
        assert_eq!(alternative(&json!({"type": "notification", "message": ""}), Some("type"), POLICIES), Some(1));
        assert_eq!(alternative(&json!({"type": "ALERT"}), Some("type"), POLICIES), Some(0));
    }

    #[test]
    fn without_a_known_tag_the_properties_decide() {
        assert_eq!(alternative(&json!({"delayAction": null}), Some("type"), POLICIES), Some(1));
        assert_eq!(alternative(&json!({"type": "new", "message": ""}), Some("type"), POLICIES), Some(0));
        assert_eq!(alternative(&json!({"type": 3, "name": ""}), Some("type"), POLICIES), None);
        assert_eq!(alternative(&json!({"name": ""}), None, POLICIES), None);
    }

    #[test]
    fn json_types_decide() {
        let shapes = [Shape::AnyObject, Shape::List, Shape::Text, Shape::Number, Shape::Boolean];
        for (index, value) in [json!({}), json!([]), json!(""), json!(1.5), json!(true)].iter().enumerate() {
            assert_eq!(alternative(value, None, &shapes), Some(index), "{value}");
        }
        assert_eq!(alternative(&Value::Null, None, &shapes), None);
    }
}
