//! One way to authenticate for each operation: OAuth 2.0 where it is possible, otherwise HTTP
//! Basic.
//!
//! The vendor offers both and names HTTP Basic first. It has a base URL of its own, and a URL of
//! the document can have one base URL only.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, Pointer},
    problem::{Problem, Problems},
};

/// The scheme of operations that do not take an access token.
const BASIC: &str = "basicAuth";

const BASIC_DOCS: &str = "The email address of an account and an Atlassian API token.";

const OAUTH_DOCS: &str = "An access token of OAuth 2.0 (3LO).";

/// Whether an operation of a completed document takes an API token only.
pub fn is_basic(operation: &Map<String, Value>) -> bool {
    operation.get("security").is_some_and(|security| *security == json!([{ BASIC: [] }]))
}

/// Gives every operation its scheme, and declares the schemes and scopes that are used.
pub fn one_scheme_each(document: &mut Document, problems: &mut Problems) {
    report_undeclared(document, problems);
    let root_security = document.root_mut().as_object_mut().and_then(|root| root.remove("security"));
    let schemes = document.root().pointer("/components/securitySchemes").and_then(Value::as_object);
    let mut schemes: BTreeMap<String, Value> = schemes
        .into_iter()
        .flatten()
        .filter(|(_, scheme)| scheme.get("type").is_some_and(|form| form == "oauth2"))
        .map(|(name, scheme)| (name.clone(), scheme.clone()))
        .collect();
    let mut scopes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut uses_basic = false;
    document.for_each_operation_mut(|_, _, operation| {
        let offered = operation.get("security").or(root_security.as_ref()).cloned();
        let security = oauth_alternatives(offered.as_ref(), &schemes);
        for (name, own) in security.iter().flatten() {
            let own = own.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            scopes.entry(name.clone()).or_default().extend(own);
        }
        uses_basic |= security.is_empty();
        let security = if security.is_empty() { json!([{ BASIC: [] }]) } else { security.into() };
        operation.insert("security".to_owned(), security);
    });
    schemes.retain(|name, _| scopes.contains_key(name));
    for (name, scheme) in &mut schemes {
        complete(scheme, scopes.get(name));
    }
    if uses_basic {
        schemes.insert(BASIC.to_owned(), json!({"type": "http", "scheme": "basic", "description": BASIC_DOCS}));
    }
    let schemes: Map<String, Value> = schemes.into_iter().collect();
    document.root_mut()["components"]["securitySchemes"] = schemes.into();
}

/// The alternatives with OAuth 2.0, without other schemes.
fn oauth_alternatives(offered: Option<&Value>, schemes: &BTreeMap<String, Value>) -> Vec<Map<String, Value>> {
    let alternatives = offered.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
    let oauth = alternatives.map(|alternative| {
        let schemes = alternative.iter().filter(|(name, _)| schemes.contains_key(*name));
        schemes.map(|(name, scopes)| (name.clone(), scopes.clone())).collect::<Map<_, _>>()
    });
    oauth.filter(|alternative| !alternative.is_empty()).collect()
}

/// Describes a scheme, and declares scopes that operations need and the vendor forgot.
fn complete(scheme: &mut Value, used: Option<&BTreeSet<String>>) {
    scheme["description"] = OAUTH_DOCS.into();
    for (_, flow) in scheme.get_mut("flows").and_then(Value::as_object_mut).into_iter().flatten() {
        let Some(scopes) = flow.get_mut("scopes").and_then(Value::as_object_mut) else { continue };
        for scope in used.into_iter().flatten() {
            scopes.entry(scope.clone()).or_insert_with(|| "".into());
        }
        for (scope, docs) in scopes {
            *docs = scope_docs(scope).into();
        }
    }
}

