//! The public API of the generated crate: every item that users can name, with its signature.
//!
//! [`PublicApi::of`] reads it from the syntax trees before they are formatted. It is written beside
//! the code as `public-api.txt`, one line for each item. [`compare`] says what a difference between
//! two of them means for users.

mod assemble;
mod attributes;
pub mod change;
pub mod compare;
mod extract;
pub mod item;
mod macros;
mod module;
pub mod requirement;
pub mod signature;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

pub use module::Module;

use self::{
    item::{FEATURE, Item, parent},
    requirement::Enabled,
};

/// The file of the list, beside the manifest of the crate.
pub const FILE: &str = "public-api.txt";

/// Says what the file is. Lines that begin with `#` and a space are comments.
const HEAD: &str = "\
# The public API of the crate: one line for each item that users can name.
#
# `// alerts | teams` behind an item says that it needs one of these features. A field, variant or
# method without it needs those of its type. The traits of a type follow its name.

";

/// The public items of a crate by their paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicApi {
    /// Features, and what they include.
    features: BTreeMap<String, Item>,
    items: BTreeMap<String, Item>,
}

/// A line that is not the line of an item.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not a line of the public API: `{text}`")]
pub struct InvalidLine {
    line: usize,
    text: String,
}

/// What the files of a crate declare, with the path of each file in the crate. Paths in the code
/// must be absolute. Files that are no module are left out.
pub fn modules<'a>(files: impl IntoIterator<Item = (&'a str, &'a [syn::Item])>) -> Vec<Module> {
    files.into_iter().filter_map(|(file, items)| Some(extract::modules(&module::path(file)?, items))).flatten().collect()
}

impl PublicApi {
    /// The API of a crate: its modules, and its features with what each enables.
    pub fn of(modules: &[Module], features: &BTreeMap<String, Vec<String>>) -> Self {
        let mut api = Self::default();
        for (feature, enables) in features {
            api.add(Item { head: FEATURE.to_owned(), path: feature.clone(), ..Item::default() });
            for enabled in enables {
                let path = format!("{feature} includes {enabled}");
                api.add(Item { head: FEATURE.to_owned(), path, ..Item::default() });
            }
        }
        assemble::assemble(modules).into_iter().for_each(|item| api.add(item));
        api
    }

    fn add(&mut self, item: Item) {
        let list = if item.head == FEATURE { &mut self.features } else { &mut self.items };
        list.insert(item.path.clone(), item);
    }

