//! Whether unchanged code sends other requests.
//!
//! Only what code could use before counts: new operations, setters and fields change no request,
//! and what is gone does not compile. Types are compared by what they send, not by their names.

use std::{collections::BTreeSet, fmt};

use super::{Request, SentType, Wire};

/// Whether unchanged code sends other requests, or needs other scopes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum WireVerdict {
    /// The same requests.
    #[default]
    Same,
    /// Other requests or scopes.
    Changed,
}

impl fmt::Display for WireVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Same => "same",
            Self::Changed => "changed",
        })
    }
}

/// A difference between what an operation sent and sends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WireChange {
    /// The operation: `alerts().list`.
    pub operation: String,
    /// What is different.
    pub detail: String,
}

impl fmt::Display for WireChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "~ {}: {}", self.operation, self.detail)
    }
}

/// The verdict of changes.
pub fn verdict(changes: &[WireChange]) -> WireVerdict {
    if changes.is_empty() { WireVerdict::Same } else { WireVerdict::Changed }
}

/// All changes of operations that are in both, ordered by operation.
pub fn compare(old: &Wire, new: &Wire) -> Vec<WireChange> {
    let mut all = Vec::new();
    for (name, before) in &old.operations {
        let Some(after) = new.operations.get(name) else { continue };
        let mut changes = Changes { old, new, seen: BTreeSet::new(), found: Vec::new() };
        changes.request(before, after);
        all.extend(changes.found.into_iter().map(|detail| WireChange { operation: name.clone(), detail }));
    }
    all
}

struct Changes<'a> {
    old: &'a Wire,
    new: &'a Wire,
    /// Pairs of types that were compared already.
    seen: BTreeSet<(&'a str, &'a str)>,
    found: Vec<String>,
}

impl<'a> Changes<'a> {
    fn other(&mut self, what: &str, old: &str, new: &str) {
        if old != new {
            self.found.push(format!("{what}: {old} → {new}"));
        }
    }

    fn request(&mut self, old: &'a Request, new: &'a Request) {
        self.other("request", &old.request, &new.request);
        self.base_url(&old.base_url, &new.base_url);
        let json = "application/json";
        self.other("accept", old.accept.as_deref().unwrap_or(json), new.accept.as_deref().unwrap_or(json));
        for (what, old, new) in [("pages", &old.pages, &new.pages), ("status operation", &old.status, &new.status)] {
            // Streams and receipts that are new or gone have other types.
            if let (Some(old), Some(new)) = (old, new) {
                self.other(what, old, new);
            }
        }
        for (old, new, change) in [(&new.scopes, &old.scopes, "more"), (&old.scopes, &new.scopes, "less")] {
            let scopes = old.iter().filter(|scope| !new.contains(scope));
            self.found.extend(scopes.map(|scope| format!("scope {change}: {scope}")));
        }
        self.arguments(old, new);
        for (setter, old) in &old.setters {
            if let Some(new) = new.setters.get(setter) {
                self.input(&format!("setter `{setter}`"), old, new);
            }
        }
        match (&old.body, &new.body) {
            (Some(old), Some(new)) => self.body(old, new),
            (None, Some(new)) if !new.ends_with('?') => self.found.push(format!("body: none → {new}")),
            (Some(old), None) if !old.ends_with('?') => self.found.push(format!("body: {old} → none")),
            _ => {}
        }
    }

    fn base_url(&mut self, old: &str, new: &str) {
        let [before, after] = [self.old.base_urls.get(old), self.new.base_urls.get(new)];
        if let (Some(before), Some(after)) = (before, after) {
            self.other("base URL for OAuth 2.0", &before.oauth, &after.oauth);
            self.other("base URL for API tokens", &before.basic, &after.basic);
        }
    }

    /// Arguments have an order. One that became optional is sent by who still sets it.
    fn arguments(&mut self, old: &'a Request, new: &'a Request) {
        let is_optional = |argument: &String| {
            new.setters.values().any(|setter| place(setter) == place(argument)) || place(argument).starts_with("body ")
        };
        let before: Vec<&String> = old.arguments.iter().filter(|one| has_place(new, one) || !is_optional(one)).collect();
        let after: Vec<&String> = new.arguments.iter().collect();
        if before.len() != after.len() || before.iter().zip(&after).any(|(old, new)| place(old) != place(new)) {
            let list = |arguments: &[&String]| {
                let places: Vec<&str> = arguments.iter().map(|one| place(one)).collect();
                if places.is_empty() { "none".to_owned() } else { places.join(", ") }
            };
            self.found.push(format!("required: {} → {}", list(&before), list(&after)));
            return;
        }
        for (old, new) in before.into_iter().zip(after) {
            self.input("argument", old, new);
        }
    }

