//! Operations as calls: what a caller hands over, and what comes back.

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::Value;

use super::{
    bodies::Bodies,
    pages::{self, Page},
};
use crate::{
    document::{Document, Operation, Pointer, pointer, template_names},
    kind::Kind,
    overlay::{Entry, Idempotency, Overlay, Paging, WriteStateLocation},
    problem::{Problem, Problems},
    repair::generator::RAW_BODY,
    rewrite::Family,
};

/// The area of operations that nobody has sorted in yet.
pub const UNSORTED: &str = "unsorted";

/// One operation as a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The Rust name, unique among all operations.
    pub id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template, relative to the base of the family.
    pub path: String,
    /// The family of addresses.
    pub family: Family,
    /// The key of its area.
    pub area: String,
    /// The name of the method on the accessor of its area.
    pub rust_method: String,
    /// Parameters of the path, in the order of the template.
    pub in_path: Vec<Parameter>,
    /// Query parameters, required ones first, otherwise in the order of their names.
    pub in_query: Vec<Parameter>,
    /// What is sent besides.
    pub body: Body,
    /// What comes back.
    pub answer: Answer,
    /// Whether it may be repeated.
    pub retry: Idempotency,
    /// How its pages follow each other, and how far.
    pub paging: Option<(Paging, Option<u32>)>,
    /// What its pages are made of.
    pub page: Option<Page>,
    /// The operation that tells how a queued write ended.
    pub follow: Option<String>,
    /// Where in the answer it stands how a queued write ended.
    pub outcome: Option<WriteStateLocation>,
    /// OAuth 2.0 scopes; none where it takes no OAuth token.
    pub scopes: Vec<String>,
    /// Whether Atlassian marks it as experimental.
    pub experimental: bool,
    /// The document's name for its group, which Atlassian's reference has a page for.
    pub tag: String,
    /// Our words: a summary, and what to know.
    pub words: (String, String),
    /// Whether the overlay names it.
    pub named: bool,
}

/// A parameter of the path or the query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name on the wire.
    pub name: String,
    /// The name in Rust.
    pub rust_name: String,
    /// The type.
    pub kind: Kind,
    /// Whether it has to be there.
    pub required: bool,
    /// Our words.
    pub words: String,
}

/// What a call sends besides its parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// JSON of a type, which may be left out or not.
    Json {
        /// The type.
        kind: Kind,
        /// Whether it has to be there.
        required: bool,
    },
    /// A multipart form with one file, by the name of the part.
    Form(String),
}

/// What a call gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing but success.
    Nothing,
    /// JSON of a type.
    Json(Kind),
    /// Text, of this media type.
    Text(String),
    /// Bytes, as they come.
    Bytes,
}

/// Describes all operations as calls.
pub fn describe(document: &Document, bodies: &Bodies, overlay: &Overlay, problems: &mut Problems) -> Vec<Call> {
    document.operations().map(|operation| call(document, &operation, bodies, overlay, problems)).collect()
}

