//! Operations: what a caller hands over, and what the service returns.

use serde_json::Value;

use super::{pages, request_bodies::Bodies};
use crate::{
    adapt::{
        areas::{self, Areas},
        deprecated::is_deprecated,
        media_types::{self, RAW_BODY},
        member_names,
    },
    characters::markdown_code,
    document::{Document, Operation, Pointer, template_names},
    model::{
        operation::{FormPart, OperationModel, Parameter, PartContent, RequestBody, ResponseBody},
        page::Page,
        rust_type::RustType,
    },
    names::field_name,
    overlay::{Entry, Idempotency, Overlay, Paging},
    problem::{Problem, Problems},
    rewrite::AddressFamily,
};

/// Extracts all operations.
pub fn extract(document: &Document, bodies: &Bodies, overlay: &Overlay, problems: &mut Problems) -> Vec<OperationModel> {
    let areas = Areas::of(document, overlay);
    document.operations().map(|operation| model(document, &operation, &areas, bodies, overlay, problems)).collect()
}

fn model(
    document: &Document,
    operation: &Operation<'_>,
    areas: &Areas,
    bodies: &Bodies,
    overlay: &Overlay,
    problems: &mut Problems,
) -> OperationModel {
    let entry = overlay.entry(operation);
    let id = operation.id().to_owned();
    let mut overlay_problems = Vec::new();
    let mut report = |message: String, help: &str| {
        let paths = Pointer::Root.member("paths");
        let item = paths.member(operation.path);
        problems.push(Problem::new(item.member(operation.method), message, help).in_operation(operation.label()));
    };
    let parameters = parameters(operation, entry, overlay);
    let in_place = |wanted: &str| -> Vec<Parameter> {
        parameters.iter().filter(|(place, _)| *place == wanted).map(|(_, one)| one.clone()).collect()
    };
    let (query_params, header_params) = (in_place("query"), in_place("header"));
    let path_params = template_names(operation.path).into_iter().filter_map(|name| {
        let declared = parameters.iter().find(|(place, parameter)| *place == "path" && parameter.name == name);
        declared.map(|(_, parameter)| parameter.clone())
    });
    let response = response(operation);
    let (paging, page) = paging(document, operation, entry, &query_params, &response)
        .map_err(|(message, help)| overlay_problems.push(overlay.problem(&operation.label(), "paging", message, help)))
        .unwrap_or_default();
    let body = body(document, operation, bodies);
    if body.is_none() {
        report(
            "a raw body outside of a form is not supported".to_owned(),
            "support it in xtask/src/adapt/extract/operations.rs",
        );
    }
    let mut idempotency = entry.map(|entry| entry.idempotency).unwrap_or_default();
    if idempotency == Idempotency::WithAlias && !has_alias(document, operation, body.as_ref()) {
        idempotency = Idempotency::default();
        let message = "its `idempotency` needs the body property `alias`, which it does not have; it has none for now";
        let help = format!("correct its `idempotency` in {}", overlay.file(&operation.label()));
        overlay_problems.push(overlay.problem(&operation.label(), "idempotency", message, help));
    }
    problems.extend(overlay_problems);
    let summary = operation.value.get("summary").and_then(Value::as_str).unwrap_or_default();
    OperationModel {
        rust_method: entry.and_then(|entry| entry.method.clone()).unwrap_or_else(|| id.clone()),
        method: operation.method.to_ascii_uppercase(),
        path: operation.path.to_owned(),
        family: AddressFamily::of(operation),
        area: areas.key(&operation.label()).to_owned(),
        path_params: path_params.collect(),
        query_params,
        header_params,
        body: body.unwrap_or(RequestBody::None),
        body_media_type: body_media_type(operation),
        response_media_type: response_media_type(operation),
        response,
        page,
        idempotency,
        paging: paging.map(|paging| (paging, entry.and_then(|entry| overlay.max_results(entry)))),
        status_operation: entry.and_then(|entry| entry.status_operation.clone()),
        write_state: entry.and_then(|entry| entry.write_state.clone()),
        scopes: oauth_scopes(operation),
        experimental: operation.is_experimental(),
        deprecated: operation.value.get("deprecated") == Some(&Value::Bool(true)),
        tag: areas::tag(operation).to_owned(),
        summary: summary.to_owned(),
        description: entry.map(|entry| entry.docs.clone()).unwrap_or_default(),
        in_overlay: entry.is_some(),
        id,
    }
}

