//! The public API as a flat list of facts, and what a change of it means for users.
//!
//! A run writes the list beside the generated code, so that the next run can report what changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    document::{Document, Operation, reach::Reach, schema_name},
    model::operation::OperationModel,
};

/// The facts by key. Keys sort operations before their parts, and types before their fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Interface(BTreeMap<String, String>);

/// One difference between two interfaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceChange {
    /// Whether it is new, gone or different.
    pub kind: ChangeKind,
    /// The key of the fact.
    pub key: String,
    /// The old and the new fact.
    pub detail: String,
    /// Whether existing code may no longer compile, or may need a new consent.
    pub breaking: bool,
}

/// What happened to a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
}

impl fmt::Display for InterfaceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.kind {
            ChangeKind::Added => '+',
            ChangeKind::Removed => '-',
            ChangeKind::Changed => '~',
        };
        let verdict = if self.breaking { "  (breaking)" } else { "" };
        write!(f, "{sign} {}: {}{verdict}", self.key, self.detail)
    }
}

impl Interface {
    /// Lists the facts of a document, with named or unnamed schemas.
    pub fn of(document: &Document) -> Self {
        let mut facts = BTreeMap::new();
        for operation in document.operations() {
            list_operation(&operation, &mut facts);
        }
        let reach = Reach::of(document);
        let sent = reach.sent(document);
        for (name, schema) in document.schemas() {
            let role = if sent.contains(name) { "sent" } else { "received" };
            facts.insert(format!("type {name}"), role.to_owned());
            list_schema(name, schema, &mut facts);
        }
        Self(facts)
    }

    /// Adds how operations are called in Rust.
    pub fn add_operations(&mut self, operations: &[OperationModel]) {
        self.0.extend(operations.iter().map(|operation| (format!("{} call", operation.label()), operation.rust_path())));
    }

    /// Whether it has no facts, as before the first run.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The differences to `new`, in the order of the keys.
    pub fn changes(&self, new: &Self) -> Vec<InterfaceChange> {
        let keys: BTreeSet<&String> = self.0.keys().chain(new.0.keys()).collect();
        let changes = keys.into_iter().filter_map(|key| {
            let (kind, detail) = match (self.0.get(key), new.0.get(key)) {
                (Some(old), Some(new)) if old != new => (ChangeKind::Changed, format!("{old} → {new}")),
                (None, Some(new)) => (ChangeKind::Added, new.clone()),
                (Some(old), None) => (ChangeKind::Removed, old.clone()),
                _ => return None,
            };
            let breaking = new.breaks(self, kind, key);
            Some(InterfaceChange { kind, key: key.clone(), detail, breaking })
        });
        changes.collect()
    }

    fn breaks(&self, old: &Self, kind: ChangeKind, key: &str) -> bool {
        match kind {
            ChangeKind::Removed => !key.contains(" scope ") && !key.ends_with(" experimental"),
            // A new scope needs a new consent. A type that requests contain has other fields.
            ChangeKind::Changed => !key.ends_with(" experimental"),
            // An optional input is one more setter or field.
            ChangeKind::Added if self.0.get(key).is_some_and(|fact| fact.starts_with("optional ")) => false,
            ChangeKind::Added if key.contains(' ') && !key.contains(" = ") => self.is_part_of_known_operation(old, key),
            // Enums stay open. A required field of a body is an argument.
            ChangeKind::Added => !key.contains(" = ") && self.is_field_of_known_sent_type(old, key),
        }
    }

    /// Whether a key is a part, other than a flag, of an operation that existed before.
    fn is_part_of_known_operation(&self, old: &Self, key: &str) -> bool {
        let mut words = key.split(' ');
        let operation = [words.next(), words.next()].map(Option::unwrap_or_default).join(" ");
        let is_flag = [" experimental", " call"].iter().any(|flag| key.ends_with(flag));
        operation != key && old.0.contains_key(&operation) && !is_flag
    }

