//! From modules to the paths under which users find their items.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    item::{IMPL, Item, parent},
    module::Module,
    requirement::Requirement,
};

/// A path under which users find something.
struct Place {
    path: String,
    requirement: Requirement,
}

/// What users find, and where.
#[derive(Default)]
struct Places {
    /// By the paths of the definitions.
    places: BTreeMap<String, Vec<Place>>,
    /// The paths of the definitions, by the paths under which users find them.
    definitions: BTreeMap<String, String>,
    modules: Vec<Item>,
    /// Items of other crates.
    foreign: Vec<Item>,
    /// Modules and places that were walked already.
    walked: BTreeSet<(String, String)>,
}

/// Puts the items of all modules together.
pub fn assemble(modules: &[Module]) -> Vec<Item> {
    let by_path: BTreeMap<&str, &Module> = modules.iter().map(|module| (module.path.as_str(), module)).collect();
    let mut places = Places::default();
    places.walk(&by_path, "crate", "", &Requirement::default());
    let names = places.names();
    let mut items: Vec<Item> = places.modules.drain(..).chain(places.foreign.drain(..)).collect();
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    for module in modules {
        for item in &module.items {
            let Some((path, requirement)) = places.find(&item.path, &names) else { continue };
            if item.is_type() {
                types.insert(path.clone(), items.len());
            }
            let requirement = requirement.and(&of_module(&by_path, &module.path)).and(&item.requirement);
            let tail = renamed(&item.tail, &names);
            items.push(Item { path, tail, requirement, ..item.clone() });
        }
    }
    for (module, one) in modules.iter().flat_map(|module| module.implementations.iter().map(move |one| (module, one))) {
        let (of, name) = (renamed(&one.of, &names), renamed(&one.name, &names));
        let is_own = one.of.starts_with("crate::");
        let plain = of.split('<').next().unwrap_or_default();
        match types.get(plain).and_then(|index| items.get_mut(*index)) {
            Some(item) if is_own => drop(item.traits.insert(name)),
            _ if is_own => {}
            _ => {
                let path = format!("{name} for {of}");
                let mentioned = [&one.of, &one.name].map(|text| places.mentioned(text, &names));
                let requirement = of_module(&by_path, &module.path).and(&one.requirement);
                let requirement = mentioned.iter().fold(requirement, |all, one| all.and(one));
                items.push(Item { head: IMPL.to_owned(), path, requirement, ..Item::default() });
            }
        }
    }
    items.extend(places.second_names(&names));
    items
}