/// How the operation pages, or what is wrong with what the overlay says, and what to do.
fn paging(
    document: &Document,
    operation: &Operation<'_>,
    entry: Option<&Entry>,
    query_params: &[Parameter],
    response: &ResponseBody,
) -> Result<(Option<Paging>, Option<Page>), (String, String)> {
    let Some(paging) = entry.and_then(|entry| entry.paging) else { return Ok((None, None)) };
    let without = format!("`{}` does not page for now", operation.label());
    let is_missing = |name: &&&str| !query_params.iter().any(|parameter| parameter.name == ***name);
    if let Some(name) = paging.parameters().iter().find(is_missing) {
        let message = format!("its `paging` needs the parameter `{name}`, which it does not have; {without}");
        return Err((message, "correct or remove its `paging`".to_owned()));
    }
    let page = match response {
        ResponseBody::Json(RustType::Named(schema)) => pages::page(document, schema),
        _ => None,
    };
    match page {
        Some(page) => Ok((Some(paging), Some(page))),
        None => Err((
            format!("it has `paging`, but its response is not a known form of page; {without}"),
            "remove its `paging`, or support the form in xtask/src/adapt/extract/pages.rs".to_owned(),
        )),
    }
}

/// All parameters with their places, required ones first.
fn parameters<'a>(operation: &Operation<'a>, entry: Option<&Entry>, overlay: &Overlay) -> Vec<(&'a str, Parameter)> {
    let lists = [operation.item.get("parameters"), operation.value.get("parameters")];
    let declared = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let mut parameters: Vec<(&str, Parameter)> = declared
        .filter_map(|parameter| {
            let name = parameter.get("name")?.as_str()?;
            let wire_name = parameter.get(member_names::MARK).and_then(Value::as_str).unwrap_or(name);
            let docs = overlay.parameter_docs(entry, wire_name).unwrap_or_default();
            let parameter_of = Parameter {
                name: wire_name.to_owned(),
                rust_name: field_name(name),
                rust_type: RustType::of(parameter.get("schema")?),
                required: parameter.get("required") == Some(&Value::Bool(true)),
                with_commas: parameter.get("explode") == Some(&Value::Bool(false)),
                deprecated: is_deprecated(parameter),
                docs: if docs.is_empty() { markdown_code(wire_name) } else { docs.to_owned() },
            };
            Some((parameter.get("in")?.as_str()?, parameter_of))
        })
        .collect();
    parameters.sort_by_cached_key(|(place, parameter)| {
        // Path parameters follow the template, and setters the order of their names.
        let is_ranked = parameter.required && *place == "query";
        let rank = if is_ranked { overlay.argument_rank(&parameter.name).0 } else { 0 };
        (!parameter.required, rank, parameter.name.clone())
    });
    parameters
}

/// Whether a body has the property that makes a second request have no further effect.
/// True also for bodies that are not supported, which are reported as such.
fn has_alias(document: &Document, operation: &Operation<'_>, body: Option<&RequestBody>) -> bool {
    match body {
        Some(RequestBody::Json { rust_type: RustType::Named(schema), .. }) => {
            let properties = document.schema(schema).and_then(|schema| schema.get("properties"));
            properties.is_some_and(|properties| properties.get("alias").is_some())
        }
        Some(RequestBody::Json { .. }) => {
            let content = operation.value.get("requestBody").and_then(|body| body.get("content"));
            content.is_none_or(|content| content.get("application/json").is_none())
        }
        Some(_) => false,
        None => true,
    }
}

/// The body; `None` where its form is not supported.
fn body(document: &Document, operation: &Operation<'_>, bodies: &Bodies) -> Option<RequestBody> {
    let Some(body) = operation.value.get("requestBody") else { return Some(RequestBody::None) };
    if let Some(parts) = bodies.multipart.get(operation.id()) {
        return Some(match &parts[..] {
            [FormPart { name, content: PartContent::File, .. }] => RequestBody::Form(name.clone()),
            _ => RequestBody::Parts(parts.clone()),
        });
    }
    let content = body.get("content").and_then(Value::as_object)?;
    if content.contains_key(RAW_BODY) {
        return None;
    }
    // The preflight reports other problems of a body.
    let schema = content.values().next().and_then(|media| media.get("schema"));
    let optional = bodies.optional.iter().any(|optional| optional == operation.id());
    Some(schema.map_or(RequestBody::None, |schema| {
        let rust_type = RustType::of(schema);
        // The document does not mark bodies as required. A body with required parts is required.
        let required = !(optional && may_be_empty(document, &rust_type));
        RequestBody::Json { rust_type, required }
    }))
}