    fn is_field_of_known_sent_type(&self, old: &Self, key: &str) -> bool {
        let name = key.split(['.', '[', '{']).next().unwrap_or_default();
        let named = format!("type {name}");
        old.0.contains_key(&named) && old.0.get(&named).map(String::as_str) == Some("sent")
    }
}

fn list_operation(operation: &Operation<'_>, facts: &mut BTreeMap<String, String>) {
    let label = operation.label();
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    facts.insert(label.clone(), operation.id().to_owned());
    for owner in [operation.item, operation.value] {
        for parameter in owner.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            let required = parameter.get("required") == Some(&Value::Bool(true));
            let kind = parameter.get("schema").map(describe).unwrap_or_default();
            facts
                .insert(format!("{label} {} {}", text(parameter, "in"), text(parameter, "name")), presence(required, &kind));
        }
    }
    if let Some(body) = operation.value.get("requestBody") {
        let required = body.get("required") == Some(&Value::Bool(true));
        facts.insert(format!("{label} body"), presence(required, &describe_content(body)));
    }
    for (status, response) in operation.value.get("responses").and_then(Value::as_object).into_iter().flatten() {
        facts.insert(format!("{label} response {status}"), describe_content(response));
    }
    let security = operation.value.get("security").and_then(Value::as_array).into_iter().flatten();
    for scopes in security.filter_map(Value::as_object).flatten().filter_map(|(_, scopes)| scopes.as_array()) {
        for scope in scopes.iter().filter_map(Value::as_str) {
            facts.insert(format!("{label} scope {scope}"), "needed".to_owned());
        }
    }
    if operation.value.get("x-experimental") == Some(&Value::Bool(true)) {
        facts.insert(format!("{label} experimental"), "yes".to_owned());
    }
}

fn list_schema(at: &str, schema: &Value, facts: &mut BTreeMap<String, String>) {
    for value in schema.get("enum").and_then(Value::as_array).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        facts.insert(format!("{at} = {value}"), "a value".to_owned());
    }
    let required = schema.get("required").and_then(Value::as_array);
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let required = required.is_some_and(|names| names.iter().any(|required| required == name));
        let at = format!("{at}.{name}");
        facts.insert(at.clone(), presence(required, &describe(property)));
        list_schema(&at, property, facts);
    }
    if let Some(items) = schema.get("items") {
        facts.insert(format!("{at}[]"), describe(items));
        list_schema(&format!("{at}[]"), items, facts);
    }
    if let Some(values) = schema.get("additionalProperties") {
        facts.insert(format!("{at}{{}}"), describe(values));
        list_schema(&format!("{at}{{}}"), values, facts);
    }
    for keyword in crate::document::walk::COMBINATORS {
        for (index, part) in schema.get(keyword).and_then(Value::as_array).into_iter().flatten().enumerate() {
            let at = format!("{at}<{index}>");
            facts.insert(at.clone(), describe(part));
            list_schema(&at, part, facts);
        }
    }
}

fn presence(required: bool, kind: &str) -> String {
    format!("{} {kind}", if required { "required" } else { "optional" })
}

fn describe_content(owner: &Value) -> String {
    let content = owner.get("content").and_then(Value::as_object).into_iter().flatten();
    let described: Vec<String> = content
        .map(|(media_type, media)| format!("{} as {media_type}", media.get("schema").map(describe).unwrap_or_default()))
        .collect();
    if described.is_empty() { "nothing".to_owned() } else { described.join(", ") }
}

