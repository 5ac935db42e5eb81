//! `use` lines instead of absolute paths.
//!
//! The code that is rendered names everything by absolute paths, because names of schemas and
//! operations are arbitrary. One pass per file shortens the paths whose name is free in that file.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write as _,
};

use proc_macro2::{Literal, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Attribute, File, Ident, Item, ItemUse, Meta, Path, Token, UseGroup, UseName, UsePath, UseTree, Visibility,
    punctuated::Punctuated,
    token,
    visit::{self, Visit},
    visit_mut::{self, VisitMut},
};

/// Names that need no `use`, with their paths.
const PRELUDE: [(&str, &str); 24] = [
    ("AsRef", "std::convert::AsRef"),
    ("Box", "std::boxed::Box"),
    ("Clone", "std::clone::Clone"),
    ("Copy", "std::marker::Copy"),
    ("Default", "std::default::Default"),
    ("Drop", "std::ops::Drop"),
    ("Eq", "std::cmp::Eq"),
    ("Err", "std::result::Result::Err"),
    ("From", "std::convert::From"),
    ("Into", "std::convert::Into"),
    ("IntoIterator", "std::iter::IntoIterator"),
    ("Iterator", "std::iter::Iterator"),
    ("None", "std::option::Option::None"),
    ("Ok", "std::result::Result::Ok"),
    ("Option", "std::option::Option"),
    ("PartialEq", "std::cmp::PartialEq"),
    ("Result", "std::result::Result"),
    ("Send", "std::marker::Send"),
    ("Some", "std::option::Option::Some"),
    ("String", "std::string::String"),
    ("ToOwned", "std::borrow::ToOwned"),
    ("ToString", "std::string::ToString"),
    ("TryFrom", "std::convert::TryFrom"),
    ("Vec", "std::vec::Vec"),
];

/// Attributes of serde whose value is a path.
const PATHS_IN_STRINGS: [&str; 5] = ["default", "deserialize_with", "serialize_with", "skip_serializing_if", "with"];

/// Shortens the absolute paths of a file and adds the `use` lines for them. `module` is the path
/// under which the items of the file are known.
///
/// A name stays qualified that the file defines or names otherwise, or that two paths share. A file
/// with a glob import stays as it is, because names of the glob are not known here.
pub fn shorten(file: &mut File, module: &str) {
    let mut names = Names { module: format!("{module}::"), ..Names::default() };
    names.visit_file(file);
    if names.has_glob {
        return;
    }
    let free = names.free();
    let mut shortening = Shortening { free: &free, buffer: String::new() };
    shortening.visit_file_mut(file);
    let imports: BTreeSet<&str> = free.values().filter_map(|short| short.import.as_deref()).collect();
    file.items.splice(0..0, use_items(&imports));
}

/// How a path becomes short.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Short {
    /// The path of a `use` line; none for a name of the prelude or the file.
    import: Option<String>,
    /// How many segments go.
    dropped: usize,
    /// The first name that stays.
    name: String,
    /// Whether the name is that of an item of the file.
    is_own: bool,
}

impl Short {
    /// How an absolute path, without its leading `::`, could become short.
    fn of(path: &str) -> Option<Self> {
        let segments: Vec<&str> = path.split("::").collect();
        let prefix = |length: usize| segments.get(..length).map(|prefix| prefix.join("::"));
        // Variants have names of the prelude as well as their enums.
        for length in (3..=segments.len()).rev() {
            let known = prefix(length).and_then(|prefix| PRELUDE.iter().find(|(_, path)| *path == prefix));
            if let Some((name, _)) = known {
                return Some(Self { import: None, dropped: length - 1, name: (*name).to_owned(), is_own: false });
            }
        }
        let named = match segments.iter().skip(1).position(|segment| is_type(segment)) {
            Some(position) => position + 2,
            // Functions and constants are named with their module, unless they are at the root of
            // their crate.
            None if segments.len() > 2 => segments.len() - 1,
            None => segments.len(),
        };
        let name = segments.get(named - 1).filter(|_| named > 1)?;
        Some(Self { import: prefix(named), dropped: named - 1, name: (*name).to_owned(), is_own: false })
    }
}

/// Whether a name is spelt as that of a type.
fn is_type(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_uppercase())
        && (name.len() == 1 || name.contains(|character: char| character.is_ascii_lowercase()))
}

