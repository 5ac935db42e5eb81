//! The facts of the published document, or another document of the same operations, as JSON.

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
    /// The whole document, for references.
    pub root: &'static Value,
    /// The method in upper case.
    pub method: &'static str,
    /// The documented path, with the cloud id.
    pub documented: &'static str,
    /// The operation object.
    pub value: &'static Map<String, Value>,
}

/// How the paths of the two address families begin, in the facts and at the 3LO base URL.
const FAMILIES: [(&str, &str); 2] = [
    ("/api/{cloudId}", "/ex/jira/{cloudId}/jsm/ops/api"),
    ("/stakeholder-comms/cloudId/{cloudId}/api", "/ex/jira/{cloudId}/jsm/ops/stakeholder-comms/cloudId/{cloudId}/api"),
];

/// How many operations the document has, as `fetch` counted them.
pub fn operation_count() -> usize {
    let source = include_str!("../../spec/SOURCE.toml");
    let count = source.lines().find_map(|line| line.strip_prefix("operations = ")?.parse().ok());
    count.unwrap_or_default()
}

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
    /// The path without the prefix of its address family: `/v1/alerts/{id}`.
    pub fn relative(&self) -> &'static str {
        let relative = FAMILIES.iter().find_map(|(documented, _)| self.documented.strip_prefix(documented));
        relative.unwrap_or(self.documented)
    }

    /// Whether it takes an OAuth 2.0 access token.
    pub fn takes_oauth(&self) -> bool {
        let own = self.value.get("security").unwrap_or(&self.root["security"]).as_array();
        own.into_iter().flatten().any(|alternative| alternative.get("OAuth2").is_some())
    }

    /// Whether it requires a body.
    pub fn requires_body(&self) -> bool {
        self.value.get("requestBody").is_some_and(|body| body["required"] == true)
    }

    /// The template of the path at the 3LO base URL.
    pub fn oauth_path(&self) -> String {
        let found = FAMILIES.iter().find_map(|(documented, oauth)| Some((oauth, self.documented.strip_prefix(documented)?)));
        found.map_or_else(String::new, |(oauth, relative)| format!("{oauth}{relative}"))
    }

    /// The template of the path at the HTTP Basic base URL.
    pub fn basic_path(&self) -> String {
        format!("/jsm/ops{}", self.documented)
    }

    /// The query parameters with their schemas.
    pub fn query(&self) -> Vec<(&'static str, &'static Value)> {
        let parameters = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let query = parameters.filter(|parameter| parameter["in"] == "query");
        query.map(|parameter| (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"])).collect()
    }

    /// The headers that are parameters, with their schemas.
    pub fn headers(&self) -> Vec<(&'static str, &'static Value)> {
        let parameters = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        let headers = parameters.filter(|parameter| parameter["in"] == "header");
        headers.map(|parameter| (parameter["name"].as_str().unwrap_or_default(), &parameter["schema"])).collect()
    }

    /// Whether a list in the query is one value with commas.
    pub fn has_commas(&self, parameter: &str) -> bool {
        let parameters = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        parameters.into_iter().any(|one| one["name"] == parameter && one["in"] == "query" && one["explode"] == false)
    }

    /// Media type and schema of the request body.
    pub fn body(&self) -> Option<(&'static str, &'static Value)> {
        content(self.value.get("requestBody")?)
    }

    /// Status, media type and schema of the successful response.
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

/// Whether a media type is JSON.
pub fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// Resolves the reference of a schema, if it is one.
pub fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut resolved = schema;
    while let Some(target) =
        resolved.get("$ref").and_then(Value::as_str).and_then(|reference| root.pointer(reference.trim_start_matches('#')))
    {
        resolved = target;
    }
    resolved
}
