//! From the URLs of the document to those that a client must call.
//!
//! The document spreads `https://api.atlassian.com/jsm/ops/api/{cloudId}/{api}` over its servers
//! and paths. That URL accepts only an Atlassian API token. The URL for an OAuth 2.0 (3LO) token is
//! `https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/api/{api}`, according to Atlassian's
//! reference (<https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v2/intro/>). This
//! stage joins every URL, finds its address family, and leaves paths relative to the base URL of
//! that family.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    document::{Document, METHODS, Operation, Pointer, template_names},
    problem::{Problem, Problems},
};

/// An address family: operations whose URLs follow one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AddressFamily {
    /// Alerts, schedules and everything else below `/v1`.
    Operations,
    /// Status pages and stakeholders.
    ///
    /// Assumption: Atlassian documents the URL for API tokens and lists OAuth scopes, but does not
    /// document the URL for 3LO tokens. The generator adds the prefix of the gateway and keeps the
    /// documented path, cloud id included. That assumes nothing about the service behind the
    /// gateway. If it is wrong, correct it here.
    StakeholderComms,
}

impl AddressFamily {
    /// All families.
    pub const ALL: [Self; 2] = [Self::Operations, Self::StakeholderComms];

    /// The 3LO base URL: for OAuth 2.0 (3LO) tokens.
    pub fn oauth_base_url(self) -> &'static str {
        match self {
            Self::Operations => "https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/api",
            Self::StakeholderComms => {
                "https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/stakeholder-comms/cloudId/{cloudid}/api"
            }
        }
    }

    /// The HTTP Basic base URL, which the document has: for API tokens.
    pub fn basic_base_url(self) -> &'static str {
        match self {
            Self::Operations => "https://api.atlassian.com/jsm/ops/api/{cloudid}",
            Self::StakeholderComms => "https://api.atlassian.com/jsm/ops/stakeholder-comms/cloudId/{cloudid}/api",
        }
    }

    /// The name of the family in generated code.
    pub fn rust_name(self) -> &'static str {
        match self {
            Self::Operations => "operations",
            Self::StakeholderComms => "stakeholder_comms",
        }
    }

    /// The family of an operation of a rewritten document.
    pub fn of(operation: &Operation<'_>) -> Self {
        let url = operation.item.get("servers").and_then(|servers| servers.pointer("/0/url")).and_then(Value::as_str);
        Self::ALL.into_iter().find(|family| url == Some(family.oauth_base_url())).unwrap_or(Self::Operations)
    }

    /// The family of a URL, and the path behind its base URL. The document may have either base
    /// URL.
    fn recognise(url: &str) -> Option<(Self, &str)> {
        Self::ALL.into_iter().find_map(|family| {
            [family.basic_base_url(), family.oauth_base_url()].into_iter().find_map(|base| {
                let path = url.strip_prefix(base)?;
                (path.starts_with('/') && path.len() > 1).then_some((family, path))
            })
        })
    }
}

/// What happens to operations whose URLs no rule matches.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UnknownUrls {
    /// They are problems, and nothing is rewritten.
    #[default]
    Stop,
    /// They are left out.
    LeaveOut,
}

/// The result of the stage besides the document.
#[derive(Debug, Clone, Default)]
pub struct Rewritten {
    /// The paths of the document, by the paths that they became.
    pub paths: BTreeMap<String, String>,
    /// URLs that no rule matches, whose operations were left out.
    pub left_out: Problems,
}

