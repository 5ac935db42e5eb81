//! Where problems are, for a reader: a file, and a place that this file has.

use std::{
    collections::BTreeMap,
    path::{Display, Path, PathBuf},
};

use serde_json::Value;

use super::output::counted;
use crate::{
    characters::{visible, visible_except},
    document::{child, load, tokens},
    problem::{Input, Problem, Problems},
};

/// The inputs of a run.
pub struct Places {
    spec: PathBuf,
    /// The document as it stands in its file, which may be a pipe.
    document: Vec<u8>,
    overlay: PathBuf,
}

impl Places {
    /// The inputs, with the bytes of the document. They are parsed only if there are problems.
    pub fn new(spec: &Path, document: Vec<u8>, overlay: &Path) -> Self {
        Self { spec: spec.to_owned(), document, overlay: overlay.to_owned() }
    }

    /// The file of the document.
    pub fn document(&self) -> Display<'_> {
        self.spec.display()
    }

    /// Problems with their number, each with its file, its place, and what to do.
    pub fn list(&self, problems: &Problems) -> String {
        let mut contents = BTreeMap::new();
        let entry = |(index, problem): (usize, &Problem)| {
            let operation = problem.operation.as_ref().map(|operation| format!(" ({})", visible(operation)));
            let [message, help] = [&problem.message, &problem.help].map(|text| visible_except(text, "\n"));
            let (number, place) = (index + 1, self.place(problem, &mut contents));
            format!("\n  {number}. {place}{}: {message}\n     help: {help}", operation.unwrap_or_default())
        };
        let count = counted(problems.len(), "problem");
        problems.iter().enumerate().map(entry).fold(count, |list, entry| list + &entry)
    }

    fn place(&self, problem: &Problem, contents: &mut BTreeMap<PathBuf, Value>) -> String {
        let path = match &problem.input {
            Input::Document => self.spec.clone(),
            Input::Overlay(name) => self.overlay.join(name),
        };
        let content = contents.entry(path.clone()).or_insert_with(|| {
            let value = match &problem.input {
                Input::Document => load::value(&self.document),
                Input::Overlay(_) => load::read(&path).and_then(|bytes| load::value(&bytes)),
            };
            value.unwrap_or_default()
        });
        at(&path, &nearest(content, &problem.pointer))
    }
}

fn at(file: &Path, pointer: &str) -> String {
    let file = file.display();
    if pointer.is_empty() { file.to_string() } else { format!("{file}#{}", visible(pointer)) }
}

/// The longest beginning of a pointer that a value has. Stages add nodes that the file lacks.
fn nearest(value: &Value, pointer: &str) -> String {
    let mut found = String::new();
    for token in tokens(pointer) {
        let next = child(&found, &token);
        if value.pointer(&next).is_none() {
            break;
        }
        found = next;
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_that_the_file_lacks_is_the_one_around_it() {
        let value = json!({"a": {"b/c": [1, 2]}});
        for (pointer, found) in
            [("", ""), ("/a/b~1c/1", "/a/b~1c/1"), ("/a/b~1c/2", "/a/b~1c"), ("/a/x/y", "/a"), ("/z", "")]
        {
            assert_eq!(nearest(&value, pointer), found);
        }
    }
}
