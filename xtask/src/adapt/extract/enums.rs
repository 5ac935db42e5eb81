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

/// Extracts all string enums; the schemas stay in the document. A repeated value counts once. A
/// value whose variant name is taken gets a number, and is reported.
pub fn extract(document: &Document, notes: &mut Problems) -> Vec<OpenEnum> {
    let mut enums = Vec::new();
    for (schema, value) in document.schemas() {
        let Some(values) = value.get("enum").and_then(Value::as_array) else { continue };
        let at = Pointer::Path(&["components", "schemas", schema, "enum"]);
        let mut variants: Vec<(String, String)> = Vec::new();
        let mut taken: BTreeMap<String, &str> = BTreeMap::new();
        // `normalize::enums` leaves strings alone, and `null` is not a value of an enum.
        for (index, text) in values.iter().enumerate().filter_map(|(index, value)| Some((index, value.as_str()?))) {
            if variants.iter().any(|(_, known)| known == text) {
                continue;
            }
            let mut name = variant_name(text);
            if let Some(first) = taken.get(&name) {
                let numbered = (2..).map(|number| format!("{name}{number}"));
                let free = numbered.into_iter().find(|name| !taken.contains_key(name)).unwrap_or_default();
                let message = format!(
                    "the values `{first}` and `{text}` both have the variant name `{name}`; the second one is `{free}`"
                );
                notes.push(Problem::new(at.element(index), message, "for better names, add a rule to xtask/src/names.rs"));
                name = free;
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

    fn extracted(values: Value) -> (Vec<String>, String) {
        let document = Document::new(json!({"components": {"schemas": {"E": {"type": "string", "enum": values}}}}));
        let mut notes = Problems::new();
        let enums = extract(&document, &mut notes);
        (enums[0].variants.iter().map(|(name, _)| name.clone()).collect(), notes.to_string())
    }

    #[test]
    fn values_get_readable_names() {
        let (names, notes) = extracted(json!(["if-not-acked", "P1", "", "24h", "Self", "unknown", "SLACK_CHANNEL", "c++"]));
        assert_eq!(names, ["IfNotAcked", "P1", "Empty", "N24h", "SelfValue", "UnknownValue", "SlackChannel", "CPlusPlus"]);
        assert_eq!(notes, "0 problems");
    }

    #[test]
    fn values_of_one_name_are_numbered_and_reported() {
        let (names, notes) = extracted(json!(["Days", "days", "days2", "days", "DAYS"]));
        assert_eq!(names, ["Days", "Days2", "Days22", "Days3"]);
        assert!(notes.starts_with("3 problems"), "{notes}");
        let message = "/components/schemas/E/enum/1: the values `Days` and `days` both have the variant name `Days`; the second one is `Days2`";
        assert!(notes.contains(message), "{notes}");
    }
}