/// Writes a path without arguments and without the leading `::`. `false` where it is not absolute.
fn write_absolute(path: &Path, buffer: &mut String) -> bool {
    let Some(first) = path.segments.first() else { return false };
    if path.segments.len() < 2 || (path.leading_colon.is_none() && first.ident != "crate") {
        return false;
    }
    buffer.clear();
    for segment in &path.segments {
        let separator = if buffer.is_empty() { "" } else { "::" };
        let _ = write!(buffer, "{separator}{}", segment.ident);
    }
    true
}

/// What a file names.
#[derive(Default)]
struct Names {
    /// Absolute paths, and how they could become short.
    paths: HashMap<String, Option<Short>>,
    /// The path of the module of the file, with `::` at its end.
    module: String,
    /// The items of the file.
    defined: BTreeSet<String>,
    /// Other names that mean something in the file already.
    taken: BTreeSet<String>,
    has_glob: bool,
    buffer: String,
}

impl Names {
    fn take(&mut self, name: &Ident) {
        self.taken.insert(name.to_string());
    }

    fn define(&mut self, name: &Ident) {
        self.defined.insert(name.to_string());
    }

    fn add(&mut self, path: &str) {
        if !self.paths.contains_key(path) {
            self.paths.insert(path.to_owned(), Short::of(path));
        }
    }

    /// The paths whose short names are free.
    fn free(self) -> HashMap<String, Short> {
        let Self { mut paths, module, defined, mut taken, .. } = self;
        for short in paths.values_mut().flatten() {
            let own = short.import.as_deref().and_then(|import| import.strip_prefix(&module));
            if own == Some(&short.name) && defined.contains(&short.name) {
                short.import = None;
                short.is_own = true;
            }
        }
        let mut meanings: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
        for (path, short) in &paths {
            // `use` lines begin with the names of crates.
            taken.extend(path.split("::").next().map(str::to_owned));
            if let Some(short) = short {
                meanings.entry(&short.name).or_default().insert(short.import.as_deref());
            }
        }
        let is_free = |short: &Short| {
            let is_prelude = PRELUDE.iter().any(|(name, _)| *name == short.name);
            let has_one_meaning = if is_prelude {
                short.import.is_none()
            } else {
                meanings.get(short.name.as_str()).is_some_and(|meanings| meanings.len() == 1)
            };
            !taken.contains(&short.name) && (short.is_own || (has_one_meaning && !defined.contains(&short.name)))
        };
        let known = paths.iter().filter_map(|(path, short)| Some((path, short.as_ref()?)));
        known.filter(|(_, short)| is_free(short)).map(|(path, short)| (path.clone(), short.clone())).collect()
    }
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.define(&item.ident),
            Item::Enum(item) => self.define(&item.ident),
            Item::Fn(item) => self.define(&item.sig.ident),
            Item::Mod(item) => self.define(&item.ident),
            Item::Static(item) => self.define(&item.ident),
            Item::Struct(item) => self.define(&item.ident),
            Item::Trait(item) => self.define(&item.ident),
            Item::Type(item) => self.define(&item.ident),
            Item::Union(item) => self.define(&item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_type_param(&mut self, parameter: &'ast syn::TypeParam) {
        self.take(&parameter.ident);
        visit::visit_type_param(self, parameter);
    }

    fn visit_use_name(&mut self, name: &'ast UseName) {
        self.take(&name.ident);
    }

    fn visit_use_rename(&mut self, rename: &'ast syn::UseRename) {
        self.take(&rename.rename);
    }

    fn visit_use_glob(&mut self, _: &'ast syn::UseGlob) {
        self.has_glob = true;
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let mut buffer = std::mem::take(&mut self.buffer);
        if write_absolute(path, &mut buffer) {
            self.add(&buffer);
        } else if let Some(first) = path.segments.first()
            && path.segments.len() > 1
            && first.ident != "Self"
        {
            // A name that the code takes from elsewhere, as from the prelude.
            buffer.clear();
            let _ = write!(buffer, "{}", first.ident);
            if !self.taken.contains(&buffer) {
                self.taken.insert(buffer.clone());
            }
        }
        self.buffer = buffer;
        visit::visit_path(self, path);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let Meta::List(list) = &attribute.meta else { return };
        if derives_path(attribute) {
            derived(attribute).iter().for_each(|path| self.visit_path(path));
        } else if attribute.path().is_ident("serde") {
            for_each_path(list.tokens.clone(), |path| {
                self.add(path);
                None
            });
        }
    }
}

/// Makes paths short.
struct Shortening<'a> {
    free: &'a HashMap<String, Short>,
    buffer: String,
}

