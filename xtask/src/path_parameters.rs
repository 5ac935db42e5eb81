//! Makes the declared parameters of a path those that its template names.
//!
//! The template is the URL, and the vendor forgets declarations: an operation names `{id}` and
//! declares nothing, or declares a parameter that its path does not have. The repairs correct the
//! operations that are known; this stage comes after them and takes care of the others.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, METHODS, Pointer, label, template_names},
    problem::{Problem, Problems},
};

const HELP: &str = "nothing, if that is right; if not, correct it in a repair (xtask/src/repair/vendor/parameters.rs)";

/// Declares what only a template names, drops what it does not name, and marks the rest as
/// required. Notes say what was changed.
pub fn follow_templates(document: &mut Document, notes: &mut Problems) {
    for (path, item) in document.paths_mut().into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        let at = Pointer::Path(&["paths", path]);
        let mut note = |at: &Pointer<'_>, operation: Option<&str>, message: String| {
            let problem = Problem::new(at, message, HELP);
            notes.push(match operation {
                Some(method) => problem.in_operation(label(method, path)),
                None => problem,
            });
        };
        correct(&at, item, path, &mut |at, message| note(at, None, message));
        let shared: BTreeSet<String> = in_path(item).map(str::to_owned).collect();
        for method in METHODS {
            let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else { continue };
            let at = at.member(method);
            let mut note = |at: &Pointer<'_>, message| note(at, Some(method), message);
            correct(&at, operation, path, &mut note);
            let own: BTreeSet<String> = in_path(operation).map(str::to_owned).collect();
            for name in template_names(path) {
                // The preflight reports templates that are malformed.
                if name.is_empty() || name.contains(['/', '{']) || shared.contains(name) || own.contains(name) {
                    continue;
                }
                let parameter = json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
                let list = operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
                if let Some(list) = list.as_array_mut().filter(|list| !declares(list, name)) {
                    list.push(parameter);
                    note(&at, format!("the path parameter `{name}` is not declared, and is taken for text"));
                }
            }
        }
    }
}

/// Drops the parameters of an operation or a path item that the template does not name, and marks
/// the others as required.
fn correct(at: &Pointer<'_>, owner: &mut Map<String, Value>, path: &str, note: &mut dyn FnMut(&Pointer<'_>, String)) {
    let Some(parameters) = owner.get_mut("parameters").and_then(Value::as_array_mut) else { return };
    let template = template_names(path);
    let at = at.member("parameters");
    parameters.retain(|parameter| match name_in_path(parameter).filter(|name| !template.contains(name)) {
        Some(name) => {
            note(&at, format!("the path has no `{{{name}}}`, and the parameter is left out"));
            false
        }
        None => true,
    });
    for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
        let is_in_path = parameter.get("in").is_some_and(|place| place == "path");
        if is_in_path && parameter.get("required") != Some(&Value::Bool(true)) {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
            note(&at, format!("the path parameter `{name}` is not marked as required, which every one is"));
            parameter.insert("required".to_owned(), true.into());
        }
    }
}

fn in_path(owner: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let parameters = owner.get("parameters").and_then(Value::as_array);
    parameters.into_iter().flatten().filter_map(name_in_path)
}

fn name_in_path(parameter: &Value) -> Option<&str> {
    let is_in_path = parameter.get("in")? == "path";
    parameter.get("name")?.as_str().filter(|_| is_in_path)
}

/// Whether a template names a parameter twice, and the first one has declared it.
fn declares(list: &[Value], name: &str) -> bool {
    list.iter().any(|parameter| name_in_path(parameter) == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn followed(path: &str, item: Value) -> (Value, Vec<String>) {
        let mut document = Document::new(json!({"paths": {path: item}}));
        let mut notes = Problems::new();
        follow_templates(&mut document, &mut notes);
        let notes = notes
            .iter()
            .map(|note| format!("{} {}: {}", note.pointer, note.operation.as_deref().unwrap_or("-"), note.message));
        (document.root()["paths"][path].clone(), notes.collect())
    }

    fn text(name: &str) -> Value {
        json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
    }

    #[test]
    fn what_only_the_template_names_is_text() {
        let (item, notes) = followed("/a/{id}/{x}", json!({"parameters": [text("x")], "get": {}}));
        assert_eq!(item, json!({"parameters": [text("x")], "get": {"parameters": [text("id")]}}));
        let expected =
            "/paths/~1a~1{id}~1{x}/get GET /a/{id}/{x}: the path parameter `id` is not declared, and is taken for text";
        assert_eq!(notes, [expected]);
    }

    #[test]
    fn what_the_template_does_not_name_goes() {
        let query = json!({"name": "other", "in": "query", "schema": {"type": "string"}});
        let item = json!({"parameters": [text("y")], "get": {"parameters": [text("other"), query, text("id")]}});
        let (item, notes) = followed("/a/{id}", item);
        assert_eq!(item, json!({"parameters": [], "get": {"parameters": [query, text("id")]}}));
        assert_eq!(
            notes,
            [
                "/paths/~1a~1{id}/parameters -: the path has no `{y}`, and the parameter is left out",
                "/paths/~1a~1{id}/get/parameters GET /a/{id}: the path has no `{other}`, and the parameter is left out",
            ]
        );
    }

    #[test]
    fn parameters_of_paths_are_required() {
        let number = json!({"name": "id", "in": "path", "schema": {"type": "integer"}});
        let (item, notes) = followed("/a/{id}", json!({"get": {"parameters": [number]}}));
        assert_eq!(item["get"]["parameters"][0]["required"], true);
        assert_eq!(item["get"]["parameters"][0]["schema"], json!({"type": "integer"}));
        assert!(notes[0].contains("`id` is not marked as required"), "{notes:?}");
    }

    #[test]
    fn what_is_right_or_malformed_stays() {
        for (path, item) in [
            ("/a/{id}", json!({"parameters": [text("id")], "get": {}})),
            ("/a/{id}", json!({"get": {"parameters": [{"$ref": "#/gone"}, text("id")]}})),
            ("/a/{}", json!({"get": {}})),
            ("/a/{b/c}", json!({"get": {}})),
            ("/a/{id}", json!({"get": {"parameters": 1}, "x-a": {}})),
        ] {
            assert_eq!(followed(path, item.clone()), (item, Vec::new()), "{path}");
        }
        let (item, notes) = followed("/a/{id}/{id}", json!({"get": {}}));
        assert_eq!((&item["get"]["parameters"], notes.len()), (&json!([text("id")]), 1));
    }
}
