//! Changes in words for users of the crate.

use super::markdown::{name, names, signature};
use crate::{
    public_api::{
        change::{ApiChange, RustVerdict},
        signature::argument_names,
    },
    wire::compare::WireChange,
};

/// What changed of an item that is still there: a sentence.
pub fn changed(of: &str, change: &ApiChange) -> String {
    let breaks = if change.verdict == RustVerdict::Breaking { " (breaking)" } else { "" };
    let (of, detail) = (name(of), &change.detail);
    let parts = detail.split_once(" → ");
    let words = parts.and_then(|(was, is)| features(was, is).or_else(|| function(was, is)));
    words.map_or_else(|| format!("{of}: {}{breaks}.", signature(detail)), |words| format!("{of} {words}{breaks}."))
}

/// What changed of a request: a sentence.
pub fn request(change: &WireChange) -> String {
    let (of, detail) = (name(&change.operation), &change.detail);
    if let Some(scope) = detail.strip_prefix("scope more: ") {
        format!("{of} needs the scope {} too.", name(scope))
    } else if let Some(scope) = detail.strip_prefix("scope less: ") {
        format!("{of} does not need the scope {} any more.", name(scope))
    } else {
        format!("{of} sends another request: {}.", signature(detail))
    }
}

fn features(was: &str, is: &str) -> Option<String> {
    let (was, is) = (was.strip_prefix("needed ")?, is.strip_prefix("needs ")?);
    Some(format!("needs the feature {}; it needed {}", name(is), name(was)))
}

/// Other arguments, or another return type. `None` for other differences of a function.
fn function(was: &str, is: &str) -> Option<String> {
    let [was, is] =
        [was, is].map(|text| text.split_once("fn(").and_then(|(_, rest)| text.get(text.len() - rest.len() - 1..)));
    let (was, is) = (was?, is?);
    let [took, takes] = [was, is].map(argument_names);
    let [returned, returns] = [was, is].map(returned);
    let list = |arguments: &[&str]| {
        if arguments.is_empty() { "no arguments".to_owned() } else { names(arguments.iter().copied()) }
    };
    let arguments = (took != takes).then(|| format!("takes {}; it took {}", list(&takes), list(&took)));
    let result =
        (returned != returns).then(|| format!("returns {}; it returned {}", signature(returns), signature(returned)));
    match (arguments, result) {
        (Some(arguments), Some(result)) => Some(format!("{arguments}; it {result}")),
        (arguments, result) => arguments.or(result),
    }
}

/// What a function returns if it succeeds.
fn returned(tail: &str) -> &str {
    let returned = tail.rsplit_once(") -> ").map_or("()", |(_, returned)| returned);
    let inner = returned.strip_prefix("Result<").and_then(|rest| rest.strip_suffix(", jsm_ops_core::Error>"));
    inner.unwrap_or(returned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::public_api::change::ChangeKind;

    #[track_caller]
    fn says(detail: &str, verdict: RustVerdict, expected: &str) {
        let change = ApiChange { kind: ChangeKind::Changed, path: String::new(), detail: detail.to_owned(), verdict };
        assert_eq!(changed("a().b", &change), expected);
    }

    #[test]
    fn changes_are_sentences() {
        use RustVerdict::{Breaking, Compatible};
        says(
            "fn(&self, a: impl Into<String>) -> B → fn(&self, a: impl Into<String>, c: &[(&str, i32)]) -> B",
            Breaking,
            "`a().b` takes `a`, `c`; it took `a` (breaking).",
        );
        says(
            "async fn(self) -> Result<A, jsm_ops_core::Error> → async fn(self) -> Result<Vec<B>, jsm_ops_core::Error>",
            Breaking,
            "`a().b` returns `Vec<B>`; it returned `A` (breaking).",
        );
        says(
            "fn(&self, a: A) -> B → fn(&self) -> C",
            Breaking,
            "`a().b` takes no arguments; it took `a`; it returns `C`; it returned `B` (breaking).",
        );
        says("fn(self, a: i32) → fn(self, a: i64)", Breaking, "`a().b`: `fn(self, a: i32) → fn(self, a: i64)` (breaking).");
        says("needed jec → needs a | b", Compatible, "`a().b` needs the feature `a | b`; it needed `jec`.");
        says("i32 → i64", Breaking, "`a().b`: `i32 → i64` (breaking).");
    }

    #[test]
    fn requests_are_sentences() {
        for (detail, expected) in [
            ("scope more: read:a", "`a().b` needs the scope `read:a` too."),
            ("scope less: read:a", "`a().b` does not need the scope `read:a` any more."),
            ("request: GET /a → POST /a", "`a().b` sends another request: `request: GET /a → POST /a`."),
        ] {
            let change = WireChange { operation: "a().b".to_owned(), detail: detail.to_owned() };
            assert_eq!(request(&change), expected);
        }
    }
}
