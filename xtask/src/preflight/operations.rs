//! Operations: what progenitor asserts, and what it would silently get wrong.

use std::collections::BTreeMap;

use serde_json::Value;

use super::schemas;
use crate::{
    document::{Document, Operation, Pointer, template_names},
    names::{checked_parameter_name, is_rust_name},
    problem::{Problem, Problems},
};

/// Methods that progenitor supports.
const METHODS: [&str; 6] = ["get", "put", "post", "delete", "head", "patch"];

/// Checks all operations.
pub fn check(document: &Document, problems: &mut Problems) {
    if document.operations().next().is_none() {
        problems.push(Problem::new("/paths", "the document has no operations", "fetch the document again"));
    }
    for (path, item) in document.paths() {
        if item.contains_key("$ref") {
            let paths = Pointer::Root.member("paths");
            let item = paths.member(path);
            let message = "the reference to a path item leads nowhere";
            let help = "correct it, or replace it with the path item";
            problems.push(Problem::new(item.member("$ref"), message, help).in_operation(path));
        }
    }
    for operation in document.operations() {
        OperationChecker { document, problems, label: operation.label() }.operation(&operation);
    }
}

pub(super) struct OperationChecker<'a> {
    document: &'a Document,
    problems: &'a mut Problems,
    label: String,
}

