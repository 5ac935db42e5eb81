//! What the document marks as deprecated, before the schemas are reduced.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{Document, walk};

/// The mark of an object: the names of its deprecated properties. It is on the object, because what
/// a property refers to may be used elsewhere.
pub const MARK: &str = "x-jsm-deprecated";

/// Marks the deprecated properties of every object, and returns the names of deprecated schemas.
pub fn mark(document: &mut Document) -> BTreeSet<String> {
    let named: BTreeSet<String> =
        document.schemas().filter(|(_, schema)| is_deprecated(schema)).map(|(name, _)| name.to_owned()).collect();
    walk::schemas_mut(document, |_, schema| {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let names: Vec<Value> =
            properties.filter(|(_, property)| is_deprecated(property)).map(|(name, _)| name.as_str().into()).collect();
        if let (Some(object), false) = (schema.as_object_mut(), names.is_empty()) {
            object.insert(MARK.to_owned(), names.into());
        }
    });
    named
}

/// Whether an operation, a parameter or a schema is deprecated.
pub fn is_deprecated(value: &Value) -> bool {
    value.get("deprecated") == Some(&Value::Bool(true))
}

/// Whether a property of an object is marked.
pub fn is_marked(object: &Value, property: &str) -> bool {
    object.get(MARK).and_then(Value::as_array).is_some_and(|names| names.iter().any(|name| name == property))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_marked_with_their_deprecated_properties() {
        let mut document = Document::new(json!({"components": {"schemas": {
            "A": {"deprecated": true, "properties": {
                "old": {"type": "string", "deprecated": true}, "new": {"type": "string", "deprecated": false}
            }},
            "B": {"items": {"properties": {"x": {"allOf": [{}], "deprecated": true}}}}
        }}}));
        assert_eq!(mark(&mut document), BTreeSet::from(["A".to_owned()]));
        let schemas = &document.root()["components"]["schemas"];
        assert!(is_marked(&schemas["A"], "old") && !is_marked(&schemas["A"], "new"));
        assert!(is_marked(&schemas["B"]["items"], "x"));
    }
}
