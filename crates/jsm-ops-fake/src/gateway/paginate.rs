//! Pages of lists, by offset and by token.

use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::gateway::parsed_request::ParsedRequest;

/// Returns the requested page of `matching`, with a link to the next page if there is one.
pub(crate) fn by_offset<T>(
    request: &ParsedRequest,
    matching: &[T],
    default_size: usize,
    item: impl Fn(&T) -> Value,
) -> Value {
    let (offset, size) = (request.count("offset", 0), request.count("size", default_size));
    let values: Vec<Value> = matching.iter().skip(offset).take(size).map(item).collect();
    let end = offset.saturating_add(size);
    let mut links = json!({});
    if end < matching.len() {
        links["next"] = json!(link(request, &[("offset", end.to_string()), ("size", size.to_string())]));
    }
    json!({ "values": values, "links": links })
}

/// Returns the page after a token. The token is the `key` of the previous page's last item.
/// `parameters` has the names of the query parameters for the token and for the size.
pub(crate) fn by_token(
    request: &ParsedRequest,
    parameters: (&str, &str),
    default_size: usize,
    items: &[Value],
    key: impl Fn(&Value) -> String,
) -> Value {
    let (token, size_name) = parameters;
    let size = request.count(size_name, default_size);
    let previous = request.query(token).and_then(|token| items.iter().position(|item| key(item) == token));
    let start = previous.map_or(0, |position| position.saturating_add(1));
    let values: Vec<Value> = items.iter().skip(start).take(size).cloned().collect();
    let mut links = json!({});
    if let Some(last) = values.last().filter(|_| start.saturating_add(size) < items.len()) {
        links["next"] = json!(link(request, &[(token, key(last)), (size_name, size.to_string())]));
    }
    json!({ "values": values, "links": links })
}

/// Builds a link as the service does: relative, without the cloud id and the gateway prefix.
fn link(request: &ParsedRequest, changed: &[(&str, String)]) -> String {
    let mut query = Serializer::new(String::new());
    let same = request.query.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    query.extend_pairs(same).extend_pairs(changed);
    format!("{}?{}", request.path, query.finish())
}
