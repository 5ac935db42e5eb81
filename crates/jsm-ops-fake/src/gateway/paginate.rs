//! Paging by number and size.

use form_urlencoded::Serializer;
use serde_json::{Value, json};

use crate::gateway::parsed_request::Call;

/// A page of what matches, with a link to the next one where there is one. Items are counted but only those of the page are made.
pub(crate) fn by_offset<T>(call: &Call, matching: &[T], size: usize, item: impl Fn(&T) -> Value) -> Value {
    let (offset, size) = (call.count("offset", 0), call.count("size", size));
    let values: Vec<Value> = matching.iter().skip(offset).take(size).map(item).collect();
    let end = offset.saturating_add(size);
    let mut links = json!({});
    if end < matching.len() {
        links["next"] = json!(link(call, &[("offset", end.to_string()), ("size", size.to_string())]));
    }
    json!({ "values": values, "links": links })
}

/// A page of what comes after a token: the text that `key` gives for the last item of the page before.
pub(crate) fn by_token(
    call: &Call,
    names: (&str, &str),
    size: usize,
    items: &[Value],
    key: impl Fn(&Value) -> String,
) -> Value {
    let (token, size_name) = names;
    let size = call.count(size_name, size);
    let after = call.query(token).and_then(|after| items.iter().position(|item| key(item) == after));
    let start = after.map_or(0, |position| position.saturating_add(1));
    let values: Vec<Value> = items.iter().skip(start).take(size).cloned().collect();
    let mut links = json!({});
    if let Some(last) = values.last().filter(|_| start.saturating_add(size) < items.len()) {
        links["next"] = json!(link(call, &[(token, key(last)), (size_name, size.to_string())]));
    }
    json!({ "values": values, "links": links })
}

/// A link as the service writes it: relative, without the cloud id and without the gateway's prefix.
fn link(call: &Call, changed: &[(&str, String)]) -> String {
    let mut query = Serializer::new(String::new());
    let same = call.query.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    query.extend_pairs(same).extend_pairs(changed);
    format!("{}?{}", call.path, query.finish())
}
