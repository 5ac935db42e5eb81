//! Finds everything that would make progenitor or typify panic or generate wrong code.
//!
//! The checks are an allow-list: a list of what breaks would never be complete, and typify silently
//! drops what it does not support. To support a new keyword or form, look at the generated code and
//! then add it here.

mod content;
mod operations;
mod schemas;

use crate::{adapt::Adapted, problem::Problems};

/// Checks an adapted document. Returns all problems, those of [`crate::adapt`] first.
pub fn preflight(adapted: &Adapted) -> Problems {
    let mut problems = adapted.problems.clone();
    schemas::check_named(&adapted.document, &mut problems);
    operations::check(&adapted.document, &mut problems);
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{adapt, document::Document, overlay::Overlay, problem::Problem};

    /// A caller leaves out what is not supported, by its name.
    #[test]
    fn every_problem_names_its_operation_or_its_schema() {
        let document = Document::new(json!({
            "openapi": "3.0.1",
            "paths": {
                "/a/{id}": {
                    "parameters": [{"$ref": "#/components/parameters/Gone"}],
                    "get": {"parameters": [{"name": "c", "in": "cookie", "schema": {}}, {"name": "q", "in": "query"}]},
                    "trace": {"responses": {"200": {"$ref": "#/components/responses/Gone"}}},
                    "put": {
                        "requestBody": {"content": {"application/octet-stream": {"schema": {}}, "a b": {}}},
                        "responses": {"200": {"content": {"application/json": {"schema": {"not": {}}}}}}
                    }
                },
                "/b//c": {"$ref": "#/paths/gone", "post": {"requestBody": {}, "responses": {"default": {}}}}
            },
            "components": {"schemas": {
                "A": {"oneOf": [{"$ref": "#/components/schemas/B"}, {"$ref": "#/components/schemas/C"}]},
                "B": {"type": "object", "properties": {"x": {"$ref": "#/components/schemas/Gone"}}, "required": ["y"]},
                "C": {"type": "object", "allOf": [{"$ref": "#/components/schemas/D"}, {"type": "string"}]},
                "D": {"type": "array", "items": {"$ref": "#/components/schemas/D"}},
                "E": {"$ref": "#/components/schemas/E"}
            }}
        }));
        let problems = preflight(&adapt::adapt(document, &Overlay::default()));
        let is_nameless =
            |problem: &&Problem| problem.operation.is_none() && !problem.pointer.starts_with("/components/schemas/");
        let nameless: Vec<_> = problems.iter().filter(is_nameless).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
        assert!(problems.iter().count() > 15, "{problems}");
    }
}
