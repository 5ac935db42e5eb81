//! Rust names and summaries of the operations, from the overlay.

use std::collections::BTreeMap;

use crate::{
    document::{Document, label},
    names::derived_name,
    overlay::Overlay,
    problem::Problems,
};

/// Sets the `operationId` of every operation to its Rust name, and its `summary` to ours. The ids
/// of the document repeat and mislead. Names of the overlay come first; other operations get one
/// that is free.
pub fn assign(document: &mut Document, overlay: &Overlay, problems: &mut Problems) {
    let mut names = BTreeMap::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    let mut unnamed = Vec::new();
    for operation in document.operations() {
        let label = operation.label();
        let Some(entry) = overlay.entry(&operation) else {
            unnamed.push((operation, format!("Calls `{label}`.")));
            continue;
        };
        if let Some(first) = taken.get(&entry.name) {
            let message = format!("`{first}` and `{label}` both have the Rust name `{}`", entry.name);
            let help = format!("set a unique `name` for each in {}", overlay.file(&label));
            problems.push(overlay.problem(&label, "name", message, help));
            unnamed.push((operation, entry.summary.clone()));
            continue;
        }
        taken.insert(entry.name.clone(), label.clone());
        names.insert(label, (entry.name.clone(), entry.summary.clone()));
    }
    for (operation, summary) in unnamed {
        let name = free_name(derived_name(operation.method, operation.path), &taken);
        taken.insert(name.clone(), operation.label());
        names.insert(operation.label(), (name, summary));
    }
    document.for_each_operation_mut(|path, method, operation| {
        if let Some((name, summary)) = names.get(&label(method, path)) {
            operation.insert("operationId".to_owned(), name.as_str().into());
            operation.insert("summary".to_owned(), summary.as_str().into());
        }
    });
}

/// The name, with a number where another operation has it.
fn free_name(name: String, taken: &BTreeMap<String, String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken.contains_key(name)).unwrap_or_default()
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
        assign(&mut document, &overlay("list_as"), &mut Problems::new());
        let paths = &document.root()["paths"];
        assert_eq!(paths["/v1/as"]["get"], json!({"operationId": "list_as", "summary": "Lists."}));
        assert_eq!(paths["/v1/as/{id}"]["delete"]["operationId"], "delete_as_by_id");
    }

    #[test]
    fn a_name_is_given_once() {
        let path = json!({"get": {}});
        let mut document =
            Document::new(json!({"paths": {"/v1/as": path, "/v1/b": path, "/v1/c-d": path, "/v1/c/d": path}}));
        // The overlay has the name that another operation would get.
        assign(&mut document, &overlay("get_b"), &mut Problems::new());
        let names: Vec<_> = document.operations().map(|operation| operation.id().to_owned()).collect();
        assert_eq!(names, ["get_b", "get_b_2", "get_c_d", "get_c_d_2"]);
    }
}