/// The type of a schema.
fn describe(schema: &Value) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if let Some(reference) = text("$ref") {
        return schema_name(reference).unwrap_or(reference).to_owned();
    }
    let kind = match (text("type"), text("format")) {
        (Some(kind), Some(format)) => format!("{kind} {format}"),
        (Some(kind), None) => kind.to_owned(),
        (None, _) if crate::document::walk::COMBINATORS.iter().any(|keyword| schema.get(keyword).is_some()) => {
            "one of several".to_owned()
        }
        (None, _) if schema.get("properties").is_some() => "object".to_owned(),
        (None, _) => "anything".to_owned(),
    };
    let list = schema.get("items").map(|items| format!(" of {}", describe(items))).unwrap_or_default();
    let null = if schema.get("nullable") == Some(&Value::Bool(true)) { " or null" } else { "" };
    format!("{kind}{list}{null}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document() -> Value {
        json!({
            "paths": {"/as": {"post": {
                "operationId": "create_a",
                "parameters": [{"name": "size", "in": "query", "schema": {"type": "integer"}}],
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/B"}}}}},
                "security": [{"OAuth2": ["write:a"]}]
            }}},
            "components": {"schemas": {
                "A": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
                "B": {"type": "object", "properties": {"kind": {"type": "string", "enum": ["x"]}}}
            }}
        })
    }

    fn changes(change: impl FnOnce(&mut Value)) -> Vec<(String, bool)> {
        let mut new = document();
        change(&mut new);
        let [old, new] = [document(), new].map(|value| Interface::of(&Document::new(value)));
        old.changes(&new).into_iter().map(|change| (change.to_string(), change.breaking)).collect()
    }

    #[test]
    fn the_same_interface_has_no_changes() {
        assert_eq!(changes(|_| {}), []);
    }

    #[test]
    fn additions_to_received_types_do_not_break() {
        let found = changes(|new| {
            new["components"]["schemas"]["B"]["properties"]["kind"]["enum"] = json!(["x", "y"]);
            new["components"]["schemas"]["B"]["properties"]["more"] = json!({"type": "string"});
            new["paths"]["/bs"] = json!({"get": {"operationId": "list_bs", "responses": {}}});
        });
        assert_eq!(
            found,
            [
                ("+ B.kind = y: a value".to_owned(), false),
                ("+ B.more: optional string".to_owned(), false),
                ("+ GET /bs: list_bs".to_owned(), false),
            ]
        );
    }

    #[test]
    fn removals_and_changes_of_types_and_names_break() {
        let found = changes(|new| {
            new["paths"]["/as"]["post"]["operationId"] = json!("make_a");
            new["components"]["schemas"]["A"]["properties"]["id"]["type"] = json!("integer");
            new["components"]["schemas"]["B"]["properties"] = json!({});
        });
        assert_eq!(
            found,
            [
                ("~ A.id: required string → required integer  (breaking)".to_owned(), true),
                ("- B.kind: optional string  (breaking)".to_owned(), true),
                ("- B.kind = x: a value  (breaking)".to_owned(), true),
                ("~ POST /as: create_a → make_a  (breaking)".to_owned(), true),
            ]
        );
    }

    #[test]
    fn what_calls_require_more_breaks() {
        let found = changes(|new| {
            new["components"]["schemas"]["A"]["properties"]["more"] = json!({"type": "string"});
            new["components"]["schemas"]["A"]["required"] = json!(["id", "more"]);
            let parameters = new["paths"]["/as"]["post"]["parameters"].as_array_mut().expect("parameters");
            parameters.push(json!({"name": "page", "in": "query", "required": true, "schema": {"type": "integer"}}));
            new["paths"]["/as"]["post"]["security"] = json!([{"OAuth2": ["write:a", "read:a"]}]);
            new["paths"]["/as"]["post"]["x-experimental"] = json!(true);
        });
        assert_eq!(
            found,
            [
                ("+ A.more: required string  (breaking)".to_owned(), true),
                ("+ POST /as experimental: yes".to_owned(), false),
                ("+ POST /as query page: required integer  (breaking)".to_owned(), true),
                ("+ POST /as scope read:a: needed  (breaking)".to_owned(), true),
            ]
        );
    }

    #[test]
    fn optional_inputs_do_not_break() {
        let found = changes(|new| {
            new["components"]["schemas"]["A"]["properties"]["more"] = json!({"type": "string"});
            let parameters = new["paths"]["/as"]["post"]["parameters"].as_array_mut().expect("parameters");
            parameters.push(json!({"name": "page", "in": "query", "schema": {"type": "integer"}}));
        });
        assert_eq!(
            found,
            [("+ A.more: optional string".to_owned(), false), ("+ POST /as query page: optional integer".to_owned(), false),]
        );
    }
}