/// Rewrites all URLs of a document.
///
/// # Errors
/// URLs that no rule matches, one problem for all that have the same beginning, and paths that
/// would become equal.
pub fn rewrite(document: &mut Document, unknown_urls: UnknownUrls) -> Result<Rewritten, Problems> {
    let mut problems = Problems::new();
    let root_servers = document.root().get("servers").cloned();
    let mut rewritten = Map::new();
    let mut unknown = Unknown::default();
    let mut origins = BTreeMap::new();
    for (path, item) in document.paths() {
        let mut item = item.clone();
        let at = Pointer::Path(&["paths", path]);
        let found = family_and_path(&at, path, &item, root_servers.as_ref(), &mut unknown, &mut problems);
        let Some((family, relative)) = found else { continue };
        item.remove("servers");
        if family != AddressFamily::Operations {
            item.insert("servers".to_owned(), json!([{ "url": family.oauth_base_url() }]));
        }
        forget_cloud_id(&mut item, &relative);
        if rewritten.insert(relative.clone(), Value::Object(item)).is_some() {
            let message = format!("two paths become `{relative}`");
            let help = "the families share a path; add a prefix to one in xtask/src/rewrite.rs";
            problems.push(Problem::new(at, message, help));
        }
        origins.insert(relative, path.to_owned());
    }
    let unknown = unknown.problems(unknown_urls);
    let left_out = match unknown_urls {
        UnknownUrls::Stop => {
            problems.extend(unknown);
            Problems::new()
        }
        UnknownUrls::LeaveOut => unknown,
    };
    problems.into_result()?;
    let root = document.root_mut();
    root["servers"] = json!([{ "url": AddressFamily::Operations.oauth_base_url() }]);
    root["paths"] = Value::Object(rewritten);
    Ok(Rewritten { paths: origins, left_out })
}

/// URLs that no rule matches, and those that one matches, by their servers.
#[derive(Default)]
struct Unknown {
    /// The place of the server, the place of the path, and the URL.
    urls: Vec<(String, String, String)>,
    /// The places of servers for which a rule matches a URL.
    known_servers: BTreeSet<String>,
}

impl Unknown {
    /// One problem for each server without a known URL, and for each beginning of paths at other
    /// servers.
    fn problems(self, unknown_urls: UnknownUrls) -> Problems {
        let mut groups: Vec<((String, String), Vec<String>)> = Vec::new();
        for (server, path, url) in self.urls {
            let key = if self.known_servers.contains(&server) {
                let beginning =
                    path.rsplit('/').next().unwrap_or_default().split("~1").nth(1).unwrap_or_default().to_owned();
                (path, beginning)
            } else {
                (server.clone(), server)
            };
            match groups.iter_mut().find(|((_, beginning), _)| *beginning == key.1) {
                Some((_, urls)) => urls.push(url),
                None => groups.push((key, vec![url])),
            }
        }
        let problem = |((at, _), urls): ((String, String), Vec<String>)| {
            let more = match urls.len() - 1 {
                0 => String::new(),
                1 => " and 1 more".to_owned(),
                more => format!(" and {more} more"),
            };
            let url = urls.first().map(String::as_str).unwrap_or_default();
            let (message, help) = match unknown_urls {
                UnknownUrls::Stop => (
                    format!("no rule matches the URL `{url}`{more}"),
                    "add a rule to xtask/src/rewrite.rs, repair the document if it is wrong, or leave these operations out \
                     with `--leave-out`",
                ),
                UnknownUrls::LeaveOut => (
                    format!("no rule matches the URL `{url}`{more}, which is left out"),
                    "add a rule to xtask/src/rewrite.rs, or repair the document if it is wrong",
                ),
            };
            Problem::new(at, message, help)
        };
        groups.into_iter().map(problem).collect()
    }
}

/// The family and the relative path of a path item. All its operations must agree.
fn family_and_path(
    at: &Pointer<'_>,
    path: &str,
    item: &Map<String, Value>,
    root_servers: Option<&Value>,
    unknown: &mut Unknown,
    problems: &mut Problems,
) -> Option<(AddressFamily, String)> {
    let own = item.get("servers");
    let servers_at = if own.is_some() { at.member("servers").to_string() } else { "/servers".to_owned() };
    let mut servers = vec![(servers_at, own.or(root_servers))];
    for method in METHODS {
        if let Some(own) = item.get(method).and_then(|operation| operation.get("servers")) {
            servers.push((at.member(method).member("servers").to_string(), Some(own)));
        }
    }
    let mut found = None;
    for (servers_at, servers) in servers {
        for (index, url) in server_urls(servers).into_iter().enumerate() {
            // Without servers there is nothing below the keyword, or not even that.
            let server = if servers.is_some() { format!("{servers_at}/{index}") } else { String::new() };
            let joined = cloud_id_in_one_spelling(&join(&url, path));
            match AddressFamily::recognise(&joined) {
                Some((family, relative)) => {
                    unknown.known_servers.insert(server);
                    match &found {
                        None => found = Some((family, relative.to_owned())),
                        Some(first) if *first == (family, relative.to_owned()) => {}
                        Some(_) => {
                            let message = format!("`{joined}` is a second URL of the same path");
                            let help = "decide which one is right and repair the other";
                            problems.push(Problem::new(&servers_at, message, help));
                        }
                    }
                }
                None => unknown.urls.push((server, at.to_string(), joined)),
            }
        }
    }
    found
}

