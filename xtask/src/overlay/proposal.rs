//! Text to paste: an entry for an operation that has none.
//!
//! What we know of a like operation is in it. Docs are not: the maintainer writes them, and the
//! reader refuses the placeholder that stands for them.

use super::{
    entries::{Entry, Overlay},
    files::{Idempotency, PLACEHOLDER, Paging, WriteStateLocation},
};
use crate::names::area_title;

/// What an entry is proposed for.
#[derive(Debug, Clone, Copy)]
pub struct Proposal<'a> {
    /// The method and path.
    pub label: &'a str,
    /// The derived Rust name.
    pub name: &'a str,
    /// The label of the known operation that it is like.
    pub twin: Option<&'a str>,
    /// Whether its response is an object, which may be a page.
    pub may_page: bool,
    /// The Rust name of the operation that returns the state of its writes, where the twin has one.
    pub status_operation: Option<&'a str>,
    /// Whether a new operation has this one as its `status_operation`.
    pub is_status_operation: bool,
    /// Its parameters without docs.
    pub parameters: &'a [&'a str],
}

impl Overlay {
    /// The file for the entry of an operation: that of its twin, if that is in the same area.
    pub fn file_for(&self, area: &str, twin: Option<&str>) -> String {
        let twin = twin.filter(|twin| self.area_of(twin) == Some(area)).and_then(|twin| self.files.get(twin));
        let name = twin.cloned().unwrap_or_else(|| format!("{area}.yaml"));
        format!("spec/overlay/{name}")
    }

    /// The name of the status operation of an entry.
    pub fn status_operation_of(&self, label: &str) -> Option<&str> {
        self.operations.get(label)?.peek().status_operation.as_deref()
    }

    /// The label of the operation whose entry has a name.
    pub fn label_of(&self, name: &str) -> Option<&str> {
        self.operations.iter().find(|(_, entry)| entry.peek().name == name).map(|(label, _)| label.as_str())
    }

    /// The lines of the entry, as they stand below `operations:`.
    pub fn entry_text(&self, proposal: &Proposal<'_>) -> String {
        let Proposal { label, name, twin, may_page, status_operation, is_status_operation, parameters } = *proposal;
        let mut lines = vec![
            format!("  {}:", scalar(label)),
            format!("    name: {}", scalar(name)),
            format!("    summary: {PLACEHOLDER}"),
        ];
        let entry = twin.and_then(|twin| self.operations.get(twin)).map(|entry| entry.peek());
        let idempotency = entry.map(|entry| entry.idempotency).unwrap_or_default();
        lines.push(format!("    idempotency: {}", idempotency_word(idempotency)));
        if let Some(entry) = entry {
            lines.extend(paging(entry).filter(|_| may_page));
            lines.extend(status_operation.map(|name| format!("    status_operation: {}", scalar(name))));
            if let Some(location) = entry.write_state.as_ref().filter(|_| is_status_operation) {
                lines.extend(write_state(location));
            }
        }
        if !parameters.is_empty() {
            lines.push("    parameters:".to_owned());
            lines.extend(parameters.iter().map(|name| format!("      {}: {PLACEHOLDER}", scalar(name))));
        }
        lines.join("\n")
    }
}

/// The lines at the head of the file of a new area.
pub fn head(area: &str) -> String {
    format!(
        "# yaml-language-server: $schema=schema.json\ntitle: {}\nsummary: {PLACEHOLDER}\noperations:",
        scalar(&area_title(area))
    )
}

fn paging(entry: &Entry) -> impl Iterator<Item = String> {
    let paging = entry.paging.map(|paging| format!("    paging: {}", paging_word(paging)));
    let max_results = entry.max_results.as_ref().map(|count| format!("    max_results: {}", count.peek()));
    paging.into_iter().chain(max_results)
}

fn write_state(location: &WriteStateLocation) -> Vec<String> {
    let members = match location {
        WriteStateLocation::Flag { request, flag, reason } => {
            vec![("request", request), ("flag", flag), ("reason", reason)]
        }
        WriteStateLocation::State { request, state, done, failed } => {
            vec![("request", request), ("state", state), ("done", done), ("failed", failed)]
        }
    };
    let members = members.into_iter().map(|(key, value)| format!("      {key}: {}", scalar(value)));
    std::iter::once("    write_state:".to_owned()).chain(members).collect()
}

fn idempotency_word(idempotency: Idempotency) -> &'static str {
    match idempotency {
        Idempotency::Idempotent => "idempotent",
        Idempotency::WithAlias => "with-alias",
        Idempotency::NotIdempotent => "not-idempotent",
    }
}

fn paging_word(paging: Paging) -> &'static str {
    match paging {
        Paging::Offset => "offset",
        Paging::After => "after",
        Paging::PageToken => "page-token",
        Paging::Size => "size",
        Paging::Relay => "relay",
        Paging::Cursor => "cursor",
    }
}

