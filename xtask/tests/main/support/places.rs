//! The places that the binary prints: each must be in the file that is printed with it.

use std::{fs, path::Path};

use serde_json::Value;
use xtask::document::{load, tokens};

/// Checks all places in an output, such as `alerts.yaml:12:3#/operations/GET ~1v1~1alerts`, and
/// returns it without lines and columns.
#[track_caller]
pub fn checked(output: &str) -> String {
    let mut text = String::new();
    for line in output.split_inclusive('\n') {
        text.push_str(&match place(line) {
            Some(place) => {
                place.check(line);
                format!("{}#{}", &line[..place.file.1], place.pointer)
            }
            None => line.to_owned(),
        });
    }
    text
}

/// A place in a line of output.
struct Place<'a> {
    /// Where the name of the file begins and ends in the line.
    file: (usize, usize),
    line: usize,
    column: usize,
    /// The pointer, and the rest of the output.
    pointer: &'a str,
}

/// The place in a line, if it has one. There is at most one: the help of a problem is in the next
/// line.
fn place(line: &str) -> Option<Place<'_>> {
    let (before, pointer) = line.match_indices("#/").find_map(|(at, _)| {
        let before = &line[..at];
        let digits = before.rsplit(':').take(2).all(|part| part.parse::<usize>().is_ok());
        digits.then(|| (before, &line[at + 1..]))
    })?;
    let mut parts = before.rsplitn(3, ':');
    let (column, row, head) = (parts.next()?, parts.next()?, parts.next()?);
    let begin = head.rfind([' ', '\n']).map_or(0, |at| at + 1);
    Some(Place { file: (begin, head.len()), line: row.parse().ok()?, column: column.parse().ok()?, pointer })
}

impl Place<'_> {
    #[track_caller]
    fn check(&self, line: &str) {
        let file = &line[self.file.0..self.file.1];
        // A pipe cannot be read twice, and the server of a test has ended.
        if file.starts_with("/dev/") || file.starts_with("/proc/") || file.contains("://") {
            return;
        }
        let bytes = fs::read(Path::new(file)).unwrap_or_else(|error| panic!("{file} of `{line}`: {error}"));
        let text = String::from_utf8_lossy(&bytes);
        let value = load::value(&bytes).unwrap_or_default();
        // A key may have spaces and colons, so that the end of the pointer is not known.
        let ends = self.pointer.match_indices([':', ' ']).map(|(at, _)| at).collect::<Vec<_>>();
        let mut pointers = ends.iter().rev().map(|end| unescaped(&self.pointer[..*end]));
        let found = pointers.find(|pointer| value.pointer(pointer).is_some());
        let found = found.unwrap_or_else(|| panic!("no node of {file} has the pointer of `{line}`"));
        let here = text.lines().nth(self.line - 1).and_then(|row| {
            let row = row.trim_start_matches('\u{feff}');
            row.char_indices().nth(self.column - 1).map(|(at, _)| &row[at..])
        });
        let here = here.unwrap_or_else(|| panic!("{file} has no such line and column: `{line}`"));
        let token = tokens(&found).pop().unwrap_or_default();
        let is_element = token.parse::<usize>().is_ok();
        assert!(is_element || begins_with_key(here, &token), "{file} has no `{token}` there: `{line}`");
    }
}

/// A text in which characters that do not print are written as `\u{202e}`, as it was.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("\\u{");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (code, rest) = part.split_once('}').unwrap_or((part, ""));
        whole.extend(u32::from_str_radix(code, 16).ok().and_then(char::from_u32));
        whole.push_str(rest);
    }
    whole
}

/// Whether a text begins with a key of JSON or YAML.
fn begins_with_key(text: &str, key: &str) -> bool {
    let json = Value::from(key).to_string();
    [key, &json, &format!("'{key}'"), "? ", "*"].iter().any(|form| text.starts_with(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, String) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join(name);
        fs::write(&path, text).expect("the file can be written");
        let path = path.display().to_string();
        (directory, path)
    }

    #[test]
    fn lines_and_columns_are_checked_and_removed() {
        let (_directory, path) = file("a.yaml", "a:\n  GET /b: [1, 2]\n");
        let output = format!("1 problem\n  1. {path}:2:3#/a/GET ~1b (x): no: this\n");
        assert_eq!(checked(&output), format!("1 problem\n  1. {path}#/a/GET ~1b (x): no: this\n"));
    }

    #[test]
    #[should_panic(expected = "no node of")]
    fn a_pointer_that_the_file_lacks_is_found() {
        let (_directory, path) = file("a.json", "{\"a\": 1}");
        checked(&format!("1. {path}:1:2#/b: no\n"));
    }

    #[test]
    #[should_panic(expected = "has no `a` there")]
    fn another_line_is_found() {
        let (_directory, path) = file("a.json", "{\"a\": 1}");
        checked(&format!("1. {path}:1:5#/a: no\n"));
    }
}
