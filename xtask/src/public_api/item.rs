//! One public item: a line of `public-api.txt`.

use std::{collections::BTreeSet, fmt};

use super::requirement::Requirement;

/// A public item with all that its users can depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The words before the path, which say what it is: `pub struct`, `pub async fn`, `feature`.
    pub head: String,
    /// The path without the name of the crate. A field stands behind a dot.
    pub path: String,
    /// What follows the path: arguments and return type, `: T`, `<'a> { .. }`.
    pub tail: String,
    /// The traits of a type.
    pub traits: BTreeSet<String>,
    /// Attributes that users notice.
    pub marks: BTreeSet<Mark>,
    /// The features that it needs.
    pub requirement: Requirement,
}

/// An attribute that users notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Uses are warned about.
    Deprecated,
    /// An unused value is warned about.
    MustUse,
    /// Neither built nor matched completely outside of the crate.
    NonExhaustive,
}

/// The head of a feature.
pub const FEATURE: &str = "feature";
/// The head of an implementation for a type of another crate.
pub const IMPL: &str = "impl";
/// The head of a field.
pub const FIELD: &str = "pub";
/// The head of a variant.
pub const VARIANT: &str = "variant";
/// The end of the tail of a type with private fields.
pub const PRIVATE_FIELDS: &str = " { .. }";

/// Words that can be a part of a head.
const WORDS: [&str; 15] = [
    FIELD, "async", "const", "enum", "extern", "fn", "item", "mod", "static", "struct", "trait", "type", "unsafe", "use",
    VARIANT,
];
/// What stands between an item and the features that it needs.
const REQUIRES: &str = "  // ";

impl Mark {
    /// All marks, in their order.
    pub const ALL: [Self; 3] = [Self::Deprecated, Self::MustUse, Self::NonExhaustive];

    /// The name of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Deprecated => "deprecated",
            Self::MustUse => "must_use",
            Self::NonExhaustive => "non_exhaustive",
        }
    }

    fn text(self) -> String {
        format!("#[{}] ", self.name())
    }
}

impl Item {
    /// Whether it is a field of a struct.
    pub fn is_field(&self) -> bool {
        self.head == FIELD
    }

    /// Whether it is a function or a method.
    pub fn is_function(&self) -> bool {
        self.head.ends_with("fn")
    }

    /// Whether it is a struct or an enum.
    pub fn is_type(&self) -> bool {
        ["pub struct", "pub enum"].contains(&self.head.as_str())
    }

    /// Whether users of the crate can build it from its fields.
    pub fn is_constructible(&self) -> bool {
        !self.marks.contains(&Mark::NonExhaustive) && !self.tail.ends_with(PRIVATE_FIELDS)
    }

    /// The path of the item that it is in.
    pub fn parent(&self) -> Option<&str> {
        parent(&self.path)
    }

    /// Its line. The features of the item that it is in are not repeated.
    pub fn line(&self, parent: Option<&Requirement>) -> String {
        let requirement = &self.requirement;
        if requirement.is_empty() || parent == Some(requirement) {
            self.to_string()
        } else {
            format!("{self}{REQUIRES}{requirement}")
        }
    }

