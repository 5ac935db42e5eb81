//! One random change that a vendor might make: well-formed, mostly legal, and often new to the
//! generator.

use serde_json::{Map, Value, json};

use super::pick;
use fastrand::Rng;

/// Members to set in any schema; `null` removes one.
const SCHEMAS: [&str; 46] = [
    r#"{"type": "string"}"#,
    r#"{"type": "integer"}"#,
    r#"{"type": "number"}"#,
    r#"{"type": "boolean"}"#,
    r#"{"type": "array"}"#,
    r#"{"type": "object"}"#,
    r#"{"type": "null"}"#,
    r#"{"type": null}"#,
    r#"{"format": "date-time"}"#,
    r#"{"format": "date"}"#,
    r#"{"format": "uuid"}"#,
    r#"{"format": "binary"}"#,
    r#"{"format": "int64"}"#,
    r#"{"format": "double"}"#,
    r#"{"format": "uri"}"#,
    r#"{"format": "any"}"#,
    r#"{"type": "string", "format": "date-time", "nullable": true}"#,
    r#"{"type": "string", "format": "binary", "nullable": true}"#,
    r#"{"nullable": true}"#,
    r#"{"nullable": false}"#,
    r#"{"deprecated": true, "readOnly": true, "writeOnly": true}"#,
    r#"{"default": {}}"#,
    r#"{"default": "x", "minimum": 1, "maxLength": 2, "pattern": "^(?!x)\\p{L}$", "uniqueItems": true, "minProperties": 1}"#,
    r#"{"enum": []}"#,
    r#"{"enum": [null]}"#,
    r#"{"enum": ["a", null]}"#,
    r#"{"enum": [1, 2]}"#,
    r#"{"type": "string", "enum": ["", "+1", "-1", "*", "self"]}"#,
    r#"{"type": "string", "enum": ["é", "日本", "a/b", "\"q\"", "{}", "line\nbreak", "unknown", "1st"]}"#,
    r#"{"type": "string", "enum": ["é", "è"]}"#,
    r#"{"type": "boolean", "enum": [true]}"#,
    r#"{"additionalProperties": true}"#,
    r#"{"additionalProperties": false}"#,
    r#"{"additionalProperties": {}}"#,
    r#"{"type": "object", "additionalProperties": {"type": "string"}}"#,
    r#"{"type": "object", "properties": {}}"#,
    r#"{"required": ["id"]}"#,
    r#"{"required": []}"#,
    r#"{"oneOf": [{"type": "string"}, {"type": "integer"}]}"#,
    r#"{"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}"#,
    r#"{"oneOf": [{"type": "object", "properties": {"a": {}}}]}"#,
    r#"{"allOf": [{"type": "object"}, {"type": "object", "properties": {"a": {}}}]}"#,
    r#"{"allOf": [{"type": "string"}]}"#,
    r#"{"not": {"type": "string"}}"#,
    r#"{"items": {"type": "array", "items": {"type": "object", "properties": {"a": {}}}}}"#,
    r#"{"discriminator": {"propertyName": "kind"}}"#,
];

/// Members to set in any parameter.
const PARAMETERS: [&str; 30] = [
    r#"{"in": "header"}"#,
    r#"{"in": "query"}"#,
    r#"{"in": "cookie"}"#,
    r#"{"in": "path"}"#,
    r#"{"in": "body"}"#,
    r#"{"required": true}"#,
    r#"{"required": false}"#,
    r#"{"in": "header", "name": "X-Request-Id"}"#,
    r#"{"in": "query", "name": "filter[name]"}"#,
    r#"{"in": "query", "name": "type"}"#,
    r#"{"in": "query", "name": "self"}"#,
    r#"{"in": "query", "name": "request"}"#,
    r#"{"in": "query", "name": "client"}"#,
    r#"{"in": "query", "name": "url"}"#,
    r#"{"in": "query", "name": "body"}"#,
    r#"{"in": "query", "name": "été"}"#,
    r#"{"in": "query", "name": "2nd"}"#,
    r#"{"in": "query", "name": "crate"}"#,
    r#"{"in": "query", "name": "async"}"#,
    r#"{"schema": {"type": "array", "items": {"type": "string"}}, "explode": false}"#,
    r#"{"schema": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}}"#,
    r#"{"schema": {"type": "string", "format": "date-time"}}"#,
    r#"{"schema": {"type": "string", "enum": ["a", "b"]}}"#,
    r#"{"schema": {"type": "object"}}"#,
    r#"{"schema": {"type": "boolean"}}"#,
    r#"{"schema": {"type": "number", "format": "double", "nullable": true}}"#,
    r#"{"schema": {}}"#,
    r#"{"schema": {"type": "string", "format": "binary"}}"#,
    r#"{"style": "deepObject"}"#,
    r#"{"schema": null, "content": {"application/json": {"schema": {"type": "string"}}}}"#,
];

