//! Leaves out what the generator does not support, so that the rest can be generated.
//!
//! The preflight finds what is not supported. The smallest part that has it goes: an optional
//! parameter, or an operation. The values of a schema are read as raw JSON instead; if that is not
//! possible either, the operations that use the schema go.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    adapt::Adapted,
    document::{Document, METHODS, Pointer, child, label, reach::Reach, tokens},
    names,
    origins::Origins,
    problem::{Problem, Problems},
};

/// Operations and schemas that are not in the crate, or not as the document has them.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    /// The labels of operations.
    pub operations: BTreeSet<String>,
    /// Schemas whose values are raw JSON, by name.
    pub schemas: BTreeSet<String>,
    /// The places of schemas that became raw JSON.
    raw: BTreeSet<String>,
}

/// A part of the repaired document that is not supported.
enum Part {
    /// A parameter of an operation or of a path.
    Parameter {
        owner: String,
        index: usize,
    },
    Operation {
        path: String,
        method: String,
    },
    Path(String),
    /// A schema, and the places that may become raw JSON with the names of their types: a part of
    /// it, and all of it.
    Schema {
        places: Vec<(String, String)>,
        name: String,
    },
}

impl LeftOut {
    /// Whether an operation or a schema is left out, or a schema that is named after one.
    pub fn has(&self, name: &str) -> bool {
        self.operations.contains(name) || self.schemas.iter().any(|schema| name.starts_with(schema.as_str()))
    }

    /// Whether a schema of the document has no type, or is read as raw JSON.
    pub fn is_schema(&self, name: &str) -> bool {
        self.schemas.contains(name)
    }

    /// Leaves out what has these problems. `document` is the one that was adapted. Returns what
    /// needs attention.
    ///
    /// # Errors
    /// Problems that belong to no part, or that remain although the part was left out.
    pub fn leave_out(
        &mut self,
        document: &mut Document,
        adapted: &Adapted,
        origins: &Origins,
        problems: Problems,
    ) -> Result<Problems, Problems> {
        let mut attention = Problems::new();
        let mut remaining = Problems::new();
        let before = self.raw.clone();
        // Removed last to first, so that the indexes stay valid.
        let mut parameters: BTreeSet<(String, usize)> = BTreeSet::new();
        for problem in problems {
            let part = part(document, origins, &problem.pointer);
            match part.and_then(|part| self.remove(document, adapted, part, &before, &mut parameters)) {
                Some(what) => attention.push(Problem { message: format!("{}; {what}", problem.message), ..problem }),
                None => remaining.push(problem),
            }
        }
        for (owner, index) in parameters.into_iter().rev() {
            if let Some(list) = document.root_mut().pointer_mut(&owner).and_then(Value::as_array_mut)
                && index < list.len()
            {
                list.remove(index);
            }
        }
        remaining.into_result().map(|()| attention)
    }

    /// Removes a part, and says so. `None` if it was removed before.
    fn remove(
        &mut self,
        document: &mut Document,
        adapted: &Adapted,
        part: Part,
        before: &BTreeSet<String>,
        parameters: &mut BTreeSet<(String, usize)>,
    ) -> Option<String> {
        match part {
            Part::Parameter { owner, index } => {
                parameters.insert((owner, index));
                Some("the parameter is left out".to_owned())
            }
            Part::Operation { path, method } => {
                self.remove_operation(document, &path, &method);
                Some("the operation is left out".to_owned())
            }
            Part::Path(path) => {
                let methods: Vec<String> = document
                    .operations()
                    .filter(|operation| operation.path == path)
                    .map(|operation| operation.method.to_owned())
                    .collect();
                methods.iter().for_each(|method| self.remove_operation(document, &path, method));
                document.paths_mut().map(|paths| paths.shift_remove(&path));
                Some("the operations of the path are left out".to_owned())
            }
            Part::Schema { places, name } => {
                let raw = "its values are read as raw JSON".to_owned();
                for (pointer, part_name) in places {
                    if before.contains(&pointer) {
                        continue;
                    }
                    // Another problem of this round may be at the same place, or around it.
                    if self.raw.insert(pointer.clone())
                        && let Some(schema) = document.root_mut().pointer_mut(&pointer)
                    {
                        *schema = json!({});
                    }
                    self.schemas.insert(part_name);
                    return Some(raw);
                }
                // The name may be that of another place.
                document.schema(&name)?;
                let users = users(adapted, &name);
                users.iter().for_each(|(path, method)| self.remove_operation(document, path, method));
                self.schemas.extend(remove_schema(document, &name));
                Some(match &users[..] {
                    [] => "the schema is left out".to_owned(),
                    users => format!("the operations that use it are left out: {}", labels(users)),
                })
            }
        }
    }

