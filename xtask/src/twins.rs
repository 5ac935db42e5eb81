//! New operations that are known ones at another place.
//!
//! Atlassian adds operations as copies: below a further prefix, or in a new version, with the same
//! parameters and bodies. What we know of the known operation is a start for the new one.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{
    document::{Document, Operation},
    moves::fixed_parts,
};

/// The known operations that new ones are like.
#[derive(Debug, Clone, Default)]
pub struct Twins {
    /// By the labels of the new operations.
    twins: BTreeMap<String, Twin>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Twin {
    /// The label of the known operation.
    label: String,
    change: Change,
    /// Whether also the parameters of the path and the errors are the same.
    is_same: bool,
}

/// How the path of a copy differs from that of the known operation.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// By a further segment at the beginning.
    Prefix(String),
    /// By its versions.
    Versions(Vec<String>),
}

/// What an operation is found by: its method, and its path without versions and names of
/// parameters.
type Key = (String, Vec<Vec<String>>);

impl Twins {
    /// Finds the twins of all operations without an entry. The document is one before the repairs:
    /// a repair changes the known operation alone.
    pub fn find<'a>(document: &Document, known: impl Iterator<Item = &'a str>) -> Self {
        let known: BTreeSet<&str> = known.collect();
        let (old, new): (Vec<_>, Vec<_>) =
            document.operations().partition(|operation| known.contains(operation.label().as_str()));
        let mut by_key: BTreeMap<Key, Vec<&Operation<'_>>> = BTreeMap::new();
        for operation in old.iter().filter(|_| !new.is_empty()) {
            by_key.entry(key(operation.method, &segments(operation.path))).or_default().push(operation);
        }
        let twin = |operation: &Operation<'_>| {
            let like = |segments: &[&str]| {
                let candidates = by_key.get(&key(operation.method, segments)).into_iter().flatten();
                candidates.copied().find(|candidate| has_types_of(operation, candidate))
            };
            let segments = segments(operation.path);
            let versions = segments.iter().filter(|segment| is_version(segment)).map(|one| (*one).to_owned()).collect();
            let (twin, change) = match like(&segments) {
                Some(twin) => (twin, Change::Versions(versions)),
                None => {
                    let at = segments.iter().position(|segment| !is_version(segment))?;
                    let prefix = *segments.get(at).filter(|segment| !segment.contains('{'))?;
                    let rest = [segments.get(..at)?, segments.get(at + 1..)?].concat();
                    (like(&rest)?, Change::Prefix(prefix.to_owned()))
                }
            };
            let is_same = contract(operation) == contract(twin);
            Some((operation.label(), Twin { label: twin.label(), change, is_same }))
        };
        Self { twins: new.iter().filter_map(twin).collect() }
    }

    /// The label of the known operation that a new one is like.
    pub fn of(&self, label: &str) -> Option<&str> {
        self.twins.get(label).map(|twin| twin.label.as_str())
    }

    /// The new operation that is to a known one as another new one is to its twin: the copy of
    /// `known` in the family of `label`.
    pub fn beside(&self, label: &str, known: &str) -> Option<&str> {
        let change = &self.twins.get(label)?.change;
        let mut copies = self.twins.iter().filter(|(_, twin)| twin.label == known && twin.change == *change);
        copies.next().map(|(copy, _)| copy.as_str())
    }

    /// The new operations that had all parts in common with their twins, and have not after the
    /// repairs: their twins were repaired.
    pub fn repaired(&self, document: &Document) -> BTreeSet<String> {
        let operations: BTreeMap<String, Operation<'_>> = document
            .operations()
            .filter(|_| !self.twins.is_empty())
            .map(|operation| (operation.label(), operation))
            .collect();
        let differs = |(label, twin): &(&String, &Twin)| {
            let both = operations.get(*label).zip(operations.get(&twin.label));
            twin.is_same && both.is_some_and(|(copy, known)| contract(copy) != contract(known))
        };
        self.twins.iter().filter(differs).map(|(label, _)| label.clone()).collect()
    }
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

fn key(method: &str, segments: &[&str]) -> Key {
    let parts = segments.iter().filter(|segment| !is_version(segment)).map(|segment| fixed_parts(segment));
    (method.to_owned(), parts.collect())
}