    /// Compares `query name: type` or `path type`.
    fn input(&mut self, what: &str, old: &'a str, new: &'a str) {
        let parts = |input: &'a str| input.split_once(": ").or_else(|| input.split_once(' ')).unwrap_or((input, ""));
        let ((old_place, old_type), (new_place, new_type)) = (parts(old), parts(new));
        self.other(what, old_place, new_place);
        self.types(&format!("{what} {old_place}"), old_type, new_type);
    }

    fn body(&mut self, old: &'a str, new: &'a str) {
        let parts = |body: &'a str| body.split_once(' ').unwrap_or((body, ""));
        let ((old_media, old_type), (new_media, new_type)) = (parts(old), parts(new));
        self.other("body", old_media, new_media);
        if old_media == new_media {
            self.presence("body", old_type, new_type);
        }
    }

    /// Compares types of which either may be optional.
    fn presence(&mut self, what: &str, old: &'a str, new: &'a str) {
        if old.ends_with('?') && !new.ends_with('?') {
            self.found.push(format!("{what}: optional → required"));
        }
        self.types(what, old.trim_end_matches('?'), new.trim_end_matches('?'));
    }

    fn types(&mut self, what: &str, old: &'a str, new: &'a str) {
        for (open, close, mark) in [('[', ']', "[]"), ('{', '}', "{}")] {
            let inner = |text: &'a str| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
            if let (Some(old), Some(new)) = (inner(old), inner(new)) {
                return self.types(&format!("{what}{mark}"), old, new);
            }
        }
        let (old_type, new_type) = (self.old.types.get(old), self.new.types.get(new));
        if old == new && old_type.is_none() && new_type.is_none() {
            return;
        }
        if !self.seen.insert((old, new)) {
            return;
        }
        let is_string = |text: &str, of: Option<&SentType>| text == "string" || matches!(of, Some(SentType::Enum(_)));
        match (old_type, new_type) {
            (Some(SentType::Object(before)), Some(SentType::Object(after))) => {
                for (field, now) in after {
                    match before.get(field) {
                        Some(was) => self.field(&format!("{what}.{field}"), was, now),
                        None if now.ends_with('?') => {}
                        None => self.found.push(format!("{what}.{field}: is required now")),
                    }
                }
            }
            (Some(SentType::Enum(before)), Some(SentType::Enum(after)))
            | (Some(SentType::Union(before)), Some(SentType::Union(after))) => {
                let is_enum = matches!(old_type, Some(SentType::Enum(_)));
                for (variant, was) in before {
                    let Some(now) = after.get(variant) else { continue };
                    let what = format!("{what}, variant {variant}");
                    if is_enum { self.other(&what, was, now) } else { self.types(&what, was, now) }
                }
            }
            _ if is_string(old, old_type) && is_string(new, new_type) => {}
            _ => self.other(what, old, new),
        }
    }

    fn field(&mut self, what: &str, old: &'a str, new: &'a str) {
        let parts = |field: &'a str| field.split_once(": ").unwrap_or((field, ""));
        let ((old_name, old_type), (new_name, new_type)) = (parts(old), parts(new));
        self.other(what, old_name, new_name);
        self.presence(what, old_type, new_type);
    }
}

/// An input without its type.
fn place(input: &str) -> &str {
    input.split_once(": ").map_or(input, |(place, _)| place)
}

