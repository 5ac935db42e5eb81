//! The public items of a file, from its syntax tree.

use quote::ToTokens;
use syn::{Fields, Generics, ImplItem, Item as Code, ItemImpl, Signature, UseTree, Visibility};

use super::{
    attributes::{derived, marks, requirement},
    item::{FIELD, Item, PRIVATE_FIELDS, VARIANT},
    macros,
    module::{Child, Implementation, Module, ReExport},
    requirement::Requirement,
    tokens::{Scope, compact_in, std_name},
};

/// The module of a file and the modules inside of it. Paths in the code must be absolute.
pub fn modules(path: &str, items: &[Code]) -> Vec<Module> {
    let scope = Scope { module: path.to_owned(), types: items.iter().filter_map(type_name).collect() };
    let mut reader = Reader { module: Module { path: path.to_owned(), ..Module::default() }, scope };
    let mut inner = Vec::new();
    for item in items {
        if let Code::Mod(item) = item {
            reader.module.children.push(Child {
                name: item.ident.to_string(),
                is_public: is_public(&item.vis),
                requirement: requirement(&item.attrs),
            });
            let content = item.content.iter().flat_map(|(_, items)| modules(&format!("{path}::{}", item.ident), items));
            inner.extend(content);
        } else {
            reader.read(item);
        }
    }
    inner.push(reader.module);
    inner
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// The name of a type.
fn type_name(item: &Code) -> Option<String> {
    let name = match item {
        Code::Enum(item) => &item.ident,
        Code::Struct(item) => &item.ident,
        Code::Trait(item) => &item.ident,
        Code::Type(item) => &item.ident,
        Code::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Reads the items of a module.
struct Reader {
    module: Module,
    scope: Scope,
}

impl Reader {
    fn read(&mut self, item: &Code) {
        match item {
            Code::Struct(item) if is_public(&item.vis) => {
                let all_public = item.fields.iter().all(|field| is_public(&field.vis));
                let generics = self.generics(&item.generics);
                let tail = format!("{generics}{}", if all_public { "" } else { PRIVATE_FIELDS });
                let path = self.add("pub struct", &item.ident, tail, &item.attrs);
                self.fields(&path, &item.fields);
            }
            Code::Enum(item) if is_public(&item.vis) => {
                let path = self.add("pub enum", &item.ident, self.generics(&item.generics), &item.attrs);
                for variant in &item.variants {
                    let path = format!("{path}::{}", variant.ident);
                    self.push(VARIANT, path, self.text(&variant.fields), &variant.attrs);
                }
            }
            Code::Fn(item) if is_public(&item.vis) => {
                let path = format!("{}::{}", self.module.path, item.sig.ident);
                self.push(&self.function(&item.sig), path, self.signature(&item.sig), &item.attrs);
            }
            Code::Const(item) if is_public(&item.vis) => {
                self.add("pub const", &item.ident, format!(": {}", self.text(&item.ty)), &item.attrs);
            }
            Code::Static(item) if is_public(&item.vis) => {
                self.add("pub static", &item.ident, format!(": {}", self.text(&item.ty)), &item.attrs);
            }
            Code::Type(item) if is_public(&item.vis) => {
                let tail = format!("{} = {}", self.generics(&item.generics), self.text(&item.ty));
                self.add("pub type", &item.ident, tail, &item.attrs);
            }
            Code::Use(item) if is_public(&item.vis) => {
                self.re_exports(String::new(), &item.tree, &requirement(&item.attrs));
            }
            Code::Trait(item) if is_public(&item.vis) => {
                let members = item.items.iter().map(|one| self.text(one)).collect::<Vec<_>>().join(" ");
                let tail = format!("{} {{ {members} }}", self.generics(&item.generics));
                self.add("pub trait", &item.ident, tail, &item.attrs);
            }
            Code::Union(item) if is_public(&item.vis) => {
                self.add("pub item", &item.ident, format!(": {}", self.text(&item.fields)), &item.attrs);
            }
            Code::Impl(item) => self.implementation(item, &requirement(&item.attrs)),
            Code::Macro(item) => {
                if let Some(written) = macros::written(&item.mac) {
                    self.written(&written, &item.attrs);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, head: &str, name: &syn::Ident, tail: String, attributes: &[syn::Attribute]) -> String {
        let path = format!("{}::{name}", self.module.path);
        self.push(head, path.clone(), tail, attributes);
        path
    }

    fn push(&mut self, head: &str, path: String, tail: String, attributes: &[syn::Attribute]) {
        let (marks, requirement) = (marks(attributes), requirement(attributes));
        let traits = derived(attributes).collect();
        self.module.items.push(Item { head: head.to_owned(), path, tail, traits, marks, requirement });
    }

    fn fields(&mut self, path: &str, fields: &Fields) {
        for (index, field) in fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            self.push(FIELD, format!("{path}.{name}"), format!(": {}", self.text(&field.ty)), &field.attrs);
        }
    }

    fn re_exports(&mut self, prefix: String, tree: &UseTree, requirement: &Requirement) {
        let at = |name: &dyn ToString| {
            let name = name.to_string();
            match (prefix.as_str(), name.as_str()) {
                ("", "self" | "crate") => name.replace("self", &self.module.path),
                ("", _) => name,
                _ => format!("{prefix}::{name}"),
            }
        };
        let (source, name) = match tree {
            UseTree::Path(path) => return self.re_exports(at(&path.ident), &path.tree, requirement),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.re_exports(prefix.clone(), tree, requirement));
            }
            UseTree::Name(name) => (at(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => (at(&rename.ident), Some(rename.rename.to_string())),
            UseTree::Glob(_) => (prefix, None),
        };
        self.module.uses.push(ReExport { source, name, requirement: requirement.clone() });
    }

    fn implementation(&mut self, item: &ItemImpl, needs: &Requirement) {
        let of = self.text(&item.self_ty);
        if let Some((path, _)) = &item.trait_ {
            let name = without_lifetimes(std_name(&self.text(path)));
            self.module.implementations.push(Implementation { of, name, requirement: needs.clone() });
            return;
        }
        // Methods belong to the type, whatever its arguments.
        let of = of.split('<').next().unwrap_or_default().to_owned();
        for member in &item.items {
            match member {
                ImplItem::Fn(method) if is_public(&method.vis) => {
                    let path = format!("{of}::{}", method.sig.ident);
                    self.push(&self.function(&method.sig), path, self.signature(&method.sig), &method.attrs);
                }
                ImplItem::Const(constant) if is_public(&constant.vis) => {
                    let path = format!("{of}::{}", constant.ident);
                    self.push("pub const", path, format!(": {}", self.text(&constant.ty)), &constant.attrs);
                }
                _ => continue,
            }
            if let Some(added) = self.module.items.last_mut() {
                added.requirement = added.requirement.and(needs);
            }
        }
    }

    /// What a macro writes.
    fn written(&mut self, written: &macros::Written, attributes: &[syn::Attribute]) {
        let of = self.text(&written.of);
        for (name, signature) in written.methods {
            self.push("pub fn", format!("{of}::{name}"), (*signature).to_owned(), attributes);
        }
        for name in written.traits {
            self.module.implementations.push(Implementation {
                of: of.clone(),
                name: (*name).to_owned(),
                requirement: requirement(attributes),
            });
        }
    }

    fn text(&self, code: &impl ToTokens) -> String {
        compact_in(&self.scope, code)
    }

    fn generics(&self, generics: &Generics) -> String {
        let parameters = generics.params.iter().map(|one| self.text(one)).collect::<Vec<_>>().join(", ");
        let bounds = generics.where_clause.as_ref().map(|bounds| format!(" {}", self.text(bounds))).unwrap_or_default();
        if parameters.is_empty() { bounds } else { format!("<{parameters}>{bounds}") }
    }

    /// The head of a function: `pub async fn`.
    fn function(&self, signature: &Signature) -> String {
        let words = [signature.constness.as_ref().map(|_| "const "), signature.asyncness.as_ref().map(|_| "async ")];
        let safety = self.text(&signature.safety);
        let safety = if safety.is_empty() { safety } else { format!("{safety} ") };
        format!("pub {}{safety}fn", words.into_iter().flatten().collect::<String>())
    }

    /// The tail of a function: type arguments, arguments and what it returns.
    fn signature(&self, signature: &Signature) -> String {
        // Whether a function changes its own copy of an argument is not seen outside.
        let seen = |argument: String| argument.strip_prefix("mut ").map(str::to_owned).unwrap_or(argument);
        let arguments = signature.inputs.iter().map(|argument| seen(self.text(argument)));
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let parameters = signature.generics.params.iter().map(|one| self.text(one)).collect::<Vec<_>>().join(", ");
        let parameters = if parameters.is_empty() { String::new() } else { format!("<{parameters}>") };
        let bounds = signature.generics.where_clause.as_ref().map(|bounds| format!(" {}", self.text(bounds)));
        format!("{parameters}({arguments}){}{}", self.text(&signature.output), bounds.unwrap_or_default())
    }
}

/// A trait without arguments that are lifetimes, which a derive does not name.
fn without_lifetimes(name: &str) -> String {
    match name.split_once("<'") {
        Some((path, rest)) if rest.find('>') == Some(rest.len() - 1) && !rest.contains(',') => path.to_owned(),
        _ => name.to_owned(),
    }
}
