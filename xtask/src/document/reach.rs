//! Which named schemas contain which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Document, Operation, schema_name};

/// The named schemas that each named schema mentions.
#[derive(Debug, Clone)]
pub struct Reach<'a>(BTreeMap<&'a str, BTreeSet<&'a str>>);

impl<'a> Reach<'a> {
    /// Reads the references of all named schemas.
    pub fn of(document: &'a Document) -> Self {
        let mentions = document.schemas().map(|(name, schema)| {
            let mut names = BTreeSet::new();
            mentioned(schema, &mut names);
            (name, names)
        });
        Self(mentions.collect())
    }

    /// Some named schemas and all that they contain, directly or through others.
    pub fn from(&self, roots: impl IntoIterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = roots.into_iter().collect();
        while let Some(name) = next.pop() {
            if let Some(names) = self.0.get(name)
                && reached.insert(name)
            {
                next.extend(names);
            }
        }
        reached
    }

    /// Whether one named schema contains another, directly or through others.
    pub fn leads_to(&self, from: &str, to: &str) -> bool {
        let root = self.0.keys().find(|name| **name == from);
        root.is_some_and(|root| self.from([*root]).contains(to))
    }

    /// The schemas that an operation uses.
    pub fn used_by(&self, operation: &Operation<'a>) -> BTreeSet<&'a str> {
        let mut roots = BTreeSet::new();
        operation.value.values().for_each(|value| mentioned(value, &mut roots));
        if let Some(parameters) = operation.item.get("parameters") {
            mentioned(parameters, &mut roots);
        }
        self.from(roots)
    }

    /// The schemas that requests contain.
    pub fn sent(&self, document: &'a Document) -> BTreeSet<&'a str> {
        let mut roots = BTreeSet::new();
        for body in document.operations().filter_map(|operation| operation.value.get("requestBody")) {
            mentioned(body, &mut roots);
        }
        self.from(roots)
    }
}

/// Adds the names that a value refers to.
fn mentioned<'a>(value: &'a Value, names: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(object) => {
            names.extend(object.get("$ref").and_then(Value::as_str).and_then(schema_name));
            object.values().for_each(|value| mentioned(value, names));
        }
        Value::Array(items) => items.iter().for_each(|value| mentioned(value, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    #[test]
    fn schemas_reach_what_they_hold_loops_included() {
        let document = Document::new(json!({
            "paths": {"/a": {"post": {"requestBody": {"content": {"x/y": {"schema": schema_reference("A")}}}}}},
            "components": {"schemas": {
                "A": {"items": schema_reference("B")},
                "B": {"properties": {"a": schema_reference("A"), "gone": schema_reference("Gone")}},
                "C": {"oneOf": [schema_reference("A")]}
            }}
        }));
        let reach = Reach::of(&document);
        assert_eq!(reach.sent(&document), BTreeSet::from(["A", "B"]));
        assert_eq!(reach.from(["C"]), BTreeSet::from(["A", "B", "C"]));
    }
}
