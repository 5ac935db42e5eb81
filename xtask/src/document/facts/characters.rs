//! Finds the names and values with characters that do not print.
//!
//! They reach code, docs, file names and messages, and none of the API's names needs one. A line
//! break in a value of an enum could begin a doctest, and rustc rejects a change of direction.

use serde_json::Value;

use crate::{
    characters::{code_point, first_hidden, visible},
    document::Pointer,
    problem::{Problem, Problems},
};

/// Reports all of them below a node.
pub fn check(at: &Pointer<'_>, value: &Value, problems: &mut Problems) {
    match value {
        Value::String(text) => text_at(at, "the value", text, problems),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| check(&at.element(index), item, problems));
        }
        Value::Object(members) => {
            for (key, member) in members {
                let at = at.member(key);
                text_at(&at, "the name", key, problems);
                check(&at, member, problems);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text_at(at: &Pointer<'_>, what: &str, text: &str, problems: &mut Problems) {
    if let Some(character) = first_hidden(text) {
        let message =
            format!("{what} `{}` has the character {}, which does not print", visible(text), code_point(character));
        let help = "correct it in the document; names and values reach code and docs, where the character misleads";
        problems.push(Problem::new(at, message, help));
    }
}
