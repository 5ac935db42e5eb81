//! What a path means in a module: through imports, re-exports and globs to the definition.

use std::collections::BTreeMap;

use syn::{Item, UseTree, Visibility};

use super::source::{Crate, is_test_only};

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// An item that this module defines.
    Item(usize),
    Module(usize),
    /// Something of another crate, by its path.
    External(String),
}

/// One name or glob of a `use` declaration.
pub struct Import {
    pub path: Vec<String>,
    /// The name that it brings in; `None` for a glob.
    pub name: Option<String>,
    /// Whether it has a visibility, so that others can reach the name here.
    pub reexport: bool,
}

enum Entry {
    Item,
    Module(usize),
    Import(Import),
    /// A macro of this module that `#[macro_export]` puts into the root.
    ExportedMacro(usize),
}

#[derive(Default)]
struct Scope {
    names: BTreeMap<String, Vec<Entry>>,
    globs: Vec<Import>,
    macros: Vec<String>,
}

/// The names of all modules of a crate.
pub struct Names<'a> {
    krate: &'a Crate,
    scopes: Vec<Scope>,
}

/// The imports that are being followed, against endless recursion.
type Trail = Vec<(usize, String, usize)>;

impl<'a> Names<'a> {
    pub fn of(krate: &'a Crate) -> Self {
        let mut scopes: Vec<Scope> = krate.modules.iter().map(|module| scope(&module.items)).collect();
        for (index, module) in krate.modules.iter().enumerate().skip(1) {
            let parent = module.parent.expect("only the root has no parent");
            let name = module.path.last().expect("only the root has no name").clone();
            scopes[parent].names.entry(name).or_default().push(Entry::Module(index));
        }
        for (index, module) in krate.modules.iter().enumerate().skip(1) {
            for name in exported_macros(&module.items) {
                scopes[0].names.entry(name).or_default().push(Entry::ExportedMacro(index));
            }
        }
        Self { krate, scopes }
    }

    /// What a path means in a module. A name that is missing in a module of this crate counts as
    /// defined there (a macro may have made it), unless `strict` is set.
    pub fn resolve(&self, from: usize, path: &[String], strict: bool) -> Vec<Target> {
        self.follow(from, path, strict, &mut Trail::new())
    }

    /// The module of a `macro_rules!` that is in scope by the order of the text.
    pub fn textual_macro(&self, from: usize, name: &str) -> Option<usize> {
        let mut module = Some(from);
        while let Some(index) = module {
            if self.scopes[index].macros.iter().any(|own| own == name) {
                return Some(index);
            }
            module = self.krate.modules[index].parent;
        }
        None
    }

    /// The name that a path asks the crate root for, where it does and the root only re-exports it.
    /// `*` stands for a glob.
    pub fn root_reexport<'p>(&self, from: usize, path: &'p [String], glob: bool) -> Option<&'p str> {
        let (start, rest) = self.start(from, path)?;
        if start != 0 || rest.len() == path.len() {
            return None;
        }
        let Some(name) = rest.first() else { return glob.then_some("*") };
        let entries = self.scopes[0].names.get(name).map(Vec::as_slice).unwrap_or_default();
        let own = entries.iter().any(|entry| matches!(entry, Entry::Item | Entry::ExportedMacro(_)));
        // `crate::name::…` goes on in a module of that name.
        let module = entries.iter().any(|entry| matches!(entry, Entry::Module(_))) && (rest.len() > 1 || entries.len() == 1);
        let reexported = entries.iter().any(|entry| matches!(entry, Entry::Import(_))) || entries.is_empty();
        (reexported && !own && !module).then_some(name)
    }

    /// Where a path of `crate`, `self` or `super` starts, and what follows.
    fn start<'p>(&self, from: usize, path: &'p [String]) -> Option<(usize, &'p [String])> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" => 0,
            "self" => from,
            "super" => self.krate.modules[from].parent?,
            _ => return None,
        };
        while let Some((first, next)) = rest.split_first()
            && first == "super"
        {
            (module, rest) = (self.krate.modules[module].parent?, next);
        }
        Some((module, rest))
    }

    fn follow(&self, from: usize, path: &[String], strict: bool, trail: &mut Trail) -> Vec<Target> {
        let (mut targets, rest) = match self.start(from, path) {
            Some((module, rest)) => (vec![Target::Module(module)], rest),
            None => {
                let Some((first, rest)) = path.split_first() else { return Vec::new() };
                (self.lookup(from, first, from, trail), rest)
            }
        };
        if targets.is_empty() {
            return vec![Target::External(path.join("::"))];
        }
        for name in rest {
            if targets.iter().any(|target| matches!(target, Target::Module(_))) {
                targets.retain(|target| matches!(target, Target::Module(_)));
            }
            targets = targets
                .into_iter()
                .flat_map(|target| match target {
                    Target::Module(module) => match self.lookup(module, name, from, trail) {
                        found if found.is_empty() && !strict => vec![Target::Item(module)],
                        found => found,
                    },
                    item => vec![item],
                })
                .collect();
        }
        targets
    }

    fn lookup(&self, module: usize, name: &str, from: usize, trail: &mut Trail) -> Vec<Target> {
        let scope = &self.scopes[module];
        let mut targets = Vec::new();
        for (index, entry) in scope.names.get(name).into_iter().flatten().enumerate() {
            match entry {
                Entry::Item => targets.push(Target::Item(module)),
                Entry::Module(child) => targets.push(Target::Module(*child)),
                Entry::ExportedMacro(definer) => targets.push(Target::Item(*definer)),
                Entry::Import(import) if self.sees(from, module, import) => {
                    targets.extend(self.through(module, name, index, &import.path, trail));
                }
                Entry::Import(_) => {}
            }
        }
        if targets.is_empty() {
            for (index, glob) in scope.globs.iter().enumerate().filter(|(_, glob)| self.sees(from, module, glob)) {
                let opened = self.through(module, name, usize::MAX - index, &glob.path, trail);
                let key = (module, name.to_owned(), usize::MAX - index);
                if trail.contains(&key) {
                    continue;
                }
                trail.push(key);
                for target in opened {
                    if let Target::Module(opened) = target {
                        targets.extend(self.lookup(opened, name, module, trail));
                    }
                }
                trail.pop();
            }
        }
        targets.dedup();
        targets
    }

    /// Follows the path of an import, unless it is being followed already.
    fn through(&self, module: usize, name: &str, index: usize, path: &[String], trail: &mut Trail) -> Vec<Target> {
        let key = (module, name.to_owned(), index);
        if trail.contains(&key) {
            return Vec::new();
        }
        trail.push(key);
        let targets = self.follow(module, path, false, trail);
        trail.pop();
        targets
    }

    /// Private imports are visible in their module and below.
    fn sees(&self, from: usize, module: usize, import: &Import) -> bool {
        import.reexport || self.krate.modules[from].path.starts_with(&self.krate.modules[module].path)
    }
}

