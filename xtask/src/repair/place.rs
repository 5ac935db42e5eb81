//! Finds the places that repairs change, or says why a repair does not apply.

use serde_json::{Map, Value};

use super::{NotApplicable, RepairResult};
use crate::document::{Document, Pointer, label, template_names};

/// An operation, by method and rewritten path.
pub fn operation<'a>(
    document: &'a mut Document,
    method: &str,
    path: &str,
) -> Result<&'a mut Map<String, Value>, NotApplicable> {
    let missing = || {
        NotApplicable::not_found(
            Pointer::Path(&["paths", path, method]),
            format!("the operation `{}` is missing", label(method, path)),
        )
    };
    document.operation_mut(method, path).ok_or_else(missing)
}

/// A named schema.
pub fn schema<'a>(document: &'a mut Document, name: &str) -> Result<&'a mut Map<String, Value>, NotApplicable> {
    let missing = || {
        NotApplicable::not_found(Pointer::Path(&["components", "schemas", name]), format!("the schema `{name}` is missing"))
    };
    document.schema_mut(name).ok_or_else(missing)
}

/// A property of a named schema, with its pointer.
pub fn property<'a>(
    document: &'a mut Document,
    name: &str,
    property: &str,
) -> Result<(String, &'a mut Value), NotApplicable> {
    let at = Pointer::Path(&["components", "schemas", name, "properties", property]).to_string();
    let missing = NotApplicable::not_found(&at, format!("the schema `{name}` has no property `{property}`"));
    let found = schema(document, name)?.get_mut("properties").and_then(|properties| properties.get_mut(property));
    found.map(|value| (at, value)).ok_or(missing)
}

/// Adds a property to a named schema that lacks it.
pub fn add_property(document: &mut Document, name: &str, property: &str, value: Value) -> RepairResult {
    let at = Pointer::Path(&["components", "schemas", name, "properties", property]).to_string();
    let properties = schema(document, name)?.get_mut("properties").and_then(Value::as_object_mut);
    let Some(properties) = properties else {
        return Err(NotApplicable::not_found(at, format!("`{name}` has no properties")));
    };
    if properties.contains_key(property) {
        return Err(NotApplicable::not_needed(at, "the property is declared"));
    }
    properties.insert(property.to_owned(), value);
    Ok(1)
}

/// The schema of a parameter in `path` or `query`, with its pointer.
pub fn parameter<'a>(
    document: &'a mut Document,
    (method, path): (&str, &str),
    (place, name): (&str, &str),
) -> Result<(String, &'a mut Value), NotApplicable> {
    let at = Pointer::Path(&["paths", path, method, "parameters"]).to_string();
    let missing =
        NotApplicable::not_found(&at, format!("the {place} parameter `{name}` of `{}` is missing", label(method, path)));
    let found = find_parameter(operation(document, method, path)?, place, name);
    let schema = found.and_then(|(index, parameter)| Some((format!("{at}/{index}/schema"), parameter.get_mut("schema")?)));
    schema.ok_or(missing)
}

/// The schema of a JSON response, with its pointer.
pub fn response<'a>(
    document: &'a mut Document,
    method: &str,
    path: &str,
    status: &str,
) -> Result<(String, &'a mut Value), NotApplicable> {
    content(document, (method, path), status, "application/json")
}

/// The schema of a response of a media type, with its pointer.
pub fn content<'a>(
    document: &'a mut Document,
    (method, path): (&str, &str),
    status: &str,
    media_type: &str,
) -> Result<(String, &'a mut Value), NotApplicable> {
    let at = Pointer::Path(&["paths", path, method, "responses", status, "content", media_type, "schema"]).to_string();
    operation(document, method, path)?;
    let missing =
        NotApplicable::not_found(&at, format!("`{}` has no {status} response of `{media_type}`", label(method, path)));
    let found = document.root_mut().pointer_mut(&at);
    found.map(|value| (at, value)).ok_or(missing)
}

/// Replaces `wrong` with `right`.
pub fn replace((at, value): (String, &mut Value), wrong: &Value, right: Value) -> RepairResult {
    if value != wrong {
        return Err(NotApplicable::not_needed(at, format!("expected `{wrong}`, found `{value}`")));
    }
    *value = right;
    Ok(1)
}

/// Calls `change` for every place of a table, until it does not apply.
pub fn all<T: Copy>(
    document: &mut Document,
    places: &[T],
    mut change: impl FnMut(&mut Document, T) -> RepairResult,
) -> RepairResult {
    places.iter().try_fold(0, |changed, place| Ok(changed + change(document, *place)?))
}

/// Renames a path parameter to its name in the template.
pub fn rename_path_parameter(document: &mut Document, method: &str, path: &str, wrong: &str, right: &str) -> RepairResult {
    let at = Pointer::Path(&["paths", path, method, "parameters"]).to_string();
    let operation = operation(document, method, path)?;
    if find_parameter(operation, "path", right).is_some() {
        return Err(NotApplicable::not_needed(at, format!("`{right}` is declared")));
    }
    let Some((_, parameter)) = find_parameter(operation, "path", wrong) else {
        return Err(NotApplicable::not_needed(at, format!("`{wrong}` is not declared")));
    };
    parameter["name"] = right.into();
    Ok(1)
}

/// Declares a path parameter that only the template names. Ids are strings throughout this API.
pub fn declare_path_parameter(document: &mut Document, method: &str, path: &str, name: &str) -> RepairResult {
    let at = Pointer::Path(&["paths", path, method, "parameters"]).to_string();
    let operation = operation(document, method, path)?;
    if find_parameter(operation, "path", name).is_some() {
        return Err(NotApplicable::not_needed(at, format!("`{name}` is declared")));
    }
    if !template_names(path).contains(&name) {
        return Err(NotApplicable::not_found(at, format!("the path has no `{{{name}}}`")));
    }
    let parameter = serde_json::json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}});
    match operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new())) {
        Value::Array(parameters) => parameters.push(parameter),
        other => return Err(NotApplicable::not_found(at, format!("expected a list, found `{other}`"))),
    }
    Ok(1)
}

/// Removes a path parameter that the template lacks.
pub fn drop_path_parameter(document: &mut Document, method: &str, path: &str, name: &str) -> RepairResult {
    let at = Pointer::Path(&["paths", path, method, "parameters"]).to_string();
    let operation = operation(document, method, path)?;
    let Some((index, _)) = find_parameter(operation, "path", name) else {
        return Err(NotApplicable::not_needed(at, format!("`{name}` is not declared")));
    };
    if let Some(parameters) = operation.get_mut("parameters").and_then(Value::as_array_mut) {
        parameters.remove(index);
    }
    Ok(1)
}

/// A parameter of an operation in `path` or `query`, with its index.
fn find_parameter<'a>(operation: &'a mut Map<String, Value>, place: &str, name: &str) -> Option<(usize, &'a mut Value)> {
    let parameters = operation.get_mut("parameters")?.as_array_mut()?;
    let is_wanted = |parameter: &Value| parameter["in"] == place && parameter["name"] == name;
    parameters.iter_mut().enumerate().find(|(_, parameter)| is_wanted(parameter))
}
