//! The paths that the items of a module name.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ImplItem, Item, ItemUse, Lit, Macro, Meta, Pat, PatIdent, Path, Stmt, TypeParam, Visibility,
    visit::{self, Visit},
};

use super::{names::imports, source::is_test_only};

/// How a path is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// In a private `use`.
    Import,
    /// In a `use` that others can see.
    Reexport,
    /// In a `use` that ends in `*`.
    Glob { reexport: bool },
    /// In code.
    Code,
    /// As the name of a macro.
    Macro,
    /// In the tokens of a macro or an attribute, which may mean something else.
    Tokens {
        /// Whether it starts with `$crate`, which can only name what the crate root offers.
        dollar: bool,
    },
}

/// A path that stands in a module.
#[derive(Clone, Debug)]
pub struct Reference {
    pub path: Vec<String>,
    pub form: Form,
}

/// Collects the references of the items of a module. Child modules and tests are left out.
pub fn collect(items: &[Item]) -> Vec<Reference> {
    let mut references = Vec::new();
    for item in items {
        let mut locals = Locals::default();
        locals.visit_item(item);
        let mut collector = Collector { references: Vec::new(), locals };
        collector.visit_item(item);
        references.extend(collector.references);
    }
    references
}

/// Names that an item introduces within itself and that therefore mean no item of a module.
#[derive(Default)]
struct Locals {
    names: BTreeSet<String>,
    imports: BTreeMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Locals {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let name = pattern.ident.to_string();
        // An upper-case pattern names a constant or a unit struct.
        if !name.starts_with(char::is_uppercase) {
            self.names.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_type_param(&mut self, parameter: &'ast TypeParam) {
        self.names.insert(parameter.ident.to_string());
        visit::visit_type_param(self, parameter);
    }

    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        if let Stmt::Item(Item::Use(declaration)) = statement {
            for import in imports(&declaration.tree, false) {
                self.imports.extend(import.name.map(|name| (name, import.path)));
            }
        }
        visit::visit_stmt(self, statement);
    }

    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}
}

struct Collector {
    references: Vec<Reference>,
    locals: Locals,
}

impl Collector {
    fn add(&mut self, mut path: Vec<String>, form: Form) {
        let Some(first) = path.first() else { return };
        // A variable hides an item of its name, but not a module in a longer path.
        if (path.len() == 1 && self.locals.names.contains(first)) || first == "Self" {
            return;
        }
        if let Some(import) = self.locals.imports.get(first)
            && !matches!(form, Form::Import)
        {
            path.splice(..1, import.iter().cloned());
        }
        self.references.push(Reference { path, form });
    }

    fn add_path(&mut self, path: &Path, form: Form) {
        if path.leading_colon.is_none() {
            self.add(path.segments.iter().map(|segment| segment.ident.to_string()).collect(), form);
        }
    }

    /// Looks for `a::b`, `Type` and `call(…)` in tokens.
    fn scan(&mut self, tokens: TokenStream, names_too: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == sign);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.scan(group.stream(), names_too),
                TokenTree::Ident(first) => {
                    let before = |back: usize, sign| at >= back && is(at - back, sign);
                    let external = before(1, ':') && before(2, ':');
                    let (dollar, field) = (before(1, '$'), before(1, '.') && !before(2, '.'));
                    let mut path = vec![first.to_string()];
                    while is(at + 1, ':')
                        && is(at + 2, ':')
                        && let Some(TokenTree::Ident(next)) = tokens.get(at + 3)
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
                    let named = names_too && (path[0].starts_with(char::is_uppercase) || called);
                    let parameter = dollar && path[0] != "crate";
                    if !external && !field && !parameter && (path.len() > 1 || named) {
                        self.add(path, Form::Tokens { dollar });
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Paths in the strings of an attribute, like those of `#[serde(with = "…")]`.
    fn scan_strings(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.scan_strings(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Lit::Str(text) = Lit::new(literal)
                        && let Ok(path) = text.parse::<Path>()
                    {
                        self.add_path(&path, Form::Tokens { dollar: false });
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Collector {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test_only(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let own: &[Attribute] = match item {
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Const(item) => &item.attrs,
            _ => &[],
        };
        if !is_test_only(own) {
            visit::visit_impl_item(self, item);
        }
    }

    /// Child modules are modules of their own.
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {}

    fn visit_item_use(&mut self, declaration: &'ast ItemUse) {
        if declaration.leading_colon.is_some() {
            return;
        }
        let reexport = !matches!(declaration.vis, Visibility::Inherited);
        for import in imports(&declaration.tree, reexport) {
            let form = match import.name {
                None => Form::Glob { reexport },
                Some(_) if reexport => Form::Reexport,
                Some(_) => Form::Import,
            };
            self.references.push(Reference { path: import.path, form });
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.add_path(path, Form::Code);
        visit::visit_path(self, path);
    }

    /// A pattern of one name can be a constant.
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Ident(name) = pattern
            && name.ident.to_string().starts_with(char::is_uppercase)
        {
            self.add(vec![name.ident.to_string()], Form::Code);
        }
        visit::visit_pat(self, pattern);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.add_path(&call.path, Form::Macro);
        // The paths in quoted code are those of the code that is written.
        let quotes = ["quote", "quote_spanned", "parse_quote"];
        if !call.path.segments.last().is_some_and(|name| quotes.iter().any(|quote| name.ident == quote)) {
            self.scan(call.tokens.clone(), true);
        }
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta
            && !attribute.path().is_ident("doc")
        {
            self.scan(list.tokens.clone(), false);
            self.scan_strings(list.tokens.clone());
        }
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