/// What a scope allows, from its name: `read:ops-alert:jira-service-management` has a verb and a
/// thing.
fn scope_docs(scope: &str) -> String {
    let mut parts = scope.split(':');
    match (parts.next(), parts.next()) {
        (Some("read"), Some(thing)) => format!("Read {thing}."),
        (Some("write"), Some(thing)) => format!("Create and change {thing}."),
        (Some("delete"), Some(thing)) => format!("Delete {thing}."),
        _ => scope.to_owned(),
    }
}

fn report_undeclared(document: &Document, problems: &mut Problems) {
    let declared = document.root().pointer("/components/securitySchemes");
    let mut reported = BTreeSet::new();
    let mut report = |at: String, security: Option<&Value>| {
        let alternatives = security.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        for name in alternatives.flat_map(Map::keys) {
            if declared.and_then(|schemes| schemes.get(name)).is_none() && reported.insert(name.clone()) {
                let message = format!("the security scheme `{name}` is not declared");
                problems.push(Problem::new(&*at, message, "repair the declaration in xtask/src/repair/vendor/urls.rs"));
            }
        }
    };
    report(Pointer::Path(&["security"]).to_string(), document.root().get("security"));
    for operation in document.operations() {
        let at = Pointer::Path(&["paths", operation.path, operation.method, "security"]);
        report(at.to_string(), operation.value.get("security"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(root_security: Value, paths: Value) -> Document {
        let flow = json!({"authorizationUrl": "https://a/", "tokenUrl": "https://b/", "scopes": {"read:a:b": ""}});
        Document::new(json!({
            "security": root_security,
            "paths": paths,
            "components": {"securitySchemes": {
                "Login": {"type": "oauth2", "flows": {"authorizationCode": flow}},
                "password": {"type": "http", "scheme": "basic"}
            }}
        }))
    }

    #[test]
    fn an_operation_keeps_one_scheme() {
        let both = json!([{"password": []}, {"Login": ["read:a:b", "write:c:d"]}]);
        let together = json!([{"password": [], "Login": ["delete:e:f"]}]);
        let mut document = document(
            json!([{"password": []}]),
            json!({
                "/both": {"get": {"security": both}},
                "/together": {"get": {"security": together}},
                "/root": {"get": {}},
                "/none": {"get": {"security": []}}
            }),
        );
        let mut problems = Problems::new();
        one_scheme_each(&mut document, &mut problems);
        assert!(problems.is_empty(), "{problems}");
        let root = document.root();
        assert!(root.get("security").is_none());
        let security: Vec<_> = document.operations().map(|operation| operation.value["security"].clone()).collect();
        assert_eq!(
            security,
            [
                json!([{"Login": ["read:a:b", "write:c:d"]}]),
                json!([{"Login": ["delete:e:f"]}]),
                json!([{"basicAuth": []}]),
                json!([{"basicAuth": []}])
            ]
        );
        let basic: Vec<_> = document.operations().map(|operation| is_basic(operation.value)).collect();
        assert_eq!(basic, [false, false, true, true]);
        let schemes = &root["components"]["securitySchemes"];
        assert_eq!(schemes.as_object().expect("schemes").keys().collect::<Vec<_>>(), ["Login", "basicAuth"]);
        assert_eq!(
            schemes["Login"]["flows"]["authorizationCode"]["scopes"],
            json!({"read:a:b": "Read a.", "write:c:d": "Create and change c.", "delete:e:f": "Delete e."})
        );
    }

    #[test]
    fn a_scheme_that_is_not_declared_is_reported_once() {
        let security = json!({"security": [{"Gone": []}]});
        let mut document = document(json!([]), json!({"/a": {"get": security}, "/b": {"get": security}}));
        let mut problems = Problems::new();
        one_scheme_each(&mut document, &mut problems);
        let text = problems.to_string();
        assert!(text.contains("at /paths/~1a/get/security: the security scheme `Gone` is not declared"), "{text}");
        assert_eq!(text.matches("not declared").count(), 1, "{text}");
    }
}