fn scope(items: &[Item]) -> Scope {
    let mut scope = Scope::default();
    for item in items {
        if let Item::Use(declaration) = item {
            if is_test_only(&declaration.attrs) || declaration.leading_colon.is_some() {
                continue;
            }
            for import in imports(&declaration.tree, !matches!(declaration.vis, Visibility::Inherited)) {
                match import.name.clone() {
                    Some(name) => scope.names.entry(name).or_default().push(Entry::Import(import)),
                    None => scope.globs.push(import),
                }
            }
        }
        if let Item::Macro(definition) = item
            && let Some(name) = &definition.ident
        {
            scope.macros.push(name.to_string());
        }
        for name in defined(item) {
            scope.names.entry(name).or_default().push(Entry::Item);
        }
    }
    scope
}

/// The names that an item defines. Of a macro's call these are the names that follow the keyword of
/// an item.
fn defined(item: &Item) -> Vec<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::TraitAlias(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        Item::Macro(item) => match &item.ident {
            Some(name) => name,
            None => return named_in(&item.mac.tokens.to_string()),
        },
        _ => return Vec::new(),
    };
    vec![name.to_string()]
}

fn named_in(tokens: &str) -> Vec<String> {
    let words: Vec<&str> = tokens.split_whitespace().collect();
    let pairs =
        words.windows(2).filter(|pair| ["struct", "enum", "fn", "const", "static", "type", "trait"].contains(&pair[0]));
    pairs.map(|pair| pair[1].to_owned()).collect()
}

fn exported_macros(items: &[Item]) -> impl Iterator<Item = String> {
    items.iter().filter_map(|item| match item {
        Item::Macro(item) if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) => {
            item.ident.as_ref().map(ToString::to_string)
        }
        _ => None,
    })
}

/// The names and globs of a `use` declaration.
pub fn imports(tree: &UseTree, reexport: bool) -> Vec<Import> {
    let mut found = Vec::new();
    flatten(tree, &mut Vec::new(), &mut |path, name| found.push(Import { path, name, reexport }));
    found
}

fn flatten(tree: &UseTree, prefix: &mut Vec<String>, add: &mut impl FnMut(Vec<String>, Option<String>)) {
    // `a::{self}` imports `a`.
    let leaf = |prefix: &[String], name: &str| {
        if name == "self" && !prefix.is_empty() { prefix.to_vec() } else { [prefix, &[name.to_owned()]].concat() }
    };
    match tree {
        UseTree::Path(part) => {
            prefix.push(part.ident.to_string());
            flatten(&part.tree, prefix, add);
            prefix.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| flatten(tree, prefix, add)),
        UseTree::Name(part) => {
            let path = leaf(prefix, &part.ident.to_string());
            let name = path.last().cloned();
            add(path, name);
        }
        UseTree::Rename(part) => add(leaf(prefix, &part.ident.to_string()), Some(part.rename.to_string())),
        UseTree::Glob(_) => add(prefix.clone(), None),
        #[allow(unreachable_patterns, reason = "a later syn may have further forms")]
        _ => {}
    }
}