    /// Reads a line; `None` where it is not the line of an item. An item without features has those
    /// of the item that it is in, which `parent` finds.
    pub fn read(line: &str, parent: impl FnOnce(&str) -> Option<Requirement>) -> Option<Self> {
        let (mut text, requirement) = match line.split_once(REQUIRES) {
            Some((text, features)) => (text, Some(Requirement::read(features))),
            None => (line, None),
        };
        let mut item = Self::default();
        for mark in Mark::ALL {
            if let Some(rest) = text.strip_prefix(mark.text().as_str()) {
                item.marks.insert(mark);
                text = rest;
            }
        }
        let whole = [FEATURE, IMPL].into_iter().find_map(|head| Some((head, text.strip_prefix(head)?.strip_prefix(' ')?)));
        if let Some((head, path)) = whole {
            item.head = head.to_owned();
            item.path = path.to_owned();
        } else {
            let rest = skip_words(text);
            item.head = text[..text.len() - rest.len()].trim_end().to_owned();
            let end = [": ", "(", "<", " "].into_iter().filter_map(|sign| rest.find(sign)).min().unwrap_or(rest.len());
            item.path = rest[..end].to_owned();
            item.tail = rest[end..].to_owned();
            if item.is_type()
                && let Some((tail, traits)) = item.tail.split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned()))
            {
                item.tail = tail;
                item.traits = traits.split(" + ").map(str::to_owned).collect();
            }
        }
        if item.head.is_empty() || item.path.is_empty() {
            return None;
        }
        item.requirement = requirement.or_else(|| parent(&item.path)).unwrap_or_default();
        Some(item)
    }
}

fn skip_words(mut text: &str) -> &str {
    while let Some((word, rest)) = text.split_once(' ')
        && WORDS.contains(&word)
    {
        text = rest;
    }
    text
}

/// The path of the item that an item of this path is in.
pub fn parent(path: &str) -> Option<&str> {
    let end = path.rfind(['.', ':'])?;
    path.get(..end).map(|parent| parent.trim_end_matches(':'))
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for mark in &self.marks {
            f.write_str(&mark.text())?;
        }
        write!(f, "{} {}{}", self.head, self.path, self.tail)?;
        if !self.traits.is_empty() {
            let traits: Vec<&str> = self.traits.iter().map(String::as_str).collect();
            write!(f, ": {}", traits.join(" + "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        for line in [
            "feature alerts",
            "feature default includes alerts",
            "pub mod areas::alerts  // alerts",
            "#[non_exhaustive] pub struct types::Alert: Clone + From<types::Other> + serde::Serialize  // a | b & c",
            "#[must_use] pub struct areas::alerts::List { .. }: Clone + Debug",
            "pub struct areas::alerts::AlertsArea<'a> { .. }",
            "pub types::Alert.name: jsm_ops_core::Nullable<String>",
            "variant types::Kind::Unknown(String)",
            "#[deprecated] #[must_use] pub async fn a::B::c(self, d: &[&str]) -> Result<(), jsm_ops_core::Error>",
            "pub fn a::b<T: Clone>(t: T)",
            "pub const a::B: &str",
            "pub use Body = jsm_ops_core::Body",
            "pub type a::B = std::collections::BTreeMap<String, i32>",
            "impl From<types::A> for jsm_ops_core::Nullable<types::B>  // b",
        ] {
            let item = Item::read(line, |_| None).expect(line);
            assert_eq!(item.line(None), line);
        }
        let item = Item::read("pub fn a::B::c(self)", |_| None).expect("an item");
        assert_eq!((item.head.as_str(), item.path.as_str(), item.tail.as_str()), ("pub fn", "a::B::c", "(self)"));
        let item = Item::read("pub a::B.c: T", |_| None).expect("an item");
        assert_eq!((item.head.as_str(), item.path.as_str(), item.tail.as_str()), ("pub", "a::B.c", ": T"));
        assert_eq!(item.parent(), Some("a::B"));
    }

    #[test]
    fn features_of_the_parent_are_not_repeated() {
        let parent = Requirement::read("alerts");
        let item = Item::read("pub fn a::B::c(self)", |_| Some(parent.clone())).expect("an item");
        assert_eq!(item.requirement, parent);
        assert_eq!(item.line(Some(&parent)), "pub fn a::B::c(self)");
        assert_eq!(item.line(None), "pub fn a::B::c(self)  // alerts");
    }

    #[test]
    fn other_lines_are_no_items() {
        for line in ["", "pub", "nonsense", "<<<<<<< HEAD"] {
            assert_eq!(Item::read(line, |_| None), None, "{line}");
        }
    }
}
