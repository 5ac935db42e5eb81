//! An OpenAPI document as a JSON value that keeps its order.
//!
//! The value is untyped because typed models reject the published document before it is repaired.
//! After [`facts`] every node has the JSON type that OpenAPI requires.

pub mod facts;
pub mod lines;
pub mod load;
mod pointer;
pub mod reach;
pub mod strict;
pub mod walk;
pub mod yaml;

pub use pointer::{Pointer, tokens, unescaped};

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The methods a path item may hold, in the order in which OpenAPI lists them.
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An OpenAPI document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    root: Value,
    /// The labels of operations that moved, by those that they had.
    moved: BTreeMap<String, String>,
    /// The labels of operations that were located since the last [`Document::take_located`].
    located: Vec<String>,
}

/// A view of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The path template as it stands in the document.
    pub path: &'a str,
    /// The method, in lower case.
    pub method: &'a str,
    /// The path item around the operation.
    pub item: &'a Map<String, Value>,
    /// The operation object.
    pub value: &'a Map<String, Value>,
}

impl Operation<'_> {
    /// The method and path: `GET /v1/alerts`.
    pub fn label(&self) -> String {
        label(self.method, self.path)
    }

    /// The operation id: after adaptation, the Rust name.
    pub fn id(&self) -> &str {
        self.value.get("operationId").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether Atlassian marks it as experimental.
    pub fn is_experimental(&self) -> bool {
        self.value.get("x-experimental") == Some(&Value::Bool(true))
    }

    /// JSON pointer of the operation object.
    pub fn pointer(&self) -> String {
        Pointer::Path(&["paths", self.path, self.method]).to_string()
    }
}

impl Document {
    /// Wraps a value; [`load`] is the way to get one that is known to be an OpenAPI document.
    pub fn new(root: Value) -> Self {
        Self { root, moved: BTreeMap::new(), located: Vec::new() }
    }

    /// The whole document.
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The whole document, to change it.
    pub fn root_mut(&mut self) -> &mut Value {
        &mut self.root
    }

    /// Records that operations are at another place than in earlier documents.
    pub fn set_moved<'a>(&mut self, moved: impl Iterator<Item = (&'a str, &'a str)>) {
        self.moved = moved.map(|(old, new)| (old.to_owned(), new.to_owned())).collect();
    }

    /// The method and path that an operation of earlier documents has now.
    pub fn locate(&mut self, method: &str, path: &str) -> (String, String) {
        let moved = self.moved.get(&label(method, path)).and_then(|label| label.split_once(' '));
        let (method, path) = moved.map_or_else(
            || (method.to_owned(), path.to_owned()),
            |(method, path)| (method.to_ascii_lowercase(), path.to_owned()),
        );
        self.located.push(label(&method, &path));
        (method, path)
    }

    /// The labels of the operations that were located since the last call.
    pub fn take_located(&mut self) -> Vec<String> {
        std::mem::take(&mut self.located)
    }

    /// The path items in the order of the document.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &Map<String, Value>)> {
        let paths = self.root.get("paths").and_then(Value::as_object);
        paths.into_iter().flatten().filter_map(|(path, item)| Some((path.as_str(), item.as_object()?)))
    }

    /// The map of path items, to change it.
    pub fn paths_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.root.get_mut("paths")?.as_object_mut()
    }

    /// All operations in the order of the document, and of [`METHODS`] within a path.
    pub fn operations(&self) -> impl Iterator<Item = Operation<'_>> {
        self.paths().flat_map(|(path, item)| {
            METHODS.into_iter().filter_map(move |method| {
                let value = item.get(method)?.as_object()?;
                Some(Operation { path, method, item, value })
            })
        })
    }

    /// Calls `change` with path, method and operation object of every operation.
    pub fn for_each_operation_mut(&mut self, mut change: impl FnMut(&str, &str, &mut Map<String, Value>)) {
        for (path, item) in self.paths_mut().into_iter().flatten() {
            for method in METHODS {
                if let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) {
                    change(path, method, operation);
                }
            }
        }
    }

    /// One operation by method and path template, to change it.
    pub fn operation_mut(&mut self, method: &str, path: &str) -> Option<&mut Map<String, Value>> {
        self.paths_mut()?.get_mut(path)?.get_mut(method)?.as_object_mut()
    }

    /// The named schemas in the order of the document.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, &Value)> {
        let schemas = self.root.get("components").and_then(|components| components.get("schemas"));
        schemas.and_then(Value::as_object).into_iter().flatten().map(|(name, schema)| (name.as_str(), schema))
    }

    /// One named schema.
    pub fn schema(&self, name: &str) -> Option<&Value> {
        self.root.get("components")?.get("schemas")?.get(name)
    }

    /// The map of named schemas, to change it.
    pub fn schemas_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.root.get_mut("components")?.get_mut("schemas")?.as_object_mut()
    }

    /// One named schema, to change it.
    pub fn schema_mut(&mut self, name: &str) -> Option<&mut Map<String, Value>> {
        self.schemas_mut()?.get_mut(name)?.as_object_mut()
    }
}

/// The method and path of an operation: `GET /v1/alerts`.
pub fn label(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_ascii_uppercase())
}

/// The pointer of a member or element below `parent`.
pub fn child(parent: &str, token: &str) -> String {
    format!("{parent}/{}", pointer::escaped(token))
}

/// The name behind `#/components/schemas/NAME`; `None` for every other reference.
pub fn schema_name(reference: &str) -> Option<&str> {
    reference.strip_prefix("#/components/schemas/").filter(|name| !name.is_empty() && !name.contains('/'))
}

/// A reference to a named schema.
pub fn schema_reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The names in a path template, in order: `/v1/alerts/{id}` holds `id`.
pub fn template_names(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_schema_references_have_a_name() {
        assert_eq!(schema_name("#/components/schemas/Alert"), Some("Alert"));
        assert_eq!(schema_name("#/components/schemas/Alert/properties/id"), None);
        assert_eq!(schema_name("#/components/schemas/"), None);
        assert_eq!(schema_name("other.json#/components/schemas/Alert"), None);
    }

    #[test]
    fn template_names_stand_in_order() {
        assert_eq!(template_names("/v1/{a}/x.{b}.ics"), ["a", "b"]);
        assert_eq!(template_names("/v1"), [""; 0]);
    }

    #[test]
    fn operations_of_malformed_items_are_passed_over() {
        let document = Document::new(serde_json::json!({"paths": {"/a": 1, "/b": {"get": {}, "post": []}}}));
        let labels: Vec<_> = document.operations().map(|operation| operation.label()).collect();
        assert_eq!(labels, ["GET /b"]);
    }
}
