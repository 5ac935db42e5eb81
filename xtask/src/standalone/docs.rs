//! Our docs in the places of OpenAPI: the document, its tags, operations, parameters, responses and
//! schemas. The vendor's texts are not facts, and are not in the repository.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::{
    adapt::areas::Areas,
    document::{Document, label},
    names::area_title,
    overlay::Overlay,
};

const ABOUT: &str = "The operations API of Jira Service Management: Atlassian's document, repaired and completed by \
     jsm-ops. Operations take an access token of OAuth 2.0 (3LO). Those that do not, take an Atlassian API token, and \
     have another base URL. Descriptions are those of the Rust crate jsm-ops-api, and may name its methods. This \
     document is not a publication of Atlassian.";

const REFERENCE: &str = "https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/intro/";

/// Adds all docs. The paths must be those of the overlay.
pub fn add(document: &mut Document, overlay: &Overlay) {
    describe_document(document);
    describe_operations(document, overlay);
    describe_responses(document);
    describe_schemas(document, overlay);
}

fn describe_document(document: &mut Document) {
    let root = document.root_mut();
    root["openapi"] = "3.0.3".into();
    if let Some(info) = root.get_mut("info").and_then(Value::as_object_mut) {
        info.insert("description".to_owned(), ABOUT.into());
        info.insert("contact".to_owned(), json!({"name": "The authors of jsm-ops"}));
        let license = json!({"name": env!("CARGO_PKG_LICENSE"), "url": "https://www.apache.org/licenses/LICENSE-2.0"});
        info.insert("license".to_owned(), license);
    }
    root["externalDocs"] = json!({"description": "Atlassian's reference", "url": REFERENCE});
}

/// Describes operations and their parameters, and gives each the area as its tag.
fn describe_operations(document: &mut Document, overlay: &Overlay) {
    let entries = document.operations().map(|operation| (operation.label(), overlay.entry(&operation)));
    let entries: BTreeMap<String, _> = entries.filter_map(|(label, entry)| Some((label, entry?))).collect();
    let areas = Areas::of(document, overlay);
    let mut tags: BTreeMap<String, Value> = BTreeMap::new();
    document.for_each_operation_mut(|path, method, operation| {
        let label = label(method, path);
        let entry = entries.get(&label).copied();
        let key = areas.key(&label);
        let area = overlay.area(key);
        let title = area.map_or_else(|| area_title(key), |area| area.title.clone());
        operation.insert("tags".to_owned(), json!([title]));
        tags.entry(key.to_owned()).or_insert_with(|| {
            let docs = area.map_or_else(
                || "Operations that jsm-ops does not know yet.".to_owned(),
                |area| paragraphs(&[&area.summary, &area.docs]),
            );
            json!({"name": title, "description": docs})
        });
        let text = operation.get("summary").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (summary, rest) = first_sentence(&text);
        let docs = paragraphs(&[rest, entry.map_or("", |entry| &entry.docs)]);
        let docs = if docs.is_empty() { summary.to_owned() } else { docs };
        operation.insert("summary".to_owned(), summary.into());
        operation.insert("description".to_owned(), docs.into());
        describe_parameters(operation, |name| overlay.parameter_docs(entry, name));
    });
    for (_, item) in document.paths_mut().into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            describe_parameters(item, |name| overlay.parameter_docs(None, name));
        }
    }
    document.root_mut()["tags"] = tags.into_values().collect();
}

fn describe_parameters<'a>(owner: &mut Map<String, Value>, docs: impl Fn(&str) -> Option<&'a str>) {
    let parameters = owner.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten().filter_map(Value::as_object_mut) {
        let docs = parameter.get("name").and_then(Value::as_str).and_then(&docs);
        if let Some(docs) = docs.filter(|docs| !docs.is_empty()) {
            parameter.insert("description".to_owned(), docs.into());
        }
    }
}

/// Adds the description that OpenAPI requires to every response.
fn describe_responses(document: &mut Document) {
    document.for_each_operation_mut(|_, _, operation| {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            if let Some(response) = response.as_object_mut().filter(|response| !response.contains_key("$ref")) {
                let docs = match status.chars().next() {
                    Some('2') => format!("Success, with status {status}."),
                    Some('1' | '3') => format!("Status {status}."),
                    Some('4' | '5') => format!("Failure, with status {status}."),
                    _ => "Any other status.".to_owned(),
                };
                response.insert("description".to_owned(), docs.into());
            }
        }
    });
}

