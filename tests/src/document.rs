//! The facts of the published document, read as plain JSON; and any other document of the same operations.

use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The facts in `spec/`.
pub(crate) static FACTS: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../spec/jsm-ops.json");
    serde_json::from_str(text).unwrap_or_default()
});

/// One operation of a document.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// The document.
    pub root: &'static Value,
    /// The method in upper case.
    pub method: &'static str,
    /// The path as it is documented, with the cloud id in it.
    pub documented: &'static str,
    /// The operation object.
    pub value: &'static Map<String, Value>,
}

/// How the two families of paths begin in the facts, and where a 3LO token reaches them.
const FAMILIES: [(&str, &str); 2] = [
    ("/api/{cloudId}", "/ex/jira/{cloudId}/jsm/ops/api"),
    ("/stakeholder-comms/cloudId/{cloudId}/api", "/ex/jira/{cloudId}/jsm/ops/stakeholder-comms/cloudId/{cloudId}/api"),
];

/// All operations of the facts.
pub fn operations() -> Vec<Operation> {
    operations_of(&FACTS)
}

/// All operations of a document.
pub fn operations_of(root: &'static Value) -> Vec<Operation> {
    let methods = [("get", "GET"), ("post", "POST"), ("put", "PUT"), ("patch", "PATCH"), ("delete", "DELETE")];
    let paths = root["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        methods.into_iter().filter_map(move |(key, method)| {
            Some(Operation { root, method, documented: path, value: item.get(key)?.as_object()? })
        })
    });
    operations.collect()
}

impl Operation {
    /// The path without what stands before it in its family: `/v1/alerts/{id}`.
    pub fn relative(&self) -> &'static str {
        let relative = FAMILIES.iter().find_map(|(documented, _)| self.documented.strip_prefix(documented));
        relative.unwrap_or(self.documented)
    }

    /// Whether an OAuth 2.0 token is one of the credentials that it takes.
    pub fn takes_oauth(&self) -> bool {
        let own = self.value.get("security").unwrap_or(&self.root["security"]).as_array();
        own.into_iter().flatten().any(|alternative| alternative.get("OAuth2").is_some())
    }

    /// Whether it asks for a body.
    pub fn requires_body(&self) -> bool {
        self.value.get("requestBody").is_some_and(|body| body["required"] == true)
    }

    /// The template of the path at which a 3LO token reaches it.
    pub fn oauth_path(&self) -> String {
        let found = FAMILIES.iter().find_map(|(documented, oauth)| Some((oauth, self.documented.strip_prefix(documented)?)));
        found.map_or_else(String::new, |(oauth, relative)| format!("{oauth}{relative}"))
    }

    /// The template of the path at which an API token reaches it, as it is documented.
    pub fn classic_path(&self) -> String {
        format!("/jsm/ops{}", self.documented)
    }

    /// The query parameters with their schemas.
    pub fn query(&self) -> Vec<(&'static str, &'static Value)> {
        let parameters = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        query.map(|parameter| (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"])).collect()
    }

    /// Media type and schema of the request body.
    pub fn body(&self) -> Option<(&'static str, &'static Value)> {
        content(self.value.get("requestBody")?)
    }

    /// Status of the success, and media type and schema of its content.
    pub fn success(&self) -> (u16, Option<(&'static str, &'static Value)>) {
        let responses = self.value.get("responses").and_then(Value::as_object).into_iter().flatten();
        let success = responses.filter_map(|(status, response)| Some((status.parse::<u16>().ok()?, response)));
        let found =
            success.filter(|(status, _)| (200..300).contains(status)).map(|(status, response)| (status, content(response)));
        found.min_by_key(|(status, _)| *status).unwrap_or((0, None))
    }
}

fn content(owner: &'static Value) -> Option<(&'static str, &'static Value)> {
    let (media_type, media) = owner.get("content")?.as_object()?.iter().next()?;
    Some((media_type, &media["schema"]))
}

/// Follows a reference anywhere into its document.
pub fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut resolved = schema;
    while let Some(target) =
        resolved.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.trim_start_matches('#')))
    {
        resolved = target;
    }
    resolved
}
