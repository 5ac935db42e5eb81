//! The parameters that a request really has: those of an operation instead of those of its path,
//! and no headers that OpenAPI gives to other places.

use serde_json::{Map, Value};

use crate::{
    document::{Document, METHODS, Operation, Pointer},
    problem::{Problem, Problems},
};

/// Headers whose declarations OpenAPI ignores: media types and security schemes declare them.
const IGNORED_HEADERS: [&str; 3] = ["accept", "content-type", "authorization"];

/// Removes parameters that have no effect, and moves those of a path to its operations where an
/// operation declares one of them anew.
pub fn effective(document: &mut Document, notes: &mut Problems) {
    ignore_headers(document, notes);
    for (_, item) in document.paths_mut().into_iter().flatten() {
        if let Some(item) = item.as_object_mut() {
            override_shared(item);
        }
    }
}

fn ignore_headers(document: &mut Document, notes: &mut Problems) {
    let mut places = Vec::new();
    for Operation { path, method, item, value } in document.operations() {
        for (owner, at) in [(item, Pointer::Path(&["paths", path])), (value, Pointer::Path(&["paths", path, method]))] {
            for (index, parameter) in list(owner).iter().enumerate() {
                let pointer = at.member("parameters").element(index).to_string();
                if is_ignored(parameter) && !places.contains(&pointer) {
                    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                    let message = format!("the header parameter `{name}` is ignored, as OpenAPI requires");
                    notes.push(Problem::new(&*pointer, message, "nothing; the client sets this header itself"));
                    places.push(pointer);
                }
            }
        }
    }
    if places.is_empty() {
        return;
    }
    for (_, item) in document.paths_mut().into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        retain_effective(item);
        for method in METHODS {
            if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                retain_effective(operation);
            }
        }
    }
}

fn retain_effective(owner: &mut Map<String, Value>) {
    if let Some(parameters) = owner.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.retain(|parameter| !is_ignored(parameter));
    }
}

fn is_ignored(parameter: &Value) -> bool {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
    text("in") == "header" && IGNORED_HEADERS.contains(&text("name").to_ascii_lowercase().as_str())
}

fn override_shared(item: &mut Map<String, Value>) {
    let shared = list(item).to_vec();
    let operations = || METHODS.into_iter().filter_map(|method| item.get(method)?.as_object());
    let is_overridden = operations().any(|operation| {
        list(operation)
            .iter()
            .any(|own| shared.iter().any(|shared| identity(shared).is_some() && identity(shared) == identity(own)))
    });
    if !is_overridden {
        return;
    }
    item.shift_remove("parameters");
    for method in METHODS {
        let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else { continue };
        let own = list(operation).to_vec();
        let declared_anew = |parameter: &&Value| own.iter().any(|own| identity(own) == identity(parameter));
        let mut all: Vec<Value> = shared.iter().filter(|parameter| !declared_anew(parameter)).cloned().collect();
        all.extend(own.iter().cloned());
        operation.insert("parameters".to_owned(), all.into());
    }
}

/// What tells a parameter from others.
fn identity(parameter: &Value) -> Option<(&str, &str)> {
    Some((parameter.get("name")?.as_str()?, parameter.get("in")?.as_str()?))
}

fn list(owner: &Map<String, Value>) -> &[Value] {
    owner.get("parameters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn effective_item(item: Value) -> (Value, String) {
        let mut document = Document::new(json!({"paths": {"/a": item}}));
        let mut notes = Problems::new();
        effective(&mut document, &mut notes);
        (document.root()["paths"]["/a"].clone(), notes.to_string())
    }

    #[test]
    fn an_operation_overrides_parameters_of_its_path() {
        let [id, size, own] = ["id", "size", "size"].map(|name| json!({"name": name, "in": "query"}));
        let own = json!({"name": own["name"], "in": "query", "required": true});
        let (item, _) = effective_item(json!({"parameters": [id, size], "get": {"parameters": [own]}, "put": {}}));
        assert_eq!(item, json!({"get": {"parameters": [id, own]}, "put": {"parameters": [id, size]}}));
        let shared = json!({"parameters": [id], "get": {"parameters": [size]}});
        assert_eq!(effective_item(shared.clone()).0, shared);
    }

    #[test]
    fn headers_of_other_places_are_ignored_and_reported() {
        let key = json!({"name": "X-Key", "in": "header"});
        let (item, notes) = effective_item(json!({
            "parameters": [{"name": "ACCEPT", "in": "header"}],
            "get": {"parameters": [{"name": "Content-Type", "in": "header"}, key]}, "put": {}
        }));
        assert_eq!(item, json!({"parameters": [], "get": {"parameters": [key]}, "put": {}}));
        assert!(notes.starts_with("2 problems") && notes.contains("at /paths/~1a/get/parameters/0: "), "{notes}");
    }
}
