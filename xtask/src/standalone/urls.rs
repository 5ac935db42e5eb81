//! Whole URLs: one server without a path, and everything else in the paths.
//!
//! Most tools know only the servers of the whole document, or none: generators write the paths
//! alone, and Prism compares requests with the paths alone. A base URL in `servers` of an operation
//! would be lost in all of them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::security;
use crate::{
    document::{Document, METHODS, Operation, template_names},
    rewrite::AddressFamily,
};

/// The server of all URLs.
pub const GATEWAY: &str = "https://api.atlassian.com";

/// Adds the base URL of its family and its scheme to every path, and declares what a path has in
/// braces. A path whose operations have different base URLs becomes two.
pub fn whole(document: &mut Document) {
    let mut whole = Map::new();
    for (path, item) in document.paths() {
        let families = METHODS.into_iter().filter_map(|method| {
            let value = item.get(method)?.as_object()?;
            Some((method, AddressFamily::of(&Operation { path, method, item, value }), security::is_basic(value)))
        });
        let families: Vec<_> = families.collect();
        for basic in [false, true] {
            let own: Vec<_> = families.iter().filter(|one| one.2 == basic).collect();
            let Some((_, family, _)) = own.first() else { continue };
            let base = if basic { family.basic_base_url() } else { family.oauth_base_url() };
            let (base, names) = distinct_names(base.strip_prefix(GATEWAY).unwrap_or(base));
            let mut item = item.clone();
            item.retain(|key, _| !METHODS.contains(&&**key) || own.iter().any(|(method, ..)| method == key));
            item.remove("servers");
            declare(&mut item, &names, "The cloud id of the site.");
            declare_forgotten(&mut item, path);
            whole.insert(format!("{base}{path}"), item.into());
        }
    }
    let root = document.root_mut();
    root["servers"] = json!([{ "url": GATEWAY, "description": "The gateway of Atlassian." }]);
    root["paths"] = Value::Object(whole);
    document.for_each_operation_mut(|_, _, operation| {
        operation.remove("servers");
    });
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

/// Declares path parameters of a path item or an operation.
fn declare(owner: &mut Map<String, Value>, names: &[String], docs: &str) {
    if names.is_empty() {
        return;
    }
    let parameters = names.iter().map(
        |name| json!({"name": name, "in": "path", "required": true, "description": docs, "schema": {"type": "string"}}),
    );
    let declared = owner.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
    if let Some(declared) = declared.as_array_mut() {
        declared.extend(parameters);
    }
}

/// Declares the path parameters that the vendor forgot in an operation. They are strings in the
/// client too.
fn declare_forgotten(item: &mut Map<String, Value>, path: &str) {
    let shared: BTreeSet<String> = path_parameters(item).map(str::to_owned).collect();
    for method in METHODS {
        let Some(operation) = item.get_mut(method).and_then(Value::as_object_mut) else { continue };
        let own: BTreeSet<&str> = path_parameters(operation).collect();
        let names = template_names(path).into_iter().filter(|name| !shared.contains(*name) && !own.contains(name));
        let names: Vec<String> = names.map(str::to_owned).collect();
        declare(operation, &names, "A part of the path.");
    }
}

/// The names of the path parameters that a path item or an operation declares.
pub fn path_parameters(owner: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let parameters = owner.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let in_path = parameters.filter(|parameter| parameter.get("in").is_some_and(|place| place == "path"));
    in_path.filter_map(|parameter| parameter.get("name")?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(name: &str, docs: &str) -> Value {
        json!({"name": name, "in": "path", "required": true, "description": docs, "schema": {"type": "string"}})
    }

    fn cloud_id(name: &str) -> Value {
        declared(name, "The cloud id of the site.")
    }

    fn with_whole_urls(paths: Value) -> Value {
        let mut document = Document::new(json!({"paths": paths}));
        whole(&mut document);
        document.root().clone()
    }

    #[test]
    fn every_base_is_at_the_gateway() {
        for family in AddressFamily::ALL {
            for base in [family.oauth_base_url(), family.basic_base_url()] {
                assert!(base.strip_prefix(GATEWAY).is_some_and(|path| path.starts_with('/')), "{base}");
            }
        }
    }

    #[test]
    fn paths_are_whole_and_declare_the_cloud_id() {
        let servers = json!([{"url": AddressFamily::StakeholderComms.oauth_base_url()}]);
        let root = with_whole_urls(json!({"/v1/as": {"get": {}}, "/pages": {"get": {}, "servers": servers}}));
        assert_eq!(root["servers"][0]["url"], "https://api.atlassian.com");
        let item = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/api/v1/as"];
        assert_eq!(item["parameters"], json!([cloud_id("cloudid")]));
        let item = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/stakeholder-comms/cloudId/{cloudidAgain}/api/pages"];
        assert_eq!(item["parameters"], json!([cloud_id("cloudid"), cloud_id("cloudidAgain")]));
        assert!(item.get("servers").is_none());
    }

    #[test]
    fn operations_for_api_tokens_have_their_base_url() {
        let basic = json!({"security": [{"basicAuth": []}]});
        let root = with_whole_urls(json!({"/v1/as": {"get": {}, "post": basic}}));
        let cloud_id = json!([cloud_id("cloudid")]);
        assert_eq!(
            root["paths"],
            json!({
                "/ex/jira/{cloudid}/jsm/ops/api/v1/as": {"get": {}, "parameters": cloud_id},
                "/jsm/ops/api/{cloudid}/v1/as": {"post": basic, "parameters": cloud_id}
            })
        );
    }

    #[test]
    fn a_forgotten_path_parameter_is_declared() {
        let own = json!([{"name": "id", "in": "path"}]);
        let root = with_whole_urls(json!({"/as/{id}": {"get": {}, "put": {"parameters": own}}}));
        let item = &root["paths"]["/ex/jira/{cloudid}/jsm/ops/api/as/{id}"];
        assert_eq!(item["get"]["parameters"], json!([declared("id", "A part of the path.")]));
        assert_eq!(item["put"]["parameters"], own);
    }
}