/// Members to set in any operation.
const OPERATIONS: [&str; 32] = [
    r#"{"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}"#,
    r#"{"requestBody": {"required": true, "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}}"#,
    r#"{"requestBody": {"required": true, "content": {"text/plain": {"schema": {"type": "string"}}}}}"#,
    r#"{"requestBody": {"required": true, "content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}}}"#,
    r#"{"requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "string"}}}}}"#,
    r#"{"requestBody": {"required": true, "content": {"application/json": {"schema": {"type": "string", "enum": ["a"]}}}}}"#,
    r#"{"requestBody": {"required": false, "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object", "properties": {"a": {}}}}}}}}"#,
    r#"{"requestBody": {"content": {"application/json": {"schema": {}}}}}"#,
    r#"{"requestBody": {"content": {"application/json": {}}}}"#,
    r#"{"requestBody": {"content": {}}}"#,
    r#"{"requestBody": {"content": {"application/json": {"schema": {"oneOf": [{"type": "string"}, {"type": "object", "properties": {"a": {}}}]}}}}}"#,
    r#"{"requestBody": {}}"#,
    r#"{"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}, "application/xml": {"schema": {"type": "object"}}}}}"#,
    r#"{"requestBody": null}"#,
    r#"{"responses": {"200": {"content": {"application/json": {"schema": {"type": "string"}}}}}}"#,
    r#"{"responses": {"default": {"content": {"application/json": {"schema": {}}}}}}"#,
    r#"{"responses": {"2XX": {"content": {"application/json": {"schema": {"type": "array", "items": {"type": "integer"}}}}}}}"#,
    r#"{"responses": {"302": {}}}"#,
    r#"{"responses": {"200": {"content": {"application/json": {"schema": {"oneOf": [{"type": "string"}, {"type": "boolean"}]}}}}}}"#,
    r#"{"responses": {}}"#,
    r#"{"responses": {"200": {"content": {"text/plain": {"schema": {"type": "string"}}}}}}"#,
    r#"{"responses": {"200": {"content": {"application/octet-stream": {}}}}}"#,
    r#"{"responses": {"200": {"content": {"application/json; charset=utf-8": {"schema": {"type": "object"}}}}}}"#,
    r#"{"responses": {"200": {"content": {}}}}"#,
    r#"{"responses": {"200": {}, "204": {}, "101": {}}}"#,
    r#"{"responses": {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}, "202": {}}}"#,
    r#"{"responses": {"200": {"headers": {"X-Next": {"schema": {"type": "string"}}}, "content": {"application/json": {"schema": {"type": "string", "nullable": true}}}}}}"#,
    r#"{"responses": {"2xx": {}}}"#,
    r#"{"security": []}"#,
    r#"{"security": null}"#,
    r#"{"security": [{"OAuth2": ["read:x", "read:x"]}, {"other": []}]}"#,
    r#"{"deprecated": true, "x-experimental": "yes"}"#,
];

/// Names for a property or a schema.
const NAMES: [&str; 26] = [
    "type",
    "self",
    "Self",
    "crate",
    "1st",
    "a-b",
    "a.b",
    "$id",
    "@type",
    "été",
    "_",
    "_links",
    "__typename",
    "String",
    "Option",
    "Vec",
    "Error",
    "Value",
    "Box",
    "Unknown",
    "default",
    "builder",
    "FooBar",
    "foo_bar",
    "id'",
    "a b",
];

/// Paths for a new operation.
const PATHS: [&str; 14] = [
    "/v1/x",
    "/v1/x/",
    "/v1/{type}",
    "/v1/{x-y}",
    "/v1/{self}",
    "/v1/x/{a}.{b}",
    "/v1/{a}:run",
    "/v1/x{a}",
    "/v1/{body}",
    "/v1/{été}",
    "/v1/a b",
    "/V1/{A}/{a}",
    "/v1/%2F",
    "/v1/{segment}/x",
];

/// Changes one place of a rewritten document; `None` where the place does not take the change.
pub fn vary(root: &mut Value, random: &mut Rng) -> Option<String> {
    let places = Places::of(root);
    match random.usize(..10) {
        0..=2 => patch(root, pick_place(random, &places.schemas())?, pick(random, &SCHEMAS)),
        3 => patch(root, pick_place(random, &places.parameters())?, pick(random, &PARAMETERS)),
        4 | 5 => patch(root, pick_place(random, &places.operations())?, pick(random, &OPERATIONS)),
        6 => rename_property(root, pick_place(random, &places.schemas())?, random),
        7 => name_schema(root, random),
        8 => add_operation(root, pick_place(random, &places.operations())?, random),
        _ => copy_schema(root, pick_place(random, &places.schemas())?, pick_place(random, &places.schemas())?),
    }
}

