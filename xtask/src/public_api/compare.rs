//! What a change of the public API means for code that uses the crate.
//!
//! The rules are those of the chapter on SemVer in the Cargo book, which cargo-semver-checks checks
//! too. They are read strictly: each removal and each other signature breaks.

use std::collections::BTreeMap;

use super::{
    PublicApi,
    change::{ApiChange, ChangeKind, RustVerdict},
    item::{Item, Mark, PRIVATE_FIELDS, VARIANT},
    signature::Signature,
};

/// The verdict of changes: that of the worst.
pub fn verdict(changes: &[ApiChange]) -> RustVerdict {
    changes.iter().map(|change| change.verdict).max().unwrap_or_default()
}

/// All changes between two APIs, ordered by path. What is in an item that is new or gone is not
/// listed.
pub fn compare(old: &PublicApi, new: &PublicApi) -> Vec<ApiChange> {
    let mut changes = Changes { old, new, found: Vec::new() };
    changes.features();
    changes.items();
    changes.found
}

struct Changes<'a> {
    old: &'a PublicApi,
    new: &'a PublicApi,
    found: Vec<ApiChange>,
}

impl Changes<'_> {
    fn push(&mut self, kind: ChangeKind, path: &str, detail: impl Into<String>, verdict: RustVerdict) {
        self.found.push(ApiChange { kind, path: path.to_owned(), detail: detail.into(), verdict });
    }

    fn features(&mut self) {
        let (old, new) = (&self.old.features, &self.new.features);
        for path in old.keys().filter(|path| !new.contains_key(*path)) {
            let detail = if path.contains(' ') { "not any more" } else { "the feature is gone" };
            self.push(ChangeKind::Removed, &format!("feature {path}"), detail, RustVerdict::Breaking);
        }
        for path in new.keys().filter(|path| !old.contains_key(*path)) {
            self.push(ChangeKind::Added, &format!("feature {path}"), "new", RustVerdict::Compatible);
        }
    }

    fn items(&mut self) {
        let (old, new) = (&self.old.items, &self.new.items);
        let enabled = [self.old.enabled(), self.new.enabled()];
        for (path, item) in old {
            match new.get(path) {
                _ if is_inside(item, old, new) => {}
                None => self.push(ChangeKind::Removed, path, describe(item), RustVerdict::Breaking),
                Some(now) => {
                    self.item(path, item, now);
                    if item.requirement != now.requirement && !self.has_requirement_of_parent(item, now) {
                        let [before, after] = &enabled;
                        let keeps = now.requirement.follows_from(&item.requirement, before, after);
                        let verdict = if keeps { RustVerdict::Compatible } else { RustVerdict::Breaking };
                        let name = |item: &Item| {
                            if item.requirement.is_empty() { "no feature".to_owned() } else { item.requirement.to_string() }
                        };
                        let detail = format!("needed {} → needs {}", name(item), name(now));
                        self.push(ChangeKind::Changed, path, detail, verdict);
                    }
                }
            }
        }
        for (path, item) in new.iter().filter(|(path, _)| !old.contains_key(*path)) {
            if is_inside(item, new, old) {
                continue;
            }
            let parent = item.parent().and_then(|parent| old.get(parent));
            let (verdict, why) = match parent {
                Some(parent) if item.is_field() && parent.is_constructible() => {
                    (RustVerdict::Breaking, ", in a struct that users build from its fields")
                }
                Some(parent) if item.head == VARIANT && !parent.marks.contains(&Mark::NonExhaustive) => {
                    (RustVerdict::Breaking, ", in an enum that users match completely")
                }
                _ => (RustVerdict::Compatible, ""),
            };
            self.push(ChangeKind::Added, path, format!("{}{why}", describe(item)), verdict);
        }
    }

    /// Whether an item needs other features because the item that it is in does, which is reported
    /// already.
    fn has_requirement_of_parent(&self, old: &Item, new: &Item) -> bool {
        let of_parent = |api: &PublicApi, item: &Item| {
            let parent = item.parent().and_then(|parent| api.items.get(parent));
            parent.is_some_and(|parent| parent.requirement == item.requirement)
        };
        of_parent(self.old, old) && of_parent(self.new, new)
    }

    /// The changes of an item that is still there.
    fn item(&mut self, path: &str, old: &Item, new: &Item) {
        use RustVerdict::{Breaking, Compatible, Deprecation};
        if old.head != new.head || old.tail != new.tail {
            let verdict = signature_verdict(old, new);
            if verdict != RustVerdict::None {
                self.push(ChangeKind::Changed, path, format!("{} → {}", describe(old), describe(new)), verdict);
            }
        }
        for mark in Mark::ALL {
            let verdict = match (mark, old.marks.contains(&mark), new.marks.contains(&mark)) {
                (_, true, true) | (_, false, false) => continue,
                (Mark::NonExhaustive, false, true) => Breaking,
                (Mark::Deprecated, false, true) => Deprecation,
                _ => Compatible,
            };
            let is = if new.marks.contains(&mark) { "is" } else { "is not" };
            self.push(ChangeKind::Changed, path, format!("{is} #[{}] now", mark.name()), verdict);
        }
        for name in old.traits.difference(&new.traits) {
            self.push(ChangeKind::Removed, path, format!("impl {name}"), Breaking);
        }
        for name in new.traits.difference(&old.traits) {
            self.push(ChangeKind::Added, path, format!("impl {name}"), Compatible);
        }
    }
}