    /// The public items, without the features.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// What each feature enables, itself included.
    fn enabled(&self) -> Enabled {
        let direct = |feature: &str| {
            let prefix = format!("{feature} includes ");
            let lines = self.features.range(prefix.clone()..).map_while(move |(path, _)| path.strip_prefix(&prefix));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        let names = self.features.keys().filter(|path| !path.contains(' '));
        let closure = names.map(|name| {
            let mut all = BTreeSet::from([name.clone()]);
            let mut open = vec![name.clone()];
            while let Some(feature) = open.pop() {
                open.extend(direct(&feature).into_iter().filter(|enabled| all.insert(enabled.clone())));
            }
            (name.clone(), all)
        });
        closure.collect()
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        let mut text = HEAD.to_owned();
        let features = self.features.values().map(|item| item.line(None));
        let items = self.items.values().map(|item| {
            let parent = item.parent().and_then(|path| self.items.get(path));
            item.line(parent.map(|parent| &parent.requirement))
        });
        for line in features.chain(items) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// The first line that is not the line of an item.
    pub fn read(text: &str) -> Result<Self, InvalidLine> {
        let mut api = Self::default();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !is_comment(line)) {
            let of_parent = |path: &str| Some(api.items.get(parent(path)?)?.requirement.clone());
            let item = Item::read(line, of_parent);
            api.add(item.ok_or_else(|| InvalidLine { line: index + 1, text: line.to_owned() })?);
        }
        Ok(api)
    }
}

fn is_comment(line: &str) -> bool {
    line.is_empty() || line == "#" || line.starts_with("# ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The API of a crate with features `a`, `b` and `c`, of which `a` and `b` are default, from
    /// its files.
    pub fn api(files: &[(&str, &str)]) -> PublicApi {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let features: [(&str, Vec<String>); 4] =
            [("default", list(&["a", "b"])), ("a", Vec::new()), ("b", Vec::new()), ("c", Vec::new())];
        let features = features.into_iter().map(|(name, enables)| (name.to_owned(), enables)).collect();
        let parsed: Vec<(&str, syn::File)> =
            files.iter().map(|(name, code)| (*name, syn::parse_file(code).expect("Rust"))).collect();
        let modules = modules(parsed.iter().map(|(name, file)| (*name, file.items.as_slice())));
        PublicApi::of(&modules, &features)
    }

    /// The lines of the items, without comments and features.
    fn lines(files: &[(&str, &str)]) -> Vec<String> {
        let text = api(files).text();
        let lines = text.lines().filter(|line| !is_comment(line) && !line.starts_with("feature "));
        lines.map(str::to_owned).collect()
    }

    #[test]
    fn every_kind_of_item_has_a_line() {
        let code = "
            #[derive(Clone, Debug)] #[non_exhaustive] pub struct A { pub a: ::std::string::String, b: u8 }
            #[must_use] #[derive(Debug)] pub struct Tuple(pub u8);
            impl A {
                pub fn new(a: impl ::std::convert::Into<::std::string::String>) -> Self {}
                #[deprecated] pub async fn send(mut self) -> ::std::result::Result<(), crate::B> {}
                fn private(&self) {}
                pub(crate) fn internal(&self) {}
            }
            impl<'de> ::serde::Deserialize<'de> for A {}
            impl ::std::convert::From<A> for ::jsm_ops_core::Nullable<crate::B> {}
            pub enum B { C, D(::std::vec::Vec<A>) }
            ::jsm_ops_core::open_enum!(B);
            pub const E: &str = \"e\";
            pub static F: u8 = 1;
            pub type G = ::std::collections::BTreeMap<::std::string::String, crate::A>;
            pub use serde_json;
            pub trait H { fn h(&self); }
            pub fn i<T: Clone>(t: &'static [T]) -> bool {}
            fn private() {}
            struct Private;
        ";
        assert_eq!(
            lines(&[("src/lib.rs", code), ("tests/a.rs", "pub fn test() {}")]),
            [
                "#[non_exhaustive] pub struct A { .. }: Clone + Debug + serde::Deserialize",
                "pub A.a: String",
                "pub fn A::new(a: impl Into<String>) -> Self",
                "#[deprecated] pub async fn A::send(self) -> Result<(), B>",
                "pub enum B: Display + From<&str> + FromStr + jsm_ops_core::QueryValue + serde::Deserialize + serde::Serialize",
            ]
            .into_iter()
            .chain([
                "variant B::C",
                "variant B::D(Vec<A>)",
                "pub fn B::as_str(&self) -> &str",
                "pub const E: &str",
                "pub static F: u8",
                "impl From<A> for jsm_ops_core::Nullable<B>",
                "pub type G = std::collections::BTreeMap<String, A>",
                "pub trait H { fn h(&self); }",
                "#[must_use] pub struct Tuple: Debug",
                "pub Tuple.0: u8",
                "pub fn i<T: Clone>(t: &'static [T]) -> bool",
                "pub use serde_json = serde_json",
            ])
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn items_have_the_paths_and_features_that_users_need() {
        let found = lines(&[
            ("src/lib.rs", "pub mod open; mod hidden; mod client; pub use self::client::Client; pub use self::hidden::*;"),
            ("src/client.rs", "pub struct Client { a: u8 } pub struct Internal;"),
            ("src/hidden.rs", "pub use core_crate::{One, Two as Three};"),
            (
                "src/open/mod.rs",
                "#[cfg(feature = \"a\")] mod only_a; #[cfg(any(feature = \"a\", feature = \"b\"))] mod shared;
                 #[cfg(feature = \"a\")] pub use self::only_a::*;
                 #[cfg(any(feature = \"a\", feature = \"b\"))] pub use self::shared::*;",
            ),
            (
                "src/open/only_a.rs",
                "pub struct A { pub client: crate::client::Client, pub both: crate::open::Both }
                 impl crate::client::Client { pub fn a(&self) -> A {} }",
            ),
            (
                "src/open/shared.rs",
                "pub struct Both; #[cfg(feature = \"b\")] pub struct B { pub c: u8 } impl ::std::convert::From<crate::open::A> for ::other::X<B> {}",
            ),
        ]);
        assert_eq!(
            found,
            [
                "pub struct Client { .. }",
                "pub fn Client::a(&self) -> open::A  // a",
                "impl From<open::A> for other::X<open::B>  // a & b",
            ]
            .into_iter()
            .chain(["pub use One = core_crate::One", "pub use Three = core_crate::Two", "pub mod open"])
            .chain(["pub struct open::A  // a", "pub open::A.both: open::Both", "pub open::A.client: Client"])
            .chain(["pub struct open::B  // b", "pub open::B.c: u8", "pub struct open::Both  // a | b"])
            .collect::<Vec<_>>()
        );
    }

    #[test]
    fn an_item_of_a_public_module_keeps_its_path_and_its_second_name_is_listed() {
        let found = lines(&[
            ("src/lib.rs", "pub mod base_urls; pub use self::base_urls::BaseUrls;"),
            ("src/base_urls.rs", "pub struct BaseUrls; impl BaseUrls { pub fn a(&self) -> crate::BaseUrls {} }"),
        ]);
        assert_eq!(
            found,
            [
                "pub use BaseUrls = base_urls::BaseUrls",
                "pub mod base_urls",
                "pub struct base_urls::BaseUrls",
                "pub fn base_urls::BaseUrls::a(&self) -> base_urls::BaseUrls",
            ]
        );
    }

    #[test]
    fn the_text_is_read_as_it_was_written() {
        let api = api(&[
            ("src/lib.rs", "#[cfg(feature = \"a\")] pub mod a; pub struct B { pub b: u8 }"),
            ("src/a.rs", "#[non_exhaustive] #[derive(Clone)] pub enum A { #[deprecated] B } impl A { pub fn c(self) {} }"),
        ]);
        assert_eq!(PublicApi::read(&api.text()), Ok(api.clone()));
        assert!(api.text().starts_with(HEAD) && api.text().contains("\nfeature default includes a\n"));
        let damaged = format!("{}<<<<<<< HEAD\n", api.text());
        let error = PublicApi::read(&damaged).expect_err("an error");
        assert_eq!(
            error.to_string(),
            format!("line {}: not a line of the public API: `<<<<<<< HEAD`", damaged.lines().count())
        );
    }
}