fn call(
    document: &Document,
    operation: &Operation<'_>,
    bodies: &Bodies,
    overlay: &Overlay,
    problems: &mut Problems,
) -> Call {
    let entry = overlay.entry(operation);
    let id = operation.id().to_owned();
    let mut report = |message: String, help: &str| {
        let paths = Pointer::Root.member("paths");
        let item = paths.member(operation.path);
        problems.push(Problem::new(item.member(operation.method), message, help).in_operation(operation.label()));
    };
    let parameters = parameters(operation, entry, overlay);
    let in_query: Vec<_> = parameters.iter().filter(|(place, _)| *place == "query").map(|(_, one)| one.clone()).collect();
    let in_path = template_names(operation.path).into_iter().filter_map(|name| {
        let declared = parameters.iter().find(|(place, parameter)| *place == "path" && parameter.name == name);
        declared.map(|(_, parameter)| parameter.clone())
    });
    if parameters.iter().any(|(place, _)| *place == "header") {
        report("header parameters are not supported".to_owned(), "drop the parameter in a repair");
    }
    let paging = entry.and_then(|entry| entry.paging);
    for name in paging.map(Paging::parameters).into_iter().flatten() {
        if !in_query.iter().any(|parameter| parameter.name == *name) {
            report(
                format!("it has no parameter `{name}`, by which it is said to page"),
                "correct its `paging` in spec/overlay/",
            );
        }
    }
    let answer = answer(operation);
    let page = match &answer {
        Answer::Json(Kind::Named(schema)) if paging.is_some() => pages::page(document, schema),
        _ => None,
    };
    if paging.is_some() && page.is_none() {
        report(
            "it is said to page, and its answer is no page that is known".to_owned(),
            "remove its `paging` from spec/overlay/, or teach xtask/src/adapt/pages.rs the form",
        );
    }
    let body = body(document, operation, bodies);
    if body.is_none() {
        report(
            "a raw body that is no part of a form is not supported".to_owned(),
            "teach xtask/src/adapt/calls.rs the form",
        );
    }
    let summary = operation.value.get("summary").and_then(Value::as_str).unwrap_or_default();
    let tags = operation.value.get("tags").and_then(Value::as_array);
    Call {
        rust_method: entry.and_then(|entry| entry.method.clone()).unwrap_or_else(|| id.clone()),
        method: operation.method.to_ascii_uppercase(),
        path: operation.path.to_owned(),
        family: Family::of(operation),
        area: entry.map_or(UNSORTED, |entry| entry.area.as_str()).to_owned(),
        in_path: in_path.collect(),
        in_query,
        body: body.unwrap_or(Body::None),
        answer,
        page,
        retry: entry.map(|entry| entry.idempotency).unwrap_or_default(),
        paging: paging.map(|paging| (paging, entry.and_then(|entry| overlay.max_results(entry)))),
        follow: entry.and_then(|entry| entry.status_operation.clone()),
        outcome: entry.and_then(|entry| entry.write_state.clone()),
        scopes: oauth_scopes(operation),
        experimental: operation.is_experimental(),
        tag: tags.and_then(|tags| tags.first()).and_then(Value::as_str).unwrap_or_default().to_owned(),
        words: (summary.to_owned(), entry.map(|entry| entry.docs.clone()).unwrap_or_default()),
        named: entry.is_some(),
        id,
    }
}

/// Reports queued writes whose end cannot be followed: no id of the request in the receipt, or no way to fill the path of the
/// operation that tells.
pub fn check_followed(calls: &[Call], document: &Document, problems: &mut Problems) {
    for call in calls {
        let Some(follow) = &call.follow else { continue };
        let mut report = |message: String| {
            let help = "correct `status_operation` or `write_state` in spec/overlay/";
            problems.push(Problem::new(pointer(&["paths", &call.path]), message, help).in_operation(call.label()));
        };
        let Some((status, outcome)) =
            calls.iter().find(|one| one.id == *follow).and_then(|one| Some((one, one.outcome.as_ref()?)))
        else {
            report(format!("`{follow}`, which is to tell how it ended, is no operation of the document"));
            continue;
        };
        for parameter in &status.in_path {
            if parameter.name != outcome.request() && !call.in_path.iter().any(|own| own.name == parameter.name) {
                report(format!("it has no `{}`, which `{follow}` needs", parameter.name));
            }
        }
        for (owner, path) in [(call, "requestId")].into_iter().chain(outcome.paths().map(|path| (status, path))) {
            let Answer::Json(Kind::Named(schema)) = &owner.answer else {
                report(format!("the answer of `{}` is no object", owner.id));
                continue;
            };
            if !has_path(document, schema, path) {
                report(format!("the answer of `{}` has no `{path}`", owner.id));
            }
        }
    }
}

/// Whether an object has a property at the end of a path with dots.
fn has_path(document: &Document, schema: &str, path: &str) -> bool {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let properties = document.schema(schema).and_then(|schema| schema.get("properties"));
    let Some(property) = properties.and_then(|properties| properties.get(first)) else { return false };
    match (rest, Kind::of(property)) {
        (None, _) => true,
        (Some(rest), Kind::Named(inner)) => has_path(document, &inner, rest),
        (Some(_), _) => false,
    }
}