/// The URLs of a list of servers, with their variables filled in except the cloud id.
fn server_urls(servers: Option<&Value>) -> Vec<String> {
    let Some(servers) = servers.and_then(Value::as_array).filter(|servers| !servers.is_empty()) else {
        // OpenAPI: no servers means one server with the URL `/`.
        return vec!["/".to_owned()];
    };
    let url = |server: &Value| {
        let mut url = server.get("url").and_then(Value::as_str).unwrap_or("/").to_owned();
        for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
            if !is_cloud_id(name) {
                url = url.replace(&format!("{{{name}}}"), default);
            }
        }
        url
    };
    servers.iter().map(url).collect()
}

fn join(server: &str, path: &str) -> String {
    format!("{}/{}", server.trim_end_matches('/'), path.trim_start_matches('/'))
}

/// Atlassian writes `{cloudId}`, `{cloudid}` and, in prose, `{customerId}` for the same thing.
fn is_cloud_id(name: &str) -> bool {
    ["cloudid", "customerid"].contains(&name.to_ascii_lowercase().as_str())
}

fn cloud_id_in_one_spelling(url: &str) -> String {
    let names = template_names(url).into_iter().filter(|name| is_cloud_id(name));
    names.fold(url.to_owned(), |url, name| url.replace(&format!("{{{name}}}"), "{cloudid}"))
}

