//! Attributes that users of an item notice.

use std::collections::BTreeSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Meta, Path, Token, punctuated::Punctuated};

use super::{
    item::Mark,
    requirement::Requirement,
    tokens::{compact, std_name},
};

/// The marks of an item.
pub fn marks(attributes: &[Attribute]) -> BTreeSet<Mark> {
    Mark::ALL.into_iter().filter(|mark| attributes.iter().any(|one| one.path().is_ident(mark.name()))).collect()
}

/// The traits that an item derives.
pub fn derived(attributes: &[Attribute]) -> impl Iterator<Item = String> {
    let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
    let paths = derives.flat_map(|attribute| {
        attribute.parse_args_with(Punctuated::<Path, Token![,]>::parse_terminated).unwrap_or_default()
    });
    paths.map(|path| std_name(&compact(&path)).to_owned())
}

/// The features that an item needs. A condition that is not `feature` or `any` of features counts
/// as a feature of its own.
pub fn requirement(attributes: &[Attribute]) -> Requirement {
    let conditions = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => Some(condition(&list.tokens)),
        _ => None,
    });
    conditions.fold(Requirement::default(), |all, one| all.and(&one))
}

fn condition(tokens: &TokenStream) -> Requirement {
    let mut parts = tokens.clone().into_iter();
    let inner = match (parts.next(), parts.next(), parts.next()) {
        (Some(TokenTree::Ident(any)), Some(TokenTree::Group(group)), None) if any == "any" => group.stream(),
        _ => tokens.clone(),
    };
    features(inner).map_or_else(|| Requirement::any_of([compact(tokens)]), Requirement::any_of)
}

/// Reads `feature = "a", feature = "b"`.
fn features(tokens: TokenStream) -> Option<Vec<String>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let features = tokens.chunks(4).map(|part| match part {
        [TokenTree::Ident(word), TokenTree::Punct(sign), TokenTree::Literal(name), ..]
            if word == "feature" && sign.as_char() == '=' =>
        {
            Some(name.to_string().trim_matches('"').to_owned())
        }
        _ => None,
    });
    features.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(code: &str) -> Vec<Attribute> {
        let item: syn::ItemStruct = syn::parse_str(&format!("{code} struct A;")).expect(code);
        item.attrs
    }

    #[test]
    fn conditions_are_features() {
        for (code, expected) in [
            ("", ""),
            ("#[cfg(feature = \"a\")]", "a"),
            ("#[cfg(any(feature = \"b\", feature = \"a\"))]", "a | b"),
            ("#[cfg(feature = \"a\")] #[cfg(feature = \"b\")]", "a & b"),
            ("#[cfg(not(feature = \"a\"))]", "not(feature = \"a\")"),
        ] {
            assert_eq!(requirement(&of(code)).to_string(), expected, "{code}");
        }
    }

    #[test]
    fn derives_and_marks_are_found() {
        let attributes = of("#[derive(Clone, ::serde::Serialize)] #[deprecated(note = \"x\")] #[must_use = \"y\"]");
        assert_eq!(derived(&attributes).collect::<Vec<_>>(), ["Clone", "serde::Serialize"]);
        assert_eq!(marks(&attributes), [Mark::Deprecated, Mark::MustUse].into());
    }
}
