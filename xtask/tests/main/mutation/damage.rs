//! One random change of a document, anywhere below a place.

use serde_json::{Value, json};

use super::pick;
use fastrand::Rng;

/// Keys that are likely to matter: keywords, Rust keywords, and names that give no Rust
/// name.
const KEYS: [&str; 24] = [
    "",
    " ",
    "1",
    "é",
    "a b",
    "self",
    "type",
    "$ref",
    "enum",
    "items",
    "allOf",
    "oneOf",
    "nullable",
    "required",
    "properties",
    "body",
    "Self",
    "additionalProperties",
    "format",
    "default",
    "get",
    "unknown",
    "x-y",
    "name",
];

/// Changes one node below `place` and says what it did; `None` where the node that was picked does
/// not take the change.
pub fn damage(root: &mut Value, place: &str, random: &mut Rng) -> Option<String> {
    let at = pick_node(root, place, random)?;
    match random.usize(..7) {
        0 => drop_node(root, &at),
        1 | 2 => retype(root, &at, random),
        3 => rename(root, place, &at, random),
        4 => duplicate(root, &at, random),
        5 => swap(root, place, &at, random),
        _ => copy(root, place, &at, random),
    }
}

/// The pointer of any node below a place; all are equally likely.
fn pick_node(root: &Value, place: &str, random: &mut Rng) -> Option<String> {
    let top = root.pointer(place)?;
    let count = count(top);
    if count < 2 {
        return None;
    }
    let mut rest = 1 + random.usize(..count - 1);
    let mut at = place.to_owned();
    nth(top, &mut rest, &mut at).then_some(at)
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Object(members) => members.values().map(count).sum(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// Goes `rest` nodes further and leaves the pointer of the last in `at`; `false` where there are
/// not so many.
fn nth(value: &Value, rest: &mut usize, at: &mut String) -> bool {
    if *rest == 0 {
        return true;
    }
    *rest -= 1;
    let length = at.len();
    let mut down = |token: &str, value: &Value| {
        at.push('/');
        at.push_str(&token.replace('~', "~0").replace('/', "~1"));
        let found = nth(value, rest, at);
        if !found {
            at.truncate(length);
        }
        found
    };
    match value {
        Value::Object(members) => members.iter().any(|(key, member)| down(key, member)),
        Value::Array(items) => items.iter().enumerate().any(|(index, item)| down(&index.to_string(), item)),
        _ => false,
    }
}

/// The node around another, and the key or index in it.
fn parent<'a>(root: &'a mut Value, at: &str) -> Option<(&'a mut Value, String)> {
    let (parent, token) = at.rsplit_once('/')?;
    Some((root.pointer_mut(parent)?, token.replace("~1", "/").replace("~0", "~")))
}

fn drop_node(root: &mut Value, at: &str) -> Option<String> {
    match parent(root, at)? {
        (Value::Object(members), key) => drop(members.shift_remove(&key)?),
        (Value::Array(items), index) => drop(items.remove(index.parse().ok()?)),
        _ => return None,
    }
    Some(format!("drop {at}"))
}

fn retype(root: &mut Value, at: &str, random: &mut Rng) -> Option<String> {
    let values = [
        json!(null),
        json!(7),
        json!(-1.5),
        json!("text"),
        json!(""),
        json!(true),
        json!([]),
        json!({}),
        json!([{}]),
        json!({"type": "string"}),
    ];
    let new = values[random.usize(..values.len())].clone();
    let node = root.pointer_mut(at)?;
    let done = format!("set {at} to {new}");
    (std::mem::replace(node, new.clone()) != new).then_some(done)
}

/// A key from the list, or that of any other node.
fn any_key(root: &Value, place: &str, random: &mut Rng) -> Option<String> {
    if random.usize(..2) == 0 {
        return Some(pick(random, &KEYS).to_owned());
    }
    let other = pick_node(root, place, random)?;
    other.rsplit_once('/').map(|(_, token)| token.replace("~1", "/").replace("~0", "~"))
}

fn rename(root: &mut Value, place: &str, at: &str, random: &mut Rng) -> Option<String> {
    let new = any_key(root, place, random)?;
    let (Value::Object(members), key) = parent(root, at)? else { return None };
    if members.contains_key(&new) {
        return None;
    }
    *members = std::mem::take(members)
        .into_iter()
        .map(|(old, value)| (if old == key { new.clone() } else { old }, value))
        .collect();
    Some(format!("rename {at} to `{new}`"))
}

/// Repeats an item of a list, or a member under a key that resembles its own.
fn duplicate(root: &mut Value, at: &str, random: &mut Rng) -> Option<String> {
    match parent(root, at)? {
        (Value::Object(members), key) => {
            let copies = [
                format!("{key}2"),
                format!("{key}_"),
                format!("{key}'"),
                key.to_uppercase(),
                format!("_{key}"),
                key.to_lowercase(),
            ];
            let copy = copies[random.usize(..copies.len())].clone();
            let value = members.get(&key)?.clone();
            let done = format!("copy {at} to the key `{copy}`");
            (copy != key && members.insert(copy, value).is_none()).then_some(done)
        }
        (Value::Array(items), index) => {
            let item = items.get(index.parse::<usize>().ok()?)?.clone();
            items.push(item);
            Some(format!("repeat {at}"))
        }
        _ => None,
    }
}

fn swap(root: &mut Value, place: &str, at: &str, random: &mut Rng) -> Option<String> {
    let other = pick_node(root, place, random)?;
    if format!("{at}/").starts_with(&format!("{other}/")) || format!("{other}/").starts_with(&format!("{at}/")) {
        return None;
    }
    let [one, two] = [root.pointer(at)?.clone(), root.pointer(&other)?.clone()];
    if one == two {
        return None;
    }
    *root.pointer_mut(at)? = two;
    *root.pointer_mut(&other)? = one;
    Some(format!("swap {at} and {other}"))
}

fn copy(root: &mut Value, place: &str, at: &str, random: &mut Rng) -> Option<String> {
    let other = pick_node(root, place, random)?;
    let value = root.pointer(&other)?.clone();
    let node = root.pointer_mut(at)?;
    let done = format!("copy {other} to {at}");
    (std::mem::replace(node, value.clone()) != value).then_some(done)
}

#[test]
fn every_node_can_be_picked() {
    let root = json!({"a": {"b/c": [1, {"d": null}]}, "e": 2});
    let mut seen = std::collections::BTreeSet::new();
    let mut random = Rng::with_seed(1);
    (0..200).for_each(|_| seen.extend(pick_node(&root, "", &mut random)));
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["/a", "/a/b~1c", "/a/b~1c/0", "/a/b~1c/1", "/a/b~1c/1/d", "/e"]);
}

#[test]
fn every_damage_that_is_named_was_done() {
    let root = json!({"a": {"b/c": [1, {"d": null}]}, "e": 2, "f": {"type": "string"}});
    let mut kinds = std::collections::BTreeSet::new();
    for index in 0..500 {
        let mut changed = root.clone();
        if let Some(done) = damage(&mut changed, "", &mut Rng::with_seed(index)) {
            // The order of members counts for nothing, so a comparison of values is what matters.
            assert_ne!(changed, root, "{done}");
            kinds.insert(done.split(' ').next().unwrap_or_default().to_owned());
        }
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["copy", "drop", "rename", "repeat", "set", "swap"]);
}
