//! The names of the public items of a crate.

use syn::{
    Fields, ImplItem, Item, Visibility,
    visit::{self, Visit},
};

/// A public name and the line on which it stands.
pub struct PublicName {
    pub name: String,
    pub line: usize,
}

/// The `pub` types, functions, traits, constants, modules, variants and fields of a file.
pub fn public_names(text: &str) -> Vec<PublicName> {
    let file = syn::parse_file(text).expect("the file is valid Rust");
    let mut collector = Collector { text, names: Vec::new(), container: 1 };
    collector.visit_file(&file);
    collector.names
}

struct Collector<'a> {
    text: &'a str,
    names: Vec<PublicName>,
    /// The line of the type whose members are visited.
    container: usize,
}

impl Collector<'_> {
    fn add(&mut self, keyword: &str, name: &syn::Ident, from: usize) -> usize {
        let name = name.to_string();
        let written = format!("{keyword}{name}");
        let line = line_of(self.text, &written, from).or_else(|| line_of(self.text, &name, from)).unwrap_or(from);
        self.names.push(PublicName { name, line });
        line
    }

    fn add_public(&mut self, visibility: &Visibility, keyword: &str, name: &syn::Ident) {
        if is_public(visibility) {
            self.add(keyword, name, 1);
        }
    }

    fn add_fields(&mut self, fields: &Fields, all: bool) {
        for field in fields {
            if let Some(name) = &field.ident
                && (all || is_public(&field.vis))
            {
                self.add("", name, self.container);
            }
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn line_of(text: &str, name: &str, from: usize) -> Option<usize> {
    super::modules::line_of(text, name, from)
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Const(item) => self.add_public(&item.vis, "const ", &item.ident),
            Item::Static(item) => self.add_public(&item.vis, "static ", &item.ident),
            Item::Fn(item) => self.add_public(&item.vis, "fn ", &item.sig.ident),
            Item::Type(item) => self.add_public(&item.vis, "type ", &item.ident),
            Item::Mod(item) if !super::modules::is_test_only(&item.attrs) => {
                self.add_public(&item.vis, "mod ", &item.ident);
                visit::visit_item_mod(self, item);
            }
            Item::Struct(item) if is_public(&item.vis) => {
                self.container = self.add("struct ", &item.ident, 1);
                self.add_fields(&item.fields, false);
            }
            Item::Enum(item) if is_public(&item.vis) => {
                self.container = self.add("enum ", &item.ident, 1);
                for variant in &item.variants {
                    self.add("", &variant.ident, self.container);
                    self.add_fields(&variant.fields, true);
                }
            }
            Item::Trait(definition) if is_public(&definition.vis) => {
                self.container = self.add("trait ", &definition.ident, 1);
                for member in &definition.items {
                    match member {
                        syn::TraitItem::Fn(member) => self.add("fn ", &member.sig.ident, self.container),
                        syn::TraitItem::Type(member) => self.add("type ", &member.ident, self.container),
                        syn::TraitItem::Const(member) => self.add("const ", &member.ident, self.container),
                        _ => continue,
                    };
                }
            }
            Item::Impl(block) if block.trait_.is_none() => {
                for member in &block.items {
                    match member {
                        ImplItem::Fn(member) => self.add_public(&member.vis, "fn ", &member.sig.ident),
                        ImplItem::Const(member) => self.add_public(&member.vis, "const ", &member.ident),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
}

#[test]
fn public_names_are_found_with_their_lines() {
    let text = "\
pub struct Shown {
    pub open: u8,
    closed: u8,
}
struct Hidden;
pub(crate) struct Inner;
pub enum Choice {
    First,
    Second { part: u8 },
}
impl Shown {
    pub fn act(&self) {}
    fn hide(&self) {}
}
pub trait Able {
    fn able(&self);
}
pub mod below {
    pub const LIMIT: u8 = 1;
}
#[cfg(test)]
pub mod tests {
    pub fn test() {}
}
";
    let names: Vec<_> = public_names(text).into_iter().map(|found| format!("{}:{}", found.name, found.line)).collect();
    let expected = [
        "Shown:1", "open:2", "Choice:7", "First:8", "Second:9", "part:9", "act:12", "Able:15", "able:16", "below:18",
        "LIMIT:19",
    ];
    assert_eq!(names, expected);
}
