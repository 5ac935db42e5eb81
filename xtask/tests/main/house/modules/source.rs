//! The modules of one crate, read from its files.

use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, Item, Lit, Meta};

/// A module file.
pub struct Node {
    /// Path of the module without `crate`; the file's name for the crate root.
    pub name: String,
    pub file: PathBuf,
    text: String,
}

impl Node {
    /// The first line of code on which a name stands as a whole word.
    pub fn line_of(&self, name: &str) -> usize {
        line_of(&self.text, name, 1).unwrap_or(1)
    }
}

/// The number of the first line, from line `from` on, with a name as a whole word outside of
/// comments.
pub fn line_of(text: &str, name: &str, from: usize) -> Option<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let holds = |line: &str| {
        let code = if line.trim_start().starts_with("//") { "" } else { line.split(" // ").next().unwrap_or(line) };
        code.match_indices(name)
            .any(|(at, _)| !code[..at].ends_with(is_part) && !code[at + name.len()..].starts_with(is_part))
    };
    text.lines().enumerate().skip(from.saturating_sub(1)).find(|(_, line)| holds(line)).map(|(index, _)| index + 1)
}

/// A module: a file, or an inline module of a file.
pub struct Module {
    pub path: Vec<String>,
    pub parent: Option<usize>,
    /// Index of the file in [`Crate::nodes`].
    pub node: usize,
    pub items: Vec<Item>,
}

/// All modules of a crate; the first one is the root.
pub struct Crate {
    pub nodes: Vec<Node>,
    pub modules: Vec<Module>,
}

type Read<'a> = &'a dyn Fn(&Path) -> Option<String>;

impl Crate {
    /// Reads a crate from its root file.
    pub fn load(root: &Path, read: Read) -> Self {
        let mut krate = Self { nodes: Vec::new(), modules: Vec::new() };
        let directory = root.parent().expect("a root file lies in a directory");
        krate.add_file(root, directory, Vec::new(), None, read);
        krate
    }

    /// Adds the module of a file. `children` is the directory of its child modules.
    fn add_file(&mut self, file: &Path, children: &Path, path: Vec<String>, parent: Option<usize>, read: Read) {
        let text = read(file).unwrap_or_else(|| panic!("cannot read the module {}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{} is invalid Rust: {error}", file.display()));
        let root_name = || file.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let name = if path.is_empty() { root_name() } else { path.join("::") };
        self.nodes.push(Node { name, file: file.to_owned(), text });
        let node = self.nodes.len() - 1;
        self.add_module(parsed.items, file, children, path, parent, node, read);
    }

    #[allow(clippy::too_many_arguments)]
    fn add_module(
        &mut self,
        items: Vec<Item>,
        file: &Path,
        children: &Path,
        path: Vec<String>,
        parent: Option<usize>,
        node: usize,
        read: Read,
    ) {
        let index = self.modules.len();
        self.modules.push(Module { path: path.clone(), parent, node, items: Vec::new() });
        for item in &items {
            let Item::Mod(module) = item else { continue };
            if is_test_only(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let child = [path.clone(), vec![name.clone()]].concat();
            let below = children.join(&name);
            if let Some((_, items)) = &module.content {
                self.add_module(items.clone(), file, &below, child, Some(index), node, read);
            } else if let Some(given) = path_attribute(&module.attrs) {
                let file = file.parent().expect("a file lies in a directory").join(given);
                let below = file.parent().expect("a file lies in a directory").to_owned();
                self.add_file(&file, &below, child, Some(index), read);
            } else {
                let flat = children.join(format!("{name}.rs"));
                let nested = below.join("mod.rs");
                let file = if read(&flat).is_some() { flat } else { nested };
                self.add_file(&file, &below, child, Some(index), read);
            }
        }
        self.modules[index].items = items;
    }
}

/// The file that `#[path]` names.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("path")).find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let Expr::Lit(literal) = &pair.value else { return None };
        let Lit::Str(text) = &literal.lit else { return None };
        Some(text.value())
    })
}

/// Whether an item is compiled for tests only: `#[cfg(test)]`, or `test` as a part of
/// `#[cfg(all(…))]`.
pub fn is_test_only(attributes: &[Attribute]) -> bool {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).any(|attribute| {
        let Meta::List(list) = &attribute.meta else { return false };
        let condition = list.tokens.to_string().replace(' ', "");
        condition == "test"
            || condition.strip_prefix("all(").is_some_and(|rest| rest.split([',', ')']).any(|part| part == "test"))
    })
}