/// One of several places; `None` where there are none.
fn pick_place<'a>(random: &mut Rng, places: &[&'a str]) -> Option<&'a str> {
    (!places.is_empty()).then(|| pick(random, places))
}

/// The pointers of all schemas, parameters and operations.
struct Places([Vec<String>; 3]);

impl Places {
    fn of(root: &Value) -> Self {
        let mut places = Self(Default::default());
        places.walk(root, String::new());
        places
    }

    /// Schemas, parameters and operations are recognised by their members.
    fn walk(&mut self, value: &Value, at: String) {
        let kinds = [["type", "$ref"], ["in", "in"], ["responses", "responses"]];
        for (places, keys) in self.0.iter_mut().zip(kinds) {
            if keys.iter().any(|key| value.get(key).is_some_and(|value| value.is_string() || value.get("200").is_some())) {
                places.push(at.clone());
            }
        }
        match value {
            Value::Object(members) => members
                .iter()
                .for_each(|(key, member)| self.walk(member, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")))),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.walk(item, format!("{at}/{index}")))
            }
            _ => {}
        }
    }

    fn schemas(&self) -> Vec<&str> {
        self.0[0].iter().map(String::as_str).filter(|at| !at.starts_with("/components/securitySchemes")).collect()
    }

    fn parameters(&self) -> Vec<&str> {
        self.0[1].iter().map(String::as_str).collect()
    }

    fn operations(&self) -> Vec<&str> {
        self.0[2].iter().map(String::as_str).collect()
    }
}

fn patch(root: &mut Value, at: &str, patch: &str) -> Option<String> {
    let members: Map<String, Value> = serde_json::from_str(patch).expect("a patch is an object");
    let object = root.pointer_mut(at)?.as_object_mut()?;
    // Members beside a reference count for nothing.
    object.shift_remove("$ref");
    for (key, value) in members {
        if value.is_null() {
            object.shift_remove(&key);
        } else {
            object.insert(key, value);
        }
    }
    Some(format!("patch {at} with {patch}"))
}

fn rename_property(root: &mut Value, at: &str, random: &mut Rng) -> Option<String> {
    let properties = root.pointer_mut(at)?.get_mut("properties")?.as_object_mut()?;
    let name = pick(random, &NAMES);
    let old = properties.keys().nth(random.usize(..properties.len().max(1)))?.clone();
    let value = properties.shift_remove(&old)?;
    properties.insert(name.to_owned(), value);
    Some(format!("rename {at}/properties/{old} to `{name}`"))
}

/// Gives a schema another name, in all references, too.
fn name_schema(root: &mut Value, random: &mut Rng) -> Option<String> {
    let schemas = root.pointer("/components/schemas")?.as_object()?;
    let old = schemas.keys().nth(random.usize(..schemas.len().max(1)))?.clone();
    let new = pick(random, &NAMES);
    if schemas.contains_key(new) {
        return None;
    }
    let [from, to] = [&old, new].map(|name| json!(format!("#/components/schemas/{name}")).to_string());
    let text = root.to_string().replace(&from, &to);
    *root = serde_json::from_str(&text).expect("the document stays JSON");
    let schemas = root.pointer_mut("/components/schemas")?.as_object_mut()?;
    let value = schemas.shift_remove(&old)?;
    schemas.insert(new.to_owned(), value);
    Some(format!("rename the schema {old} to `{new}`"))
}

/// Offers an operation at another path, with the parameters that the path names.
fn add_operation(root: &mut Value, from: &str, random: &mut Rng) -> Option<String> {
    let (path, method) =
        (pick(random, &PATHS), pick(random, &["get", "put", "post", "delete", "patch", "head", "options", "trace"]));
    let mut operation = root.pointer(from)?.clone();
    let names = path.split('{').skip(1).filter_map(|rest| rest.split('}').next());
    let own: Vec<Value> =
        names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})).collect();
    let others = operation
        .get("parameters")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|parameter| parameter["in"] != "path");
    operation["parameters"] = own.into_iter().chain(others.cloned()).collect();
    let paths = root.get_mut("paths")?.as_object_mut()?;
    let item = paths
        .entry(path)
        .or_insert_with(|| json!({"servers": [{"url": "https://api.atlassian.com/jsm/ops/api/{cloudId}"}]}));
    item[method] = operation;
    Some(format!("copy {from} to {method} {path}"))
}

fn copy_schema(root: &mut Value, from: &str, to: &str) -> Option<String> {
    let schema = root.pointer(from)?.clone();
    *root.pointer_mut(to)? = schema;
    Some(format!("copy {from} to {to}"))
}