/// All parameters with their places, required ones first.
fn parameters<'a>(operation: &Operation<'a>, entry: Option<&Entry>, overlay: &Overlay) -> Vec<(&'a str, Parameter)> {
    let lists = [operation.item.get("parameters"), operation.value.get("parameters")];
    let declared = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let mut parameters: Vec<(&str, Parameter)> = declared
        .filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?;
            let words = overlay.parameter_docs(entry, name).unwrap_or_default();
            let parameter_of = Parameter {
                name: name.to_owned(),
                rust_name: rust_name(name),
                kind: Kind::of(parameter.get("schema")?),
                required: parameter.get("required") == Some(&Value::Bool(true)),
                words: if words.is_empty() { format!("`{name}`") } else { words.to_owned() },
            };
            Some((parameter.get("in")?.as_str()?, parameter_of))
        })
        .collect();
    parameters.sort_by_cached_key(|(place, parameter)| {
        // Setters stand in the order of their names, arguments in the order in which a person would want them.
        // Those of the path follow the template.
        let is_ranked = parameter.required && *place == "query";
        let rank = if is_ranked { overlay.argument_rank(&parameter.name).0 } else { 0 };
        (!parameter.required, rank, parameter.name.clone())
    });
    parameters
}

/// The name of a parameter or property in Rust, as typify makes it.
pub fn rust_name(name: &str) -> String {
    let cleaned =
        name.replace('\'', "").replace(|character: char| !(character == '_' || character.is_ascii_alphanumeric()), "-");
    let snake = cleaned.to_snake_case();
    if syn::parse_str::<syn::Ident>(&snake).is_ok() { snake } else { format!("{snake}_") }
}

/// The body; `None` where it is of a form that has no code.
fn body(document: &Document, operation: &Operation<'_>, bodies: &Bodies) -> Option<Body> {
    let Some(body) = operation.value.get("requestBody") else { return Some(Body::None) };
    if let Some(part) = bodies.multipart.get(operation.id()) {
        return Some(Body::Form(part.clone()));
    }
    let content = body.get("content").and_then(Value::as_object)?;
    if content.contains_key(RAW_BODY) {
        return None;
    }
    // What else is wrong with a body is for the preflight to say.
    let schema = content.values().next().and_then(|media| media.get("schema"));
    let optional = bodies.optional.iter().any(|optional| optional == operation.id());
    Some(schema.map_or(Body::None, |schema| {
        let kind = Kind::of(schema);
        // A generator of documents leaves out that a body is required. One that has required parts is.
        let required = !(optional && may_be_empty(document, &kind));
        Body::Json { kind, required }
    }))
}

/// Whether a type is an object of which nothing has to be there.
fn may_be_empty(document: &Document, kind: &Kind) -> bool {
    let schema = match kind {
        Kind::Named(name) => document.schema(name),
        _ => None,
    };
    schema.is_some_and(|schema| schema.get("properties").is_some() && schema.get("required").is_none())
}

fn answer(operation: &Operation<'_>) -> Answer {
    let responses = operation.value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let content = responses.filter_map(|(_, response)| response.get("content")?.as_object()).flatten().next();
    match content {
        None => Answer::Nothing,
        Some((media_type, _)) if media_type == RAW_BODY => Answer::Bytes,
        Some((media_type, _)) if media_type.starts_with("text/") => Answer::Text(media_type.clone()),
        Some((_, media)) => Answer::Json(media.get("schema").map_or(Kind::Any, Kind::of)),
    }
}

