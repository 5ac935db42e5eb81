//! Finds the places that repairs change, or says why a repair does not apply.

use serde_json::{Map, Value};

use super::{NotApplicable, PlaceResult, RepairResult};
use crate::document::{Document, Pointer, label, template_names};

/// The method and path of an operation in this document.
struct Located {
    method: String,
    path: String,
}

impl Located {
    fn new(document: &mut Document, method: &str, path: &str) -> Self {
        let (method, path) = document.locate(method, path);
        Self { method, path }
    }

    /// The pointer of a member of the operation.
    fn at(&self, members: &[&str]) -> String {
        let way: Vec<&str> = ["paths", &self.path, &self.method].into_iter().chain(members.iter().copied()).collect();
        Pointer::Path(&way).to_string()
    }

    fn label(&self) -> String {
        label(&self.method, &self.path)
    }

    fn value<'a>(&self, document: &'a mut Document) -> Result<&'a mut Map<String, Value>, NotApplicable> {
        let missing = || NotApplicable::not_found(self.at(&[]), format!("the operation `{}` is missing", self.label()));
        document.operation_mut(&self.method, &self.path).ok_or_else(missing)
    }

    /// The name that a path parameter of `path` has in this document.
    fn parameter<'a>(&'a self, path: &str, name: &'a str) -> &'a str {
        let names = template_names(path).into_iter().zip(template_names(&self.path));
        names.into_iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new)
    }
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
pub fn add_property(document: &mut Document, name: &str, property: &str, value: Value) -> PlaceResult {
    let at = Pointer::Path(&["components", "schemas", name, "properties", property]).to_string();
    let properties = schema(document, name)?.get_mut("properties").and_then(Value::as_object_mut);
    let Some(properties) = properties else {
        return Err(NotApplicable::not_found(at, format!("`{name}` has no properties")));
    };
    if let Some(found) = properties.get(property) {
        return Err(if *found == value {
            NotApplicable::not_needed(at, "the property is declared")
        } else {
            NotApplicable::different(at, format!("the property is declared as `{found}`, expected `{value}`"))
        });
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
    let located = Located::new(document, method, path);
    let (at, name) = (located.at(&["parameters"]), located.parameter(path, name));
    let missing =
        NotApplicable::not_found(&at, format!("the {place} parameter `{name}` of `{}` is missing", located.label()));
    let found = find_parameter(located.value(document)?, place, name);
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
    let located = Located::new(document, method, path);
    located.value(document)?;
    let at = located.at(&["responses", status, "content", media_type, "schema"]);
    let missing = NotApplicable::not_found(&at, format!("`{}` has no {status} response of `{media_type}`", located.label()));
    let found = document.root_mut().pointer_mut(&at);
    found.map(|value| (at, value)).ok_or(missing)
}

/// Replaces `wrong` with `right`.
pub fn replace((at, value): (String, &mut Value), wrong: &Value, right: Value) -> PlaceResult {
    if *value == right {
        return Err(NotApplicable::not_needed(at, format!("found `{right}`")));
    }
    if value != wrong {
        return Err(NotApplicable::different(at, format!("expected `{wrong}` or `{right}`, found `{value}`")));
    }
    *value = right;
    Ok(1)
}

/// Calls `change` for every place of a table. Each has a result of its own.
pub fn all<T: Copy>(
    document: &mut Document,
    places: &[T],
    mut change: impl FnMut(&mut Document, T) -> PlaceResult,
) -> RepairResult {
    RepairResult(places.iter().map(|place| change(document, *place)).collect())
}

/// Renames a path parameter to its name in the template.
pub fn rename_path_parameter(document: &mut Document, method: &str, path: &str, wrong: &str, right: &str) -> PlaceResult {
    let located = Located::new(document, method, path);
    let (at, right) = (located.at(&["parameters"]), located.parameter(path, right));
    let operation = located.value(document)?;
    if find_parameter(operation, "path", right).is_some() {
        return Err(NotApplicable::not_needed(at, format!("`{right}` is declared")));
    }
    let Some((_, parameter)) = find_parameter(operation, "path", wrong) else {
        return Err(NotApplicable::different(at, format!("neither `{wrong}` nor `{right}` is declared")));
    };
    parameter["name"] = right.into();
    Ok(1)
}

/// Declares a path parameter that only the template names. Ids are strings throughout this API.
pub fn declare_path_parameter(document: &mut Document, method: &str, path: &str, name: &str) -> PlaceResult {
    let located = Located::new(document, method, path);
    let (at, name) = (located.at(&["parameters"]), located.parameter(path, name));
    let operation = located.value(document)?;
    if find_parameter(operation, "path", name).is_some() {
        return Err(NotApplicable::not_needed(at, format!("`{name}` is declared")));
    }
    if !template_names(&located.path).contains(&name) {
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
pub fn drop_path_parameter(document: &mut Document, method: &str, path: &str, name: &str) -> PlaceResult {
    let located = Located::new(document, method, path);
    let at = located.at(&["parameters"]);
    let operation = located.value(document)?;
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