/// Describes named schemas and their properties. What is beside a reference would be ignored.
fn describe_schemas(document: &mut Document, overlay: &Overlay) {
    // Equal schemas are one type of the client, which has the docs.
    let groups = overlay.merge_groups(document).into_iter();
    let types: BTreeMap<String, String> =
        groups.flat_map(|(name, equal)| equal.schemas.into_iter().map(move |schema| (schema, name.clone()))).collect();
    for (name, schema) in document.schemas_mut().into_iter().flatten() {
        let Some(schema) = schema.as_object_mut().filter(|schema| !schema.contains_key("$ref")) else { continue };
        let name = types.get(name).unwrap_or(name);
        if let Some(docs) = overlay.type_summary(name) {
            schema.insert("description".to_owned(), docs.into());
        }
        let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
        for (field, property) in properties.into_iter().flatten() {
            let property = property.as_object_mut().filter(|property| !property.contains_key("$ref"));
            if let (Some(property), Some(docs)) = (property, overlay.field_docs(name, field)) {
                property.insert("description".to_owned(), docs.into());
            }
        }
    }
}

/// The first sentence of a text, and the others.
fn first_sentence(text: &str) -> (&str, &str) {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).next().unwrap_or(text.len());
    let (first, rest) = text.split_at(end);
    (first, rest.trim_start())
}

fn paragraphs(parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(mut root: Value) -> Value {
        let overlay = Overlay::from_value(json!({
            "a.yaml": {
                "title": "Things", "summary": "What things are.", "docs": "What to know.",
                "operations": {"GET /v1/as": {
                    "name": "list_as", "summary": "Lists. In order.", "docs": "Often.", "parameters": {"size": "How many."}
                }}
            },
            "shared.yaml": {"types": {"A": {"summary": "A thing.", "fields": {"b": "Its part."}}}}
        }));
        root["info"] = json!({"title": "T", "version": "1"});
        let mut document = Document::new(root);
        add(&mut document, &overlay.expect("overlay"));
        document.root().clone()
    }

    #[test]
    fn operations_have_our_docs_and_the_area_as_tag() {
        let parameters = json!([{"name": "size", "in": "query"}, {"name": "other", "in": "query"}]);
        let known = json!({"summary": "Lists. In order.", "tags": ["Theirs"], "parameters": parameters});
        let root = described(json!({
            "tags": [{"name": "Theirs"}],
            "paths": {"/v1/as": {"get": known}, "/v1/bs": {"get": {"summary": "Calls `GET /v1/bs`."}}}
        }));
        assert_eq!(
            root["paths"]["/v1/as"]["get"],
            json!({
                "summary": "Lists.", "description": "In order.\n\nOften.", "tags": ["Things"],
                "parameters": [{"name": "size", "in": "query", "description": "How many."}, {"name": "other", "in": "query"}]
            })
        );
        assert_eq!(root["paths"]["/v1/bs"]["get"]["description"], "Calls `GET /v1/bs`.");
        assert_eq!(
            root["tags"],
            json!([
                {"name": "Things", "description": "What things are.\n\nWhat to know."},
                {"name": "Unsorted", "description": "Operations that jsm-ops does not know yet."}
            ])
        );
    }

    #[test]
    fn the_document_says_whose_it_is() {
        let root = described(json!({"openapi": "3.0.1", "paths": {}}));
        assert_eq!(root["openapi"], "3.0.3");
        assert_eq!(root["info"]["title"], "T");
        assert_eq!(root["info"]["license"]["name"], "MIT OR Apache-2.0");
        assert_eq!(root["info"]["contact"]["name"], "The authors of jsm-ops");
    }

    #[test]
    fn responses_are_described_by_their_status() {
        let responses = json!({"200": {}, "404": {}, "default": {}});
        let root = described(json!({"paths": {"/a": {"get": {"responses": responses}}}}));
        let responses = &root["paths"]["/a"]["get"]["responses"];
        let docs = ["200", "404", "default"].map(|status| responses[status]["description"].as_str());
        assert_eq!(docs, [Some("Success, with status 200."), Some("Failure, with status 404."), Some("Any other status.")]);
    }

    #[test]
    fn schemas_have_our_docs_and_references_have_none() {
        let properties = json!({"b": {"type": "string"}, "c": {"$ref": "#/components/schemas/A"}});
        let root = described(json!({"paths": {}, "components": {"schemas": {"A": {"properties": properties}}}}));
        assert_eq!(
            root["components"]["schemas"]["A"],
            json!({
                "description": "A thing.",
                "properties": {
                    "b": {"type": "string", "description": "Its part."}, "c": {"$ref": "#/components/schemas/A"}
                }
            })
        );
    }
}