/// A text in YAML: in quotes where another reader could take it for something else.
fn scalar(text: &str) -> String {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let plain = |character: char| character.is_ascii_alphanumeric() || "/{}._- ".contains(character);
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(plain)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str());
    // A string of JSON is one of YAML.
    if is_plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::document::yaml;

    fn overlay() -> Overlay {
        Overlay::from_value(json!({
            "things.yaml": {"title": "A", "summary": "S."},
            "things.more.yaml": {"operations": {
                "GET /v1/as": {"name": "list_as", "summary": "S.", "idempotency": "idempotent", "paging": "offset",
                    "max_results": 9},
                "POST /v1/as": {"name": "create_a", "summary": "S.", "status_operation": "get_state"},
                "GET /v1/as/{id}": {"name": "get_state", "summary": "S.", "idempotency": "idempotent", "write_state":
                    {"request": "id", "state": "data.state", "done": "yes", "failed": "1"}}
            }}
        }))
        .expect("overlay")
    }

    fn proposal<'a>(label: &'a str, twin: Option<&'a str>) -> Proposal<'a> {
        Proposal {
            label,
            name: "get_it",
            twin,
            may_page: true,
            status_operation: None,
            is_status_operation: false,
            parameters: &[],
        }
    }

    /// A file of the overlay with a proposed entry.
    fn file(overlay: &Overlay, proposal: &Proposal<'_>) -> Value {
        yaml::read(&format!("{}\n{}\n", head("it"), overlay.entry_text(proposal))).expect("YAML")
    }

    #[test]
    fn an_entry_has_the_behaviour_of_its_twin() {
        let overlay = overlay();
        let text = overlay.entry_text(&proposal("GET /v2/as", Some("GET /v1/as")));
        let expected = "  GET /v2/as:\n    name: get_it\n    summary: TODO\n    idempotency: idempotent\n    \
                        paging: offset\n    max_results: 9";
        assert_eq!(text, expected);
        let without = Proposal { may_page: false, ..proposal("GET /v2/as", Some("GET /v1/as")) };
        assert!(!overlay.entry_text(&without).contains("paging"));
        let text = overlay.entry_text(&proposal("GET /b", None));
        assert_eq!(text, "  GET /b:\n    name: get_it\n    summary: TODO\n    idempotency: not-idempotent");
    }

    #[test]
    fn queued_writes_and_their_states_go_together() {
        let overlay = overlay();
        let write = Proposal { status_operation: Some("get_it"), ..proposal("POST /v2/as", Some("POST /v1/as")) };
        let entry = &file(&overlay, &write)["operations"]["POST /v2/as"];
        assert_eq!(entry["status_operation"], "get_it");
        let status = Proposal { is_status_operation: true, ..proposal("GET /v2/as/{id}", Some("GET /v1/as/{id}")) };
        let entry = &file(&overlay, &status)["operations"]["GET /v2/as/{id}"];
        let expected = json!({"request": "id", "state": "data.state", "done": "yes", "failed": "1"});
        assert_eq!(entry["write_state"], expected);
        let alone = file(&overlay, &proposal("GET /v2/as/{id}", Some("GET /v1/as/{id}")));
        assert_eq!(alone["operations"]["GET /v2/as/{id}"].get("write_state"), None);
        assert_eq!(overlay.label_of("get_state"), Some("GET /v1/as/{id}"));
        assert_eq!(overlay.status_operation_of("POST /v1/as"), Some("get_state"));
    }

    #[test]
    fn labels_of_any_characters_are_keys() {
        for label in ["GET /a: b", "GET /a #b", "GET /\"a\"", "GET /a/{id}.ics", "GET /é", "GET /a "] {
            let file = file(&overlay(), &proposal(label, None));
            assert_eq!(file["operations"][label]["name"], "get_it", "{label}");
        }
    }

    #[test]
    fn a_proposal_is_refused_until_its_docs_are_written() {
        let mut value = file(&overlay(), &Proposal { parameters: &["a", "b"], ..proposal("GET /b", None) });
        let refused =
            |value: &Value| Overlay::from_value(json!({ "it.yaml": value })).err().map(|problems| problems.to_string());
        let text = refused(&value).expect("refused");
        assert!(text.starts_with("4 problems") && text.contains("it.yaml#/summary: `summary` is `TODO`"), "{text}");
        value["summary"] = "S.".into();
        value["operations"]["GET /b"]["summary"] = "S.".into();
        value["operations"]["GET /b"]["parameters"] = json!({"a": "A.", "b": "B."});
        assert_eq!(refused(&value), None);
    }

    #[test]
    fn the_file_is_that_of_the_twin_in_the_same_area() {
        let overlay = overlay();
        for (area, twin, file) in [
            ("things", Some("GET /v1/as"), "spec/overlay/things.more.yaml"),
            ("things", None, "spec/overlay/things.yaml"),
            ("bs", Some("GET /v1/as"), "spec/overlay/bs.yaml"),
        ] {
            assert_eq!(overlay.file_for(area, twin), file);
        }
    }
}
