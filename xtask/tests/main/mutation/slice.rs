//! Slices of a document: some paths, and the schemas that they reach.

use std::collections::BTreeSet;

use fastrand::Rng;
use serde_json::{Map, Value};

/// The most paths and schemas that a slice picks at random.
const MOST_PATHS: usize = 5;
const MOST_SCHEMAS: usize = 3;

/// Paths, by their positions, and schemas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub paths: BTreeSet<usize>,
    pub schemas: BTreeSet<String>,
}

impl Places {
    /// Adds the schemas that a value refers to.
    pub fn add_references(&mut self, value: &Value) {
        add_reached(value, &Map::new(), &mut self.schemas);
    }

    fn meet(&self, other: &Self) -> bool {
        !self.paths.is_disjoint(&other.paths) || !self.schemas.is_disjoint(&other.schemas)
    }

    fn have(&self, other: &Self) -> bool {
        other.paths.is_subset(&self.paths) && other.schemas.is_subset(&self.schemas)
    }

    /// One path.
    pub fn of_path(position: usize) -> Self {
        Self { paths: BTreeSet::from([position]), ..Self::default() }
    }

    /// Adds others.
    pub fn add(&mut self, other: &Self) {
        self.paths.extend(&other.paths);
        self.schemas.extend(other.schemas.iter().cloned());
    }
}

/// A good document that has any of some places needs others too.
#[derive(Debug, Clone)]
pub struct Rule {
    pub any_of: Places,
    pub needs: Places,
}

/// Picks some paths and schemas of a document, with all that they reach and all that the rules say.
pub fn slice(root: &Value, rules: &[Rule], random: &mut Rng) -> Value {
    let (paths, schemas) = (members(root, "/paths"), members(root, "/components/schemas"));
    let mut kept = Places::default();
    kept.paths.extend((0..1 + random.usize(..MOST_PATHS)).map(|_| random.usize(..paths.len())));
    let picked = (0..1 + random.usize(..MOST_SCHEMAS)).filter_map(|_| schemas.keys().nth(random.usize(..schemas.len())));
    kept.schemas.extend(picked.cloned());
    if random.bool() {
        kept.add(&rules[random.usize(..rules.len())].needs);
    }
    loop {
        let mut reached = BTreeSet::new();
        paths.values().enumerate().filter(|(position, _)| kept.paths.contains(position)).for_each(|(_, path)| {
            add_reached(path, schemas, &mut reached);
        });
        kept.schemas.iter().for_each(|name| add_schema(name, schemas, &mut reached));
        kept.schemas = reached;
        let Some(rule) = rules.iter().find(|rule| rule.any_of.meet(&kept) && !kept.have(&rule.needs)) else { break };
        kept.add(&rule.needs);
    }
    let paths = paths.iter().enumerate().filter(|(position, _)| kept.paths.contains(position)).map(|(_, member)| member);
    let schemas = schemas.iter().filter(|(name, _)| kept.schemas.contains(*name));
    let mut slice: Map<String, Value> = without(members(root, ""), &["paths", "components"]);
    let mut components = without(members(root, "/components"), &["schemas"]);
    components.insert("schemas".to_owned(), schemas.map(owned).collect());
    slice.insert("components".to_owned(), Value::Object(components));
    slice.insert("paths".to_owned(), paths.map(owned).collect());
    Value::Object(slice)
}

fn members<'a>(root: &'a Value, pointer: &str) -> &'a Map<String, Value> {
    root.pointer(pointer).and_then(Value::as_object).expect("an object")
}

fn without(members: &Map<String, Value>, keys: &[&str]) -> Map<String, Value> {
    members.iter().filter(|(key, _)| !keys.contains(&key.as_str())).map(owned).collect()
}

fn owned((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

/// Adds the names of the schemas that a value refers to, directly or through others.
fn add_reached(value: &Value, schemas: &Map<String, Value>, reached: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            let reference = members.get("$ref").and_then(Value::as_str);
            let rest = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            if let Some(name) = rest.and_then(|rest| rest.split('/').next()) {
                add_schema(name, schemas, reached);
            }
            members.values().for_each(|member| add_reached(member, schemas, reached));
        }
        Value::Array(items) => items.iter().for_each(|item| add_reached(item, schemas, reached)),
        _ => {}
    }
}

fn add_schema(name: &str, schemas: &Map<String, Value>, reached: &mut BTreeSet<String>) {
    if reached.insert(name.to_owned())
        && let Some(schema) = schemas.get(name)
    {
        add_reached(schema, schemas, reached);
    }
}

#[test]
fn a_slice_has_all_that_it_reaches_and_needs() {
    let reference = |name: &str| serde_json::json!({"$ref": format!("#/components/schemas/{name}")});
    let root = serde_json::json!({
        "paths": {"/a": reference("A"), "/b": [reference("B/properties/x")], "/c": {}},
        "components": {"schemas": {"A": {"items": reference("C")}, "B": {}, "C": reference("A"), "D": {}}}
    });
    let any_of = Places { paths: BTreeSet::from([2]), schemas: BTreeSet::new() };
    let needs = Places { paths: BTreeSet::new(), schemas: BTreeSet::from(["D".to_owned()]) };
    let rule = Rule { any_of, needs };
    let mut sizes = BTreeSet::new();
    for seed in 0..100 {
        let slice = slice(&root, std::slice::from_ref(&rule), &mut Rng::with_seed(seed));
        let has = |pointer: &str| slice.pointer(pointer).is_some();
        for (owner, owned) in [
            ("/paths/~1a", "/components/schemas/A"),
            ("/components/schemas/A", "/components/schemas/C"),
            ("/paths/~1b", "/components/schemas/B"),
            ("/paths/~1c", "/components/schemas/D"),
        ] {
            assert!(!has(owner) || has(owned), "seed {seed}: {owner} without {owned} in {slice}");
        }
        sizes.insert((members(&slice, "/paths").len(), members(&slice, "/components/schemas").len()));
    }
    assert!(sizes.len() > 3, "slices differ: {sizes:?}");
}