/// Whether a segment is a version: `v1`.
fn is_version(segment: &&str) -> bool {
    let number = segment.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether two operations take and return the same, but for parameters of the path, which tell
/// little: the vendor forgets them.
fn has_types_of(one: &Operation<'_>, other: &Operation<'_>) -> bool {
    parameters(one, |place| place != "path") == parameters(other, |place| place != "path")
        && one.value.get("requestBody") == other.value.get("requestBody")
        && successes(one).eq(successes(other))
}

/// What a repair of an operation changes.
fn contract<'a>(operation: &Operation<'a>) -> (Vec<&'a Value>, [Option<&'a Value>; 2]) {
    let value = operation.value;
    (parameters(operation, |_| true), [value.get("requestBody"), value.get("responses")])
}

fn parameters<'a>(operation: &Operation<'a>, is_wanted: impl Fn(&str) -> bool) -> Vec<&'a Value> {
    let lists = [operation.item.get("parameters"), operation.value.get("parameters")];
    let all = lists.into_iter().flatten().filter_map(Value::as_array).flatten();
    let text = |parameter: &Value, key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut wanted: Vec<&Value> = all.filter(|parameter| is_wanted(&text(parameter, "in"))).collect();
    wanted.sort_by_cached_key(|parameter| (text(parameter, "in"), text(parameter, "name")));
    wanted
}

fn successes<'a>(operation: &Operation<'a>) -> impl Iterator<Item = (&'a String, &'a Value)> {
    let responses = operation.value.get("responses").and_then(Value::as_object);
    responses.into_iter().flatten().filter(|(status, _)| status.starts_with('2'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn get(query: &str, path: &str) -> Value {
        let parameters = json!([{"name": path, "in": "path"}, {"name": query, "in": "query"}]);
        json!({"get": {"parameters": parameters, "responses": {"200": {}, "404": {}}}})
    }

    fn document() -> Document {
        Document::new(json!({"paths": {
            "/v1/as/{id}": get("size", "id"),
            "/v1/as/{id}/state": get("size", "id"),
            "/v1/x1/as/{aId}": get("size", "id"),
            "/v1/x1/as/{id}/state": get("size", "id"),
            "/v1/x2/as/{id}/state": get("size", "other"),
            "/v2/as/{id}": get("size", "id"),
            "/x/as/{id}": get("limit", "id"),
            "/v1/{as}/as/{id}": get("size", "id"),
            "/v1/as/x/{id}": get("size", "id")
        }}))
    }

    const KNOWN: [&str; 2] = ["GET /v1/as/{id}", "GET /v1/as/{id}/state"];

    #[test]
    fn copies_have_a_further_prefix_or_another_version_and_the_same_types() {
        let twins = Twins::find(&document(), KNOWN.into_iter());
        let found: Vec<_> = twins.twins.iter().map(|(label, twin)| (label.as_str(), twin.label.as_str())).collect();
        let expected = [
            ("GET /v1/x1/as/{aId}", KNOWN[0]),
            ("GET /v1/x1/as/{id}/state", KNOWN[1]),
            ("GET /v1/x2/as/{id}/state", KNOWN[1]),
            ("GET /v2/as/{id}", KNOWN[0]),
        ];
        assert_eq!(found, expected);
        assert_eq!(twins.beside("GET /v1/x1/as/{aId}", KNOWN[1]), Some("GET /v1/x1/as/{id}/state"));
        assert_eq!(twins.beside("GET /v2/as/{id}", KNOWN[1]), None);
    }

    #[test]
    fn a_copy_of_what_a_repair_changes_has_the_same_defect() {
        let mut document = document();
        let twins = Twins::find(&document, KNOWN.into_iter());
        assert_eq!(twins.repaired(&document), BTreeSet::new());
        document.root_mut()["paths"]["/v1/as/{id}/state"]["get"]["responses"]["200"] = json!({"content": {}});
        // The path parameters of the other copy differ, so it may have another defect.
        assert_eq!(twins.repaired(&document), BTreeSet::from(["GET /v1/x1/as/{id}/state".to_owned()]));
    }
}