/// What another head or tail of an item means.
fn signature_verdict(old: &Item, new: &Item) -> RustVerdict {
    if old.is_function() && new.is_function() {
        let [before, after] = [old, new].map(|item| Signature::read(&item.tail));
        let is_const_now = new.head.replace("const ", "") == old.head;
        return match () {
            () if old.head == new.head && before == after => RustVerdict::None,
            () if (old.head == new.head || is_const_now) && after.takes_calls_of(&before) => RustVerdict::Compatible,
            () => RustVerdict::Breaking,
        };
    }
    let generics = |item: &Item| item.tail.trim_end_matches(PRIVATE_FIELDS).to_owned();
    let is_same_type = old.head == new.head && old.is_type() && generics(old) == generics(new);
    // Private fields, more or less of them, in what was not built from its fields before.
    if is_same_type && (!old.is_constructible() || new.is_constructible()) {
        return RustVerdict::Compatible;
    }
    RustVerdict::Breaking
}

/// An item without its path and traits.
fn describe(item: &Item) -> String {
    let head = item.head.trim_start_matches("pub").trim_start();
    let tail = item.tail.trim_start_matches([':', '=', ' ']);
    let has_sign = [" = ", ": "].iter().any(|sign| item.tail.starts_with(sign));
    match (head, tail) {
        ("", tail) => tail.to_owned(),
        (head, "") => head.to_owned(),
        (head, tail) if has_sign => format!("{head} {tail}"),
        (head, _) => format!("{head}{}", item.tail),
    }
}

