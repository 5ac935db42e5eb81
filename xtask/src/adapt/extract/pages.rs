//! Pages: the items in the response of a paged operation, and the way to the next page.

use serde_json::{Map, Value};

use crate::{
    document::{Document, schema_name},
    model::{page::Page, rust_type::RustType},
};

/// The names of the list of items, in the order of preference.
const ITEMS: [&str; 3] = ["values", "nodes", "data"];

/// Extracts the page from a response schema; `None` where it has no known form of page.
pub fn page(document: &Document, schema: &str) -> Option<Page> {
    let object = properties(document, document.schema(schema)?)?;
    find(document, schema, object, &[]).or_else(|| {
        // The page may be an object inside the response.
        object.iter().find_map(|(name, property)| {
            let inner = properties(document, property)?;
            find(document, schema, inner, std::slice::from_ref(name))
        })
    })
}

fn find(document: &Document, schema: &str, object: &Map<String, Value>, within: &[String]) -> Option<Page> {
    let lists = || object.iter().filter(|(_, property)| is_list_of_objects(property));
    let (name, list) = ITEMS
        .iter()
        .find_map(|known| lists().find(|(name, _)| name == known))
        .or_else(|| lists().next().filter(|_| lists().count() == 1))?;
    let path = |names: &[&str]| within.iter().cloned().chain(names.iter().map(|name| (*name).to_owned())).collect();
    let has = |owner: &str, name: &str| {
        object.get(owner).and_then(|owner| properties(document, owner)).is_some_and(|owner| owner.contains_key(name))
    };
    let (next, has_next) = if has("links", "next") {
        (path(&["links", "next"]), None)
    } else if has("pageInfo", "endCursor") {
        let has_next = has("pageInfo", "hasNextPage").then(|| path(&["pageInfo", "hasNextPage"]));
        (path(&["pageInfo", "endCursor"]), has_next)
    } else {
        return None;
    };
    let item = RustType::of(list.get("items")?);
    Some(Page { schema: schema.to_owned(), items: path(&[name]), item, next, has_next })
}

fn is_list_of_objects(property: &Value) -> bool {
    property.get("items").is_some_and(|items| items.get("$ref").is_some())
}

/// The properties of an object, directly or behind a reference.
fn properties<'a>(document: &'a Document, schema: &'a Value) -> Option<&'a Map<String, Value>> {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(schema_name);
    let schema = match name {
        Some(name) => document.schema(name)?,
        None => schema,
    };
    schema.get("properties")?.as_object()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document::schema_reference;

    fn found(schema: Value) -> Option<Page> {
        let document = Document::new(json!({"components": {"schemas": {
            "Page": schema,
            "Links": {"properties": {"next": {"type": "string"}}},
            "Info": {"properties": {"endCursor": {"type": "string"}, "hasNextPage": {"type": "boolean"}}},
            "Connection": {"properties": {"nodes": list(), "pageInfo": schema_reference("Info")}},
            "Item": {"properties": {}}
        }}}));
        page(&document, "Page")
    }

    fn list() -> Value {
        json!({"type": "array", "items": schema_reference("Item")})
    }

    #[test]
    fn a_link_leads_to_the_next_page() {
        let page = found(json!({"properties": {"values": list(), "expands": list(), "links": schema_reference("Links")}}));
        let page = page.expect("a page");
        assert_eq!((page.items.join("."), page.next.join("."), page.has_next), ("values".into(), "links.next".into(), None));
        assert_eq!(page.item, RustType::Named("Item".to_owned()));
    }

    #[test]
    fn a_cursor_may_stand_one_object_deeper() {
        let page = found(json!({"properties": {"connection": schema_reference("Connection"), "error": {"type": "string"}}}));
        let page = page.expect("a page");
        assert_eq!(page.items, ["connection", "nodes"]);
        assert_eq!(page.next, ["connection", "pageInfo", "endCursor"]);
        assert_eq!(page.has_next.expect("a flag"), ["connection", "pageInfo", "hasNextPage"]);
    }

    #[test]
    fn other_responses_are_not_pages() {
        for schema in [
            json!({"properties": {"values": list()}}),
            json!({"properties": {"a": list(), "b": list(), "links": schema_reference("Links")}}),
            json!({"type": "string"}),
        ] {
            assert_eq!(found(schema.clone()), None, "{schema}");
        }
    }
}
