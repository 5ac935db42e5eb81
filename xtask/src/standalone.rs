//! Completes the repaired document for other tools: whole URLs, one id for each operation, and
//! everything that OpenAPI requires, without the marks of this generator.
//!
//! Other tools are mock servers, validators and generators. Several, among them Prism, support only
//! servers of the whole document, without a path. So the gateway is the only server, and the rest
//! of each URL is in its path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    adapt::operation_names,
    document::{Document, Operation, Pointer, template_names, walk},
    overlay::Overlay,
    problem::{Problem, Problems},
    rewrite::AddressFamily,
};

/// The server of all URLs.
const GATEWAY: &str = "https://api.atlassian.com";

/// How the names of our marks begin.
const MARKS: &str = "x-jsm-";

/// Completes a repaired document.
///
/// The operations have the names of the client's methods: the ids of the document repeat, which
/// OpenAPI forbids.
///
/// # Errors
/// Everything that OpenAPI requires and only the vendor can add.
pub fn standalone(mut document: Document, overlay: &Overlay) -> Result<Document, Problems> {
    let mut problems = Problems::new();
    operation_names::assign(&mut document, overlay, &mut problems);
    whole_urls(&mut document);
    say_what_marks_mean(&mut document);
    describe_responses(&mut document);
    check_information(&document, &mut problems);
    check_path_parameters(&document, &mut problems);
    problems.into_result().map(|()| document)
}

/// Adds the base URL of its family to every path, and declares the cloud id.
fn whole_urls(document: &mut Document) {
    let bases: BTreeMap<String, &str> = document
        .operations()
        .map(|operation| (operation.path.to_owned(), AddressFamily::of(&operation).oauth_base_url()))
        .collect();
    let paths = document.paths_mut().map(std::mem::take).unwrap_or_default();
    let mut whole = Map::new();
    for (path, mut item) in paths {
        let base = bases.get(&path).and_then(|base| base.strip_prefix(GATEWAY)).unwrap_or_default();
        let (base, names) = distinct_names(base);
        if let Some(item) = item.as_object_mut() {
            item.remove("servers");
            declare(item, &names);
        }
        whole.insert(format!("{base}{path}"), item);
    }
    let root = document.root_mut();
    root["servers"] = json!([{ "url": GATEWAY }]);
    root["paths"] = Value::Object(whole);
}

/// A template without repeated names, and its names. One base URL has the cloud id twice, and a
/// template may not repeat a name.
fn distinct_names(template: &str) -> (String, Vec<String>) {
    let mut distinct = String::new();
    let mut names: Vec<String> = Vec::new();
    let mut rest = template;
    for name in template_names(template) {
        let Some((before, after)) = rest.split_once(&format!("{{{name}}}")) else { continue };
        let mut own = name.to_owned();
        while names.contains(&own) {
            own.push_str("Again");
        }
        distinct.push_str(&format!("{before}{{{own}}}"));
        names.push(own);
        rest = after;
    }
    distinct.push_str(rest);
    (distinct, names)
}

/// Declares path parameters for all operations of a path.
fn declare(item: &mut Map<String, Value>, names: &[String]) {
    let parameters =
        names.iter().map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    let declared = item.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(declared) = declared.as_array_mut() {
        declared.extend(parameters);
    }
}

/// Replaces the marks of this generator with plain OpenAPI.
fn say_what_marks_mean(document: &mut Document) {
    walk::schemas_mut(document, |_, schema| {
        if schema.get("x-jsm-lenient").is_some_and(|mark| mark == "boolean") {
            *schema = json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]});
        }
        schema.as_object_mut().map(drop_marks);
    });
    document.for_each_operation_mut(|_, _, operation| drop_marks(operation));
}

fn drop_marks(owner: &mut Map<String, Value>) {
    owner.retain(|key, _| !key.starts_with(MARKS));
}

/// Adds the description that OpenAPI requires to every response: its status, because the vendor's
/// descriptions are not facts.
fn describe_responses(document: &mut Document) {
    document.for_each_operation_mut(|_, _, operation| {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        for (status, response) in responses.into_iter().flatten() {
            let response = response.as_object_mut().filter(|response| !response.contains_key("$ref"));
            if let Some(response) = response {
                response.entry("description").or_insert_with(|| Value::String(status.clone()));
            }
        }
    });
}

fn check_information(document: &Document, problems: &mut Problems) {
    for key in ["title", "version"] {
        let at = Pointer::Path(&["info", key]).to_string();
        if document.root().pointer(&at).and_then(Value::as_str).is_none_or(str::is_empty) {
            problems.push(Problem::new(at, format!("the document has no {key}"), "fetch the document again"));
        }
    }
}

