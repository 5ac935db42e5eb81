//! Changes of types, by type.

use std::collections::BTreeMap;

use super::{
    items::{Place, type_member},
    markdown::{name, signature},
};
use crate::public_api::change::{ApiChange, ChangeKind, RustVerdict};

/// What changed of types, fields and values, in Markdown, by the paths of the types.
pub fn by_type(changes: &[ApiChange]) -> BTreeMap<&str, Vec<String>> {
    let mut types: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.verdict != RustVerdict::Deprecation) {
        let is_value = change.detail.starts_with("variant");
        let (of, what) = match type_member(&change.path) {
            Place::Type(of) if change.kind != ChangeKind::Changed && !change.detail.starts_with("impl ") => {
                (of, String::new())
            }
            Place::Field(of, field) => (of, format!("field {}", name(field))),
            Place::Member(of, value) if is_value => (of, format!("value {}", name(value))),
            _ => continue,
        };
        let detail = match change.kind {
            ChangeKind::Added if what.is_empty() || is_value => "new".to_owned(),
            ChangeKind::Added => format!("new, {}", signature(&change.detail)),
            ChangeKind::Removed if what.is_empty() || is_value => "gone".to_owned(),
            ChangeKind::Removed => format!("gone, was {}", signature(&change.detail)),
            ChangeKind::Changed => signature(&change.detail),
        };
        let text = if what.is_empty() { detail } else { format!("{what}: {detail}") };
        types.entry(of).or_default().push(text);
    }
    types
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(kind: ChangeKind, path: &str, detail: &str) -> ApiChange {
        ApiChange { kind, path: path.to_owned(), detail: detail.to_owned(), verdict: RustVerdict::Compatible }
    }

    #[test]
    fn types_fields_and_values_are_listed_and_methods_are_not() {
        use ChangeKind::{Added, Changed, Removed};
        let changes = [
            change(Added, "types::A", "struct"),
            change(Added, "types::A", "impl Default"),
            change(Changed, "types::B.a", "i32 → i64"),
            change(Removed, "types::B.b", "String"),
            change(Added, "types::B::b", "fn(self, b: String) -> Self"),
            change(Added, "types::C::Two", "variant"),
            change(Removed, "areas::a::B::c", "fn(self)"),
        ];
        let found = by_type(&changes);
        assert_eq!(found["types::A"], ["new"]);
        assert_eq!(found["types::B"], ["field `a`: `i32 → i64`", "field `b`: gone, was `String`"]);
        assert_eq!(found["types::C"], ["value `Two`: new"]);
        assert_eq!(found.len(), 3);
    }
}