impl Shortening<'_> {
    fn shorten(&mut self, path: &mut Path) {
        if !write_absolute(path, &mut self.buffer) {
            return;
        }
        if let Some(short) = self.free.get(&self.buffer) {
            path.leading_colon = None;
            path.segments = std::mem::take(&mut path.segments).into_iter().skip(short.dropped).collect();
        }
    }
}

impl VisitMut for Shortening<'_> {
    fn visit_path_mut(&mut self, path: &mut Path) {
        self.shorten(path);
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        let is_derive = derives_path(attribute);
        let is_serde = attribute.path().is_ident("serde");
        if is_derive {
            let mut paths = derived(attribute);
            paths.iter_mut().for_each(|path| self.shorten(path));
            if let Meta::List(list) = &mut attribute.meta {
                list.tokens = paths.to_token_stream();
            }
        } else if let Meta::List(list) = &mut attribute.meta
            && is_serde
        {
            list.tokens = for_each_path(std::mem::take(&mut list.tokens), |path| {
                let short = self.free.get(path)?;
                Some(path.split("::").skip(short.dropped).collect::<Vec<_>>().join("::"))
            });
        }
    }
}

/// Whether an attribute is a `#[derive(...)]` with a path.
fn derives_path(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let is_colon = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':');
    list.path.is_ident("derive") && list.tokens.clone().into_iter().any(is_colon)
}

/// The names in `#[derive(...)]`.
fn derived(attribute: &Attribute) -> Punctuated<Path, Token![,]> {
    attribute.parse_args_with(Punctuated::parse_terminated).unwrap_or_default()
}

/// Goes through the absolute paths in strings of an attribute of serde, and puts others in their
/// place.
fn for_each_path(tokens: TokenStream, mut replace: impl FnMut(&str) -> Option<String>) -> TokenStream {
    let mut key = String::new();
    let replaced = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(ident) => {
            key.clear();
            let _ = write!(key, "{ident}");
            TokenTree::Ident(ident)
        }
        TokenTree::Literal(literal) if PATHS_IN_STRINGS.contains(&key.as_str()) => {
            let text = literal.to_string();
            let path = text.strip_prefix("\"::").and_then(|text| text.strip_suffix('"'));
            TokenTree::Literal(path.and_then(&mut replace).map_or(literal, |short| Literal::string(&short)))
        }
        other => other,
    });
    replaced.collect()
}

/// What stands below a part of a path in `use` lines.
#[derive(Default)]
struct Tree<'a> {
    /// Whether the path that ends here is imported itself.
    is_import: bool,
    children: BTreeMap<&'a str, Tree<'a>>,
}

/// One `use` line for each crate: the standard library, others, and this one.
fn use_items(imports: &BTreeSet<&str>) -> Vec<Item> {
    let mut root = Tree::default();
    for import in imports {
        let end = import.split("::").fold(&mut root, |tree, name| tree.children.entry(name).or_default());
        end.is_import = true;
    }
    let rank = |name: &str| match name {
        "std" => 0,
        "crate" => 2,
        _ => 1,
    };
    let mut crates: Vec<_> = root.children.iter().collect();
    crates.sort_by_key(|(name, _)| rank(name));
    let items = crates.into_iter().filter_map(|(name, tree)| {
        let item = ItemUse {
            attrs: Vec::new(),
            vis: Visibility::Inherited,
            use_token: Default::default(),
            leading_colon: None,
            tree: use_tree(name, tree)?,
            semi_token: Default::default(),
        };
        Some(Item::Use(item))
    });
    items.collect()
}