/// Whether a type is an object without required properties.
fn may_be_empty(document: &Document, rust_type: &RustType) -> bool {
    let schema = match rust_type {
        RustType::Named(name) => document.schema(name),
        _ => None,
    };
    schema.is_some_and(|schema| schema.get("properties").is_some() && schema.get("required").is_none())
}

fn response(operation: &Operation<'_>) -> ResponseBody {
    match content(operation) {
        None => ResponseBody::Empty,
        Some((media_type, _)) if media_type.starts_with("text/") => ResponseBody::Text(media_type.to_owned()),
        Some((media_types::JSON, media)) => ResponseBody::Json(media.get("schema").map_or(RustType::Any, RustType::of)),
        Some(_) => ResponseBody::Bytes,
    }
}

/// The media type of the response, with what belongs to it.
fn content<'a>(operation: &Operation<'a>) -> Option<(&'a str, &'a Value)> {
    let responses = operation.value.get("responses").and_then(Value::as_object).into_iter().flatten();
    let mut content = responses.filter_map(|(_, response)| response.get("content")?.as_object()).flatten();
    content.next().map(|(media_type, media)| (media_type.as_str(), media))
}

fn response_media_type(operation: &Operation<'_>) -> Option<String> {
    match content(operation)? {
        (media_types::JSON, media) => media.get(media_types::MARK)?.as_str().map(str::to_owned),
        (RAW_BODY, _) => None,
        (other, _) => (!other.starts_with("text/")).then(|| other.to_owned()),
    }
}

fn body_media_type(operation: &Operation<'_>) -> Option<String> {
    let media = operation.value.get("requestBody")?.get("content")?.get(media_types::JSON)?;
    media.get(media_types::MARK)?.as_str().map(str::to_owned)
}

fn oauth_scopes(operation: &Operation<'_>) -> Vec<String> {
    let schemes = operation.value.get("security").and_then(Value::as_array).into_iter().flatten();
    let scopes = schemes.filter_map(|scheme| scheme.get("OAuth2")?.as_array()).flatten();
    scopes.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::overlay::Idempotency;

    fn extracted(operation: Value, entry: Value) -> (OperationModel, String) {
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
        let mut operations = extract(&document, &bodies, &overlay, &mut problems);
        (operations.remove(0), problems.to_string())
    }

    #[test]
    fn a_call_has_what_document_and_overlay_say() {
        let (operation, _) = extracted(
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
            (operation.builder().as_str(), operation.constant().as_str(), operation.rust_method.as_str()),
            ("ListAs", "LIST_AS", "list")
        );
        assert_eq!(operation.path_params.len(), 1);
        let query: Vec<_> =
            operation.query_params.iter().map(|one| (one.name.as_str(), one.required, one.docs.as_str())).collect();
        assert_eq!(query, [("offset", true, "`offset`"), ("size", false, "How many.")]);
        assert_eq!(operation.body, RequestBody::Json { rust_type: RustType::Named("A".to_owned()), required: false });
        assert_eq!(operation.response, ResponseBody::Json(RustType::Named("Page".to_owned())));
        assert_eq!(operation.page.expect("a page").items, ["values"]);
        assert_eq!(operation.paging, Some((Paging::Offset, Some(9))));
        assert_eq!(
            (operation.scopes.as_slice(), operation.idempotency),
            (["read:a".to_owned()].as_slice(), Idempotency::Idempotent)
        );
    }

    #[test]
    fn what_the_overlay_says_wrong_is_reported() {
        let entry = json!({"name": "list_as", "summary": "S.", "paging": "after"});
        let (_, problems) = extracted(json!({}), entry);
        assert!(problems.contains("its `paging` needs the parameter `size`, which it does not have"), "{problems}");
    }
}