/// Whether a required input goes to the same place in another request.
fn has_place(request: &Request, argument: &str) -> bool {
    request.arguments.iter().any(|other| place(other) == place(argument))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = r#"
        [base_urls.operations]
        oauth = "https://a/{cloudid}"
        basic = "https://b/{cloudid}"
        [operations."a().create"]
        request = "POST /v1/as/{}"
        base_url = "operations"
        pages = "offset"
        scopes = ["write:a"]
        body = "application/json CreateA"
        arguments = ["path string", "query name: string", "body kind: Kind"]
        [operations."a().create".setters]
        size = "query size: integer"
        [types.CreateA.object]
        kind = "kind: Kind"
        note = "theNote: string?"
        parts = "parts: [Part]?"
        [types.Part.object]
        whole = "whole: CreateA?"
        value = "value: Value?"
        [types.Kind.enum]
        One = "one"
        Two = "two"
        [types.Value.union]
        Number = "number"
        Part = "Part"
    "#;

    /// The changes after one text was put in the place of another.
    #[track_caller]
    fn changes(from: &str, to: &str) -> Vec<String> {
        assert!(OLD.contains(from), "{from}");
        let [old, new] = [OLD.to_owned(), OLD.replace(from, to)].map(|text| Wire::read(&text).expect("TOML"));
        compare(&old, &new).into_iter().map(|change| change.to_string().replace("~ a().create: ", "")).collect()
    }

    #[test]
    fn the_same_requests_are_no_change() {
        assert_eq!(changes("", ""), [""; 0]);
        assert_eq!([verdict(&[]).to_string(), WireVerdict::Changed.to_string()], ["same", "changed"]);
    }

    #[test]
    fn what_code_did_not_use_changes_nothing() {
        assert_eq!(changes("size = ", "page = \"query page: integer\"\nsize = "), [""; 0]);
        assert_eq!(changes("note = ", "more = \"more: string?\"\nnote = "), [""; 0]);
        assert_eq!(changes("One = ", "Three = \"three\"\nOne = "), [""; 0]);
        assert_eq!(
            changes(
                "[types.Part.object]",
                "[operations.\"b().list\"]\nrequest = \"GET /\"\nbase_url = \"operations\"\n[types.Part.object]"
            ),
            [""; 0]
        );
    }

    #[test]
    fn what_is_gone_is_no_change() {
        assert_eq!(changes("size = \"query size: integer\"", ""), [""; 0]);
        assert_eq!(changes("note = \"theNote: string?\"", ""), [""; 0]);
        assert_eq!(changes("Two = \"two\"", ""), [""; 0]);
        assert_eq!(changes("\"a().create\"", "\"a().make\""), [""; 0]);
    }

    #[test]
    fn another_request_is_a_change() {
        for (from, to, expected) in [
            ("POST /v1", "PUT /v1", "request: POST /v1/as/{} → PUT /v1/as/{}"),
            ("/as/{}", "/as/{}/b", "request: POST /v1/as/{} → POST /v1/as/{}/b"),
            ("https://a", "https://c", "base URL for OAuth 2.0: https://a/{cloudid} → https://c/{cloudid}"),
            ("https://b", "https://c", "base URL for API tokens: https://b/{cloudid} → https://c/{cloudid}"),
            ("\"offset\"", "\"after\"", "pages: offset → after"),
            ("pages = \"offset\"", "accept = \"text/csv\"", "accept: application/json → text/csv"),
            ("[\"write:a\"]", "[\"write:a\", \"read:a\"]", "scope more: read:a"),
            ("[\"write:a\"]", "[]", "scope less: write:a"),
            ("application/json ", "application/merge-patch+json ", "body: application/json → application/merge-patch+json"),
            ("body = \"application/json CreateA\"", "", "body: application/json CreateA → none"),
            ("query size", "query limit", "setter `size`: query size → query limit"),
            ("query size: integer", "query size: string", "setter `size` query size: integer → string"),
            ("\"path string\", ", "", "required: path string, query name, body kind → query name, body kind"),
            ("theNote", "note", "body.note: theNote → note"),
            ("theNote: string?", "theNote: integer?", "body.note: string → integer"),
            ("theNote: string?", "theNote: string", "body.note: optional → required"),
            ("note = ", "more = \"more: string\"\nnote = ", "body.more: is required now"),
            ("[Part]?", "Part?", "body.parts: [Part] → Part"),
            ("Number = \"number\"", "Number = \"string\"", "body.parts[].value, variant Number: number → string"),
        ] {
            assert_eq!(changes(from, to), [expected], "{from} → {to}");
        }
        assert_eq!(changes("\"one\"", "\"ONE\""), ["argument body kind, variant One: one → ONE"]);
    }

    #[test]
    fn required_inputs_have_an_order() {
        assert_eq!(
            changes("\"path string\", \"query name: string\"", "\"query name: string\", \"path string\""),
            ["required: path string, query name, body kind → query name, path string, body kind"]
        );
        assert_eq!(
            changes("\"query name: string\", ", "\"query name: string\", \"query day: string\", "),
            ["required: path string, query name, body kind → path string, query name, query day, body kind"]
        );
    }

    #[test]
    fn what_becomes_optional_is_no_change() {
        let optional =
            OLD.replace("\"query name: string\", ", "").replace("size = ", "name = \"query name: string\"\nsize = ");
        let [old, new] = [OLD, &optional].map(|text| Wire::read(text).expect("TOML"));
        assert_eq!(compare(&old, &new), []);
        assert_eq!(changes("CreateA\"", "CreateA?\""), [""; 0]);
        assert_eq!(compare(&new, &old).len(), 1);
    }

    #[test]
    fn other_names_of_types_and_open_values_are_no_change() {
        let renamed = OLD.replace("Part", "Piece").replace("CreateA", "NewA").replace("Piece = ", "Part = ");
        let open = OLD.replace("Kind", "string").replace("[types.string.enum]", "[types.Unused.enum]");
        for new in [renamed, open] {
            let [old, new] = [OLD, &new].map(|text| Wire::read(text).expect("TOML"));
            assert_eq!(compare(&old, &new), []);
        }
    }
}