/// Removes the parameters for the cloud id, which is in the base URL.
fn forget_cloud_id(item: &mut Map<String, Value>, relative: &str) {
    let kept = template_names(relative);
    let forget = |owner: &mut Map<String, Value>| {
        if let Some(parameters) = owner.get_mut("parameters").and_then(Value::as_array_mut) {
            parameters.retain(|parameter| {
                let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default();
                let in_path = parameter.get("in").and_then(Value::as_str) == Some("path");
                !(in_path && is_cloud_id(name) && !kept.contains(&name))
            });
        }
        owner.remove("servers");
    };
    for method in METHODS {
        item.get_mut(method).and_then(Value::as_object_mut).map(forget);
    }
    if let Some(parameters) = item.get_mut("parameters") {
        let mut owner = Map::from_iter([("parameters".to_owned(), parameters.take())]);
        forget(&mut owner);
        *parameters = owner.remove("parameters").unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(server: Value, path: &str) -> Document {
        Document::new(json!({"servers": [server], "paths": {path: {"get": {"parameters": [
            {"name": "cloudId", "in": "path"}, {"name": "id", "in": "path"}
        ]}}}}))
    }

    fn rewritten(server: Value, path: &str) -> String {
        let mut document = document(server, path);
        rewrite(&mut document, UnknownUrls::Stop).expect("known URL");
        let operation = document.operations().next().expect("an operation");
        assert_eq!(operation.value["parameters"], json!([{"name": "id", "in": "path"}]));
        format!("{} {}", AddressFamily::of(&operation).oauth_base_url(), operation.path)
    }

    #[test]
    fn the_cloud_id_may_stand_in_the_server_or_in_the_path() {
        let expected = "https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/api /v1/alerts/{id}";
        for (server, path) in [
            (json!({"url": "https://api.atlassian.com/jsm/ops/"}), "/api/{cloudId}/v1/alerts/{id}"),
            (json!({"url": "https://api.atlassian.com/jsm/ops"}), "/api/{cloudid}/v1/alerts/{id}"),
            (json!({"url": "https://api.atlassian.com/jsm/ops/api/{cloudId}"}), "/v1/alerts/{id}"),
            (json!({"url": "https://api.atlassian.com/jsm/ops/api/{cloudid}/"}), "/v1/alerts/{id}"),
            (
                json!({"url": "https://api.atlassian.com/jsm/ops/api/{cloudId}", "variables": {"cloudId": {"default": "x"}}}),
                "/v1/alerts/{id}",
            ),
            (
                json!({"url": "https://{host}/jsm/ops/api", "variables": {"host": {"default": "api.atlassian.com"}}}),
                "/{cloudId}/v1/alerts/{id}",
            ),
            (json!({"url": "https://api.atlassian.com/ex/jira/{customerId}/jsm/ops/api"}), "/v1/alerts/{id}"),
        ] {
            assert_eq!(rewritten(server.clone(), path), expected, "{server} {path}");
        }
    }

    #[test]
    fn the_stakeholder_family_has_a_base_of_its_own() {
        let server = json!({"url": "https://api.atlassian.com/jsm/ops/"});
        assert_eq!(
            rewritten(server, "/stakeholder-comms/cloudId/{cloudId}/api/pages/{id}"),
            "https://api.atlassian.com/ex/jira/{cloudid}/jsm/ops/stakeholder-comms/cloudId/{cloudid}/api /pages/{id}"
        );
    }

    #[test]
    fn an_unknown_url_is_named() {
        for (url, path, named) in [
            (
                "https://api.example.com/jsm/ops/",
                "/api/{cloudId}/v1/a",
                "https://api.example.com/jsm/ops/api/{cloudid}/v1/a",
            ),
            (
                "https://api.atlassian.com/jsm/ops/",
                "/web/{cloudId}/v1/a",
                "https://api.atlassian.com/jsm/ops/web/{cloudid}/v1/a",
            ),
            ("https://api.atlassian.com/jsm/ops/", "/api/{cloudId}", "https://api.atlassian.com/jsm/ops/api/{cloudid}"),
            (
                "http://api.atlassian.com/jsm/ops/",
                "/api/{cloudId}/v1/a",
                "http://api.atlassian.com/jsm/ops/api/{cloudid}/v1/a",
            ),
            (
                "https://api.atlassian.com/jsm/ops/api/cloudId/{cloudId}",
                "/v1/a",
                "https://api.atlassian.com/jsm/ops/api/cloudId/{cloudid}/v1/a",
            ),
        ] {
            let mut document = document(json!({"url": url}), path);
            let text = rewrite(&mut document, UnknownUrls::Stop).expect_err("unknown").to_string();
            assert!(text.contains(&format!("`{named}`")), "{text}");
        }
    }

    #[test]
    fn a_missing_server_and_a_second_url_are_problems() {
        let mut document = Document::new(json!({"paths": {"/v1/a": {"get": {}}}}));
        assert!(rewrite(&mut document, UnknownUrls::Stop).expect_err("no server").to_string().contains("`/v1/a`"));
        let mut document = Document::new(json!({
            "servers": [{"url": "https://api.atlassian.com/jsm/ops/api/{cloudId}"}],
            "paths": {"/v1/a": {"get": {"servers": [{"url": "https://api.atlassian.com/jsm/ops/api/{cloudId}/v2"}]}}}
        }));
        assert!(rewrite(&mut document, UnknownUrls::Stop).expect_err("two").to_string().contains("second URL"));
    }

    #[test]
    fn two_urls_that_become_one_are_a_problem() {
        let mut document = Document::new(json!({
            "servers": [{"url": "https://api.atlassian.com/jsm/ops/"}],
            "paths": {"/api/{cloudId}/a": {"get": {}}, "/stakeholder-comms/cloudId/{cloudId}/api/a": {"get": {}}}
        }));
        assert!(
            rewrite(&mut document, UnknownUrls::Stop).expect_err("collision").to_string().contains("two paths become `/a`")
        );
    }
}