impl Places {
    fn walk(&mut self, modules: &BTreeMap<&str, &Module>, module: &str, at: &str, needs: &Requirement) {
        let Some(found) = modules.get(module) else { return };
        if !self.walked.insert((module.to_owned(), at.to_owned())) {
            return;
        }
        let public = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}::{name}") };
        for item in found.items.iter().filter(|item| parent(&item.path) == Some(module)) {
            let name = item.path.rsplit("::").next().unwrap_or_default();
            self.add(&item.path, public(name), &needs.and(&item.requirement));
        }
        for child in found.children.iter().filter(|child| child.is_public) {
            let (path, requirement) = (public(&child.name), needs.and(&child.requirement));
            let item = Item { head: "pub mod".to_owned(), path: path.clone(), requirement, ..Item::default() };
            self.walk(modules, &format!("{module}::{}", child.name), &path, &item.requirement);
            self.modules.push(item);
        }
        for one in &found.uses {
            let requirement = needs.and(&one.requirement);
            let source = one.source.as_str();
            match &one.name {
                None => {
                    let requirement = requirement.and(&of_module(modules, source));
                    self.walk(modules, source, at, &requirement);
                }
                Some(name) if source.starts_with("crate::") => {
                    let module = parent(source).unwrap_or_default();
                    let item = modules.get(module).and_then(|module| module.items.iter().find(|item| item.path == source));
                    let own = item.map(|item| item.requirement.clone()).unwrap_or_default();
                    self.add(source, public(name), &requirement.and(&of_module(modules, module)).and(&own));
                }
                Some(name) => self.foreign.push(Item {
                    head: "pub use".to_owned(),
                    path: public(name),
                    tail: format!(" = {source}"),
                    requirement,
                    ..Item::default()
                }),
            }
        }
    }

    fn add(&mut self, definition: &str, path: String, requirement: &Requirement) {
        let requirement = requirement.clone();
        self.definitions.insert(path.clone(), definition.to_owned());
        self.places.entry(definition.to_owned()).or_default().push(Place { path, requirement });
    }

    /// The first name of each definition, which is that of its own module if users can name it.
    fn first(definition: &str, places: &[Place]) -> usize {
        let own = definition.trim_start_matches("crate::");
        places.iter().position(|place| place.path == own).unwrap_or(0)
    }

    /// The names under which items are listed, by all paths that code may have for them.
    fn names(&self) -> BTreeMap<String, String> {
        let mut names = BTreeMap::new();
        for (definition, places) in &self.places {
            let Some(first) = places.get(Self::first(definition, places)) else { continue };
            names.extend(places.iter().map(|place| (format!("crate::{}", place.path), first.path.clone())));
            names.insert(definition.clone(), first.path.clone());
        }
        names
    }

    /// The path of an item, or of a part of one, and the features that its place needs.
    fn find(&self, path: &str, names: &BTreeMap<String, String>) -> Option<(String, Requirement)> {
        let mut definition = path;
        loop {
            // A path in code may be one that users have.
            let found = self.places.get(definition).or_else(|| {
                let name = names.get(definition)?;
                self.places.get(self.definitions.get(name)?)
            });
            if let Some(places) = found {
                let place = places.get(Self::first(definition, places))?;
                return Some((format!("{}{}", place.path, &path[definition.len()..]), place.requirement.clone()));
            }
            definition = parent(definition)?;
        }
    }

    /// The features of the types that a text mentions.
    fn mentioned(&self, text: &str, names: &BTreeMap<String, String>) -> Requirement {
        let needs = paths(text).filter_map(|(start, end)| self.find(&text[start..end], names));
        needs.fold(Requirement::default(), |all, (_, needs)| all.and(&needs))
    }

    /// The other names of items.
    fn second_names(&self, names: &BTreeMap<String, String>) -> Vec<Item> {
        let mut items = Vec::new();
        for (definition, places) in &self.places {
            let Some(first) = names.get(definition) else { continue };
            for place in places.iter().filter(|place| place.path != *first) {
                items.push(Item {
                    head: "pub use".to_owned(),
                    path: place.path.clone(),
                    tail: format!(" = {first}"),
                    requirement: place.requirement.clone(),
                    ..Item::default()
                });
            }
        }
        items
    }
}

/// The features of a module and of those that it is in, by its path.
fn of_module(modules: &BTreeMap<&str, &Module>, path: &str) -> Requirement {
    let Some(above) = parent(path) else { return Requirement::default() };
    let name = path.rsplit("::").next().unwrap_or_default();
    let child = modules.get(above).and_then(|above| above.children.iter().find(|child| child.name == name));
    let own = child.map(|child| child.requirement.clone()).unwrap_or_default();
    own.and(&of_module(modules, above))
}

/// Where the paths of this crate are in a text.
fn paths(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let is_part = |character: char| character == ':' || character == '_' || character.is_alphanumeric();
    text.match_indices("crate::").map(move |(start, _)| {
        let rest = &text[start..];
        let end = rest.find(|character| !is_part(character)).unwrap_or(rest.len());
        // `: ` behind a name is no part of a path.
        (start, start + rest[..end].trim_end_matches(':').len())
    })
}

/// A text with the names that users have for the paths in it.
fn renamed(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (start, end) in paths(text) {
        let path = &text[start..end];
        out.push_str(&text[done..start]);
        out.push_str(names.get(path).map_or_else(|| path.trim_start_matches("crate::"), String::as_str));
        done = end;
    }
    out.push_str(&text[done..]);
    out
}
