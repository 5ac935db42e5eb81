//! Completes the repaired document for other tools: whole URLs, one scheme and one id for each
//! operation, plain references, our docs, and everything that OpenAPI requires, without the marks
//! of this generator.
//!
//! Other tools are mock servers, validators and generators.

mod docs;
mod marks;
mod references;
mod security;
mod urls;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{
    adapt::operation_names,
    document::{Document, Pointer, template_names},
    overlay::Overlay,
    problem::{Problem, Problems},
};

/// Completes a repaired document.
///
/// The operations have the names of the client's methods: the ids of the document repeat, which
/// OpenAPI forbids.
///
/// # Errors
/// Everything that OpenAPI requires and only the vendor can add.
pub fn standalone(mut document: Document, overlay: &Overlay) -> Result<Document, Problems> {
    let mut problems = Problems::new();
    // Before the URLs are whole: overlay and references name the paths as they are here.
    operation_names::assign(&mut document, overlay, &mut problems);
    marks::say(&mut document);
    references::plain(&mut document, &mut problems);
    docs::add(&mut document, overlay);
    security::one_scheme_each(&mut document, &mut problems);
    urls::whole(&mut document);
    check_information(&document, &mut problems);
    check_path_parameters(&document, &mut problems);
    problems.into_result().map(|()| document)
}

fn check_information(document: &Document, problems: &mut Problems) {
    for key in ["title", "version"] {
        let at = Pointer::Path(&["info", key]).to_string();
        if document.root().pointer(&at).and_then(Value::as_str).is_none_or(str::is_empty) {
            problems.push(Problem::new(at, format!("the document has no {key}"), "fetch the document again"));
        }
    }
}

/// Reports declared path parameters that the path does not have.
fn check_path_parameters(document: &Document, problems: &mut Problems) {
    for operation in document.operations() {
        let in_path: BTreeSet<&str> = template_names(operation.path).into_iter().collect();
        let owners = [operation.item, operation.value].into_iter();
        for name in owners.flat_map(urls::path_parameters).filter(|name| !in_path.contains(name)) {
            let message = format!("the parameter `{name}` is declared, but the path does not have it");
            let help = "repair the declaration in xtask/src/repair/vendor/parameters.rs";
            let at = Pointer::Path(&["paths", operation.path, operation.method, "parameters"]);
            problems.push(Problem::new(at, message, help).in_operation(operation.label()));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn operations_have_one_name_each() {
        let same = json!({"operationId": "list_1"});
        let root = json!({
            "info": {"title": "T", "version": "1"}, "paths": {"/v1/as": {"get": same}, "/v1/bs": {"get": same}}
        });
        let document = standalone(Document::new(root), &Overlay::default()).expect("complete");
        let ids: Vec<_> = document.operations().map(|operation| operation.id().to_owned()).collect();
        assert_eq!(ids, ["get_as", "get_bs"]);
    }

    #[test]
    fn what_is_missing_is_reported_all_at_once() {
        let parameters = json!([{"name": "other", "in": "path"}, {"name": "q", "in": "query"}]);
        let root = json!({
            "info": {"title": ""},
            "paths": {"/a": {"get": {"parameters": parameters, "security": [{"gone": []}]}}},
            "components": {"schemas": {"A": {"$ref": "#/components/schemas/B"}}}
        });
        let problems = standalone(Document::new(root), &Overlay::default()).expect_err("problems");
        let text = problems.to_string();
        for part in
            ["5 problems", "no title", "no version", "`other` is declared", "`gone` is not declared", "leads to no schema"]
        {
            assert!(text.contains(part), "{text}");
        }
    }
}
