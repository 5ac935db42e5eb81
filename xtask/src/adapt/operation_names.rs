//! Rust names and summaries of the operations, from the overlay.

use std::collections::BTreeMap;

use crate::{
    document::{Document, Pointer, label},
    model::UnnamedOperation,
    names::derived_name,
    overlay::Overlay,
    problem::{Problem, Problems},
};

/// Sets the `operationId` of every operation to its Rust name, and its `summary` to ours. The ids
/// of the document repeat and mislead. Operations with the same name are problems.
pub fn assign(document: &mut Document, overlay: &Overlay, problems: &mut Problems) -> Vec<UnnamedOperation> {
    let mut unnamed = Vec::new();
    let mut names = BTreeMap::new();
    for operation in document.operations() {
        let name = match overlay.entry(&operation) {
            Some(entry) => (entry.name.clone(), entry.summary.clone()),
            None => {
                let name = derived_name(operation.method, operation.path);
                unnamed.push(UnnamedOperation { operation: operation.label(), name: name.clone() });
                (name, format!("Calls `{}`.", operation.label()))
            }
        };
        names.insert((operation.path.to_owned(), operation.method.to_owned()), name);
    }
    one_operation_per_name(&names, overlay, problems);
    document.for_each_operation_mut(|path, method, operation| {
        if let Some((name, summary)) = names.get(&(path.to_owned(), method.to_owned())) {
            operation.insert("operationId".to_owned(), name.as_str().into());
            operation.insert("summary".to_owned(), summary.as_str().into());
        }
    });
    unnamed
}

fn one_operation_per_name(names: &BTreeMap<(String, String), (String, String)>, overlay: &Overlay, problems: &mut Problems) {
    let mut taken: BTreeMap<&str, String> = BTreeMap::new();
    for ((path, method), (name, _)) in names {
        let operation = label(method, path);
        if let Some(first) = taken.get(name.as_str()) {
            let message = format!("`{first}` and `{operation}` both have the Rust name `{name}`");
            let help = format!("set a unique `name` for each in {}", overlay.file(&operation));
            problems.push(Problem::new(Pointer::Path(&["paths", path, method]), message, help).in_operation(&operation));
        } else {
            taken.insert(name, operation);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn overlay(name: &str) -> Overlay {
        Overlay::from_value(json!({
            "a.yaml": {
                "title": "A", "summary": "S.",
                "operations": {"GET /v1/as": {"name": name, "summary": "Lists."}}
            }
        }))
        .expect("overlay")
    }

    #[test]
    fn the_overlay_names_what_it_knows_and_the_rest_is_derived() {
        let mut document = Document::new(json!({"paths": {
            "/v1/as": {"get": {"operationId": "list_1", "summary": "prose"}},
            "/v1/as/{id}": {"delete": {}}
        }}));
        let mut problems = Problems::new();
        let unnamed = assign(&mut document, &overlay("list_as"), &mut problems);
        assert!(problems.is_empty(), "{problems}");
        assert_eq!(
            unnamed,
            [UnnamedOperation { operation: "DELETE /v1/as/{id}".to_owned(), name: "delete_as_by_id".to_owned() }]
        );
        let paths = &document.root()["paths"];
        assert_eq!(paths["/v1/as"]["get"], json!({"operationId": "list_as", "summary": "Lists."}));
        assert_eq!(paths["/v1/as/{id}"]["delete"]["operationId"], "delete_as_by_id");
    }

    #[test]
    fn two_operations_of_one_name_are_both_named() {
        let mut document = Document::new(json!({"paths": {"/v1/as": {"get": {}}, "/v1/b": {"get": {}}}}));
        let mut problems = Problems::new();
        assign(&mut document, &overlay("get_b"), &mut problems);
        let text = problems.to_string();
        assert!(text.contains("`GET /v1/as` and `GET /v1/b` both have the Rust name `get_b`"), "{text}");
    }
}