fn use_tree(name: &str, tree: &Tree<'_>) -> Option<UseTree> {
    let ident = |name: &str| {
        if name == "crate" { Token![crate](Span::call_site()).into() } else { Ident::new(name, Span::call_site()) }
    };
    // Modules come before types, as rustfmt has them.
    let mut children: Vec<_> = tree.children.iter().collect();
    children.sort_by_key(|(name, _)| (is_type(name), **name));
    let mut trees: Vec<UseTree> = children.into_iter().filter_map(|(name, tree)| use_tree(name, tree)).collect();
    if trees.is_empty() {
        return tree.is_import.then(|| UseTree::Name(UseName { ident: ident(name) }));
    }
    if tree.is_import {
        trees.insert(0, UseTree::Name(UseName { ident: Token![self](Span::call_site()).into() }));
    }
    let below = match <[UseTree; 1]>::try_from(trees) {
        Ok([only]) => only,
        Err(trees) => UseTree::Group(UseGroup { brace_token: token::Brace::default(), items: trees.into_iter().collect() }),
    };
    Some(UseTree::Path(UsePath { ident: ident(name), colon2_token: Default::default(), tree: Box::new(below) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortened(code: &str) -> String {
        let mut file = syn::parse_file(code).expect("the code is Rust");
        shorten(&mut file, "crate::types");
        prettyplease::unparse(&file)
    }

    #[test]
    fn paths_become_use_lines() {
        let code = shortened(
            r#"
            #[derive(Clone, ::serde::Deserialize)]
            pub struct A {
                #[serde(rename = "::std::a", skip_serializing_if = "::std::option::Option::is_none", deserialize_with = "::core::decode::date")]
                a: ::std::option::Option<::chrono::DateTime<::chrono::offset::Utc>>,
                b: ::std::collections::BTreeMap<::std::string::String, crate::types::B>,
            }
            fn c() -> ::std::option::Option<::std::vec::Vec<u8>> {
                ::core::union::decode(crate::operations::LIST, ::core::union::Shape::List);
                ::core::open_enum!(A);
                ::std::option::Option::Some(::std::vec::Vec::new())
            }
            "#,
        );
        let expected = r#"use std::collections::BTreeMap;
use chrono::{offset::Utc, DateTime};
use core::{decode, open_enum, union::{self, Shape}};
use serde::Deserialize;
use crate::{operations, types::B};
#[derive(Clone, Deserialize)]
pub struct A {
    #[serde(
        rename = "::std::a",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "decode::date"
    )]
    a: Option<DateTime<Utc>>,
    b: BTreeMap<String, B>,
}
fn c() -> Option<Vec<u8>> {
    union::decode(operations::LIST, Shape::List);
    open_enum!(A);
    Some(Vec::new())
}
"#;
        assert_eq!(code, expected);
    }

    /// Schemas may be called like anything that generated code uses.
    #[test]
    fn names_that_the_file_defines_stay_qualified() {
        for (name, path) in [
            ("Option", "::std::option::Option<u8>"),
            ("String", "::std::string::String"),
            ("Result", "::std::result::Result<u8, u8>"),
            ("Body", "::jsm_ops_core::Body"),
            ("Error", "::jsm_ops_core::Error"),
            ("Call", "::jsm_ops_core::Call"),
            ("Client", "crate::Client"),
        ] {
            let code = format!("struct {name};\ntype Other = {path};\n");
            assert_eq!(shortened(&code), code);
        }
    }

    #[test]
    fn items_of_the_file_need_no_path() {
        let code = "struct A;\nstruct Option;\ntype B = (A, Option, ::std::option::Option<u8>);\n";
        assert_eq!(shortened(&code.replace("(A, Option", "(crate::types::A, crate::types::Option")), code);
        let code = "struct S;\nfn a<S>(s: S, t: crate::types::S) {}\n";
        assert_eq!(shortened(code), code);
    }

    #[test]
    fn names_that_two_paths_share_stay_qualified() {
        let code = "type A = crate::types::Error;\ntype B = ::jsm_ops_core::Error;\n";
        assert_eq!(shortened(code), code);
        let code = "type A = crate::types::Option;\ntype B = Option<u8>;\n";
        assert_eq!(shortened("type A = crate::types::Option;\ntype B = ::std::option::Option<u8>;\n"), code);
    }

    #[test]
    fn names_that_mean_something_already_stay_qualified() {
        for code in [
            "use a::Body;\ntype A = ::jsm_ops_core::Body;\n",
            "use a::B as Body;\ntype A = ::jsm_ops_core::Body;\n",
            "use a::*;\ntype A = ::jsm_ops_core::Body;\n",
            "fn a<S>(s: S, t: crate::types::S) {}\n",
            "type A = Body::B;\ntype C = crate::types::Body;\n",
            "type A = crate::serde::B;\ntype C = ::serde::c::B;\n",
        ] {
            assert_eq!(shortened(code), code);
        }
    }
}