/// Reports template names that are not declared, and declared names that no template has.
fn check_path_parameters(document: &Document, problems: &mut Problems) {
    for operation in document.operations() {
        let declared = path_parameters(&operation);
        let named: BTreeSet<&str> = template_names(operation.path).into_iter().collect();
        for name in named.symmetric_difference(&declared) {
            let message = if named.contains(name) {
                format!("the path has `{{{name}}}`, but no parameter declares it")
            } else {
                format!("the parameter `{name}` is declared, but the path does not have it")
            };
            let help = "repair the declaration in xtask/src/repair/vendor/parameters.rs";
            let at = Pointer::Path(&["paths", operation.path, operation.method, "parameters"]);
            problems.push(Problem::new(at, message, help).in_operation(operation.label()));
        }
    }
}

fn path_parameters<'a>(operation: &Operation<'a>) -> BTreeSet<&'a str> {
    let owners = [operation.item, operation.value].into_iter();
    let parameters = owners.filter_map(|owner| owner.get("parameters")?.as_array()).flatten();
    let in_path = parameters.filter(|parameter| parameter.get("in").is_some_and(|place| place == "path"));
    in_path.filter_map(|parameter| parameter.get("name")?.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(paths: Value) -> Value {
        json!({"info": {"title": "T", "version": "1"}, "paths": paths})
    }

    fn complete(root: Value) -> Value {
        standalone(Document::new(root), &Overlay::default()).expect("complete").root().clone()
    }

    fn cloud_id(name: &str) -> Value {
        json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}})
    }

    #[test]
    fn every_base_is_at_the_gateway() {
        for family in AddressFamily::ALL {
            assert!(family.oauth_base_url().strip_prefix(GATEWAY).is_some_and(|path| path.starts_with('/')));
        }
    }

    #[test]
    fn paths_are_whole_and_declare_the_cloud_id() {
        let servers = json!([{"url": AddressFamily::StakeholderComms.oauth_base_url()}]);
        let root = complete(document(json!({
            "/v1/as": {"get": {}},
            "/pages": {"get": {}, "servers": servers}
        })));
        assert_eq!(root["servers"], json!([{"url": "https://api.atlassian.com"}]));
        let item = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/api/v1/as"];
        assert_eq!(item["parameters"], json!([cloud_id("cloudid")]));
        let item = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/stakeholder-comms/cloudId/{cloudidAgain}/api/pages"];
        assert_eq!(item["parameters"], json!([cloud_id("cloudid"), cloud_id("cloudidAgain")]));
        assert!(item.get("servers").is_none());
    }

    #[test]
    fn operations_have_one_name_each() {
        let same = json!({"operationId": "list_1"});
        let root = complete(document(json!({"/v1/as": {"get": same}, "/v1/bs": {"get": same}})));
        let paths = root["paths"].as_object().expect("paths");
        let ids: Vec<_> = paths.values().map(|item| item["get"]["operationId"].as_str()).collect();
        assert_eq!(ids, [Some("get_as"), Some("get_bs")]);
    }

    #[test]
    fn marks_become_openapi() {
        let mut root = document(json!({"/a": {"get": {"x-jsm-multipart": "file", "x-experimental": true}}}));
        root["components"]["schemas"] = json!({
            "A": {"properties": {"b": {"type": "boolean", "x-jsm-lenient": "boolean"}}},
            "B": {"type": "string", "x-jsm-other": true}
        });
        let root = complete(root);
        let either = json!({"oneOf": [{"type": "boolean"}, {"type": "string", "enum": ["true", "false"]}]});
        assert_eq!(root["components"]["schemas"], json!({"A": {"properties": {"b": either}}, "B": {"type": "string"}}));
        let operation = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/api/a"]["get"];
        assert!(operation.get("x-jsm-multipart").is_none() && operation["x-experimental"] == true);
    }

    #[test]
    fn responses_are_described_by_their_status() {
        let responses = json!({"200": {}, "404": {"description": "words"}, "500": {"$ref": "#/components/responses/A"}});
        let root = complete(document(json!({"/a": {"get": {"responses": responses}}})));
        assert_eq!(
            root["paths"]["/ex/jira/{cloudid}/jsm/ops/api/a"]["get"]["responses"],
            json!({
                "200": {"description": "200"}, "404": {"description": "words"}, "500": {"$ref": "#/components/responses/A"}
            })
        );
    }

    #[test]
    fn what_is_missing_is_reported_all_at_once() {
        let id = json!([{"name": "other", "in": "path"}, {"name": "q", "in": "query"}]);
        let root = json!({"info": {"title": ""}, "paths": {"/a/{id}": {"get": {"parameters": id}}}});
        let problems = standalone(Document::new(root), &Overlay::default()).expect_err("problems");
        let text = problems.to_string();
        for part in ["4 problems", "no title", "no version", "has `{id}`", "`other` is declared"] {
            assert!(text.contains(part), "{text}");
        }
    }
}