impl OperationChecker<'_> {
    pub(super) fn problem(&mut self, at: impl Into<String>, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::new(at, message, help).in_operation(&self.label));
    }

    pub(super) fn schema(&mut self, at: &Pointer<'_>, schema: &Value) {
        schemas::check_in_operation(self.document, at, schema, &self.label, self.problems);
    }

    fn operation(&mut self, operation: &Operation<'_>) {
        let paths = Pointer::Root.member("paths");
        let item = paths.member(operation.path);
        let at = item.member(operation.method);
        let id = operation.id();
        if !is_rust_name(id) {
            self.problem(
                at.member("operationId"),
                format!("`{id}` is not a valid Rust name"),
                "name the operation in spec/overlay/",
            );
        }
        if let Err(reason) = well_formed(operation.path) {
            self.problem(at, format!("the path template {reason}"), "correct the path in the document");
        }
        if !METHODS.contains(&operation.method) {
            self.problem(
                at,
                "the method is not supported, because reqwest cannot send it",
                "drop the operation in a repair",
            );
        }
        let body = operation.value.get("requestBody");
        self.parameters(&item, &at, operation, body.is_some());
        if let Some(body) = body {
            self.body(operation.method, &at.member("requestBody"), body);
        }
        match operation.value.get("responses").and_then(Value::as_object) {
            Some(responses) => self.responses(&at.member("responses"), responses),
            None => self.problem(at, "the operation has no responses", "declare its responses in a repair"),
        }
    }

    fn parameters(&mut self, item: &Pointer<'_>, own: &Pointer<'_>, operation: &Operation<'_>, has_body: bool) {
        let lists = [(item, operation.item.get("parameters")), (own, operation.value.get("parameters"))];
        let template = template_names(operation.path);
        let mut in_path = Vec::new();
        let mut taken: BTreeMap<String, String> = BTreeMap::new();
        if has_body {
            taken.insert("body".to_owned(), "the request body".to_owned());
        }
        for (at, list) in lists {
            let list_at = at.member("parameters");
            for (index, parameter) in list.and_then(Value::as_array).into_iter().flatten().enumerate() {
                let at = list_at.element(index);
                let Some(name) = self.parameter(&at, parameter) else { continue };
                match checked_parameter_name(name) {
                    Some(rust_name) => {
                        if let Some(first) = taken.insert(rust_name.clone(), format!("`{name}`")) {
                            let message = format!("{first} and `{name}` both have the Rust name `{rust_name}`");
                            self.problem(at, message, "drop one of them in a repair, if they are the same");
                        }
                    }
                    None => self.problem(
                        at,
                        format!("`{name}` has no valid Rust parameter name"),
                        "add a rule for it to xtask/src/names.rs",
                    ),
                }
                if parameter.get("in").and_then(Value::as_str) == Some("path") {
                    in_path.push(name.to_owned());
                    if !template.contains(&name) {
                        let message = format!("the path has no `{{{name}}}`");
                        self.problem(
                            at,
                            message,
                            "add a repair that drops or renames the parameter (xtask/src/repair/vendor/parameters.rs)",
                        );
                    }
                }
            }
        }
        for name in template {
            if !in_path.iter().any(|declared| declared == name) {
                let message = format!("the path parameter `{name}` is not declared");
                self.problem(own, message, "add a repair that declares it (xtask/src/repair/vendor/parameters.rs)");
            }
        }
    }

    /// Checks one parameter and returns its name.
    fn parameter<'v>(&mut self, at: &Pointer<'_>, parameter: &'v Value) -> Option<&'v str> {
        let (Some(name), Some(place)) = (text(parameter, "name"), text(parameter, "in")) else {
            self.problem(
                at,
                "a parameter needs `name` and `in`, and a reference must lead to a parameter",
                "correct the reference, or declare the parameter",
            );
            return None;
        };
        let style = match place {
            "path" | "header" => "simple",
            "query" => "form",
            other => {
                self.problem(at.member("in"), format!("parameters in `{other}` are not supported"), "drop it in a repair");
                return None;
            }
        };
        if text(parameter, "style").is_some_and(|found| found != style) {
            self.problem(at.member("style"), format!("only the style `{style}` is supported"), "drop it in a repair");
        }
        if place == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
            self.problem(at.member("required"), "the path parameter is not marked as required", "mark it in a repair");
        }
        let at = at.member("schema");
        let Some(schema) = parameter.get("schema") else {
            self.problem(at, format!("the parameter `{name}` has no schema"), "declare its type in a repair");
            return Some(name);
        };
        self.schema(&at, schema);
        let kind = schemas::resolve(self.document, schema).ok().and_then(|schema| text(schema, "type"));
        let plain = |kind| matches!(kind, Some("string" | "integer" | "number" | "boolean"));
        let list = || {
            let items = schema.get("items").and_then(|items| schemas::resolve(self.document, items).ok());
            // A list in the path would be one segment.
            matches!(place, "query" | "header")
                && kind == Some("array")
                && plain(items.and_then(|items| text(items, "type")))
        };
        if !plain(kind) && !list() {
            self.problem(
                at,
                format!("a parameter of this form is not supported: `{schema}`"),
                "use a plain type, or in the query and in headers a list of a plain type",
            );
        }
        Some(name)
    }
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// Whether progenitor reads a template correctly.
fn well_formed(path: &str) -> Result<(), &'static str> {
    if path.contains("//") {
        return Err("has an empty segment, which would be dropped");
    }
    if path.contains(char::is_whitespace) || path.contains(['?', '#', '%']) {
        return Err("has a character that a path cannot have");
    }
    let mut rest = path;
    while let Some((constant, tail)) = rest.split_once('{') {
        let Some((name, tail)) = tail.split_once('}') else { return Err("has a brace that is not closed") };
        if constant.contains('}') || name.is_empty() || name.contains(['/', '{']) {
            return Err("has braces that do not match");
        }
        if tail.starts_with('{') {
            return Err("has two parameters with nothing between them");
        }
        rest = tail;
    }
    if rest.contains('}') {
        return Err("has braces that do not match");
    }
    let mut names = template_names(path);
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) { Err("names a parameter twice") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn problems(path: &str, method: &str, mut operation: Value) -> Vec<String> {
        operation["operationId"] = json!("list_as");
        if operation.get("responses").is_none() {
            operation["responses"] = json!({"204": {}});
        }
        let document = Document::new(json!({"paths": {path: {method: operation}}, "components": {"schemas": {
            "Word": {"type": "string"}, "Thing": {"type": "object"}
        }}}));
        let mut problems = Problems::new();
        check(&document, &mut problems);
        problems.iter().map(|problem| problem.message.clone()).collect()
    }

    fn parameter(name: &str, place: &str, schema: Value) -> Value {
        json!({"name": name, "in": place, "required": true, "schema": schema})
    }

    #[test]
    fn what_progenitor_takes_is_allowed() {
        let operation = json!({
            "parameters": [
                parameter("id", "path", json!({"$ref": "#/components/schemas/Word"})),
                parameter("type", "query", json!({"type": "array", "items": {"type": "string"}}))
            ],
            "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
            "responses": {"200": {"content": {"text/calendar": {}}}, "201": {"content": {"text/plain": {}}}}
        });
        assert_eq!(problems("/as/{id}.ics", "post", operation), [""; 0]);
    }

    #[test]
    fn template_and_declarations_must_agree() {
        let found =
            problems("/as/{id}", "get", json!({"parameters": [parameter("alertId", "path", json!({"type": "string"}))]}));
        assert_eq!(found, ["the path has no `{alertId}`", "the path parameter `id` is not declared"]);
    }

    #[test]
    fn names_must_differ() {
        let found = problems(
            "/as",
            "post",
            json!({
                "parameters": [
                    parameter("pageId", "query", json!({"type": "string"})),
                    parameter("page-id", "query", json!({"type": "string"})),
                    parameter("body", "query", json!({"type": "string"})),
                    parameter("%", "query", json!({"type": "string"}))
                ],
                "requestBody": {"content": {"application/json": {"schema": {}}}}
            }),
        );
        assert_eq!(
            found,
            [
                "`pageId` and `page-id` both have the Rust name `page_id`",
                "the request body and `body` both have the Rust name `body`",
                "`%` has no valid Rust parameter name",
            ]
        );
    }

    #[test]
    fn parameters_are_plain() {
        let found = problems(
            "/as",
            "get",
            json!({"parameters": [
                parameter("a", "query", json!({"$ref": "#/components/schemas/Thing"})),
                parameter("b", "cookie", json!({"type": "string"})),
                {"name": "c", "in": "query"},
                {"name": "d", "in": "query", "style": "deepObject", "schema": {"type": "string"}},
                {"$ref": "#/components/parameters/e"}
            ]}),
        );
        assert_eq!(
            found,
            [
                "a parameter of this form is not supported: `{\"$ref\":\"#/components/schemas/Thing\"}`",
                "parameters in `cookie` are not supported",
                "the parameter `c` has no schema",
                "only the style `form` is supported",
                "a parameter needs `name` and `in`, and a reference must lead to a parameter",
            ]
        );
    }

    #[test]
    fn bodies_and_responses_have_one_known_type() {
        let found = problems(
            "/as",
            "get",
            json!({
                "requestBody": {"content": {"application/xml": {"schema": {}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {}}}}, "201": {}, "2XY": {}, "202": {"content": {"a b/c": {}}}}
            }),
        );
        assert_eq!(
            found,
            [
                "a request with this method must not have a body",
                "bodies of the media type `application/xml` are not supported in this form",
                "two success responses have different types",
                "`2XY` is not a success status",
                "two success responses have different types",
                "`a b/c` is not a media type",
                "two success responses have different types",
            ]
        );
    }

    #[test]
    fn unsupported_methods_and_responses_without_a_status_are_reported() {
        let found = problems("/as", "trace", json!({"responses": {"default": {}}}));
        assert_eq!(
            found,
            ["the method is not supported, because reqwest cannot send it", "`default` is not a success status"]
        );
    }

    #[test]
    fn what_may_be_null_is_no_parameter_and_no_body() {
        let nullable = json!({"type": "string", "nullable": true});
        let found = problems(
            "/as",
            "post",
            json!({
                "parameters": [parameter("a", "query", nullable.clone())],
                "requestBody": {"content": {"application/json": {"schema": nullable}}}
            }),
        );
        assert_eq!(found, ["null is supported only for properties, list items and map values"; 2]);
    }

    #[test]
    fn templates_are_well_formed() {
        for (path, reason) in [
            ("/a//b", "empty segment"),
            ("/a/{b", "not closed"),
            ("/a}/b", "do not match"),
            ("/a/{}", "do not match"),
            ("/a/{b/c}", "do not match"),
            ("/{a}{b}", "nothing between"),
            ("/{a}/{a}", "twice"),
            ("/a b", "character"),
        ] {
            let reported = well_formed(path).expect_err(path);
            assert!(reported.contains(reason), "{path}: {reported}");
        }
        assert_eq!(well_formed("/v1/schedules/{scheduleId}.ics"), Ok(()));
    }
}