/// Whether an item is inside of one that the other API does not have, or has as something else.
fn is_inside(item: &Item, items: &BTreeMap<String, Item>, others: &BTreeMap<String, Item>) -> bool {
    let mut path = item.path.as_str();
    while let Some(parent) = super::item::parent(path) {
        if let Some(known) = items.get(parent)
            && others.get(parent).is_none_or(|other| other.head != known.head)
        {
            return true;
        }
        path = parent;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{super::tests::api, *};

    /// The changes between two versions of the root of a crate, each with its verdict.
    fn changes(old: &str, new: &str) -> Vec<String> {
        let [old, new] = [old, new].map(|code| api(&[("src/lib.rs", code)]));
        let changes = compare(&old, &new);
        changes.iter().map(|change| format!("{change} ({})", change.verdict)).collect()
    }

    #[track_caller]
    fn is(old: &str, new: &str, expected: &[&str]) {
        assert_eq!(changes(old, new), expected, "\n{old}\n{new}");
    }

    #[test]
    fn the_same_api_has_no_changes() {
        let code = "pub struct A { pub b: u8 } impl A { pub fn new(b: u8) -> Self {} }";
        is(code, code, &[]);
        assert_eq!(verdict(&[]), RustVerdict::None);
    }

    #[test]
    fn what_is_gone_breaks_and_is_listed_once() {
        is(
            "#[derive(Clone)] pub struct A { pub b: u8 } impl A { pub fn c(self) {} } pub fn d() {} pub type E = u8; pub use f;",
            "",
            &["- A: struct (breaking)", "- E: type u8 (breaking)", "- d: fn() (breaking)", "- f: use f (breaking)"],
        );
        is("pub struct A { pub b: u8, pub c: u8 }", "pub struct A { pub b: u8 }", &["- A.c: u8 (breaking)"]);
        is("pub enum A { B, C }", "pub enum A { B }", &["- A::C: variant (breaking)"]);
        is(
            "pub struct A; impl A { pub fn b(&self) -> u8 {} pub const C: u8 = 1; }",
            "pub struct A;",
            &["- A::C: const u8 (breaking)", "- A::b: fn(&self) -> u8 (breaking)"],
        );
    }

    #[test]
    fn what_is_new_is_compatible_and_is_listed_once() {
        is(
            "pub struct A; #[non_exhaustive] pub struct F { pub g: u8 } #[non_exhaustive] pub enum I { J }",
            "pub struct A; impl A { pub fn b(&self) {} } pub struct C { pub d: u8 } pub type E = u8;
             #[non_exhaustive] pub struct F { pub g: u8, pub h: u8 } #[non_exhaustive] pub enum I { J, K }",
            &[
                "+ A::b: fn(&self) (compatible)",
                "+ C: struct (compatible)",
                "+ E: type u8 (compatible)",
                "+ F.h: u8 (compatible)",
                "+ I::K: variant (compatible)",
            ],
        );
    }

    #[test]
    fn a_field_more_breaks_where_users_build_the_struct() {
        is(
            "pub struct A { pub b: u8 }",
            "pub struct A { pub b: u8, pub c: u8 }",
            &["+ A.c: u8, in a struct that users build from its fields (breaking)"],
        );
        is("pub struct A { pub b: u8 }", "pub struct A { pub b: u8, c: u8 }", &["~ A: struct → struct { .. } (breaking)"]);
        is("pub struct A { pub b: u8, d: u8 }", "pub struct A { pub b: u8, d: u8, pub c: u8 }", &["+ A.c: u8 (compatible)"]);
        is("pub struct A { pub b: u8, c: u8 }", "pub struct A { pub b: u8 }", &["~ A: struct { .. } → struct (compatible)"]);
    }

    #[test]
    fn a_variant_more_breaks_where_users_match_completely() {
        is(
            "pub enum A { B }",
            "pub enum A { B, C }",
            &["+ A::C: variant, in an enum that users match completely (breaking)"],
        );
    }

    #[test]
    fn another_type_breaks() {
        is("pub struct A { pub b: u8 }", "pub struct A { pub b: u16 }", &["~ A.b: u8 → u16 (breaking)"]);
        is("pub enum A { B(u8) }", "pub enum A { B }", &["~ A::B: variant(u8) → variant (breaking)"]);
        is("pub type A = u8;", "pub type A = u16;", &["~ A: type u8 → type u16 (breaking)"]);
        is("pub const A: u8 = 1;", "pub const A: u16 = 1;", &["~ A: const u8 → const u16 (breaking)"]);
        is("pub use a::B;", "pub use c::B;", &["~ B: use a::B → use c::B (breaking)"]);
        is(
            "pub struct A<'a> { b: &'a u8 }",
            "pub struct A { b: u8 }",
            &["~ A: struct<'a> { .. } → struct { .. } (breaking)"],
        );
        is("pub struct A { pub b: u8 }", "pub enum A { B }", &["~ A: struct → enum (breaking)"]);
        is(
            "pub trait A { fn b(); }",
            "pub trait A { fn b(); fn c(); }",
            &["~ A: trait { fn b(); } → trait { fn b(); fn c(); } (breaking)"],
        );
    }

    #[test]
    fn a_constant_with_another_value_is_no_change() {
        is("pub const A: u8 = 1;", "pub const A: u8 = 2;", &[]);
    }

    #[test]
    fn another_signature_breaks_and_other_names_of_arguments_do_not() {
        is("pub fn a(id: &str) -> u8 {}", "pub fn a(alert_id: &str) -> u8 {}", &[]);
        for new in [
            "pub fn a() -> u8 {}",
            "pub fn a(id: &str, more: u8) -> u8 {}",
            "pub fn a(id: u8) -> u8 {}",
            "pub fn a(id: &str) -> u16 {}",
            "pub async fn a(id: &str) -> u8 {}",
            "pub fn a<T>(id: &str) -> u8 {}",
        ] {
            let found = changes("pub fn a(id: &str) -> u8 {}", new);
            assert!(found.len() == 1 && found[0].ends_with("(breaking)"), "{new}: {found:?}");
        }
        is(
            "pub fn a(b: String) {}",
            "pub fn a(b: impl ::std::convert::Into<String>) {}",
            &["~ a: fn(b: String) → fn(b: impl Into<String>) (compatible)"],
        );
        is("pub fn a() {}", "pub const fn a() {}", &["~ a: fn() → const fn() (compatible)"]);
    }

    #[test]
    fn a_trait_less_breaks_and_a_trait_more_does_not() {
        is(
            "#[derive(Clone, Debug)] pub struct A;",
            "#[derive(Debug, Default)] pub struct A;",
            &["- A: impl Clone (breaking)", "+ A: impl Default (compatible)"],
        );
        is(
            "pub struct A; impl ::std::convert::From<u8> for A {} impl ::std::convert::From<A> for ::a::B {}",
            "pub struct A; impl ::std::clone::Clone for A {}",
            &["- A: impl From<u8> (breaking)", "+ A: impl Clone (compatible)", "- From<A> for a::B: impl (breaking)"],
        );
        is("#[derive(Clone)] pub struct A;", "pub struct A; impl ::std::clone::Clone for A {}", &[]);
    }

    #[test]
    fn attributes_have_their_own_verdicts() {
        is("pub struct A;", "#[deprecated] pub struct A;", &["~ A: is #[deprecated] now (deprecation)"]);
        is("#[deprecated] pub struct A;", "pub struct A;", &["~ A: is not #[deprecated] now (compatible)"]);
        is("pub struct A;", "#[non_exhaustive] pub struct A;", &["~ A: is #[non_exhaustive] now (breaking)"]);
        is("#[non_exhaustive] pub struct A;", "pub struct A;", &["~ A: is not #[non_exhaustive] now (compatible)"]);
        is("pub struct A;", "#[must_use] pub struct A;", &["~ A: is #[must_use] now (compatible)"]);
    }

    #[test]
    fn fewer_features_with_an_item_break_and_more_do_not() {
        is(
            "pub struct A { pub b: u8 }",
            "#[cfg(feature = \"a\")] pub struct A { pub b: u8 }",
            &["~ A: needed no feature → needs a (breaking)"],
        );
        is(
            "#[cfg(feature = \"a\")] pub struct A { pub b: u8 }",
            "#[cfg(any(feature = \"a\", feature = \"b\"))] pub struct A { pub b: u8 }",
            &["~ A: needed a → needs a | b (compatible)"],
        );
    }

    #[test]
    fn features_that_are_gone_or_not_default_break() {
        let text = "feature a\nfeature b\nfeature default\nfeature default includes a\nfeature default includes b\n";
        let without = |lines: &[&str]| -> Vec<String> {
            let new: String = text.lines().filter(|line| !lines.contains(line)).map(|line| format!("{line}\n")).collect();
            let [old, new] = [text, new.as_str()].map(|text| PublicApi::read(text).expect("an API"));
            let changes = compare(&old, &new);
            let back = compare(&new, &old);
            assert_eq!((changes.len(), verdict(&back)), (lines.len(), RustVerdict::Compatible));
            changes.iter().map(|change| format!("{change} ({})", change.verdict)).collect()
        };
        assert_eq!(without(&["feature default includes b"]), ["- feature default includes b: not any more (breaking)"]);
        assert_eq!(
            without(&["feature b", "feature default includes b"]),
            ["- feature b: the feature is gone (breaking)", "- feature default includes b: not any more (breaking)"]
        );
    }

    #[test]
    fn the_worst_change_decides() {
        use RustVerdict::{Breaking, Compatible, Deprecation, None};
        assert!(None < Deprecation && Deprecation < Compatible && Compatible < Breaking);
        let [old, new] =
            ["pub fn a() {}", "#[deprecated] pub fn a() {} pub fn b() {}"].map(|code| api(&[("src/lib.rs", code)]));
        assert_eq!(verdict(&compare(&old, &new)), Compatible);
    }
}
