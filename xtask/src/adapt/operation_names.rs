//! Rust names and summaries of the operations, from the overlay.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    document::{Document, label},
    names::{builder_name, derived_name},
    overlay::Overlay,
    problem::Problems,
};

/// Sets the `operationId` of every operation to its Rust name, and its `summary` to ours. The ids
/// of the document repeat and mislead. Names of the overlay come first; other operations get one
/// that is free, and does not depend on the order of the document.
pub fn assign(document: &mut Document, overlay: &Overlay, problems: &mut Problems) {
    let mut names = BTreeMap::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    // Derived names are those of builders and of methods, which an entry may name otherwise.
    let mut reserved = BTreeSet::new();
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
        reserved.extend([&entry.name].into_iter().chain(&entry.method).map(|name| builder_name(name)));
        names.insert(label, (entry.name.clone(), entry.summary.clone()));
    }
    unnamed.sort_by_cached_key(|(operation, _)| (operation.path, operation.method));
    for (operation, summary) in unnamed {
        let name = free_name(derived_name(operation.method, operation.path), &reserved);
        reserved.insert(builder_name(&name));
        names.insert(operation.label(), (name, summary));
    }
    document.for_each_operation_mut(|path, method, operation| {
        if let Some((name, summary)) = names.get(&label(method, path)) {
            operation.insert("operationId".to_owned(), name.as_str().into());
            operation.insert("summary".to_owned(), summary.as_str().into());
        }
    });
}

/// The name, with a number where another operation has it, or one with the same builder.
fn free_name(name: String, reserved: &BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !reserved.contains(&builder_name(name))).unwrap_or_default()
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
        // The overlay has the name that another operation would get.
        let expected = [
            ("/v1/as", "get_b"),
            ("/v1/b", "get_b_2"),
            ("/v1/c-d", "get_c_d"),
            ("/v1/c/d", "get_c_d_2"),
            ("/v1/d/1", "get_d_1"),
            ("/v1/d1", "get_d1_2"),
        ];
        let forward: Vec<_> = expected.to_vec();
        let backward: Vec<_> = expected.iter().rev().copied().collect();
        for order in [forward, backward] {
            let paths: serde_json::Map<_, _> =
                order.iter().map(|(path, _)| ((*path).to_owned(), json!({"get": {}}))).collect();
            let mut document = Document::new(json!({ "paths": paths }));
            assign(&mut document, &overlay("get_b"), &mut Problems::new());
            let names: Vec<_> = document.operations().map(|one| (one.path, one.id().to_owned())).collect();
            assert!(names.iter().map(|(path, name)| (*path, name.as_str())).eq(order), "{names:?}");
        }
    }

    #[test]
    fn a_derived_name_is_not_the_method_of_an_entry() {
        let mut document = Document::new(json!({"paths": {"/v1/as": {"get": {}}, "/v1/b": {"get": {}}}}));
        let overlay = Overlay::from_value(json!({"a.yaml": {"title": "A", "summary": "S.", "operations":
            {"GET /v1/as": {"name": "list_as", "method": "get_b", "summary": "Lists."}}}}))
        .expect("overlay");
        assign(&mut document, &overlay, &mut Problems::new());
        let names: Vec<_> = document.operations().map(|operation| operation.id().to_owned()).collect();
        assert_eq!(names, ["list_as", "get_b_2"]);
    }
}