fn oauth_scopes(operation: &Operation<'_>) -> Vec<String> {
    let schemes = operation.value.get("security").and_then(Value::as_array).into_iter().flatten();
    let scopes = schemes.filter_map(|scheme| scheme.get("OAuth2")?.as_array()).flatten();
    scopes.filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Call {
    /// The name of the type that puts the call together.
    pub fn builder(&self) -> String {
        self.id.to_pascal_case()
    }

    /// `GET /v1/alerts`
    pub fn label(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// How it is called in Rust: `alerts().list`
    pub fn rust_path(&self) -> String {
        format!("{}().{}", self.area.to_snake_case(), self.rust_method)
    }

    /// The constant of its row in the table of operations.
    pub fn constant(&self) -> String {
        self.id.to_ascii_uppercase()
    }

    /// The named schemas that it mentions.
    pub fn schemas(&self) -> Vec<&str> {
        let mut kinds: Vec<&Kind> = self.in_path.iter().chain(&self.in_query).map(|parameter| &parameter.kind).collect();
        if let Body::Json { kind, .. } = &self.body {
            kinds.push(kind);
        }
        if let Answer::Json(kind) = &self.answer {
            kinds.push(kind);
        }
        kinds.into_iter().filter_map(Kind::named).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn described(operation: Value, entry: Value) -> (Call, String) {
        let mut operation = operation;
        operation["operationId"] = json!("list_as");
        let document = Document::new(json!({
            "paths": {"/v1/as/{id}": {"get": operation}},
            "components": {"schemas": {
                "A": {"type": "object", "properties": {"x": {"type": "string"}}},
                "Page": {"type": "object", "properties": {
                    "values": {"type": "array", "items": {"$ref": "#/components/schemas/A"}},
                    "links": {"$ref": "#/components/schemas/Links"}
                }},
                "Links": {"type": "object", "properties": {"next": {"type": "string"}}}
            }}
        }));
        let overlay = Overlay::from_value(json!({
            "things.yaml": {"title": "Things", "summary": "S.", "operations": {"GET /v1/as/{id}": entry}},
            "glossary.yaml": {"parameters": {"size": "How many."}}
        }))
        .expect("overlay");
        let mut problems = Problems::new();
        let bodies = Bodies { optional: vec!["list_as".to_owned()], multipart: BTreeMap::new() };
        let mut calls = describe(&document, &bodies, &overlay, &mut problems);
        (calls.remove(0), problems.to_string())
    }

    #[test]
    fn a_call_has_what_document_and_overlay_say() {
        let (call, _) = described(
            json!({
                "tags": ["As"],
                "parameters": [
                    {"name": "size", "in": "query", "schema": {"type": "integer", "format": "int32"}},
                    {"name": "offset", "in": "query", "required": true, "schema": {"type": "integer", "format": "int32"}},
                    {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}},
                "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}},
                "security": [{"basicAuth": []}, {"OAuth2": ["read:a"]}]
            }),
            json!({"name": "list_as", "method": "list", "summary": "S.", "idempotency": "idempotent", "paging": "offset", "max_results": 9}),
        );
        assert_eq!(
            (call.builder().as_str(), call.constant().as_str(), call.rust_method.as_str()),
            ("ListAs", "LIST_AS", "list")
        );
        assert_eq!(call.in_path.len(), 1);
        let query: Vec<_> = call.in_query.iter().map(|one| (one.name.as_str(), one.required, one.words.as_str())).collect();
        assert_eq!(query, [("offset", true, "`offset`"), ("size", false, "How many.")]);
        assert_eq!(call.body, Body::Json { kind: Kind::Named("A".to_owned()), required: false });
        assert_eq!(call.answer, Answer::Json(Kind::Named("Page".to_owned())));
        assert_eq!(call.page.expect("a page").items, ["values"]);
        assert_eq!(call.paging, Some((Paging::Offset, Some(9))));
        assert_eq!((call.scopes.as_slice(), call.retry), (["read:a".to_owned()].as_slice(), Idempotency::Idempotent));
    }

    #[test]
    fn what_the_overlay_says_wrong_is_reported() {
        let entry = json!({"name": "list_as", "summary": "S.", "paging": "after"});
        let (_, problems) = described(json!({"parameters": [{"name": "x", "in": "header", "schema": {}}]}), entry);
        assert!(problems.contains("it has no parameter `size`, by which it is said to page"), "{problems}");
        assert!(problems.contains("header parameters are not supported"), "{problems}");
    }
}