    fn remove_operation(&mut self, document: &mut Document, path: &str, method: &str) {
        if let Some(item) = document.paths_mut().and_then(|paths| paths.get_mut(path)).and_then(Value::as_object_mut) {
            item.shift_remove(method);
        }
        self.operations.insert(label(method, path));
    }
}

fn labels(operations: &[(String, String)]) -> String {
    let labels: Vec<String> = operations.iter().map(|(path, method)| format!("`{}`", label(method, path))).collect();
    labels.join(", ")
}

/// The operations that reach a schema of the adapted document.
fn users(adapted: &Adapted, schema: &str) -> Vec<(String, String)> {
    let reach = Reach::of(&adapted.document);
    let uses = adapted.document.operations().filter(|operation| reach.used_by(operation).contains(schema));
    uses.map(|operation| (operation.path.to_owned(), operation.method.to_owned())).collect()
}

/// Removes a named schema, and those that contain it.
fn remove_schema(document: &mut Document, name: &str) -> Vec<String> {
    let reach = Reach::of(document);
    let gone: Vec<String> = document
        .schemas()
        .map(|(other, _)| other)
        .filter(|other| *other == name || reach.leads_to(other, name))
        .map(str::to_owned)
        .collect();
    if let Some(schemas) = document.schemas_mut() {
        schemas.retain(|name, _| !gone.contains(name));
    }
    gone
}

/// The innermost property or list item around a place in a schema, with the name of its type.
fn inner(root: &str, name: &str, mut rest: &[&str]) -> Option<(String, String)> {
    let mut found: Option<(String, String)> = None;
    loop {
        let (at, name) = found.as_ref().map_or((root, name), |(at, name)| (at.as_str(), name.as_str()));
        match rest {
            ["properties", property, more @ ..] => {
                let place = child(&child(at, "properties"), property);
                (found, rest) = (Some((place, names::inline_name(name, property))), more);
            }
            ["items", more @ ..] => (found, rest) = (Some((child(at, "items"), format!("{name}Item"))), more),
            _ => return found,
        }
    }
}

