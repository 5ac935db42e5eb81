//! String enums, extracted from the document so that they can stay open.
//!
//! The document closes all its enums, but the service adds values, and sends one of them as an
//! empty string. A client that rejects an unknown value fails on the whole response.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    document::{Document, Pointer},
    model::open_enum::OpenEnum,
    names::variant_name,
    problem::{Problem, Problems},
};

/// Extracts all string enums; the schemas stay in the document. Values of other types, repeated
/// values, and values with the same variant name are problems.
pub fn extract(document: &Document, problems: &mut Problems) -> Vec<OpenEnum> {
    let mut enums = Vec::new();
    for (schema, value) in document.schemas() {
        let Some(values) = value.get("enum").and_then(Value::as_array) else { continue };
        let at = Pointer::Path(&["components", "schemas", schema, "enum"]);
        let mut variants = Vec::new();
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        for (index, value) in values.iter().enumerate() {
            let at = at.element(index);
            let Some(text) = value.as_str() else {
                let message = format!("`{value}` is not a string; enums of other types are not supported");
                problems.push(Problem::new(at, message, "repair the type, or remove the enum in a repair"));
                continue;
            };
            let name = variant_name(text);
            if let Some(first) = taken.get(&name) {
                let message = format!("the values `{first}` and `{text}` both have the variant name `{name}`");
                problems.push(Problem::new(at, message, "repair the enum, or add a rule to xtask/src/names.rs"));
                continue;
            }
            taken.insert(name.clone(), text);
            variants.push((name, text.to_owned()));
        }
        enums.push(OpenEnum { schema: schema.to_owned(), variants });
    }
    enums
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn extracted(values: Value) -> Result<Vec<OpenEnum>, Problems> {
        let document = Document::new(json!({"components": {"schemas": {"E": {"type": "string", "enum": values}}}}));
        let mut problems = Problems::new();
        let enums = extract(&document, &mut problems);
        problems.into_result().map(|()| enums)
    }

    #[test]
    fn values_get_readable_names() {
        let enums =
            extracted(json!(["if-not-acked", "P1", "", "24h", "Self", "unknown", "SLACK_CHANNEL", "c++"])).expect("enums");
        let names: Vec<_> = enums[0].variants.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["IfNotAcked", "P1", "Empty", "N24h", "SelfValue", "UnknownValue", "SlackChannel", "CPlusPlus"]);
    }

    #[test]
    fn values_that_cannot_be_told_apart_are_reported() {
        let text = extracted(json!(["Days", "days", 3, "days"])).expect_err("problems").to_string();
        assert!(text.contains("3 problems"), "{text}");
        assert!(text.contains("the values `Days` and `days` both have the variant name `Days`"), "{text}");
        assert!(text.contains("/components/schemas/E/enum/2: `3` is not a string"), "{text}");
    }
}