/// The part of the repaired document that a problem at a place of the adapted one belongs to.
fn part(document: &Document, origins: &Origins, pointer: &str) -> Option<Part> {
    let tokens = tokens(pointer);
    let tokens: Vec<&str> = tokens.iter().map(String::as_str).collect();
    let parameter = |list: &[&str], index: &str| {
        let owner = Pointer::Path(list).to_string();
        let index = index.parse().ok()?;
        let parameter = document.root().pointer(&owner)?.get(index)?;
        let is_optional = parameter.get("required") != Some(&Value::Bool(true)) && parameter.get("$ref").is_none();
        is_optional.then_some(Part::Parameter { owner, index })
    };
    match &tokens[..] {
        ["components", "schemas", name, rest @ ..] => {
            let root = Pointer::Path(&["components", "schemas", name]).to_string();
            let mut places = vec![(origins.repaired(&root), (*name).to_owned())];
            if let Some((pointer, part_name)) = inner(&root, name, rest) {
                places.insert(0, (origins.repaired(&pointer), part_name));
            }
            Some(Part::Schema { places, name: (*name).to_owned() })
        }
        ["paths", path, "parameters", index, ..] => {
            parameter(&["paths", path, "parameters"], index).or_else(|| Some(Part::Path((*path).to_owned())))
        }
        ["paths", path, method, rest @ ..] if METHODS.contains(method) => {
            let optional = match rest {
                ["parameters", index, ..] => parameter(&["paths", path, method, "parameters"], index),
                _ => None,
            };
            optional.or_else(|| Some(Part::Operation { path: (*path).to_owned(), method: (*method).to_owned() }))
        }
        ["paths", path, ..] => Some(Part::Path((*path).to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{adapt, document::schema_reference, overlay::Overlay};

    /// Leaves out what has problems at these places, and returns the messages and the document.
    fn without(document: &Value, pointers: &[&str]) -> (Vec<String>, Value, LeftOut) {
        let mut document = Document::new(document.clone());
        let adapted = adapt::adapt(document.clone(), &Overlay::default());
        let origins = Origins::default().adapted(&adapted);
        let problems = pointers.iter().map(|pointer| Problem::new(*pointer, "It is odd", "mend it")).collect();
        let mut left_out = LeftOut::default();
        let attention = left_out.leave_out(&mut document, &adapted, &origins, problems).expect("left out");
        let messages = attention.iter().map(|problem| problem.message.clone()).collect();
        (messages, document.root().clone(), left_out)
    }

    fn document() -> Value {
        let content = |name: &str| json!({"application/json": {"schema": schema_reference(name)}});
        json!({
            "paths": {"/as": {
                "get": {
                    "parameters": [
                        {"name": "x", "in": "query", "schema": {}},
                        {"name": "y", "in": "query", "required": true, "schema": {}},
                        {"name": "z", "in": "query", "schema": {}}
                    ],
                    "responses": {"200": {"content": content("Page")}}
                },
                "post": {"responses": {"200": {"content": content("B")}}}
            }},
            "components": {"schemas": {
                "Page": {"properties": {"items": {"type": "array", "items": schema_reference("A")}}},
                "A": {"properties": {"inner": {"properties": {"x": {"type": "string"}}}}},
                "B": {"type": "object"}
            }}
        })
    }

    #[test]
    fn optional_parameters_go_alone_and_required_ones_with_their_operation() {
        let (messages, left, left_out) =
            without(&document(), &["/paths/~1as/get/parameters/0/schema", "/paths/~1as/get/parameters/2"]);
        assert_eq!(messages, ["It is odd; the parameter is left out"; 2]);
        assert_eq!(left["paths"]["/as"]["get"]["parameters"].as_array().map(Vec::len), Some(1));
        assert_eq!(left["paths"]["/as"]["get"]["parameters"][0]["name"], "y");
        assert!(left_out.operations.is_empty());
        let (messages, left, left_out) = without(&document(), &["/paths/~1as/get/parameters/1/schema"]);
        assert_eq!(messages, ["It is odd; the operation is left out"]);
        assert!(left["paths"]["/as"].get("get").is_none() && left["paths"]["/as"].get("post").is_some());
        assert!(left_out.has("GET /as") && !left_out.has("POST /as"));
    }

    #[test]
    fn a_schema_becomes_raw_json_at_the_place_where_it_stands() {
        let raw = "It is odd; its values are read as raw JSON";
        let (messages, left, left_out) = without(
            &document(),
            &["/components/schemas/AInner/properties/x/not", "/components/schemas/AInner/properties/x"],
        );
        assert_eq!(messages, [raw; 2]);
        assert_eq!(left["components"]["schemas"]["A"], json!({"properties": {"inner": {"properties": {"x": {}}}}}));
        assert!(left_out.has("AInnerX") && !left_out.has("A"));
        let (messages, left, left_out) = without(&document(), &["/components/schemas/AInner/required"]);
        assert_eq!(messages, [raw]);
        assert_eq!(left["components"]["schemas"]["A"], json!({"properties": {"inner": {}}}));
        assert!(left_out.has("AInner") && !left_out.has("A"));
    }

    #[test]
    fn a_schema_whose_values_cannot_be_raw_takes_its_operations_along() {
        let mut document = Document::new(document());
        let adapted = adapt::adapt(document.clone(), &Overlay::default());
        let origins = Origins::default().adapted(&adapted);
        let mut left_out = LeftOut::default();
        let problem = || Problems::from(Problem::new("/components/schemas/A", "It is odd", "mend it"));
        left_out.leave_out(&mut document, &adapted, &origins, problem()).expect("raw");
        let attention = left_out.leave_out(&mut document, &adapted, &origins, problem()).expect("left out");
        assert!(
            attention.to_string().contains("It is odd; the operations that use it are left out: `GET /as`"),
            "{attention}"
        );
        let left = document.root();
        assert_eq!(left["components"]["schemas"], json!({"B": {"type": "object"}}));
        assert!(left["paths"]["/as"].get("get").is_none() && left["paths"]["/as"].get("post").is_some());
    }

    #[test]
    fn a_problem_of_the_whole_document_remains() {
        let mut document = Document::new(document());
        let adapted = adapt::adapt(document.clone(), &Overlay::default());
        let origins = Origins::default().adapted(&adapted);
        let problems = Problems::from(Problem::new("/paths", "There are none", "fetch again"));
        let remaining = LeftOut::default().leave_out(&mut document, &adapted, &origins, problems).expect_err("remains");
        assert_eq!(remaining.len(), 1);
    }
}
